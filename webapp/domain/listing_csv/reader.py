"""Read the listing files of a folder, a zip or one file: typed rows that fit together, or all that is
wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from webapp.domain.listing_csv.cells import Cells
from webapp.domain.listing_csv.checks import Rows, Seen, check
from webapp.domain.listing_csv.columns import CLINICS, OFFER_PARTS, OFFERS, PRACTITIONERS
from webapp.domain.listing_csv.decode import Table, read_table
from webapp.domain.listing_csv.known import Known, OfferKey
from webapp.domain.listing_csv.messages import Report, RowError
from webapp.domain.listing_csv.rows import (
    ClinicRow,
    OfferRow,
    PartRow,
    PractitionerRow,
    clinic_row,
    offer_row,
    part_row,
    practitioner_row,
)
from webapp.domain.listing_csv.sources import Limits, gather
from webapp.domain.offers import Part

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Listing:
    """What the files hold. `files` names those that were there: an absent file says nothing, an empty one
    much.

    An offer's parts stand in its terms. `parts_of_known` are parts for offers that exist already and are not
    in offers.csv; they replace all parts of that offer. `keeps_parts` are offers whose parts no file speaks of:
    those that exist keep theirs.
    """

    files: frozenset[str] = frozenset()
    clinics: tuple[ClinicRow, ...] = ()
    practitioners: tuple[PractitionerRow, ...] = ()
    offers: tuple[OfferRow, ...] = ()
    parts: tuple[PartRow, ...] = ()
    keeps_parts: frozenset[OfferKey] = frozenset()

    @property
    def parts_of_known(self) -> Mapping[OfferKey, tuple[Part, ...]]:
        own = {row.key for row in self.offers}
        found: dict[OfferKey, list[Part]] = {}
        for row in self.parts:
            if row.key not in own:
                found.setdefault(row.key, []).append(row.part)
        return {key: tuple(parts) for key, parts in found.items()}


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The rows and everything wrong with them. An import is all or nothing: with any error, `listing` is
    empty.

    `notes` are rows that are accepted and worth a look. `more_errors` and `more_notes` count what is not
    listed.
    """

    listing: Listing
    errors: tuple[RowError, ...]
    notes: tuple[RowError, ...]
    more_errors: int
    more_notes: int

    @property
    def ok(self) -> bool:
        return not self.errors


def read(path: Path, known: Known, on: date | None = None, limits: Limits | None = None) -> ReadResult:
    """Read the listing files at `path`.

    `known` is what exists already: refs may point to it. `on` is today; with it, dates of things that were
    verified, checked, confirmed or agreed may not lie in the future. Never raises on what the files hold.
    """
    report = Report()
    limits = limits or Limits()
    listing = _listing(gather(path, limits, report), known, on, limits, report)
    return result_of(listing, report)


def result_of(listing: Listing, report: Report) -> ReadResult:
    """What is told of a reading: the rows only where nothing is wrong."""
    return ReadResult(
        listing=Listing() if report.errors else listing,
        errors=tuple(report.errors),
        notes=tuple(report.notes),
        more_errors=report.more_errors,
        more_notes=report.more_notes,
    )


def _listing(
    files: Mapping[str, bytes], known: Known, on: date | None, limits: Limits, report: Report
) -> Listing:
    tables = {file: read_table(file, data, limits, report) for file, data in files.items()}
    # A file that cannot be read at all would make every ref to its rows look wrong.
    if any(table is None for table in tables.values()):
        return Listing()
    seen = Seen()

    def note_clinic(cells: Cells) -> None:
        seen.clinics[cells.raw("ref")] = cells.raw("country").upper()

    def note_offer(cells: Cells) -> None:
        seen.offers.add((cells.raw("clinic_ref"), cells.raw("offer_ref")))

    rows = Rows(
        clinics=_typed(tables.get(CLINICS), clinic_row, report, on, note_clinic),
        practitioners=_typed(tables.get(PRACTITIONERS), practitioner_row, report, on),
        offers=_typed(tables.get(OFFERS), offer_row, report, on, note_offer),
        parts=_typed(tables.get(OFFER_PARTS), part_row, report, on),
    )
    if OFFER_PARTS not in tables:
        rows = replace(rows, keeps_parts={row.key for row in rows.offers})
    check(rows, seen, known, report)
    if report.errors:
        return Listing()
    return replace(
        joined(rows),
        files=frozenset(files),
        clinics=tuple(rows.clinics),
        practitioners=tuple(rows.practitioners),
    )


def joined(rows: Rows) -> Listing:
    """Offers with their parts, from rows that were checked."""
    parts: dict[OfferKey, list[Part]] = {}
    for row in rows.parts:
        parts.setdefault(row.key, []).append(row.part)
    return Listing(
        offers=tuple(
            replace(row, terms=replace(row.terms, parts=tuple(parts.get(row.key, ())))) for row in rows.offers
        ),
        parts=tuple(rows.parts),
        keeps_parts=frozenset(rows.keeps_parts),
    )


def _typed(
    table: Table | None,
    build: Callable[[Cells], Row | None],
    report: Report,
    on: date | None,
    note: Callable[[Cells], None] | None = None,
) -> list[Row]:
    if table is None:
        return []
    rows: list[Row] = []
    for record in table.records:
        cells = Cells(table.file, record, report, table.decimal_comma, on)
        if note is not None:
            note(cells)
        row = build(cells)
        if row is not None:
            rows.append(row)
    return rows
