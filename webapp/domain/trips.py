"""Here or there: a course all at home, all in Gangnam, all in Singapore, or split, with the journeys it takes.

What a journey costs is the reader's own number. Nothing here knows a fare or a room rate, and where she gave
none no sum with a journey stands; the break-even then says what a journey may cost. All amounts are in one
currency: who compares two converts first, at a dated rate.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from webapp.domain.exchange import NoRate, Rates
from webapp.domain.market import refund_rule
from webapp.domain.money import CurrencyMismatch, Money, zero

DAYS_IN_WEEK = 7

# What n sessions cost at a place (n from 1 on), in the currency of the comparison; None: no complete total.
CostOf = Callable[[int], Money | None]


class Way(StrEnum):
    """How to come to sessions abroad: fly for each of them, or stay from the first to the last."""

    TRIPS = "trips"
    STAY = "stay"


class Open(StrEnum):
    """Why an option has no total."""

    PRICE = "price"
    TRAVEL = "travel"


@dataclass(frozen=True, slots=True)
class Travel:
    """The reader's own numbers, all for herself: one journey there and back, one night, nights per session.

    None is "not said" and never zero. `nights` are those of a journey for one session, 0 for a day trip;
    `per_night` is asked for only where a night is needed.
    """

    per_trip: Money | None
    per_night: Money | None = None
    nights: int = 0

    def __post_init__(self) -> None:
        if self.nights < 0:
            raise ValueError("a journey has no fewer than no nights")


@dataclass(frozen=True, slots=True)
class Journey:
    """Coming to `sessions` sessions abroad one way. `cost` is None where the reader's numbers are missing."""

    way: Way
    trips: int
    nights: int
    cost: Money | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where sessions can be had: a name of the caller's, the costs, and how she gets there; None: she lives there."""

    name: str
    cost_of: CostOf
    travel: Travel | None = None


@dataclass(frozen=True, slots=True)
class Stint:
    """The sessions of a course at one place: what is paid for them and how to come to them (None: no journey)."""

    place: str
    sessions: int
    treatment: Money | None
    journey: Journey | None


@dataclass(frozen=True, slots=True)
class Option:
    """One way to take a course, at one place or at several, and the sum. `total` None: `open` says what is missing."""

    stints: tuple[Stint, ...]
    total: Money | None
    open: tuple[Open, ...]

    @property
    def split(self) -> bool:
        return len(self.stints) > 1


@dataclass(frozen=True, slots=True)
class BreakEven:
    """When going there pays.

    `per_course` is how much less the treatment costs there: all journeys together may cost as much. 0 or less
    means that no journey pays. `per_trip` is that for each of `trips`, rounded down. `from_sessions` is the
    least number of sessions for which there with its journeys is cheaper than here at the reader's own
    numbers; None: for none up to the course's, or her numbers are missing.
    """

    per_course: Money | None
    trips: int
    per_trip: Money | None
    from_sessions: int | None


def journeys(sessions: int, interval_weeks: int, travel: Travel, currency: str) -> tuple[Journey, ...]:
    """The ways to come to `sessions` sessions, `interval_weeks` apart. One session: one trip is all there is.

    A stay lasts from the first session to the last, and the nights of one journey besides. Raises
    CurrencyMismatch when the reader's numbers are in another currency.
    """
    if sessions < 1:
        raise ValueError("nobody travels for no session")
    trips = _journey(Way.TRIPS, sessions, sessions * travel.nights, travel, currency)
    if sessions == 1:
        return (trips,)
    between = (sessions - 1) * interval_weeks * DAYS_IN_WEEK
    return (trips, _journey(Way.STAY, 1, between + travel.nights, travel, currency))


def _journey(way: Way, trips: int, nights: int, travel: Travel, currency: str) -> Journey:
    for amount in (travel.per_trip, travel.per_night):
        if amount is not None and amount.currency != currency:
            raise CurrencyMismatch(currency, amount.currency)
    cost: Money | None = None
    if travel.per_trip is not None and (travel.per_night is not None or not nights):
        cost = travel.per_trip * trips + (travel.per_night or zero(currency)) * nights
    return Journey(way, trips, nights, cost)


def cheapest_journey(found: Sequence[Journey]) -> Journey:
    """The one that costs least; while a cost is missing, the first: a trip per session."""
    known = [journey for journey in found if journey.cost is not None]
    if len(known) < len(found):
        return next(iter(known), found[0])
    return min(known, key=lambda journey: (_amount(journey.cost), journey.way is Way.STAY))


