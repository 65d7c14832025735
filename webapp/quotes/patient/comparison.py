"""The answers criterion by criterion: every clinic's word on the total, tax, numbing and the rest beside the others'.

Stacked by criterion and not by clinic, so that three quotes stand side by side on a phone. Whoever asks for it gets
them by total: only what pays for all that was asked, of equal things, in one currency at a dated rate; all others
follow, each with its reason. What a total pays for besides stands beneath it, as on the public comparison.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from flask_babel import gettext as _

from webapp.domain.exchange import NoRate, Rate, Rates, rank
from webapp.domain.money import Money
from webapp.domain.offers import Consultation, Field, Injector, OfferTerms, Tax, unpriced
from webapp.domain.quotes import Inclusion, QuoteTerms
from webapp.domain.units import number_text
from webapp.i18n import described, format_day, format_money, listed
from webapp.offers.labels import INJECTOR, NUMBING, UNPRICED
from webapp.quotes.history import range_words, stated_words
from webapp.quotes.labels import AFTERCARE_LANGUAGES, INCLUSIONS
from webapp.quotes.patient.sides import Side, too_many

_Terms = QuoteTerms | OfferTerms


@dataclass(frozen=True, slots=True)
class Cell:
    """What one of them says of one criterion. `is_open`: it does not say, which is written in the colour of a note."""

    words: str
    is_open: bool = False
    # The lines beneath: the same sum in the reader's currency, why there is none, what it pays for besides.
    beneath: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the comparison; its cells stand in the order of the sides."""

    title: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`by_total`: the sides are in the order of their totals. `apart`: a rate is missing, so each currency stands by
    itself."""

    sides: Sequence[Side]
    criteria: Sequence[Criterion]
    by_total: bool
    apart: bool
    # Every rate that a figure rests on.
    rates: Sequence[Rate]


def compare(sides: Sequence[Side], rates: Rates, currency: str, on: date, *, by_total: bool) -> Comparison:
    """Put the sides beside each other: as they came, or by total where she asks for it."""
    ranking = rank([(number, side.total) for number, side in enumerate(sides)], rates, currency, on)
    in_order = list(sides)
    if by_total:
        order = [*(one.key for group in ranking.groups for one in group), *ranking.incomplete]
        in_order = [sides[number] for number in order]
    sums = _Sums(rates, currency)
    criteria = [*sums.rows(in_order), *_inclusions(in_order)]
    used = tuple(dict.fromkeys((*ranking.rates, *sums.used)))
    return Comparison(in_order, criteria, by_total, by_total and not ranking.together, used)


class _Sums:
    """Totals and published prices as cells; `used` are the rates behind the converted ones, each once."""

    def __init__(self, rates: Rates, currency: str) -> None:
        self.rates, self.currency = rates, currency
        self.used: dict[Rate, None] = {}

    def rows(self, sides: Sequence[Side]) -> list[Criterion]:
        found = [Criterion(_("Total for what you asked"), [self.total(side) for side in sides])]
        if any(side.listed is not None for side in sides):
            title = _("The clinic's published price for the same, today")
            found.append(Criterion(title, [self.listed(side) for side in sides]))
        return found

    def total(self, side: Side) -> Cell:
        if side.shown is not None:
            more = side.why_not or self.converted(side.shown)
            return Cell(format_money(side.shown), beneath=(*more, *side.beyond))
        if side.expected is not None:
            return Cell(range_words(side.expected), is_open=True, beneath=side.why_not)
        if side.terms:
            return Cell(_("incomplete"), is_open=True, beneath=side.why_not)
        return Cell(" ".join(side.why_not), is_open=True)

    def listed(self, side: Side) -> Cell:
        if side.heard is None:
            return Cell(_("told to you"))
        if side.listed is None:
            return Cell(_("none published"), is_open=True)
        mix = side.listed.mix
        if mix is None:
            return Cell(_("incomplete"), is_open=True, beneath=(too_many(),))
        if mix.total is None:
            return Cell(_("incomplete") if mix.purchases else _("none published"), is_open=True)
        more = [*self.converted(mix.total), *side.listed.beyond]
        if mix.unpriced:
            more.append(f"{_('Beside this total:')} {listed(UNPRICED[field] for field in mix.unpriced)}")
        return Cell(format_money(mix.total), beneath=more)

    def converted(self, money: Money) -> Sequence[str]:
        """The same sum in the reader's currency, or why there is none; nothing where it is in that."""
        try:
            found = self.rates.convert(money, self.currency)
        except NoRate:
            return (_("no rate to %(currency)s", currency=self.currency),)
        if found.rate is None:
            return ()
        self.used[found.rate] = None
        return (_("about %(amount)s", amount=format_money(found.money)),)


