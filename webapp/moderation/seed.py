"""Loads the reviewed files of seed/: the reference always, the sample clinics only when asked for."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from config import ROOT
from webapp.domain.listing_csv import Listing, read
from webapp.fx.services import load_snapshot
from webapp.moderation import queries
from webapp.moderation.services.imports import ImportCount, import_listing
from webapp.treatments.services import load_reference

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SEED = ROOT / "seed"

Row = TypeVar("Row", bound="DataclassInstance")


class SeedBroken(Exception):
    """A file of seed/ does not pass the checks of an import; the message lists every finding."""


def seed(now: datetime, *, sample: bool) -> ImportCount:
    """Load treatments, facts, exchange rates and the two cited clinics, and the sample clinics too.

    In the caller's transaction. Clinics whose ref is known are left alone, so that seeding twice changes nothing.
    Raises SeedBroken.
    """
    load_reference(SEED / "reference")
    load_snapshot()
    count = import_listing(_read(SEED / "reference" / "listing"), now, only_missing=True)
    if sample:
        listing = _read(SEED / "sample")
        written = date.fromisoformat((SEED / "sample" / "as_of.txt").read_text().strip())
        # The sample is a picture of one day: it moves with the calendar, so that its fresh prices stay fresh, its
        # stale ones stale, and an event that is on is on.
        moved = import_listing(
            _moved(listing, max(now.date() - written, timedelta())), now, only_missing=True
        )
        count = ImportCount(*(getattr(count, f.name) + getattr(moved, f.name) for f in fields(ImportCount)))
    return count


def _read(folder: Path) -> Listing:
    result = read(folder, queries.known())
    if not result.ok:
        raise SeedBroken("\n".join(map(str, result.errors)))
    return result.listing


def _moved(listing: Listing, by: timedelta) -> Listing:
    return Listing(
        files=listing.files,
        clinics=tuple(_row_moved(row, by) for row in listing.clinics),
        practitioners=tuple(_row_moved(row, by) for row in listing.practitioners),
        offers=tuple(replace(row, terms=_row_moved(row.terms, by)) for row in listing.offers),
        parts=listing.parts,
    )


def _row_moved(row: Row, by: timedelta) -> Row:
    """The row with every date in it moved."""
    dates: dict[str, Any] = {
        f.name: value + by for f in fields(row) if isinstance(value := getattr(row, f.name), date)
    }
    return replace(row, **dates)
