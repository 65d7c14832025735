"""The page /compare: one basket, each clinic's answer beside the others', and what they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.directory.cards import Names, heading_label
from webapp.directory.compare import range_bar
from webapp.directory.compare.answers import (
    Answer,
    Basket,
    Public,
    converted,
    families,
    in_order,
    settle,
)
from webapp.directory.compare.chosen import Chosen
from webapp.directory.compare.columns import Column, column, want_words
from webapp.directory.compare.course import (
    MixOf,
    Reach,
    assumed,
    leaving,
    over_time,
    quietly,
    reach,
)
from webapp.directory.compare.course_lines import (
    AssumedLine,
    LeavingLine,
    YearLine,
    assumed_lines,
    leaving_lines,
    year_line,
)
from webapp.directory.compare.elsewhere import elsewhere
from webapp.directory.compare.elsewhere_lines import ElsewhereLines, elsewhere_lines
from webapp.directory.compare.labels import AMOUNT_FROM
from webapp.directory.compare.missing import ASKED_BY, ASKED_BY_FIELD
from webapp.directory.compare.own_quotes import own_answers, own_mixes
from webapp.directory.compare.query import CompareQuery
from webapp.directory.compare.since import versions_used
from webapp.directory.labels import MARKETS
from webapp.domain.basket import Reader, TooLarge
from webapp.domain.course_plan import years
from webapp.domain.exchange import Ranking, Rate, Rates
from webapp.domain.market import Country
from webapp.domain.money import Money
from webapp.domain.offers import OfferTerms
from webapp.domain.units import number_text
from webapp.i18n import format_day, format_distance, format_money
from webapp.offers.queries import PublishedOffer
from webapp.settings import market_policy

MARKET_CURRENCY = {Country.SG: "SGD", Country.KR: "KRW"}


@dataclass(frozen=True, slots=True)
class WantLine:
    """One line of the basket in words: what, how much a session is, and who said so."""

    words: str
    amount_from: str


@dataclass(frozen=True, slots=True)
class RateLine:
    """A rate in words, its day and source; `stale`: it is old, and that is said."""

    words: str
    day: str
    source: str
    stale: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with what goes beside it on the page."""

    column: Column
    distance: str | None
    reach: Reach


@dataclass(frozen=True, slots=True)
class Group:
    """Columns side by side; `currency` where each currency stands by itself."""

    currency: str | None
    columns: list[Placed]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything below the form. `side_by_side` False: too many for columns, so they stand as a list.

    `ordered`: by price, because the reader asked; `apart`: two currencies without a rate, so only each in itself.
    """

    basket: Basket
    wants: list[WantLine]
    groups: list[Group]
    side_by_side: bool
    ordered: bool
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
    too_large: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What is compared: clinics with their offers, and the reader's own quotes."""

    chosen: Sequence[Chosen]
    published: dict[int, Sequence[PublishedOffer]]
    own: Sequence[OfferTerms]


def currency_of(query: CompareQuery, chosen: Sequence[Chosen]) -> str:
    """The reader's currency, else that of the market she named first, else Singapore's."""
    if query.currency:
        return query.currency
    first = next((one.clinic.country for one in chosen), Country.SG)
    return MARKET_CURRENCY[Country(first)]


