"""What the columns of a one-sheet price list are called: the contract's names, and words a clinic would use."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from webapp.domain.listing_csv.columns import FILES, OFFER_PARTS, OFFERS, Column, Kind, Layout, heading_key

# The columns of a sheet: an offer's and, on the same row, its part's. The clinic is known; where a price list
# comes from and whether it is confirmed, the one who hands it in says.
OFFER_COLUMNS: tuple[Column, ...] = tuple(
    replace(column, required=column.required and column.name not in {"offer_ref", "source"})
    for column in FILES[OFFERS]
    if column.name != "clinic_ref"
)
PART_COLUMNS: tuple[Column, ...] = tuple(
    replace(column, required=False)
    for column in FILES[OFFER_PARTS]
    if column.name not in {"clinic_ref", "offer_ref"}
)
PART_NAMES = frozenset(column.name for column in PART_COLUMNS)
SHEET_COLUMNS = (*OFFER_COLUMNS, *PART_COLUMNS)

LANGUAGES = ("en", "zh", "ko")

_YES_NO = ("yes", "no")


def choices_of(column: Column) -> tuple[str, ...]:
    """The words that a cell of the column takes, () where it takes others than those of a list."""
    if column.kind is Kind.YES_NO:
        return _YES_NO
    return tuple(column.choices) if column.choices is not None else ()


# Columns whose cells are one word of a list, for the boxes a spreadsheet offers.
CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {column.name: choices_of(column) for column in SHEET_COLUMNS if choices_of(column)}
)
# Columns whose cells are numbers, where they are not a word such as included.
NUMBERS = frozenset(
    column.name
    for column in SHEET_COLUMNS
    if column.kind in {Kind.MONEY, Kind.CONSULTATION, Kind.RATE, Kind.WHOLE, Kind.QUANTITY}
)


def _by_language(column: Column) -> dict[str, list[str]]:
    languages = ([word.strip() for word in part.split(",")] for part in column.headings.split("|"))
    return dict(zip(LANGUAGES, languages, strict=True))


# Column → language → what it is called there.
HEADINGS: Mapping[str, Mapping[str, Sequence[str]]] = MappingProxyType(
    {column.name: _by_language(column) for column in SHEET_COLUMNS}
)


def _aliases() -> dict[str, str]:
    found = {heading_key(column.name): column.name for column in SHEET_COLUMNS}
    for column, languages in HEADINGS.items():
        for headings in languages.values():
            found.update((heading_key(heading), column) for heading in headings)
    return found


SHEET = Layout(SHEET_COLUMNS, MappingProxyType(_aliases()))


def heading(column: str, language: str | None) -> str:
    """What we write above a column: the contract's own name, or the word in one of LANGUAGES."""
    return HEADINGS[column][language][0] if language is not None else column
