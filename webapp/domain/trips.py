"""Here or there: a course all at home, all in Gangnam, all in Singapore, or split, with the journeys it takes.

What a journey costs is the reader's own number. Nothing here knows a fare or a room rate, and where she gave
none no sum with a journey stands; the break-even then says what a journey may cost. All amounts are in one
currency: who compares two converts first, at a dated rate.

A course is counted in visits: for one treatment these are its sessions, for several see basket/visiting.py.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import combinations, permutations

from webapp.domain.market import refund_rule
from webapp.domain.money import CurrencyMismatch, Money, zero

DAYS_IN_WEEK = 7

# What the visits from the first number to the last (from 1 on, both included) of the course cost at a place, in
# the currency of the comparison; None: no complete total.
CostOf = Callable[[int, int], Money | None]


class Way(StrEnum):
    """How to come to visits abroad: fly for each of them, or stay from the first to the last."""

    TRIPS = "trips"
    STAY = "stay"


class Open(StrEnum):
    """Why an option has no total."""

    PRICE = "price"
    TRAVEL = "travel"


@dataclass(frozen=True, slots=True)
class Travel:
    """The reader's own numbers, all for herself: one journey there and back, one night, nights per visit.

    None is "not said" and never zero. `nights` are those of a journey for one visit, 0 for a day trip;
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
    """Coming to some visits abroad one way. `cost` is None where the reader's numbers are missing."""

    way: Way
    trips: int
    nights: int
    cost: Money | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where visits can be had: a name of the caller's, the costs, and how she gets there; None: she lives there."""

    name: str
    cost_of: CostOf
    travel: Travel | None = None


@dataclass(frozen=True, slots=True)
class Stint:
    """The visits `first` to `last` at one place: what they cost and how to come to them; None: no journey."""

    place: str
    first: int
    last: int
    treatment: Money | None
    journey: Journey | None

    @property
    def visits(self) -> int:
        """How many."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Option:
    """One way to take a course, at one place or at several in the order of the visits, and the sum.

    `total` None: `open` says what is missing.
    """

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
    means that no journey pays. `per_trip` is that for each of `trips`, rounded down. `from_visits` is the least
    number of visits, counted from the first of the course, for which there with its journeys is cheaper than
    here at the reader's own numbers; None: for none up to the course's, or her numbers are missing.
    """

    per_course: Money | None
    trips: int
    per_trip: Money | None
    from_visits: int | None


def journeys(visits: int, interval_weeks: int, travel: Travel, currency: str) -> tuple[Journey, ...]:
    """The ways to come to `visits` visits, `interval_weeks` apart. One visit: one trip is all there is.

    A stay lasts from the first visit to the last, and the nights of one journey besides. Raises
    CurrencyMismatch when the reader's numbers are in another currency.

    >>> flight = Travel(per_trip=Money(40000, "SGD"), per_night=Money(15000, "SGD"), nights=2)
    >>> [(way.trips, way.nights, way.cost.major()) for way in journeys(3, 4, flight, "SGD")]
    [(3, 6, '2100.00'), (1, 58, '9100.00')]
    """
    if visits < 1:
        raise ValueError("nobody travels for no visit")
    trips = _journey(Way.TRIPS, visits, visits * travel.nights, travel, currency)
    if visits == 1:
        return (trips,)
    between = (visits - 1) * interval_weeks * DAYS_IN_WEEK
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
    """The one that costs least; while a cost is missing, the first: a trip per visit."""
    known = [journey for journey in found if journey.cost is not None]
    if len(known) < len(found):
        return next(iter(known), found[0])
    return min(known, key=lambda journey: (_amount(journey.cost), journey.way is Way.STAY))