def comparison(
    query: CompareQuery, told: Told, names: Names, rates: Rates, now: datetime, side_by_side: int
) -> Comparison:
    """Compare. `side_by_side` is how many columns a page takes."""
    offers = [offer for rows in told.published.values() for offer in rows]
    basket = settle(query.wants, names, offers)
    currency, kin = currency_of(query, told.chosen), families(names)
    courses = assumed(basket.wants, query.rows)
    answers: list[tuple[Answer, MixOf, float | None]] = []
    too_large = False
    try:
        for one in told.chosen:
            public = Public.of(one.clinic, told.published.get(one.clinic.id, ()), now)
            for number, answer in enumerate(public.answers(basket.wants, query.reader, kin)):
                mix_of = _asking(public, number, query.reader, kin, basket, answer)
                answers.append((answer, mix_of, one.distance_m))
        for answer in own_answers(told.own, basket.wants, query.reader, kin, now.date()):
            mix_of = own_mixes(answer, basket.wants, query.reader, kin, now.date())
            answers.append((answer, mix_of, None))
    except TooLarge:
        answers, too_large = [], True
    ranking = in_order([answer for answer, _, _ in answers], rates, currency, now.date())
    ranks = {row.key: row.rank for group in ranking.groups for row in group}
    placed = [
        Placed(
            column(
                answer,
                basket,
                names,
                converted(answer.total, rates, currency),
                ranks.get(number) if query.by_price else None,
            ),
            format_distance(distance) if distance is not None else None,
            reach(mix_of, courses, answer.total),
        )
        for number, (answer, mix_of, distance) in enumerate(answers)
    ]
    order = _order(ranking, len(placed)) if query.by_price else list(range(len(placed)))
    in_place = [placed[number] for number in order]
    labels = {
        want.treatment: heading_label(names[want.treatment], _countries(told.chosen)) for want in basket.wants
    }
    columns = [one.column for one in placed]
    abroad = elsewhere(
        [(answer, mix_of) for answer, mix_of, _distance in answers],
        basket.wants,
        courses,
        query.journeys,
        rates,
        currency,
        now.date(),
    )
    counts = [years(course.plan) for course in courses]
    spans = [over_time(mix_of, courses, counts) for _answer, mix_of, _distance in answers]
    return Comparison(
        basket=basket,
        wants=[
            WantLine(want_words(want, labels[want.treatment]), str(AMOUNT_FROM[by]))
            for want, by in zip(basket.wants, basket.settled_by, strict=True)
        ],
        groups=_groups(in_place, apart=query.by_price and not ranking.together),
        side_by_side=len(placed) <= side_by_side,
        ordered=query.by_price,
        apart=query.by_price and not ranking.together,
        currency=currency,
        rates=[rate_line(rate, now) for rate in ranking.rates],
        picture=_picture(in_place, rates, currency),
        assumptions=assumed_lines(courses, labels),
        years=[year_line(column, found) for column, found in zip(columns, spans, strict=True)]
        if any(found.first or found.following for found in spans)
        else [],
        not_in_years=[labels[want.treatment] for want in (spans[0].unsaid if spans else ())],
        leaving=[line for one in columns for line in leaving_lines(one, leaving(one.answer.mix))],
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
        versions=versions_used(answer for answer, _mix, _distance in answers),
        too_large=too_large,
    )


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


def _asking(
    public: Public, number: int, reader: Reader, kin: Mapping[str, str], basket: Basket, answer: Answer
) -> MixOf:
    return quietly(lambda wants: public.mixes(wants, reader, kin)[number], basket.wants, answer.mix)


def _order(ranking: Ranking[int], count: int) -> list[int]:
    """Cheapest first within a currency group, then what has no total, as it came."""
    ranked = [row.key for group in ranking.groups for row in group]
    return [*ranked, *(number for number in range(count) if number not in ranked)]


def _groups(placed: Sequence[Placed], *, apart: bool) -> list[Group]:
    """All in one row of columns; by currency where the reader asked for an order and there is no rate for one."""
    if not apart:
        return [Group(None, list(placed))] if placed else []
    groups: dict[str, list[Placed]] = {}
    for one in placed:
        groups.setdefault(one.column.answer.mix.currency or "", []).append(one)
    return [Group(code or None, rows) for code, rows in groups.items()]


def rate_line(rate: Rate, now: datetime) -> RateLine:
    """1 SGD = 1,048.27 KRW, with its day and source."""
    return RateLine(
        _("1 %(base)s = %(rate)s %(quote)s", base=rate.base, rate=number_text(rate.rate), quote=rate.quote),
        format_day(rate.as_of),
        rate.source,
        rate.is_stale(now.date()),
    )


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