def _inclusions(sides: Sequence[Side]) -> list[Criterion]:
    """Row by row what is in the price; a row that nobody was asked about is left out."""
    rows: list[tuple[str, Callable[[_Terms], Cell]]] = [
        (_("Tax"), _tax),
        (_("Consultation"), _consultation),
        *((str(title), partial(_inclusion, inclusion)) for inclusion, title in INCLUSIONS.items()),
        (_("Other fees"), _fees),
        (_("Who injects"), _injector),
        (_("Who sees you once you are home"), _aftercare),
        (_("Valid until"), _valid),
    ]
    # Sides that sent no price have nothing to say here.
    if not any(side.terms for side in sides):
        return []
    return [Criterion(title, [_agreed(side, say) for side in sides]) for title, say in rows]


def _agreed(side: Side, say: Callable[[_Terms], Cell]) -> Cell:
    """What a side's quotes say of a criterion: one thing, or each of them what it says."""
    cells = [say(terms) for terms in side.terms]
    if not cells:
        return Cell(_("no quote"), is_open=True)
    words = dict.fromkeys(cell.words for cell in cells)
    return Cell(listed(words, "; "), is_open=any(cell.is_open for cell in cells))


def _not_stated() -> Cell:
    return Cell(_("not stated"), is_open=True)


def _tax(terms: _Terms) -> Cell:
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


def _consultation(terms: _Terms) -> Cell:
    if terms.consultation_waived is True:
        return Cell(_("free with the treatment"))
    if terms.consultation is Consultation.FEE and terms.consultation_fee is not None:
        return Cell(format_money(terms.consultation_fee))
    return Cell(_("Included")) if terms.consultation else _not_stated()


def _inclusion(inclusion: Inclusion, terms: _Terms) -> Cell:
    if isinstance(terms, QuoteTerms):
        stated = terms.inclusions.get(inclusion)
        if stated is None:
            return _not_stated()
        return Cell(stated_words(stated), is_open=not stated.settles)
    if inclusion is Inclusion.NUMBING and terms.numbing is not None:
        return Cell(str(NUMBING[terms.numbing]), is_open=Field.NUMBING in unpriced(terms))
    return Cell(_("no other fees")) if terms.other_fees == () else _not_stated()


def _fees(terms: _Terms) -> Cell:
    fees = terms.named_fees if isinstance(terms, QuoteTerms) else terms.other_fees
    if fees is None:
        return _not_stated()
    return Cell(listed(f"{fee.name} {format_money(fee.amount)}" for fee in fees) or _("none"))


def _injector(terms: _Terms) -> Cell:
    kind: Injector | None = terms.injector
    name = terms.injector_name if isinstance(terms, QuoteTerms) else None
    words = name or (str(INJECTOR[kind]) if kind is not None else "")
    return Cell(words) if words else _not_stated()


def _aftercare(terms: _Terms) -> Cell:
    if not isinstance(terms, QuoteTerms):
        return _not_stated()
    language = AFTERCARE_LANGUAGES.get(terms.aftercare_language or "", terms.aftercare_language or "")
    words = described([terms.aftercare or "", language])
    return Cell(words) if words else _not_stated()


def _valid(terms: _Terms) -> Cell:
    return Cell(format_day(terms.valid_until)) if terms.valid_until is not None else _not_stated()
