"""Here or there: journeys at the reader's own cost, splits, break-even, and the tax that came back once."""

from itertools import groupby, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.basket import visits, wants_of_visits
from webapp.domain.money import CurrencyMismatch, Money
from webapp.domain.offers import Want
from webapp.domain.trips import (
    BreakEven,
    CostOf,
    Open,
    Option,
    Place,
    Stint,
    Travel,
    Way,
    break_even,
    journeys,
    options,
)


def sgd(major: int) -> Money:
    return Money(major * 100, "SGD")


def each(price: int) -> CostOf:
    return lambda first, last: sgd(price * (last - first + 1))


FLIGHT = Travel(per_trip=sgd(400), per_night=sgd(150), nights=2)
HOME = Place("home", each(900))
GANGNAM = Place("gangnam", each(300), FLIGHT)


def test_a_trip_per_visit_or_one_stay_between_the_first_and_the_last() -> None:
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


def places_of(option: Option) -> list[tuple[str, int, int]]:
    return [(stint.place, stint.first, stint.last) for stint in option.stints]


def test_all_here_all_there_and_the_cheapest_split() -> None:
    # The first visit at home is cheap, and so are two in Singapore.
    home = Place("home", lambda first, last: sgd((500 if first == 1 else 1100) + 1100 * (last - first)))
    singapore = Place("singapore", each(850), Travel(sgd(20)))
    found = options(3, 4, [home, GANGNAM, singapore], "SGD")
    assert [option.total for option in found] == [sgd(2700), sgd(900 + 2100), sgd(2610), sgd(500 + 1740)]
    assert places_of(found[-1]) == [("home", 1, 1), ("singapore", 2, 3)]
    assert [stint.visits for stint in found[-1].stints] == [1, 2]
    assert [option.split for option in found] == [False, False, False, True]


def test_there_first_and_then_here_where_the_first_visits_are_what_is_dear_at_home() -> None:
    # Two treatments at the first visit, one at the two that follow: the combo of both is cheap in Gangnam.
    home = Place("home", lambda first, last: sgd(sum([3000, 500, 500][first - 1 : last])))
    gangnam = Place(
        "gangnam", lambda first, last: sgd(sum([800, 600, 600][first - 1 : last])), Travel(sgd(400))
    )
    found = options(3, 4, [home, gangnam], "SGD")
    assert [option.total for option in found] == [sgd(4000), sgd(2000 + 1200), sgd(800 + 400 + 1000)]
    assert places_of(found[-1]) == [("gangnam", 1, 1), ("home", 2, 3)]


def test_equal_splits_stand_in_the_order_named_with_more_visits_before_the_change() -> None:
    places = [Place(name, each(100)) for name in ("a", "b", "c")]
    assert places_of(options(4, 4, places, "SGD")[-1]) == [("a", 1, 3), ("b", 4, 4)]


def test_three_places_may_share_a_course() -> None:
    cheap_at = {"a": 2, "b": 3, "c": 1}

    def at(visit: int) -> CostOf:
        return lambda first, last: sgd(sum(1 if number == visit else 9 for number in range(first, last + 1)))

    places = [Place(name, at(visit)) for name, visit in cheap_at.items()]
    found = options(3, 4, places, "SGD")[-1]
    assert (found.total, places_of(found)) == (sgd(3), [("c", 1, 1), ("a", 2, 2), ("b", 3, 3)])


@given(
    st.lists(st.lists(st.integers(0, 50), min_size=5, max_size=5), min_size=1, max_size=3), st.integers(1, 5)
)
def test_no_split_in_runs_is_cheaper(prices: list[list[int]], count: int) -> None:
    def at(row: list[int]) -> CostOf:
        return lambda first, last: sgd(sum(row[first - 1 : last]))

    found = options(count, 4, [Place(str(number), at(row)) for number, row in enumerate(prices)], "SGD")
    runs = [
        way
        for way in product(range(len(prices)), repeat=count)
        # A place that is left is not come back to.
        if len(list(groupby(way))) == len(set(way))
    ]
    least = min(sum(prices[place][visit] for visit, place in enumerate(way)) for way in runs)
    assert min(option.total.amount for option in found if option.total is not None) == least * 100


