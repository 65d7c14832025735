"""Two places: which clinic stands under which, each group by its own distance, none twice and none lost."""

import random

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.statements import sent_to
from webapp.domain.geo import Point, distance_m
from webapp.search.queries import ClinicResults, Sort, find_clinics
from webapp.search.two_places import Around, find_around_two

ORCHARD = Point(1.3036, 103.8318)
GANGNAM = Point(37.4979, 127.0276)
# One thousandth of a degree of latitude is 111 m.
STEP = 0.001
# 2 km north of Orchard, so that circles of 1.5 km cross.
NORTH = Point(ORCHARD.lat + 18 * STEP, ORCHARD.lng)


def at(session: Session, steps: float, **more: object) -> str:
    return factories.clinic(session, **({"lat": ORCHARD.lat + steps * STEP, "lng": ORCHARD.lng} | more)).name


def in_seoul(session: Session, steps: float, **more: object) -> str:
    return factories.clinic(
        session,
        country="KR",
        lat=GANGNAM.lat + steps * STEP,
        lng=GANGNAM.lng,
        gst_registered=None,
        **more,
    ).name


def names(found: ClinicResults) -> list[str]:
    return [row.clinic.name for row in found.rows]


def test_two_markets_each_by_its_own_distance(session: Session) -> None:
    far, near = at(session, 8, name="Alder"), at(session, 1, name="Zinnia")
    seoul = in_seoul(session, 3)
    orchard, gangnam = find_around_two(Around(ORCHARD, 1500), Around(GANGNAM, 1000), now=NOW)
    assert names(orchard) == [near, far]
    assert names(gangnam) == [seoul]
    assert (orchard.elsewhere, gangnam.elsewhere) == (0, 0)
    assert gangnam.rows[0].distance_m == pytest.approx(3 * 111.2, rel=0.01)


def test_a_clinic_in_both_radii_stands_under_the_nearer_place(session: Session) -> None:
    here, there = at(session, 8), at(session, 10)
    first, second = find_around_two(Around(ORCHARD, 1500), Around(NORTH, 1500), now=NOW)
    assert (names(first), names(second)) == ([here], [there])
    assert (first.total, second.total) == (1, 1)
    assert (first.elsewhere, second.elsewhere) == (1, 1)


def test_as_far_from_both_stands_under_the_first(session: Session) -> None:
    name = at(session, 9)
    around = Around(ORCHARD, 1500), Around(ORCHARD, 1500)
    first, second = find_around_two(*around, now=NOW)
    assert (names(first), names(second)) == ([name], [])
    # Not "nothing is near, so here is what is far": what is near stands above.
    assert second.widened_to_m is None
    assert second.elsewhere == 1


def test_every_clinic_of_either_radius_stands_once_and_under_the_nearer(session: Session) -> None:
    chance = random.Random(4)
    for _ in range(40):
        factories.clinic(
            session,
            lat=ORCHARD.lat + chance.uniform(-15, 35) * STEP,
            lng=ORCHARD.lng + chance.uniform(-15, 15) * STEP,
        )
    everyone = {row.clinic.name: row.clinic for row in find_clinics(now=NOW, limit=100).rows}
    first, second = find_around_two(Around(ORCHARD, 1500), Around(NORTH, 1200), now=NOW, limit=100)
    expected: tuple[list[str], list[str]] = ([], [])
    for name, clinic in everyone.items():
        assert clinic.lat is not None and clinic.lng is not None
        point = Point(clinic.lat, clinic.lng)
        reached = [
            (metres, group)
            for group, (place, radius) in enumerate([(ORCHARD, 1500), (NORTH, 1200)])
            if (metres := distance_m(place, point)) <= radius
        ]
        if reached:
            expected[min(reached)[1]].append(name)
    assert expected[0] and expected[1] and first.elsewhere and second.elsewhere
    assert (sorted(names(first)), sorted(names(second))) == (sorted(expected[0]), sorted(expected[1]))
    assert first.total + second.total == len(names(first)) + len(names(second))


def test_nothing_near_one_place_shows_the_nearest_that_do_not_stand_under_the_other(session: Session) -> None:
    taken, others = at(session, 20), [at(session, steps) for steps in (-40, -50, -60, -70)]
    nothing = Around(Point(ORCHARD.lat - 20 * STEP, ORCHARD.lng), 500)
    first, second = find_around_two(nothing, Around(NORTH, 1500), now=NOW)
    assert names(second) == [taken]
    assert names(first) == others[:3]
    # It is 4.4 km away, the third of the others 4.5 km.
    assert first.elsewhere == 1
    assert first.widened_to_m == pytest.approx(40 * 111.2, rel=0.02)


