"""A price list that somebody uploads: what it would change, worked out before anything is."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

from webapp.clinics.models import Clinic
from webapp.domain.lint import Finding
from webapp.domain.listing_csv import (
    SHEET,
    Limits,
    RowError,
    read_price_list,
    with_kept_parts,
)
from webapp.domain.listing_diff import keep_what_is_not_told
from webapp.domain.offers import OfferTerms, same_terms
from webapp.moderation.services import editing
from webapp.moderation.services.texts import TextRefused
from webapp.offers.terms_json import terms_as_json
from webapp.portal import waiting
from webapp.refresh.queries import shelf
from webapp.spreadsheets import SpreadsheetRefused, rows_of

# The longest menu we know of has 403 rows and 80 KB.
LIMITS = Limits(file_bytes=2 * 1024 * 1024, rows=2_000, record_chars=50_000)
# What the reader asks for; where the prices come from is written down when they are saved.
_SOURCE = "the clinic itself"
_ONLY_IN_THIS_FILE = {"source", "verified_on"}


@dataclass(frozen=True, slots=True)
class RowOfTheFile:
    """One offer of the file. `before` None: a new one, or one that was retired. `held` and `warned` are findings of
    the text rules, each with the words it is about."""

    line: int
    ref: str
    before: OfferTerms | None
    after: OfferTerms
    held: tuple[Finding, ...] = ()
    warned: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that a text rule of the market forbids."""

    line: int
    title: str
    finding: Finding


@dataclass(slots=True)
class Plan:
    """What a file would change. With anything in `errors` or `refused` nothing of it is applied.

    `missing` are offers on the clinic's list that the file does not name.
    """

    errors: tuple[RowError, ...] = ()
    more_errors: int = 0
    notes: tuple[RowError, ...] = ()
    refused: list[Refused] = field(default_factory=list)
    added: list[RowOfTheFile] = field(default_factory=list)
    changed: list[RowOfTheFile] = field(default_factory=list)
    unchanged: list[RowOfTheFile] = field(default_factory=list)
    missing: list[tuple[str, OfferTerms]] = field(default_factory=list)
    # A heading and nothing below it: a template sent as it was, and no wish to sell nothing.
    is_empty: bool = False

    @property
    def ok(self) -> bool:
        return not self.errors and not self.refused and not self.is_empty

    @property
    def rows(self) -> list[RowOfTheFile]:
        return sorted([*self.added, *self.changed, *self.unchanged], key=lambda row: row.line)

    @property
    def fingerprint(self) -> str:
        """The same for the same changes: what was shown is what is applied, or it is shown again."""
        said = [
            [[row.ref, _plain(row.before), _plain(row.after)] for row in self.rows],
            [[ref, _plain(terms)] for ref, terms in self.missing],
            [str(error) for error in self.errors],
            len(self.refused),
        ]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def plan(clinic: Clinic, content: bytes, filename: str, now: datetime) -> Plan:
    """What the file would change of the clinic's list as it is now; nothing is written."""
    try:
        sheet = rows_of(content, filename, LIMITS)
    except SpreadsheetRefused as refusal:
        return Plan(errors=(refusal.error,))
    # Read against the same as the clinic's feed.
    there = shelf(clinic, now, small_change=0)
    result = read_price_list(
        sheet,
        clinic_ref=there.clinic_ref,
        country=there.country,
        known=there.known,
        on=there.on,
        source=_SOURCE,
        names=there.names,
        titles=there.titles,
        limits=LIMITS,
    )
    found = Plan(errors=result.errors, more_errors=result.more_errors, notes=result.notes)
    if not result.ok:
        return found
    rows = with_kept_parts(result.listing, there.parts)
    if not rows:
        return Plan(is_empty=True)
    held = waiting.by_ref(clinic)
    columns = {SHEET.column(cell) for cell in sheet.rows[0][1]}
    for row in rows:
        before, after = there.listed.get(row.offer_ref), row.terms
        if before is not None:
            after = keep_what_is_not_told(before, after, columns)
            after = waiting.kept(after, before, held.get(row.offer_ref, ()))
        _sort_in(found, clinic, row.line, row.offer_ref, before, after)
    named = {row.offer_ref for row in rows}
    found.missing = [(ref, terms) for ref, terms in there.listed.items() if ref not in named]
    return found


def _sort_in(
    found: Plan, clinic: Clinic, line: int, ref: str, before: OfferTerms | None, after: OfferTerms
) -> None:
    try:
        verdict = editing.judge_offer(clinic, before, after)
    except TextRefused as refusal:
        for findings in refusal.findings.values():
            found.refused += [Refused(line, after.title, finding) for finding in findings]
        return
    held = tuple(finding for findings in verdict.held.values() for finding in findings)
    warned = tuple(finding for findings in verdict.warned.values() for finding in findings)
    row = RowOfTheFile(line, ref, before, after, held, warned)
    if before is None:
        found.added.append(row)
    elif same_terms(before, after):
        found.unchanged.append(row)
    else:
        found.changed.append(row)


def _plain(terms: OfferTerms | None) -> object:
    if terms is None:
        return None
    return {name: value for name, value in terms_as_json(terms).items() if name not in _ONLY_IN_THIS_FILE}
