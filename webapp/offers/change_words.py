"""What is different between two versions of an offer, in words: for a feed's proposal, a dry run, and a comparison
that somebody saved, where the market decides which of it a page may say.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from webapp.domain.listing_csv.headings import heading
from webapp.domain.market import MarketPolicy, PriceClaim, PriceLine
from webapp.domain.money import Money
from webapp.domain.offers import Change, OfferTerms, Part, changes
from webapp.domain.units import number_text
from webapp.i18n import current_language, format_day, format_money, listed
from webapp.offers.labels import WORDS, YES_NO


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: its name in OfferTerms, what it is called, and its value before and after; "" is not stated.

    `before` None: a page may not say it.
    """

    field: str
    label: str
    before: str | None
    after: str


def differences(before: OfferTerms, after: OfferTerms, part_words: Callable[[Part], str]) -> list[Difference]:
    """Every field that says something else; the parts are one, in the words that `part_words` has for each."""
    found = changes(before, after)
    worded = [_difference(change) for change in found if not _is_of_parts(change)]
    if len(worded) < len(found):
        worded.append(_of_parts(before.parts, after.parts, part_words))
    return worded


def public_differences(
    before: OfferTerms,
    after: OfferTerms,
    line: PriceLine,
    policy: MarketPolicy,
    part_words: Callable[[Part], str],
) -> list[Difference]:
    """The same as a public page of the market may say it; `line` is today's price line of the offer.

    An amount of before beside today's is a claim about prices: where the market wants none, its `before` is None.
    So is a free text's, always: it may have been taken down for a reason. Where the line shows no amount none is
    said here. Titles are left out; public pages have their own.
    """
    worded = []
    of_parts = False
    for change in changes(before, after):
        if _is_of_parts(change):
            of_parts |= change.field != "words"
        elif _is_public(change.field, line, policy):
            difference = _difference(change)
            if change.field == "price" and line.amount is not None:
                difference = replace(difference, after=format_money(line.amount))
            worded.append(_without_what_was(difference, line, policy))
    if of_parts:
        then = tuple(replace(part, words=None) for part in before.parts)
        worded.append(_of_parts(then, after.parts, part_words))
    return worded


_AMOUNTS = frozenset({"price", "currency", "regular_price", "consultation_fee", "other_fees"})
_FREE_TEXTS = frozenset({"refund_terms", "event_target", "event_scope", "other_fees"})
_CLAIMS = {
    "regular_price": PriceClaim.USUAL_PRICE,
    "valid_from": PriceClaim.PERIOD,
    "valid_until": PriceClaim.PERIOD,
    # It says that the price is for a time.
    "price_kind": PriceClaim.PERIOD,
    "event_target": PriceClaim.PERIOD,
    "event_scope": PriceClaim.PERIOD,
}


def _is_public(field: str, line: PriceLine, policy: MarketPolicy) -> bool:
    if field == "title" or (field in _AMOUNTS and line.amount is None):
        return False
    claim = _CLAIMS.get(field)
    return claim is None or policy.may_say(claim, in_event=line.is_event)


def _without_what_was(difference: Difference, line: PriceLine, policy: MarketPolicy) -> Difference:
    amounts = policy.may_say(PriceClaim.USUAL_PRICE, in_event=line.is_event)
    if difference.field in _FREE_TEXTS or (difference.field in _AMOUNTS and not amounts):
        return replace(difference, before=None)
    return difference


def _is_of_parts(change: Change) -> bool:
    return change.part is not None or change.field == "parts"


def _difference(change: Change) -> Difference:
    label = heading(change.field, current_language())
    if change.field == "price":
        then, now = (_words(price) or _("on request") for price in (change.then, change.now))
        return Difference(change.field, label, then, now)
    return Difference(change.field, label, _words(change.then), _words(change.now))


def _of_parts(
    before: tuple[Part, ...], after: tuple[Part, ...], part_words: Callable[[Part], str]
) -> Difference:
    then, now = (listed(map(part_words, parts), "; ") for parts in (before, after))
    return Difference("parts", _("What it holds"), then, now)


def _words(value: Any) -> str:
    """A value of OfferTerms as a reader reads it; "" is not stated."""
    match value:
        case None:
            return ""
        case bool():
            return str(YES_NO["yes" if value else "no"])
        case Money():
            return format_money(value)
        case Decimal():
            return number_text(value)
        case date():
            return format_day(value)
        case tuple():
            return listed((f"{fee.name} {format_money(fee.amount)}" for fee in value), "; ") or _("none")
        case _ if type(value) in WORDS:
            return str(WORDS[type(value)][value])
        case _:
            return str(value)
