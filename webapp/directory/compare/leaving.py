"""Stopping before a course that was paid for ahead is used up: what comes back, and what each session has cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from webapp.directory.compare.columns import Column
from webapp.domain.course_plan import Exit, Refund, exit_values
from webapp.domain.money import Money
from webapp.domain.offers import (
    Eligibility,
    OfferTerms,
    Part,
    PriceKind,
    RefundBasis,
    Tax,
    price_of_one,
    reasons_against,
)
from webapp.i18n import format_money, today_in, utc_now
from webapp.offers.labels import answer_words
from webapp.settings import current_settings


@dataclass(frozen=True, slots=True)
class ExitLine:
    """After `used` sessions `back` comes back, and each of them has cost `each`: at most that where `back` is None."""

    used: int
    back: str | None
    each: str


@dataclass(frozen=True, slots=True)
class LeavingLine:
    """Stopping early, per number of sessions used. `basis` is the rule that is reckoned with, None where nobody says;
    `refund` are the clinic's own words.
    """

    name: str
    title: str
    basis: str | None
    refund: str | None
    expires: int | None
    exits: list[ExitLine]


def leaving_lines(column: Column) -> list[LeavingLine]:
    """For every purchase of several sessions of one treatment; none of one session can be left early.

    What comes back is reckoned by the basis that the clinic answered, never read from its words. Where it is not
    known the dearest case stands, that nothing comes back.
    """
    mix = column.answer.mix
    titles = {view.offer.ref: view.title for view in column.bought}
    lines: list[LeavingLine] = []
    for purchase in mix.purchases:
        terms = purchase.terms
        if not mix.complete or not terms.is_prepaid or len(terms.parts) > 1 or purchase.each is None:
            continue
        refund = Refund(terms.refund_basis) if terms.refund_basis is not None else None
        single = _single(column, terms) if terms.refund_basis is RefundBasis.LESS_SINGLES else None
        exits = exit_values(purchase.each, terms.parts[0].sessions, refund, single)
        lines.append(
            LeavingLine(
                column.name,
                titles.get(purchase.ref, terms.title),
                answer_words("refund_basis", terms.refund_basis),
                terms.refund_terms,
                terms.expires_after_days,
                [line for one in exits if (line := _exit_line(one)) is not None],
            )
        )
    return lines


def _exit_line(one: Exit) -> ExitLine | None:
    each = one.per_session if one.back is not None else one.at_most
    # Before the first session nothing has a cost per session.
    if each is None:
        return None
    return ExitLine(one.used, format_money(one.back) if one.back is not None else None, format_money(each))


def _single(column: Column, terms: OfferTerms) -> Money | None:
    if column.clinic is None:
        return None
    on = today_in(column.clinic.country, utc_now())
    return single_price(terms, column.answer.terms.values(), on, current_settings().price_age_days)


def single_price(
    course: OfferTerms, price_list: Iterable[OfferTerms], on: date, max_price_age_days: int
) -> Money | None:
    """What the price list asks for one session of the very thing that `course` holds, sold and taxed alike.

    Where it states several the dearest: no more is said to come back than any of them leaves. None where none
    stands on the day `on`, or the course does not say how much a session is.
    """
    part = course.parts[0]
    if part.treatment is None or part.amount is None:
        return None
    found = [
        price
        for one in price_list
        if len(one.parts) == 1
        and one.parts[0].sessions == 1
        and _thing(one.parts[0]) == _thing(part)
        and _sold(one) == _sold(course)
        and one.price_kind is PriceKind.REGULAR
        and one.eligibility is Eligibility.ANY
        and not reasons_against(one, one.parts, on, max_price_age_days)
        and (price := price_of_one(one)) is not None
    ]
    return max(found, key=lambda price: price.amount, default=None)


def _thing(part: Part) -> tuple[object, ...]:
    return part.treatment, part.quantity, part.unit, frozenset(part.areas)


def _sold(terms: OfferTerms) -> tuple[object, ...]:
    # A rate that is in the price changes nothing in it.
    rate = terms.tax_rate if terms.tax is Tax.EXCLUSIVE else None
    return terms.currency, terms.tax, rate, terms.weekday_only, terms.numbing, terms.same_price_for_foreigners
