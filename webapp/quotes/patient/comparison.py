"""The answers criterion by criterion: every clinic's word on the total, tax, numbing and the rest beside the others'.

Stacked by criterion and not by clinic, so that three quotes stand side by side on a phone. Whoever asks for it gets
them by total: only totals of equal things, in one currency at a dated rate; all others follow, each with its reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _

from webapp.domain.basket import Mix, Reader, TooLarge
from webapp.domain.exchange import NoRate, Ranking, Rates, rank
from webapp.domain.money import Money
from webapp.domain.offers import Consultation, Injector, Numbing, OfferTerms, Tax
from webapp.domain.quotes import Inclusion, QuoteAnswer, QuoteTerms
from webapp.domain.units import number_text
from webapp.i18n import format_day, format_money
from webapp.offers.labels import INCOMPLETE, INJECTOR, NUMBING
from webapp.offers.own_quotes import own_mixes
from webapp.quotes.history import range_words, stated_words
from webapp.quotes.labels import AFTERCARE_LANGUAGES, INCLUSIONS
from webapp.quotes.patient.reading import Heard, Read


@dataclass(frozen=True, slots=True)
class Cell:
    """What one of them says of one criterion. `is_open`: it does not say, which is written in the colour of a note."""

    words: str
    is_open: bool = False
    # A second line beneath: the same sum in the reader's currency, or why there is none.
    beneath: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the comparison; its cells stand in the order of the sides."""

    title: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Side:
    """One that is compared: a clinic's quote, or what the reader was told elsewhere (`heard` None).

    `total` is None where there is none or it may not be ranked; then `why_not` says so.
    """

    name: str
    heard: Heard | None
    shown: Money | None
    total: Money | None
    why_not: Sequence[str]
    terms: QuoteTerms | None
    told: OfferTerms | None
    listed: Mix | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`by_total`: the sides are in the order of their totals. `apart`: a rate is missing, so each currency stands by
    itself."""

    sides: Sequence[Side]
    criteria: Sequence[Criterion]
    by_total: bool
    apart: bool
    ranking: Ranking[int]


def clinic_side(heard: Heard, settled: QuoteAnswer | None) -> Side:
    """A clinic's answer, beside what its published offers come to."""
    currency = heard.quote.currency if heard.quote is not None else None
    listed = next((mix for mix in heard.listed if currency in (None, mix.currency)), None)
    shown = settled.total if settled is not None else None
    why_not = list(_why_not(heard, settled))
    return Side(
        heard.clinic.name,
        heard,
        shown,
        None if why_not else shown,
        why_not,
        heard.terms,
        None,
        listed,
    )


def own_sides(told: Sequence[OfferTerms], read: Read, on: date) -> list[Side]:
    """What she was told elsewhere, by the same gate and bill."""
    try:
        found = own_mixes(told, read.settled, Reader(), read.families, on)
    except TooLarge:
        return []
    return [
        Side(
            name,
            None,
            mix.total,
            mix.total,
            [] if mix.complete else [*(str(INCOMPLETE[reason]) for reason in mix.reasons), *_gaps(mix)],
            None,
            offered[0].terms,
            None,
        )
        for name, mix, offered in found
    ]


def compare(sides: Sequence[Side], rates: Rates, currency: str, on: date, *, by_total: bool) -> Comparison:
    """Put the sides beside each other: as they came, or by total where she asks for it."""
    ranking = rank([(number, side.total) for number, side in enumerate(sides)], rates, currency, on)
    in_order = list(sides)
    if by_total:
        order = [*(one.key for group in ranking.groups for one in group), *ranking.incomplete]
        in_order = [sides[number] for number in order]
    return Comparison(
        in_order,
        [*_sums(in_order, rates, currency), *_inclusions(in_order)],
        by_total,
        by_total and not ranking.together,
        ranking,
    )


def _why_not(heard: Heard, settled: QuoteAnswer | None) -> Sequence[str]:
    if heard.quote is None:
        return [_("By mail, not structured.")] if heard.by_mail else [_("No answer yet.")]
    if heard.quote.kind == "decline":
        return [_("It declined.")]
    if settled is None:
        return [_("It wants to see you first.")]
    said = [str(INCOMPLETE[reason]) for reason in settled.reasons]
    if heard.has_left:
        said.append(_("The clinic has left Like for Like."))
    if not settled.covers_all:
        said.append(_("It is not for the same as you asked."))
    return said


def _gaps(mix: Mix) -> list[str]:
    return [_("It is not for the same as you asked.")] if mix.gaps else []


def _sums(sides: Sequence[Side], rates: Rates, currency: str) -> list[Criterion]:
    totals = [_total(side, rates, currency) for side in sides]
    listed = [_listed(side, rates, currency) for side in sides]
    found = [Criterion(_("Total for what you asked"), totals)]
    if any(side.listed is not None for side in sides):
        found.append(Criterion(_("The clinic's published price for the same, today"), listed))
    return found