def options(visits: int, interval_weeks: int, places: Sequence[Place], currency: str) -> tuple[Option, ...]:
    """All visits at each of the places, in their order, then the cheapest split between them if one stands.

    In a split each place takes a run of visits, in any order of the places: here first and then there, or there
    first. Equal sums: the one at fewer places, then in the order named, then with more visits before the change.
    Raises CurrencyMismatch.

    >>> here = Place("Orchard", lambda first, last: Money(90000, "SGD") * (last - first + 1))
    >>> there = Place("Gangnam", lambda first, last: Money(30000, "SGD") * (last - first + 1), Travel(None))
    >>> [(option.total, option.open) for option in options(3, 4, [here, there], "SGD")]
    [(Money(amount=270000, currency='SGD'), ()), (None, (<Open.TRAVEL: 'travel'>,))]
    """
    if visits < 1:
        raise ValueError("a course has at least one visit")

    @cache
    def stint(number: int, first: int, last: int) -> Stint:
        return _stint(places[number], first, last, interval_weeks, currency)

    whole = [_option((stint(number, 1, visits),), currency) for number in range(len(places))]
    splits = [_option(tuple(stint(*run) for run in runs), currency) for runs in _splits(visits, len(places))]
    best = min(
        (option for option in splits if option.total is not None),
        key=lambda option: _amount(option.total),
        default=None,
    )
    return (*whole, *([best] if best is not None else []))


def _splits(visits: int, places: int) -> Iterator[list[tuple[int, int, int]]]:
    """Every way to give each of two places and more a run of the visits: (number of the place, first, last)."""
    for count in range(2, min(places, visits) + 1):
        for order in permutations(range(places), count):
            # Where one place ends and the next begins; reversed, so that the longest first run comes first.
            for ends in reversed(list(combinations(range(1, visits), count - 1))):
                yield [
                    (place, before + 1, last)
                    for place, before, last in zip(order, (0, *ends), (*ends, visits), strict=True)
                ]


def _stint(place: Place, first: int, last: int, interval_weeks: int, currency: str) -> Stint:
    journey = None
    if place.travel is not None:
        journey = cheapest_journey(journeys(last - first + 1, interval_weeks, place.travel, currency))
    return Stint(place.name, first, last, place.cost_of(first, last), journey)


def _option(stints: tuple[Stint, ...], currency: str) -> Option:
    treatment = [stint.treatment for stint in stints]
    fares = [stint.journey.cost for stint in stints if stint.journey is not None]
    missing = [Open.PRICE] if None in treatment else []
    missing += [Open.TRAVEL] if None in fares else []
    return Option(stints, _sum([*treatment, *fares], currency), tuple(missing))


def break_even(visits: int, interval_weeks: int, here: Place, there: Place, currency: str) -> BreakEven:
    """When a whole course there is worth its journeys, beside one here. Raises CurrencyMismatch.

    `per_trip` counts the trips of the cheapest way, or one per visit while her numbers are missing.

    >>> here = Place("Orchard", lambda first, last: Money(90000, "SGD") * (last - first + 1))
    >>> there = Place("Gangnam", lambda first, last: Money(30000, "SGD") * (last - first + 1), Travel(None))
    >>> break_even(3, 4, here, there, "SGD").per_trip
    Money(amount=60000, currency='SGD')
    """
    there_and_back = there.travel or Travel(None)
    trips = cheapest_journey(journeys(visits, interval_weeks, there_and_back, currency)).trips
    home, away = _sum([here.cost_of(1, visits)], currency), _sum([there.cost_of(1, visits)], currency)
    saved = None if home is None or away is None else home - away
    return BreakEven(
        per_course=saved,
        trips=trips,
        # Rounded down: a journey at this price still costs no more, to the last minor unit.
        per_trip=None if saved is None else Money(saved.amount // trips, currency),
        from_visits=next(
            (
                count
                for count in range(1, visits + 1)
                if _pays(
                    _option((_stint(here, 1, count, interval_weeks, currency),), currency),
                    _option((_stint(there, 1, count, interval_weeks, currency),), currency),
                )
            ),
            None,
        ),
    )


def _pays(home: Option, away: Option) -> bool:
    return home.total is not None and away.total is not None and away.total < home.total


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