def options(sessions: int, interval_weeks: int, places: Sequence[Place], currency: str) -> tuple[Option, ...]:
    """All sessions at each of the places, in their order, then the cheapest split between them if one stands.

    Raises CurrencyMismatch.
    """
    if sessions < 1:
        raise ValueError("a course has at least one session")
    stints = [
        [_stint(place, count, interval_weeks, currency) for count in range(1, sessions + 1)]
        for place in places
    ]
    whole = [_option((row[-1],), currency) for row in stints]
    best: Option | None = None
    for counts in _divided(sessions, len(places)):
        chosen = tuple(row[count - 1] for row, count in zip(stints, counts, strict=True) if count)
        if len(chosen) < 2:
            continue
        option = _option(chosen, currency)
        # Equal sums: more sessions at the place that was named first.
        if option.total is not None and (best is None or _amount(option.total) < _amount(best.total)):
            best = option
    return (*whole, *([best] if best is not None else []))


def _divided(sessions: int, places: int) -> Iterator[tuple[int, ...]]:
    """Every way to divide sessions among places, the most at the first place first."""
    if places == 1:
        yield (sessions,)
        return
    for first in range(sessions, -1, -1):
        for rest in _divided(sessions - first, places - 1):
            yield (first, *rest)


def _stint(place: Place, sessions: int, interval_weeks: int, currency: str) -> Stint:
    journey = None
    if place.travel is not None:
        journey = cheapest_journey(journeys(sessions, interval_weeks, place.travel, currency))
    return Stint(place.name, sessions, place.cost_of(sessions), journey)


def _option(stints: tuple[Stint, ...], currency: str) -> Option:
    treatment = [stint.treatment for stint in stints]
    fares = [stint.journey.cost for stint in stints if stint.journey is not None]
    missing = [Open.PRICE] if None in treatment else []
    missing += [Open.TRAVEL] if None in fares else []
    return Option(stints, _sum([*treatment, *fares], currency), tuple(missing))


def break_even(sessions: int, interval_weeks: int, here: Place, there: Place, currency: str) -> BreakEven:
    """When a whole course there is worth its journeys, beside one here. Raises CurrencyMismatch.

    `per_trip` counts the trips of the cheapest way, or one per session while her numbers are missing.
    """
    there_and_back = there.travel or Travel(None)
    trips = cheapest_journey(journeys(sessions, interval_weeks, there_and_back, currency)).trips
    home, away = _sum([here.cost_of(sessions)], currency), _sum([there.cost_of(sessions)], currency)
    saved = None if home is None or away is None else home - away
    return BreakEven(
        per_course=saved,
        trips=trips,
        # Rounded down: a journey at this price still costs no more, to the last minor unit.
        per_trip=None if saved is None else Money(saved.amount // trips, currency),
        from_sessions=next(
            (
                count
                for count in range(1, sessions + 1)
                if _pays(
                    _option((_stint(here, count, interval_weeks, currency),), currency),
                    _option((_stint(there, count, interval_weeks, currency),), currency),
                )
            ),
            None,
        ),
    )


def _pays(home: Option, away: Option) -> bool:
    return home.total is not None and away.total is not None and away.total < home.total


def in_currency(cost_of: CostOf, rates: Rates, currency: str) -> CostOf:
    """The same costs in another currency, at the rates given; None where there is no rate, as for no total."""

    def converted(sessions: int) -> Money | None:
        cost = cost_of(sessions)
        if cost is None:
            return None
        try:
            return rates.convert(cost, currency).money
        except NoRate:
            return None

    return converted


def refund_of_tax(total: Money, tax: Money | None, country: str, on: date) -> Money | None:
    """What a foreign patient gets back of a `total` that holds `tax`, by the dated rule of the market.

    Zero where the rule of the day gives nothing or the market never had one (see market/tax.py). None where
    something comes back but how much of the total is tax is not known: the rule is per cent of the price
    without it, and that price is never guessed.
    """
    rule = refund_rule(country, on)
    if rule is None or not rule.percent:
        return zero(total.currency)
    return None if tax is None else (total - tax).percent(rule.percent)


def _sum(amounts: Sequence[Money | None], currency: str) -> Money | None:
    """The sum, None if one is missing. Raises CurrencyMismatch."""
    whole = zero(currency)
    for amount in amounts:
        if amount is None:
            return None
        whole = whole + amount
    return whole


def _amount(money: Money | None) -> int:
    return 0 if money is None else money.amount
