"""A clinic's own feed: the price list that it publishes, read as an uploaded one is, and compared with its listing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from webapp.domain.listing_csv import SHEET, Known, RowError, Sheet, read_price_list, with_kept_parts
from webapp.domain.listing_diff import OfferDiff, keep_what_is_not_told, offer_differences
from webapp.domain.offers import OfferTerms, Part
from webapp.moderation.services import texts
from webapp.spreadsheets import SpreadsheetRefused, rows_of

# What the offers of a feed have as their source where the sheet names none; shown beside the price.
SOURCE = "the clinic's own price feed"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a feed is read against: the clinic, its offers by ref, and the catalogue.

    `listed` are the offers on the list, `parts` what each of its offers holds, the retired ones too. `held` are the
    texts that a person still has to read before they are public, by ref and field.
    """

    clinic_ref: str
    country: str
    on: date
    known: Known
    names: Mapping[str, str]
    titles: Mapping[str, str]
    listed: Mapping[str, OfferTerms]
    parts: Mapping[str, tuple[Part, ...]]
    held: Mapping[str, Mapping[str, str]]
    small_change: int


class FeedUnreadable(Exception):
    """Nothing of the feed can be used; `code` is one of refresh.labels.CODES, `errors` say where."""

    def __init__(self, code: str, errors: tuple[RowError, ...] = (), more: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors
        # How many errors there are beside those named.
        self.more = more


def read_feed(body: bytes, shelf: Shelf) -> OfferDiff:
    """How the feed differs from the listing. Raises FeedUnreadable: a feed with one broken row says nothing.

    What the feed has no column for stays as it is listed.
    """
    try:
        sheet = rows_of(body)
    except SpreadsheetRefused as refusal:
        raise FeedUnreadable("not_a_feed", (refusal.error,)) from None
    result = read_price_list(
        sheet,
        clinic_ref=shelf.clinic_ref,
        country=shelf.country,
        known=shelf.known,
        on=shelf.on,
        source=SOURCE,
        names=shelf.names,
        titles=shelf.titles,
    )
    if not result.ok:
        raise FeedUnreadable("rows", tuple(result.errors), result.more_errors)
    rows = with_kept_parts(result.listing, shelf.parts)
    if not rows:
        # A sheet that was emptied, or is being written: not the end of every offer.
        raise FeedUnreadable("feed_empty")
    columns = _columns(sheet)
    found = {
        row.offer_ref: keep_what_is_not_told(shelf.listed[row.offer_ref], row.terms, columns)
        if row.offer_ref in shelf.listed
        else row.terms
        for row in rows
    }
    public = {ref: _without_held(ref, terms, shelf) for ref, terms in found.items()}
    diff = offer_differences(shelf.listed, public, small_change=shelf.small_change)
    # What is proposed says all that the feed says: a text that is left out would be taken for withdrawn.
    diff.differences = [
        replace(difference, terms=found[difference.ref]) if difference.terms is not None else difference
        for difference in diff.differences
    ]
    return diff


def _without_held(ref: str, terms: OfferTerms, shelf: Shelf) -> OfferTerms:
    """The terms without the texts of theirs that wait for a person: these were found and accepted before."""
    given = texts.texts_of(terms)
    waiting = {field for field, text in shelf.held.get(ref, {}).items() if given.get(field) == text}
    listed = shelf.listed.get(ref)
    if listed is None or not waiting:
        return terms
    return texts.without(terms, dict.fromkeys(waiting, ()), listed, listed.title)


def _columns(sheet: Sheet) -> frozenset[str]:
    """The columns that the sheet has, by the listing files' names."""
    _line, names = sheet.rows[0]
    return frozenset(SHEET.column(name) for name in names)
