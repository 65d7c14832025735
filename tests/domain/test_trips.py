"""Here or there: journeys at the reader's own cost, splits, break-even, and the tax that came back once."""

from datetime import date
from decimal import Decimal

import pytest

from webapp.domain.exchange import Rate, Rates
from webapp.domain.money import CurrencyMismatch, Money
from webapp.domain.trips import (
    BreakEven,
    CostOf,
    Open,
    Place,
    Stint,
    Travel,
    Way,
    break_even,
    in_currency,
    journeys,
    options,
    refund_of_tax,
)


def sgd(major: int) -> Money:
    return Money(major * 100, "SGD")


def each(price: int) -> CostOf:
    return lambda sessions: sgd(price * sessions)


FLIGHT = Travel(per_trip=sgd(400), per_night=sgd(150), nights=2)
HOME = Place("home", each(900))
GANGNAM = Place("gangnam", each(300), FLIGHT)


def test_a_trip_per_session_or_one_stay_between_the_first_and_the_last() -> None:
    trips, stay = journeys(3, 4, FLIGHT, "SGD")
    assert (trips.way, trips.trips, trips.nights, trips.cost) == (Way.TRIPS, 3, 6, sgd(3 * 400 + 6 * 150))
    assert (stay.way, stay.trips, stay.nights, stay.cost) == (Way.STAY, 1, 58, sgd(400 + 58 * 150))
    assert [journey.way for journey in journeys(1, 4, FLIGHT, "SGD")] == [Way.TRIPS]


def test_the_cheaper_way_is_taken() -> None:
    with_friends = Place("gangnam", each(300), Travel(sgd(400), sgd(0), 2))
    (option,) = options(3, 4, [with_friends], "SGD")
    assert option.stints[0].journey is not None
    assert (option.stints[0].journey.way, option.total) == (Way.STAY, sgd(900 + 400))


def test_a_day_trip_needs_no_price_of_a_night() -> None:
    (option,) = options(2, 4, [Place("johor", each(300), Travel(sgd(50)))], "SGD")
    assert option.total == sgd(700)


def test_what_a_journey_costs_is_never_made_up() -> None:
    for travel in (Travel(None), Travel(None, sgd(100), 2), Travel(sgd(400), None, 2)):
        home, away = options(3, 4, [HOME, Place("gangnam", each(300), travel)], "SGD")
        assert home.total == sgd(2700)
        assert (away.total, away.open) == (None, (Open.TRAVEL,))
        assert away.stints[0].treatment == sgd(900)


def test_all_here_all_there_and_the_cheapest_split() -> None:
    # The first session at home is cheap, and so are two in Gangnam on two trips.
    home = Place("home", lambda n: sgd({1: 500, 2: 1600, 3: 2700}[n]))
    singapore = Place("singapore", each(850), Travel(sgd(20)))
    found = options(3, 4, [home, GANGNAM, singapore], "SGD")
    assert [option.total for option in found] == [sgd(2700), sgd(900 + 2100), sgd(2610), sgd(500 + 1740)]
    assert [(stint.place, stint.sessions) for stint in found[-1].stints] == [("home", 1), ("singapore", 2)]
    assert [option.split for option in found] == [False, False, False, True]


def test_one_session_cannot_be_split() -> None:
    assert len(options(1, 4, [HOME, GANGNAM], "SGD")) == 2


def test_an_incomplete_price_leaves_the_option_open() -> None:
    unknown = Place("gangnam", lambda _: None, Travel(None))
    found = options(2, 4, [HOME, unknown], "SGD")
    assert len(found) == 2
    assert (found[1].total, found[1].open) == (None, (Open.PRICE, Open.TRAVEL))
    assert found[0].stints == (Stint("home", 2, sgd(1800), None),)


def test_break_even_says_what_a_trip_may_cost() -> None:
    # 2,700 here and 900 there: 1,800 for three trips.
    even = break_even(3, 4, HOME, GANGNAM, "SGD")
    assert even == BreakEven(sgd(1800), 3, sgd(600), None)
    cheap = Place("gangnam", each(300), Travel(sgd(599)))
    assert break_even(3, 4, HOME, cheap, "SGD").from_sessions == 1
    unknown = Place("gangnam", each(300), Travel(None))
    assert break_even(3, 4, HOME, unknown, "SGD") == BreakEven(sgd(1800), 3, sgd(600), None)


def test_from_how_many_sessions_a_journey_pays() -> None:
    stay = Place("gangnam", each(300), Travel(sgd(1000), sgd(0)))
    # One stay for all: 1,000 more for the journey, 600 less a session.
    even = break_even(4, 4, HOME, stay, "SGD")
    assert (even.trips, even.per_trip, even.from_sessions) == (1, sgd(2400), 2)


def test_dearer_there_is_never_worth_a_journey() -> None:
    dear = Place("gangnam", each(1000), Travel(sgd(0)))
    even = break_even(3, 4, HOME, dear, "SGD")
    assert (even.per_course, even.from_sessions) == (sgd(-300), None)


def test_an_incomplete_price_has_no_break_even() -> None:
    even = break_even(3, 4, HOME, Place("gangnam", lambda _: None, FLIGHT), "SGD")
    assert (even.per_course, even.per_trip, even.from_sessions) == (None, None, None)


def test_currencies_are_converted_before_not_mixed() -> None:
    won: CostOf = lambda sessions: Money(300_000 * sessions, "KRW")  # noqa: E731
    with pytest.raises(CurrencyMismatch):
        options(3, 4, [HOME, Place("gangnam", won, FLIGHT)], "SGD")
    with pytest.raises(CurrencyMismatch):
        options(3, 4, [Place("gangnam", each(1), Travel(Money(1, "KRW")))], "SGD")
    rates = Rates([Rate("SGD", "KRW", Decimal(1000), date(2026, 3, 6), "bank")])
    (option,) = options(3, 4, [Place("gangnam", in_currency(won, rates, "SGD"), FLIGHT)], "SGD")
    assert option.stints[0].treatment == sgd(900)
    (unrated,) = options(3, 4, [Place("gangnam", in_currency(won, Rates([]), "SGD"), FLIGHT)], "SGD")
    assert unrated.open == (Open.PRICE,)
    assert in_currency(lambda _: None, rates, "SGD")(1) is None


def test_the_tax_refund_ended_with_2025() -> None:
    total, tax = Money(330_000, "KRW"), Money(30_000, "KRW")
    assert refund_of_tax(total, tax, "KR", date(2025, 12, 31)) == Money(30_000, "KRW")
    assert refund_of_tax(total, tax, "KR", date(2026, 1, 1)) == Money(0, "KRW")
    assert refund_of_tax(total, None, "KR", date(2025, 12, 31)) is None
    assert refund_of_tax(total, None, "KR", date(2026, 1, 1)) == Money(0, "KRW")
    assert refund_of_tax(sgd(109), sgd(9), "SG", date(2025, 12, 31)) == sgd(0)


def test_nonsense_is_refused() -> None:
    for call in (
        lambda: Travel(None, nights=-1),
        lambda: journeys(0, 4, FLIGHT, "SGD"),
        lambda: options(0, 4, [HOME], "SGD"),
    ):
        with pytest.raises(ValueError, match=r"no fewer|no session|at least one"):
            call()