def _total(side: Side, rates: Rates, currency: str) -> Cell:
    if side.shown is not None:
        reason = " ".join(side.why_not)
        return Cell(format_money(side.shown), beneath=reason or _converted(side.shown, rates, currency))
    if side.heard is not None and side.heard.price_range is not None:
        between = range_words(side.heard.price_range)
        return Cell(between, is_open=True, beneath=_("said before it saw you"))
    if side.terms is not None or side.told is not None:
        return Cell(_("incomplete"), is_open=True, beneath=" ".join(side.why_not))
    return Cell(" ".join(side.why_not), is_open=True)


def _listed(side: Side, rates: Rates, currency: str) -> Cell:
    if side.heard is None:
        return Cell(_("told to you"))
    if side.listed is None or (not side.listed.complete and not side.listed.purchases):
        return Cell(_("none published"), is_open=True)
    if side.listed.total is None:
        return Cell(_("incomplete"), is_open=True)
    return Cell(format_money(side.listed.total), beneath=_converted(side.listed.total, rates, currency))


def _converted(money: Money, rates: Rates, currency: str) -> str:
    if money.currency == currency:
        return ""
    try:
        return _("about %(amount)s", amount=format_money(rates.convert(money, currency).money))
    except NoRate:
        return _("no rate to %(currency)s", currency=currency)


def _inclusions(sides: Sequence[Side]) -> list[Criterion]:
    """Row by row what is in the price; a row that nobody was asked about is left out."""
    rows: list[tuple[str, list[Cell | None]]] = [
        (_("Tax"), [_tax(side) for side in sides]),
        (_("Consultation"), [_consultation(side) for side in sides]),
        *(
            (str(title), [_inclusion(side, inclusion) for side in sides])
            for inclusion, title in INCLUSIONS.items()
        ),
        (_("Other fees"), [_fees(side) for side in sides]),
        (_("Who injects"), [_injector(side) for side in sides]),
        (_("Who sees you once you are home"), [_aftercare(side) for side in sides]),
        (_("Valid until"), [_valid(side) for side in sides]),
    ]
    # Sides that sent no price have nothing to say here.
    return [
        Criterion(title, [cell or Cell(_("no quote"), is_open=True) for cell in cells])
        for title, cells in rows
        if any(cell is not None for cell in cells)
    ]


def _not_stated() -> Cell:
    return Cell(_("not stated"), is_open=True)


def _tax(side: Side) -> Cell | None:
    terms = side.terms or side.told
    if terms is None:
        return None
    rate: Decimal | None = terms.tax_rate
    match terms.tax:
        case Tax.INCLUSIVE:
            return Cell(_("in the price"))
        case Tax.EXCLUSIVE if rate is not None:
            return Cell(_("on top, %(rate)s %%", rate=number_text(rate)))
        case Tax.EXCLUSIVE:
            return Cell(_("on top, how much is not stated"), is_open=True)
        case _:
            return _not_stated()


def _consultation(side: Side) -> Cell | None:
    terms = side.terms or side.told
    if terms is None:
        return None
    if terms.consultation_waived is True:
        return Cell(_("free with the treatment"))
    if terms.consultation is Consultation.FEE and terms.consultation_fee is not None:
        return Cell(format_money(terms.consultation_fee))
    return Cell(_("Included")) if terms.consultation else _not_stated()


def _inclusion(side: Side, inclusion: Inclusion) -> Cell | None:
    if side.terms is not None:
        stated = side.terms.inclusions.get(inclusion)
        if stated is None:
            return _not_stated()
        return Cell(stated_words(stated), is_open=not stated.settles)
    if side.told is None:
        return None
    if inclusion is Inclusion.NUMBING and side.told.numbing is not None:
        return Cell(str(NUMBING[side.told.numbing]), is_open=side.told.numbing is Numbing.EXTRA)
    return Cell(_("no other fees")) if side.told.other_fees == () else _not_stated()


def _fees(side: Side) -> Cell | None:
    terms = side.terms or side.told
    if terms is None:
        return None
    fees = terms.named_fees if isinstance(terms, QuoteTerms) else terms.other_fees
    if fees is None:
        return _not_stated()
    return Cell(", ".join(f"{fee.name} {format_money(fee.amount)}" for fee in fees) or _("none"))


def _injector(side: Side) -> Cell | None:
    terms = side.terms or side.told
    if terms is None:
        return None
    kind: Injector | None = terms.injector
    name = terms.injector_name if isinstance(terms, QuoteTerms) else None
    words = name or (str(INJECTOR[kind]) if kind is not None else "")
    return Cell(words) if words else _not_stated()


def _aftercare(side: Side) -> Cell | None:
    if side.terms is None:
        return None if side.told is None else _not_stated()
    language = AFTERCARE_LANGUAGES.get(
        side.terms.aftercare_language or "", side.terms.aftercare_language or ""
    )
    words = ", ".join(word for word in (side.terms.aftercare or "", language) if word)
    return Cell(words) if words else _not_stated()


def _valid(side: Side) -> Cell | None:
    terms = side.terms or side.told
    if terms is None:
        return None
    return Cell(format_day(terms.valid_until)) if terms.valid_until is not None else _not_stated()
