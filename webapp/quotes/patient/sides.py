"""Who is held beside whom: each clinic's answer and what the patient was told elsewhere, with the total that may stand
in an order, or the reasons why none does. What a clinic's quote is asked, her own is asked too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from webapp.domain.basket import Difference, Gap, Lacking, LeftOverOf, Mix, Reader, TooLarge
from webapp.domain.money import Money
from webapp.domain.offers import Incomplete, LeftOver, OfferTerms, Want
from webapp.domain.quotes import PriceRange, QuoteAnswer, QuoteState, QuoteTerms, answer
from webapp.i18n import listed
from webapp.offers.labels import INCOMPLETE, quantity_words
from webapp.offers.own_quotes import own_mixes
from webapp.quotes.patient.reading import Heard, Read
from webapp.quotes.patient.words import beyond_words

_OVER = {
    QuoteState.WITHDRAWN: Incomplete.WITHDRAWN,
    QuoteState.EXPIRED: Incomplete.PRICE_EXPIRED,
}
_OF_AMOUNT = {Difference.QUANTITY, Difference.UNIT}


@dataclass(frozen=True, slots=True)
class Listed:
    """What a clinic's published offers come to for the same, today; `mix` None where that is too much to add up.

    `beyond`: what its total pays for besides, in words.
    """

    mix: Mix | None
    beyond: Sequence[str]


@dataclass(frozen=True, slots=True)
class Side:
    """One that is compared: a clinic's answer, or what the reader was told elsewhere (`heard` None).

    `total` is None where there is none or it may not be ranked; then `why_not` says so. `beyond` is what `shown` pays
    for besides what was asked, in words. `expected`: between what and what a clinic expects it to end that wants to
    see her first. `terms` are the quotes behind it: none, or one of a clinic, or those of hers that were added up.
    """

    name: str
    heard: Heard | None
    shown: Money | None
    total: Money | None
    why_not: Sequence[str]
    beyond: Sequence[str]
    expected: PriceRange | None
    terms: Sequence[QuoteTerms | OfferTerms]
    listed: Listed | None


def clinic_side(heard: Heard, read: Read) -> Side:
    """A clinic's answer, beside what its published offers come to."""
    over = _OVER.get(heard.state) if heard.state is not None else None
    settled = answer(heard.terms, read.settled, heard.today) if heard.terms is not None else None
    shown = settled.total if settled is not None and over is None else None
    why_not = _why_not(heard, read, settled, over)
    return Side(
        name=heard.clinic.name,
        heard=heard,
        shown=shown,
        total=None if why_not else shown,
        why_not=why_not,
        beyond=beyond_words(settled.left_over, settled.not_asked, read.names) if settled is not None else (),
        expected=heard.price_range if over is None else None,
        terms=(heard.terms,) if heard.terms is not None else (),
        listed=_listed(heard, read),
    )


def own_sides(told: Sequence[OfferTerms], read: Read, on: date) -> list[Side]:
    """What she was told elsewhere, by the same gate and bill; one side per name and currency."""
    try:
        found = own_mixes(told, read.settled, Reader(), read.families, on, as_quotes=True)
    except TooLarge:
        by_name: dict[str, list[OfferTerms]] = {}
        for terms in told:
            by_name.setdefault(terms.title, []).append(terms)
        return [_own_side(name, None, (), terms, [too_many()]) for name, terms in by_name.items()]
    return [
        _own_side(
            name,
            mix.total,
            _beyond(mix, read),
            [purchase.terms for purchase in mix.purchases]
            or [one.terms for one in offered if one.terms.currency == mix.currency],
            [] if mix.complete else [*(str(INCOMPLETE[reason]) for reason in mix.reasons), *_gaps(mix, read)],
        )
        for name, mix, offered in found
    ]


def too_many() -> str:
    """Said in place of a sum that would take too long to find."""
    return _("Too many treatments and sessions to add up here.")


def _own_side(
    name: str,
    total: Money | None,
    beyond: Sequence[str],
    terms: Sequence[OfferTerms],
    why_not: Sequence[str],
) -> Side:
    return Side(name, None, total, total, why_not, beyond, None, terms, None)


def _listed(heard: Heard, read: Read) -> Listed | None:
    if heard.listed is None:
        return Listed(None, ())
    currency = heard.quote.currency if heard.quote is not None else None
    mix = next((mix for mix in heard.listed if currency in (None, mix.currency)), None)
    return Listed(mix, _beyond(mix, read)) if mix is not None else None


def _why_not(heard: Heard, read: Read, settled: QuoteAnswer | None, over: Incomplete | None) -> list[str]:
    if heard.quote is None:
        return [_("By mail, not structured.")] if heard.by_mail else [_("No answer yet.")]
    if heard.quote.kind == "decline":
        return [_("It declined.")]
    reasons = list(settled.reasons) if settled is not None else []
    if over is not None and over not in reasons:
        reasons.append(over)
    said = [str(INCOMPLETE[reason]) for reason in reasons]
    if settled is None and over is None:
        said.append(_("said before it saw you") if heard.price_range else _("It wants to see you first."))
    if heard.has_left:
        said.append(_("The clinic has left Like for Like."))
    if heard.terms is not None and settled is not None and not settled.covers_all:
        # She may have left the amount to the clinics; then it is nothing else than she asked for.
        as_asked = answer(heard.terms, read.wants, heard.today).covers_all
        said.append(
            _other_amount([one.want for one in settled.covered if one.short]) if as_asked else _other()
        )
    return said


def _gaps(mix: Mix, read: Read) -> list[str]:
    if not mix.gaps:
        return []
    if all(_is_of_amount(gap, mix, read) for gap in mix.gaps):
        return [_other_amount([gap.want for gap in mix.gaps])]
    return [_other()]


def _is_of_amount(gap: Gap, mix: Mix, read: Read) -> bool:
    """Does only the amount differ, and she left that open?"""
    return (
        gap.why is Lacking.NOT_COMPARABLE
        and read.wants[read.settled.index(gap.want)].quantity is None
        and any(one.want == gap.want and _OF_AMOUNT.issuperset(one.differs_in) for one in mix.not_comparable)
    )


def _other() -> str:
    return _("It is not for the same as you asked.")


def _other_amount(wants: Sequence[Want]) -> str:
    amounts = dict.fromkeys(quantity_words(want.quantity) or "" for want in wants)
    return _("Another amount than the %(amount)s compared here.", amount=listed(amounts))


def _beyond(mix: Mix, read: Read) -> list[str]:
    """What a mix pays for besides: sessions more of what she asked, and what she did not ask for."""
    wanted = {want.treatment for want in read.settled}
    return beyond_words(
        [_left(one) for one in mix.left_over if one.part.treatment in wanted],
        [_left(one) for one in mix.left_over if one.part.treatment not in wanted],
        read.names,
    )


def _left(one: LeftOverOf) -> LeftOver:
    return LeftOver(one.part, one.sessions)
