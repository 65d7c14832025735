"""Here or there: the basket all in one market, all in the other, or divided, with the reader's own travel.

What a journey costs is her number and never ours; without it the page says what a journey may cost at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from webapp.directory.compare.answers import converted
from webapp.directory.compare.asking import Asked, MixOf
from webapp.directory.compare.course import Assumed
from webapp.directory.compare.query import Journeys
from webapp.domain.basket import Mix, visits, wants_of_visits
from webapp.domain.exchange import Rates
from webapp.domain.market import Country, RefundRule, refund_rule
from webapp.domain.money import Money
from webapp.domain.offers import Want
from webapp.domain.trips import BreakEven, Option, Place, Stint, Travel, break_even, options, refund_of_tax


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of visits at one clinic, and its share of an option."""

    stint: Stint
    clinic: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The options, each with the clinic that is meant per stretch; when going pays; the refund rule of the day."""

    options: list[tuple[Option, list[Stretch]]]
    break_even: BreakEven | None
    there: Country
    refund: RefundRule | None


def elsewhere(
    answers: Sequence[Asked],
    wants: Sequence[Want],
    courses: Sequence[Assumed],
    journeys: Journeys,
    rates: Rates,
    currency: str,
    on: date,
) -> Elsewhere | None:
    """None unless the clinics lie in both markets, the reader said where she lives, how far visits are apart is
    known, and there is a rate for every total."""
    by_market: dict[str, list[tuple[str, MixOf]]] = {}
    for asked in answers:
        if asked.answer.clinic is not None:
            by_market.setdefault(asked.answer.clinic.country, []).append((asked.answer.name, asked.now))
    interval = _interval(courses)
    count = visits(wants)
    if journeys.home is None or set(by_market) != {Country.SG, Country.KR} or interval is None:
        return None
    totals = [asked.answer.total for asked in answers if asked.answer.clinic is not None]
    if any(total is not None and converted(total, rates, currency) is None for total in totals):
        return None
    home = Country(journeys.home)
    there = Country.KR if home is Country.SG else Country.SG

    @cache
    def best(market: str, first: int, last: int) -> tuple[Money, str] | None:
        part = wants_of_visits(wants, first, last)
        sums = [
            (money, name)
            for name, mix_of in by_market[market]
            if (money := converted(after_refund(mix_of(part), market), rates, currency)) is not None
        ]
        return min(sums, key=lambda found: found[0].amount, default=None)

    def after_refund(mix: Mix | None, market: str) -> Money | None:
        """What she pays in the end: a visitor may get tax back, by the rule of the day."""
        if mix is None or mix.total is None or market == home:
            return None if mix is None else mix.total
        back = refund_of_tax(mix.total, mix.tax, market, on)
        return mix.total if back is None else mix.total - back

    def place(market: Country, travel: Travel | None) -> Place:
        def cost(first: int, last: int) -> Money | None:
            found = best(market, first, last)
            return found[0] if found else None

        return Place(market, cost, travel)

    travel = Travel(journeys.per_trip, journeys.per_night, journeys.nights)
    here_place, there_place = place(home, None), place(there, travel)
    found = options(count, interval, [here_place, there_place], currency)
    return Elsewhere(
        options=[
            (
                option,
                [
                    Stretch(stint, known[1] if (known := best(stint.place, stint.first, stint.last)) else "")
                    for stint in option.stints
                ],
            )
            for option in found
        ],
        break_even=break_even(count, interval, here_place, there_place, currency),
        there=there,
        refund=refund_rule(Country.KR, on),
    )


def _interval(courses: Sequence[Assumed]) -> int | None:
    """Weeks between visits: of the longest course, the longer figure, so that no stay is reckoned too short."""
    longest = max(courses, key=lambda course: course.want.sessions, default=None)
    if longest is None:
        return None
    if longest.want.sessions == 1:
        # One visit has nothing between it and another.
        return 1
    return longest.interval_weeks.span.high if longest.interval_weeks is not None else None
