"""What a clinic's own feed or page says differently from its listing, and which of it is too odd to be believed.

Pure: the listing and what was found go in, differences come out. Nothing is changed here, and nothing becomes
public by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from webapp.domain.listing_csv.hours import InvalidHours, parse_hours
from webapp.domain.money import Money
from webapp.domain.offers import NOT_COMPARED, OfferTerms, Part, changed_fields
from webapp.domain.text import fold

# A price that is ten times another is a slip of the decimal point, or two columns swapped.
OUT_OF_BOUNDS_RATIO = 10
# Per cent that a price may move and still be called small; a setting, this is its default.
SMALL_CHANGE = 20
_MONEY = ("price", "regular_price")


class Bound(StrEnum):
    """Why a difference is never accepted by itself and is shown with a warning."""

    RATIO = "ratio"
    CURRENCY = "currency"


class OfferChange(StrEnum):
    """What would happen to the offer."""

    ADD = "add"
    CHANGE = "change"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class OfferDifference:
    """One offer that differs. `terms` are the found ones, None to retire; `fields` are those that would change.

    `small` is a price, and nothing else, that moved within the per cent given.
    """

    change: OfferChange
    ref: str
    terms: OfferTerms | None = None
    fields: tuple[str, ...] = ()
    out_of_bounds: Bound | None = None
    small: bool = False


@dataclass(slots=True)
class OfferDiff:
    """All of it, in the order of the feed and then of the listing; `refused` are refs with a price that is none."""

    differences: list[OfferDifference] = field(default_factory=list)
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)


def offer_differences(
    listed: Mapping[str, OfferTerms], found: Mapping[str, OfferTerms], *, small_change: int = SMALL_CHANGE
) -> OfferDiff:
    """Compare the offers of a listing with all those of the clinic's feed, both by their refs."""
    diff = OfferDiff()
    for ref, terms in found.items():
        if any(amount.amount <= 0 for amount in _amounts(terms)):
            diff.refused.append(ref)
            continue
        before = listed.get(ref)
        if before is None:
            diff.differences.append(OfferDifference(OfferChange.ADD, ref, terms))
            continue
        changed = changed_fields(before, terms)
        if not changed:
            diff.unchanged += 1
            continue
        bound = _bound(before, terms)
        small = bound is None and changed == ("price",) and _is_small(before.price, terms.price, small_change)
        diff.differences.append(OfferDifference(OfferChange.CHANGE, ref, terms, changed, bound, small))
    diff.differences += [OfferDifference(OfferChange.RETIRE, ref) for ref in listed if ref not in found]
    return diff


def _amounts(terms: OfferTerms) -> list[Money]:
    return [amount for name in _MONEY if (amount := getattr(terms, name)) is not None]


def _bound(before: OfferTerms, after: OfferTerms) -> Bound | None:
    if before.currency != after.currency:
        return Bound.CURRENCY
    for name in _MONEY:
        old, new = getattr(before, name), getattr(after, name)
        if old is not None and new is not None:
            low, high = sorted((old.amount, new.amount))
            if high >= OUT_OF_BOUNDS_RATIO * low:
                return Bound.RATIO
    return None


def _is_small(before: Money | None, after: Money | None, per_cent: int) -> bool:
    if before is None or after is None or before.currency != after.currency:
        return False
    return abs(after.amount - before.amount) * 100 <= before.amount * per_cent


def keep_what_is_not_told(listed: OfferTerms, found: OfferTerms, columns: Collection[str]) -> OfferTerms:
    """`found` with the listing's values where the feed has no column for them: it says nothing about these.

    `columns` are those that the feed has, by the listing files' names. Parts are matched by their place and
    treatment. Amounts are not kept across currencies. Where what would be kept contradicts what was found (a
    price per session of what is a combo now), nothing is kept.
    """
    kept: dict[str, Any] = {}
    for name in {f.name for f in fields(OfferTerms)} - NOT_COMPARED - {"parts"}:
        is_money = name in _ALL_MONEY
        if _COLUMN_OF.get(name, name) not in columns and not (is_money and listed.currency != found.currency):
            kept[name] = getattr(listed, name)
    parts = tuple(
        _kept_part(old, new, columns) if old is not None and old.treatment == new.treatment else new
        for old, new in zip_longest(listed.parts[: len(found.parts)], found.parts)
    )
    try:
        return replace(found, parts=parts, **kept)
    except ValueError:
        return found


# Where a field's column has another name.
_COLUMN_OF = {"consultation": "consultation_fee"}
_ALL_MONEY = frozenset({*_MONEY, "consultation", "consultation_fee", "other_fees"})
_PART_COLUMNS = ("quantity", "unit", "sessions", "areas", "interval_weeks", "words")


def _kept_part(listed: Part, found: Part, columns: Collection[str]) -> Part:
    kept = {name: getattr(listed, name) for name in _PART_COLUMNS if name not in columns}
    if "unit" in kept and found.quantity is not None and found.unit is not None:
        del kept["unit"]
    return replace(found, **kept)


@dataclass(frozen=True, slots=True)
class Contact:
    """Contact data and hours of one clinic, as its page states them; None is "not stated".

    `phone` is E.164, `hours` in schema.org's words; `address`, `unit` and `postal_code` belong together.
    """

    name: str | None = None
    phone: str | None = None
    address: str | None = None
    unit: str | None = None
    postal_code: str | None = None
    hours: str | None = None


def contact_differences(
    listed: Contact, found: Contact, *, other_names: Sequence[str] = ()
) -> dict[str, dict[str, str]]:
    """The facts that differ, by fact ("phone"), each with the columns to write. What is not stated differs not.

    `other_names` are the listing's names in other languages: a page may call the clinic by any of them.
    """
    differences: dict[str, dict[str, str]] = {}
    if found.name and fold(found.name) not in {fold(name) for name in (listed.name or "", *other_names)}:
        differences["name"] = {"name": found.name}
    if found.phone and found.phone != listed.phone:
        differences["phone"] = {"phone": found.phone}
    if found.hours and _week(found.hours) != _week(listed.hours or ""):
        differences["hours"] = {"hours": found.hours}
    if found.address and _address_words(found) - _address_words(listed):
        stated = {"address": found.address, "unit": found.unit, "postal_code": found.postal_code}
        differences["address"] = {name: value for name, value in stated.items() if value}
    return differences


def _week(hours: str) -> frozenset[tuple[str, int, int]] | None:
    """Opening hours whatever way they are written; None where they cannot be read."""
    try:
        return frozenset((day, span.opens, span.closes) for span in parse_hours(hours) for day in span.days)
    except InvalidHours:
        return None


def _address_words(contact: Contact) -> frozenset[str]:
    """The words of an address without marks and abbreviations: "290 Orchard Rd." is "290 orchard road"."""
    text = " ".join(filter(None, (contact.address, contact.unit, contact.postal_code)))
    words = (
        fold(text)
        .replace(",", " ")
        .replace("#", " ")
        .replace(".", " ")
        .replace("(", " ")
        .replace(")", " ")
        .split()
    )
    return frozenset(_SHORT.get(word, word) for word in words) - _SAID_BY_THE_MARKET


_SHORT = {
    "rd": "road", "st": "street", "ave": "avenue", "dr": "drive", "blvd": "boulevard", "ctr": "centre",
    "center": "centre", "bldg": "building", "s": "singapore",
}  # fmt: skip
_SAID_BY_THE_MARKET = frozenset(
    {"singapore", "sg", "korea", "south", "republic", "of", "kr", "대한민국", "한국"}
)
