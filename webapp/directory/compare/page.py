"""The page /compare: one basket, each clinic's answer beside the others', and what they rest on."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.directory.cards import Names, heading_label
from webapp.directory.compare import range_bar
from webapp.directory.compare.answers import converted, in_order
from webapp.directory.compare.asking import Asked, Told, ask_all
from webapp.directory.compare.chosen import Chosen
from webapp.directory.compare.columns import Column, column, want_words
from webapp.directory.compare.course import Assumed, Reach, assumed, over_time, reach
from webapp.directory.compare.course_lines import (
    AssumedLine,
    YearLine,
    assumed_lines,
    time_notes,
    year_line,
)
from webapp.directory.compare.elsewhere import elsewhere
from webapp.directory.compare.elsewhere_lines import ElsewhereLines, elsewhere_lines
from webapp.directory.compare.labels import AMOUNT_FROM
from webapp.directory.compare.leaving import LeavingLine, leaving_lines
from webapp.directory.compare.missing import ASKED_BY, ASKED_BY_FIELD
from webapp.directory.compare.query import CompareQuery
from webapp.directory.compare.since import versions_used
from webapp.directory.labels import MARKETS
from webapp.domain.basket import TooLarge
from webapp.domain.course_plan import years
from webapp.domain.exchange import NoRate, Ranking, Rate, Rates
from webapp.domain.market import Country
from webapp.domain.money import Money
from webapp.fx.words import RateLine, rate_line
from webapp.i18n import format_distance, format_money
from webapp.offers.public import Basket, settle
from webapp.settings import market_policy

MARKET_CURRENCY = {Country.SG: "SGD", Country.KR: "KRW"}


@dataclass(frozen=True, slots=True)
class WantLine:
    """One line of the basket in words: what, how much a session is, and who said so."""

    words: str
    amount_from: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with what goes beside it on the page."""

    column: Column
    distance: str | None
    reach: Reach
    time_notes: list[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Columns side by side; `currency` where each currency stands by itself."""

    currency: str | None
    columns: list[Placed]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything below the form. `side_by_side` False: too many for columns, so they stand as a list.

    `apart`: an order by price was asked for and there is no rate, so each currency stands by itself.
    """

    basket: Basket
    wants: list[WantLine]
    groups: list[Group]
    side_by_side: bool
    apart: bool
    currency: str
    rates: list[RateLine]
    picture: range_bar.Picture | None
    assumptions: list[AssumedLine]
    years: list[YearLine]
    not_in_years: list[str]
    leaving: list[LeavingLine]
    elsewhere: ElsewhereLines | None
    askable: list[str]
    missing: list[str]
    versions: str


def currency_of(query: CompareQuery, chosen: Sequence[Chosen]) -> str:
    """The reader's currency, else that of the market she named first, else Singapore's."""
    if query.currency:
        return query.currency
    first = next((one.clinic.country for one in chosen), Country.SG)
    return MARKET_CURRENCY[Country(first)]


def comparison(
    query: CompareQuery, told: Told, names: Names, rates: Rates, now: datetime, side_by_side: int
) -> Comparison | None:
    """Compare; None where the basket is too large to be searched. `side_by_side` clinics at most stand as columns."""
    basket = settle(query.wants, names, [offer for rows in told.published.values() for offer in rows])
    currency = currency_of(query, told.chosen)
    courses = assumed(basket.wants, query.rows)
    try:
        asked = ask_all(told, basket, query.reader, names, now)
    except TooLarge:
        return None
    ranking = in_order([one.answer for one in asked], rates, currency, now.date())
    placed = _placed(asked, basket, courses, ranking, names, rates, query)
    labels = {
        want.treatment: heading_label(names[want.treatment], _countries(told.chosen)) for want in basket.wants
    }
    columns = [one.column for one in placed]
    abroad = elsewhere(asked, basket.wants, courses, query.journeys, rates, currency, now.date())
    counts = [years(course.plan) for course in courses]
    spans = [over_time(one, courses, counts) for one in asked]
    in_place = _in_order(placed, ranking) if query.by_price else placed
    return Comparison(
        basket=basket,
        wants=[
            WantLine(want_words(want, labels[want.treatment]), str(AMOUNT_FROM[by]))
            for want, by in zip(basket.wants, basket.settled_by, strict=True)
        ],
        groups=_groups(in_place, apart=query.by_price and not ranking.together),
        side_by_side=len(told.chosen) <= side_by_side,
        apart=query.by_price and not ranking.together,
        currency=currency,
        rates=[rate_line(rate, now) for rate in _rates_used(asked, rates, currency)],
        picture=_picture(in_place, rates, currency),
        assumptions=assumed_lines(courses, labels),
        years=[year_line(column, found) for column, found in zip(columns, spans, strict=True)]
        if any(found.costs.first or found.costs.following for found in spans)
        else [],
        not_in_years=[labels[want.treatment] for want in (spans[0].unsaid if spans else ())],
        leaving=[line for one in columns for line in leaving_lines(one)],
        elsewhere=elsewhere_lines(abroad) if abroad is not None else None,
        # A clinic with prices in two currencies has two columns and one mailbox.
        askable=list(
            dict.fromkeys(
                one.column.clinic.slug
                for one in in_place
                if one.column.may_enquire and one.column.clinic is not None
            )
        ),
        missing=_missing(columns),
        versions=versions_used(one.answer for one in asked),
    )


def _placed(
    asked: Sequence[Asked],
    basket: Basket,
    courses: Sequence[Assumed],
    ranking: Ranking[int],
    names: Names,
    rates: Rates,
    query: CompareQuery,
) -> list[Placed]:
    """A column for each answer, as asked; with its rank where the reader wants an order by price."""
    ranks = {row.key: row.rank for group in ranking.groups for row in group} if query.by_price else {}
    return [
        Placed(
            column(
                one.answer,
                basket,
                names,
                converted(one.answer.total, rates, ranking.currency),
                ranks.get(number),
            ),
            format_distance(one.distance_m) if one.distance_m is not None else None,
            reach(one, courses),
            time_notes(one.answer.mix, courses),
        )
        for number, one in enumerate(asked)
    ]


def _in_order(placed: Sequence[Placed], ranking: Ranking[int]) -> list[Placed]:
    """Cheapest first within a currency group, then what has no total, as it came."""
    ranked = [row.key for group in ranking.groups for row in group]
    return [placed[number] for number in (*ranked, *ranking.incomplete)]


def _rates_used(asked: Sequence[Asked], rates: Rates, currency: str) -> list[Rate]:
    """Every rate that a figure of the page may rest on, so that no conversion stands without its day."""
    found: list[Rate] = []
    for code in dict.fromkeys(one.answer.mix.currency for one in asked):
        if code is not None and code != currency:
            with suppress(NoRate):
                found.append(rates.between(code, currency))
    return found


def _countries(chosen: Sequence[Chosen]) -> list[str]:
    """The markets a page speaks of: those of its clinics, both where there are none."""
    return sorted({one.clinic.country for one in chosen}) or list(MARKETS)


def _missing(columns: Sequence[Column]) -> list[str]:
    """What the clinics' totals lack, as codes that the enquiry form turns into questions."""
    found = {
        ASKED_BY.get(reason)
        for one in columns
        if one.clinic is not None
        for aside in one.answer.mix.set_aside
        for reason in aside.reasons
    }
    found |= {ASKED_BY_FIELD.get(field) for one in columns if one.clinic for field in one.answer.mix.unpriced}
    return sorted(code for code in found if code)


def _groups(placed: Sequence[Placed], *, apart: bool) -> list[Group]:
    """All in one row of columns; by currency where the reader asked for an order and there is no rate for one."""
    if not apart:
        return [Group(None, list(placed))] if placed else []
    groups: dict[str, list[Placed]] = {}
    for one in placed:
        groups.setdefault(one.column.answer.mix.currency or "", []).append(one)
    return [Group(code or None, rows) for code, rows in groups.items()]


def _picture(placed: Sequence[Placed], rates: Rates, currency: str) -> range_bar.Picture | None:
    spans = [
        range_bar.Span(
            one.column.name,
            _range_words(one.reach, rates, currency),
            *(
                converted(money, rates, currency)
                for money in (one.reach.low, one.reach.chosen, one.reach.high)
            ),
        )
        for one in placed
        if not one.column.market or market_policy(one.column.market).may_show_range
    ]
    marks = range_bar.marks_for(spans)
    return range_bar.picture(spans, {value: format_money(Money(value, currency)) for value in marks})


def _range_words(found: Reach, rates: Rates, currency: str) -> str:
    """What the bar of a clinic says in figures."""
    low, chosen, high = (converted(money, rates, currency) for money in (found.low, found.chosen, found.high))
    if low is not None and high is not None and low != high:
        span = _("%(low)s to %(high)s", low=format_money(low), high=format_money(high))
        return _("%(span)s, as chosen %(chosen)s", span=span, chosen=format_money(chosen)) if chosen else span
    known = chosen or low or high
    return format_money(known) if known else ""
