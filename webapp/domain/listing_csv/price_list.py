"""A clinic's prices on one sheet: what it downloads, edits and uploads, and what a feed publishes.

A row is an offer with its first part; a row below it that repeats its offer_ref (or names neither ref nor title)
and fills only a part's columns is one more part of it. Everything else is read as the listing files are.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from webapp.domain.listing_csv.cells import Cells
from webapp.domain.listing_csv.checks import Rows, Seen, check
from webapp.domain.listing_csv.columns import FILES, OFFER_PARTS, OFFERS, Kind, heading_key
from webapp.domain.listing_csv.decode import Record, Sheet, Table, Unreadable, csv_sheet, sheet_table
from webapp.domain.listing_csv.headings import PART_NAMES, SHEET, heading
from webapp.domain.listing_csv.known import Known, OfferKey
from webapp.domain.listing_csv.messages import Report, RowError
from webapp.domain.listing_csv.reader import Listing, ReadResult, joined, result_of
from webapp.domain.listing_csv.rows import OTHER, OfferRow, PartRow, offer_row, part_row
from webapp.domain.listing_csv.sources import Limits
from webapp.domain.listing_csv.text import clean
from webapp.domain.listing_csv.writer import content_cells, offer_cells
from webapp.domain.offers import Part

# The name under which errors tell of the sheet.
PRICE_LIST = "price list"
# One clinic's list: the longest menu we know of has 403 rows.
PRICE_LIST_LIMITS = Limits(file_bytes=4 * 1024 * 1024, rows=5_000, record_chars=50_000)

_MONEY_COLUMNS = tuple(
    column.name for column in FILES[OFFERS] if column.kind in {Kind.MONEY, Kind.CONSULTATION}
)
# A sheet exports its amounts as it shows them. A sign counts only where the row's currency says the same.
_SIGNS = {"SGD": ("S$", "$"), "KRW": ("₩", "원"), "USD": ("US$", "$"), "CNY": ("¥", "元"), "JPY": ("¥", "円")}
# What Excel and Google Sheets show where a formula has no value.
_FAILED = re.compile(
    r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|ERROR!|FIELD!|BLOCKED!|CONNECT!|GETTING_DATA)"
)
_NO_WORD = re.compile(r"\W+")
_MAX_REF = 128


def read_price_list(
    rows: Sheet | Sequence[Sequence[str]] | bytes,
    *,
    clinic_ref: str,
    country: str,
    known: Known,
    on: date,
    source: str,
    names: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
    limits: Limits = PRICE_LIST_LIMITS,
) -> ReadResult:
    """Read one clinic's price list: rows of cells with the header first, or the bytes of a CSV file.

    `country` is "SG" or "KR", `on` today in its zone, `source` stands where the sheet names none. `names` maps
    what treatments are called to their slugs (`exact_names`), `titles` the refs of the clinic's offers to their
    titles: a row without a ref is the one offer of that title, else a new one whose ref is made from the title.
    Offers that the sheet gives no part for are in `listing.keeps_parts` (see `with_kept_parts`). Offers that are
    not on the sheet are not in the result. Never raises on what the sheet holds.
    """
    report = Report()
    try:
        sheet = _sheet(rows, limits)
    except Unreadable as error:
        report.error(PRICE_LIST, error.line, None, error.code, **error.params)
        return result_of(Listing(), report)
    table = sheet_table(PRICE_LIST, sheet, SHEET, limits, report)
    listing = Listing()
    if table is not None:
        slugs = exact_names((names or {}).items()) | {heading_key(slug): slug for slug in known.treatments}
        reading = _Reading(clinic_ref, on, source, slugs, _refs_of_titles(titles or {}), report)
        reading.take(table)
        listing = reading.listing(known, country, has_parts=not PART_NAMES.isdisjoint(table.columns))
    report.errors = [_of_the_sheet(error) for error in report.errors]
    report.notes = [_of_the_sheet(note) for note in report.notes]
    return result_of(listing, report)


def with_kept_parts(listing: Listing, parts: Mapping[str, tuple[Part, ...]]) -> tuple[OfferRow, ...]:
    """The offers of a price list, those that keep their parts with those of `parts` (offer_ref → parts)."""
    return tuple(
        replace(row, terms=replace(row.terms, parts=parts.get(row.offer_ref, ())))
        if row.key in listing.keeps_parts
        else row
        for row in listing.offers
    )


def exact_names(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """(name, slug) as a mapping for `read_price_list`; a name that means two treatments is left out."""
    slugs: defaultdict[str, set[str]] = defaultdict(set)
    for name, slug in pairs:
        slugs[heading_key(name)].add(slug)
    return {name: meant.pop() for name, meant in slugs.items() if len(meant) == 1}


def write_price_list(
    offers: Sequence[OfferRow], *, language: str | None = None, with_source: bool = False, empty_rows: int = 0
) -> list[list[str]]:
    """The sheet of these offers, header first; `empty_rows` follow for new ones. Read again, the terms are equal.

    The header is the contract's names, or words of `language` (en, zh, ko). `with_source` adds the columns
    source and verified_on, which the one who hands the sheet in need not fill. The cells are plain texts: a CSV
    file is made of them by `csv_bytes`, which guards them.
    """
    left_out = set() if with_source else {"source", "verified_on"}
    columns = [column.name for column in SHEET.columns if column.name not in left_out]
    rows = [[heading(column, language) for column in columns]]
    for offer in offers:
        parts = [content_cells(part) for part in offer.terms.parts]
        first = {**offer_cells(offer), **(parts[0] if parts else {})}
        rows.append([first.get(column, "") for column in columns])
        for part in parts[1:]:
            further = {"offer_ref": offer.offer_ref, **part}
            rows.append([further.get(column, "") for column in columns])
    return rows + [[""] * len(columns) for _ in range(empty_rows)]


def price_list_template(*, language: str | None = None, empty_rows: int = 40) -> list[list[str]]:
    """An empty sheet: the header, and rows to fill. It holds no example, which somebody would hand in."""
    return write_price_list((), language=language, empty_rows=empty_rows)


def _sheet(rows: Sheet | Sequence[Sequence[str]] | bytes, limits: Limits) -> Sheet:
    """Raises Unreadable."""
    if isinstance(rows, Sheet):
        return rows
    if isinstance(rows, bytes):
        if len(rows) > limits.file_bytes:
            raise Unreadable("file_too_large", None, most=limits.file_bytes)
        return csv_sheet(rows, SHEET, limits)
    return Sheet(
        tuple((number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row))
    )


def _of_the_sheet(error: RowError) -> RowError:
    return replace(error, file=PRICE_LIST)


def _refs_of_titles(titles: Mapping[str, str]) -> dict[str, list[str]]:
    refs: defaultdict[str, list[str]] = defaultdict(list)
    for ref, title in titles.items():
        refs[_title_key(title)].append(ref)
    return dict(refs)


def _title_key(title: str) -> str:
    return unicodedata.normalize("NFKC", clean(title)).casefold()


def ref_of_title(title: str) -> str:
    """A ref for an offer that has none: its title as words joined by hyphens, and eight digits of its SHA-256.

    The same title gives the same ref at every upload. The digits keep it apart from refs that people choose.
    """
    key = _title_key(title)
    words = _NO_WORD.sub("-", key.replace("_", " ")).strip("-")[: _MAX_REF - 9].rstrip("-")
    digits = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{words}-{digits}" if words else f"offer-{digits}"


@dataclass(slots=True)
class _Above:
    """The offer that further parts belong to: its cells, and its ref as the sheet gives it and as we use it."""

    cells: Mapping[str, str]
    given: str
    ref: str


@dataclass(slots=True)
class _Reading:
    """Takes the records of a sheet apart into offers and parts, then reads these as the listing files are."""

    clinic_ref: str
    on: date
    source: str
    slugs: Mapping[str, str]
    refs_of_titles: Mapping[str, Sequence[str]]
    report: Report
    offers: list[OfferRow] = field(default_factory=list)
    parts: list[PartRow] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)
    # Offers whose part could not be read: what is wrong with it was said already.
    broken: set[OfferKey] = field(default_factory=set)
    _made: dict[str, int] = field(default_factory=dict)

    def take(self, table: Table) -> None:
        above: _Above | None = None
        for record in table.records:
            cells = {name: clean(text) for name, text in record.values.items()}
            sound = self._formulas_have_values(record.line, cells)
            if above is not None and _is_further_part(cells, above):
                self._take_part(record, above.ref, table.decimal_comma, sound)
                continue
            ref = cells.get("offer_ref") or self._ref(record.line, cells.get("title", ""))
            above = _Above(cells, cells.get("offer_ref", ""), ref)
            self.seen.offers.add((self.clinic_ref, ref))
            if sound:
                self._take_offer(record, ref, table.decimal_comma)
            if any(cells.get(name) for name in PART_NAMES):
                self._take_part(record, ref, table.decimal_comma, sound)

    def listing(self, known: Known, country: str, *, has_parts: bool) -> Listing:
        """The offers that passed every check; where one did not, the report says so and this is of no use."""
        with_parts = {row.key for row in self.parts} | self.broken
        keeps: set[OfferKey] = set()
        for row in self.offers:
            if row.key in with_parts:
                continue
            if row.key in known.offers:
                keeps.add(row.key)
            else:
                self.report.error(OFFER_PARTS, row.line, "treatment", "parts_needed")
        rows = Rows((), (), self.offers, self.parts, keeps)
        check(rows, self.seen, replace(known, clinics={self.clinic_ref: country}), self.report)
        if self.report.errors:
            return Listing()
        return replace(joined(rows), files=frozenset({OFFERS, OFFER_PARTS} if has_parts else {OFFERS}))

    def _formulas_have_values(self, line: int, cells: Mapping[str, str]) -> bool:
        failed = [(name, text) for name, text in cells.items() if _FAILED.fullmatch(text.upper())]
        for name, text in failed:
            self.report.error(OFFERS, line, name, "formula_failed", value=text)
        return not failed

    def _ref(self, line: int, title: str) -> str:
        """The ref of a row that gives none; where it cannot be told which offer it is, that is reported."""
        known = self.refs_of_titles.get(_title_key(title), ())
        ref = known[0] if len(known) == 1 else ref_of_title(title)
        first = self._made.setdefault(ref, line) if title else line
        if len(known) > 1:
            self.report.error(OFFERS, line, "offer_ref", "title_ambiguous")
        elif first != line:
            self.report.error(OFFERS, line, "title", "title_twice", first=first)
        elif title:
            return ref
        # A name for the row until all of it was read; a missing title is told with its other cells.
        return f"line-{line}"

    def _take_offer(self, record: Record, ref: str, decimal_comma: bool) -> None:
        values = self._only(OFFERS, record, ref)
        values["source"] = values.get("source") or self.source
        currency = clean(values.get("currency", "")).upper()
        for name in _MONEY_COLUMNS:
            if name in values:
                values[name] = _without_sign(values[name], currency)
        row = offer_row(Cells(OFFERS, Record(record.line, values), self.report, decimal_comma, self.on))
        if row is not None:
            self.offers.append(row)

    def _take_part(self, record: Record, ref: str, decimal_comma: bool, sound: bool) -> None:
        values = self._only(OFFER_PARTS, record, ref)
        if "treatment" in values:
            values["treatment"] = self._slug(values["treatment"])
        row = None
        if sound:
            row = part_row(
                Cells(OFFER_PARTS, Record(record.line, values), self.report, decimal_comma, self.on)
            )
        if row is None:
            self.broken.add((self.clinic_ref, ref))
        else:
            self.parts.append(row)

    def _only(self, file: str, record: Record, ref: str) -> dict[str, str]:
        """The record's cells that are columns of `file`, and whose they are."""
        own = {column.name for column in FILES[file]}
        values = {name: text for name, text in record.values.items() if name in own}
        if not clean(values.get("offer_ref", "")):
            values["offer_ref"] = ref
        return {**values, "clinic_ref": self.clinic_ref}

    def _slug(self, text: str) -> str:
        """The slug of an exact name; a text that is none stays, to be refused with the nearest slug."""
        key = heading_key(clean(text))
        return OTHER if key == OTHER else self.slugs.get(key, text)


def _is_further_part(cells: Mapping[str, str], above: _Above) -> bool:
    """Is the row one more part of the offer above?

    It fills part columns, and of the offer's only the ref, or repeats what stands above under the same ref.
    """
    if not any(cells.get(name) for name in PART_NAMES):
        return False
    own = {name: text for name, text in cells.items() if text and name not in PART_NAMES}
    ref = own.pop("offer_ref", "")
    if ref:
        return ref == above.given and all(above.cells.get(name) == text for name, text in own.items())
    # A title that is written again may be merged cells taken apart; anything more is an offer of its own.
    return not own or own == {"title": above.cells.get("title")}


def _without_sign(text: str, currency: str) -> str:
    """`S$1,380.00` and `250,000원` as plain amounts, where the sign is one of the row's own currency."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for sign in (*_SIGNS.get(currency, ()), currency):
        for rest in (plain.removeprefix(sign), plain.removesuffix(sign)):
            if sign and rest != plain and rest.strip()[:1].isdigit():
                return rest.strip()
    return text