def test_nothing_near_either_place_shows_nobody_twice(session: Session) -> None:
    south, between, north = at(session, -30), at(session, 5), at(session, 40)
    first, second = find_around_two(Around(ORCHARD, 100), Around(NORTH, 100), now=NOW)
    assert (names(first), names(second)) == ([between, south], [north])
    assert (first.elsewhere, second.elsewhere) == (1, 2)
    assert first.widened_to_m == pytest.approx(30 * 111.2, rel=0.01)
    assert second.total == 1


def test_nothing_near_either_place_may_leave_one_empty(session: Session) -> None:
    at(session, 5)
    _first, second = find_around_two(Around(ORCHARD, 100), Around(NORTH, 100), now=NOW)
    assert (names(second), second.total, second.elsewhere) == ([], 0, 1)
    # Nothing lay within its radius either, so it is a widened answer all the same.
    assert second.widened_to_m == pytest.approx(13 * 111.2, rel=0.01)


@pytest.mark.parametrize("place", [{"lat": None, "lng": None}, {"precision": "street"}])
def test_without_an_exact_place_a_clinic_stands_once_under_the_first(
    session: Session, place: dict[str, object]
) -> None:
    exact, also = at(session, 1), at(session, 17)
    vague = at(session, 9, **({"precision": None} | place))
    first, second = find_around_two(Around(ORCHARD, 1500), Around(NORTH, 1500), now=NOW)
    assert (names(first), names(second)) == ([exact, vague], [also])
    assert (first.unplaced, second.unplaced) == (1, 0)
    assert second.elsewhere == 0
    seoul = in_seoul(session, 1)
    first, second = find_around_two(Around(GANGNAM, 1500), Around(ORCHARD, 1500), now=NOW)
    assert (names(first), names(second)) == ([seoul], [exact, vague])


def test_without_an_exact_place_a_clinic_is_not_lost_where_the_first_shows_none(session: Session) -> None:
    far, vague, exact = at(session, -80), at(session, 0, lat=None, lng=None, precision=None), at(session, 18)
    nothing = Around(Point(ORCHARD.lat - 40 * STEP, ORCHARD.lng), 500)
    first, second = find_around_two(nothing, Around(NORTH, 500), now=NOW)
    assert (names(first), names(second)) == ([far], [exact, vague])
    assert second.unplaced == 1


def test_each_group_by_price_in_its_own_currency(session: Session) -> None:
    for price in (50000, 40000):
        factories.offer(
            session, factories.clinic(session, lat=ORCHARD.lat, lng=ORCHARD.lng), price_amount=price
        )
    orchard, gangnam = find_around_two(
        Around(ORCHARD, 1500), Around(GANGNAM, 1500), "rejuran_healer", sort=Sort.PRICE, now=NOW
    )
    assert [row.price.amount for row in orchard.rows if row.price] == [40000, 50000]
    assert orchard.ordered_by is Sort.PRICE
    assert orchard.price_refused is None
    assert gangnam.total == 0


def test_each_group_has_pages_of_its_own(session: Session) -> None:
    here, there = [at(session, steps) for steps in (0, 1, 2)], [at(session, steps) for steps in (16, 17, 18)]
    first, second = find_around_two(Around(ORCHARD, 1500), Around(NORTH, 1500), limit=2, now=NOW)
    assert (names(first), names(second)) == (here[:2], [there[2], there[1]])
    first, second = find_around_two(Around(ORCHARD, 1500), Around(NORTH, 1500, second.next), limit=2, now=NOW)
    assert (names(first), names(second)) == (here[:2], [there[0]])
    assert second.total == 3
    assert second.next is None
    wrong, _second = find_around_two(Around(ORCHARD, 1500, "x"), Around(NORTH, 1500), limit=2, now=NOW)
    assert names(wrong) == here[:2]


def test_two_places_ask_the_database_twice_as_much_and_no_more(session: Session) -> None:
    for _ in range(3):
        factories.offer(session, factories.clinic(session, lat=ORCHARD.lat, lng=ORCHARD.lng))
        factories.offer(session, factories.clinic(session, lat=NORTH.lat, lng=NORTH.lng))
    with sent_to(session.connection().engine) as seen:
        session.expire_all()
        find_clinics(ORCHARD, 1000, "rejuran_healer", now=NOW)
        one = len(seen)
        session.expire_all()
        find_around_two(Around(ORCHARD, 1000), Around(NORTH, 1000), "rejuran_healer", now=NOW)
    assert len(seen) - one <= 2 * one