def test_the_visits_of_a_basket_are_divided_with_all_their_treatments() -> None:
    wants = (Want("rejuran_healer", 3), Want("ha_booster_generic", 2), Want("rejuran_eye", 1))
    assert (visits(wants), visits([])) == (3, 0)
    assert wants_of_visits(wants, 1, 3) == wants
    for change in (1, 2):
        before, after = wants_of_visits(wants, 1, change), wants_of_visits(wants, change + 1, 3)
        for want in wants:
            sessions = [row.sessions for row in (*before, *after) if row.treatment == want.treatment]
            assert sum(sessions) == want.sessions
    assert wants_of_visits(wants, 2, 3) == (Want("rejuran_healer", 2), Want("ha_booster_generic", 1))


def test_one_visit_cannot_be_split() -> None:
    assert len(options(1, 4, [HOME, GANGNAM], "SGD")) == 2


def test_an_incomplete_price_leaves_the_option_open() -> None:
    unknown = Place("gangnam", lambda *_: None, Travel(None))
    found = options(2, 4, [HOME, unknown], "SGD")
    assert len(found) == 2
    assert (found[1].total, found[1].open) == (None, (Open.PRICE, Open.TRAVEL))
    assert found[0].stints == (Stint("home", 1, 2, sgd(1800), None),)


def test_break_even_says_what_a_trip_may_cost() -> None:
    # 2,700 here and 900 there: 1,800 for three trips.
    even = break_even(3, 4, HOME, GANGNAM, "SGD")
    assert even == BreakEven(sgd(1800), 3, sgd(600), None)
    cheap = Place("gangnam", each(300), Travel(sgd(599)))
    assert break_even(3, 4, HOME, cheap, "SGD").from_visits == 1
    unknown = Place("gangnam", each(300), Travel(None))
    assert break_even(3, 4, HOME, unknown, "SGD") == BreakEven(sgd(1800), 3, sgd(600), None)


def test_from_how_many_visits_a_journey_pays() -> None:
    stay = Place("gangnam", each(300), Travel(sgd(1000), sgd(0)))
    # One stay for all: 1,000 more for the journey, 600 less a visit.
    even = break_even(4, 4, HOME, stay, "SGD")
    assert (even.trips, even.per_trip, even.from_visits) == (1, sgd(2400), 2)


def test_dearer_there_is_never_worth_a_journey() -> None:
    dear = Place("gangnam", each(1000), Travel(sgd(0)))
    even = break_even(3, 4, HOME, dear, "SGD")
    assert (even.per_course, even.from_visits) == (sgd(-300), None)


def test_an_incomplete_price_has_no_break_even() -> None:
    even = break_even(3, 4, HOME, Place("gangnam", lambda *_: None, FLIGHT), "SGD")
    assert (even.per_course, even.per_trip, even.from_visits) == (None, None, None)


def test_currencies_are_converted_before_not_mixed() -> None:
    won: CostOf = lambda first, last: Money(300_000 * (last - first + 1), "KRW")  # noqa: E731
    with pytest.raises(CurrencyMismatch):
        options(3, 4, [HOME, Place("gangnam", won, FLIGHT)], "SGD")
    with pytest.raises(CurrencyMismatch):
        options(3, 4, [Place("gangnam", each(1), Travel(Money(1, "KRW")))], "SGD")


def test_nonsense_is_refused() -> None:
    for call in (
        lambda: Travel(None, nights=-1),
        lambda: journeys(0, 4, FLIGHT, "SGD"),
        lambda: options(0, 4, [HOME], "SGD"),
    ):
        with pytest.raises(ValueError, match=r"no fewer|no visit|at least one"):
            call()
