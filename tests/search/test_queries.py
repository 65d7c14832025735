"""Which clinics come, in which order, and what an empty answer widens to."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.statements import sent_to
from webapp.domain.geo import Box, Point
from webapp.extensions import db
from webapp.search.queries import (
    InvalidCursor,
    PriceOrderRefused,
    Sort,
    around,
    find_clinics,
    treatment_counts,
)

ORCHARD = Point(1.3036, 103.8318)
# One thousandth of a degree of latitude is 111 m.
STEP = 0.001


def names(**query: object) -> list[str]:
    return [row.clinic.name for row in find_clinics(now=NOW, **query).rows]  # type: ignore[arg-type]


def at(session: Session, steps: float, **more: object) -> str:
    row = factories.clinic(session, lat=ORCHARD.lat + steps * STEP, lng=ORCHARD.lng, **more)
    return row.name


def test_by_distance_around_a_place_and_by_name_without(session: Session) -> None:
    far, near = at(session, 8, name="Alder"), at(session, 1, name="Zinnia")
    assert names(point=ORCHARD, radius_m=1000) == [near, far]
    assert names() == [far, near]
    assert find_clinics(ORCHARD, 1000, now=NOW).ordered_by is Sort.DISTANCE


def test_the_radius_is_a_circle_not_its_box(session: Session) -> None:
    corner = factories.clinic(session, lat=ORCHARD.lat + 8 * STEP, lng=ORCHARD.lng + 8 * STEP)
    inside = at(session, 8)
    assert names(point=ORCHARD, radius_m=1000) == [inside]
    assert corner.name in names(point=ORCHARD, radius_m=1300)


def test_equal_distance_keeps_the_rows_order(session: Session) -> None:
    first, second = at(session, 2, name="B"), at(session, 2, name="A")
    assert names(point=ORCHARD, radius_m=1000) == [first, second]


def test_nothing_near_widens_to_the_nearest_three_of_that_market(session: Session) -> None:
    for steps in (40, 50, 60, 70):
        at(session, steps, name=f"At {steps}")
    factories.clinic(session, country="KR", lat=37.5, lng=127.03, name="Gangnam")
    found = find_clinics(ORCHARD, 1000, now=NOW)
    assert [row.clinic.name for row in found.rows] == ["At 40", "At 50", "At 60"]
    assert found.widened_to_m == pytest.approx(60 * 111.2, rel=0.01)


def test_a_place_that_is_unknown_or_a_street_comes_last_without_a_distance(session: Session) -> None:
    lost = factories.clinic(session, name="Aa", lat=None, lng=None, precision=None, address=None)
    street = at(session, 1, name="Ab", precision="street")
    factories.clinic(session, name="Elsewhere", country="KR", lat=None, lng=None, precision=None)
    exact = at(session, 5, name="Zz")
    found = find_clinics(ORCHARD, 1000, now=NOW)
    assert [row.clinic.name for row in found.rows] == [exact, lost.name, street]
    assert [row.distance_m is None for row in found.rows] == [False, True, True]
    assert (found.total, found.unplaced) == (3, 2)


def test_withdrawn_clinics_are_nowhere(session: Session) -> None:
    for authority in ("withdrawn", "do_not_list"):
        at(session, 1, authority=authority)
    assert names() == []
    assert names(point=ORCHARD, radius_m=1000) == []


def test_by_treatment_single_or_combo_market_and_name(session: Session) -> None:
    eye = factories.treatment(session, "rejuran_eye")
    single = factories.clinic(session, name="Single")
    combo = factories.clinic(session, name="Combo", name_ko="물까치의원")
    seoul = factories.clinic(session, name="Seoul", country="KR", lat=37.5, lng=127.03)
    factories.offer(session, single)
    factories.offer(session, combo, parts=({}, {"treatment_id": eye.id}))
    factories.offer(session, seoul, currency="KRW")
    assert names(treatment="rejuran_healer") == ["Combo", "Seoul", "Single"]
    assert names(treatment="rejuran_eye") == ["Combo"]
    assert names(market="KR") == ["Seoul"]
    assert names(words="물까치") == ["Combo"]
    assert names(words="SING") == ["Single"]
    assert names(words="nobody") == []
    assert names(treatment="no_such") == []
    found = find_clinics(market="SG", now=NOW)
    assert treatment_counts(found) == {"rejuran_eye": 1, "rejuran_healer": 2}


def test_the_frame_of_a_map(session: Session) -> None:
    inside = at(session, 1)
    at(session, 100)
    assert names(box=Box(1.30, 103.83, 1.31, 103.84)) == [inside]


def test_price_order_goes_by_the_lowest_complete_total_that_anyone_may_buy(session: Session) -> None:
    dear, cheap, silent, stale, first_visit = (
        factories.clinic(session, name=name) for name in ("Dear", "Cheap", "Silent", "Stale", "First")
    )
    factories.offer(session, dear, price_amount=80000)
    factories.offer(session, cheap, price_amount=50000, consultation="fee", consultation_fee_amount=5000)
    factories.offer(session, silent, price_amount=10000, tax="unknown", tax_rate=None)
    factories.offer(session, stale, price_amount=10000, verified_on=date(2026, 9, 1))
    factories.offer(session, first_visit, price_amount=10000, eligibility="first_visit")
    found = find_clinics(treatment="rejuran_healer", sort=Sort.PRICE, now=NOW)
    assert [row.clinic.name for row in found.rows] == ["Cheap", "Dear", "First", "Silent", "Stale"]
    assert [row.price.amount if row.price else None for row in found.rows] == [55000, 80000, None, None, None]


def test_price_order_is_refused_across_currencies_and_without_a_treatment(session: Session) -> None:
    for country, currency, lat in (("SG", "SGD", 1.3), ("KR", "KRW", 37.5)):
        clinic = factories.clinic(session, country=country, lat=lat)
        factories.offer(session, clinic, currency=currency)
    found = find_clinics(treatment="rejuran_healer", sort=Sort.PRICE, now=NOW)
    assert (found.ordered_by, found.price_refused) == (Sort.NAME, PriceOrderRefused.TWO_CURRENCIES)
    found = find_clinics(sort=Sort.PRICE, now=NOW)
    assert found.price_refused is PriceOrderRefused.NO_TREATMENT


@pytest.mark.parametrize("sort", [None, Sort.NAME, Sort.PRICE])
def test_pages_neither_overlap_nor_leave_out(session: Session, sort: Sort | None) -> None:
    for number in range(7):
        clinic = factories.clinic(session, name="Same", lat=ORCHARD.lat + (number % 3) * STEP)
        factories.offer(session, clinic, price_amount=50000 + number % 2)
    seen, cursor = [], None
    while True:
        page = find_clinics(ORCHARD, 5000, "rejuran_healer", sort=sort, limit=2, cursor=cursor, now=NOW)
        seen += [row.clinic.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    whole = find_clinics(ORCHARD, 5000, "rejuran_healer", sort=sort, now=NOW)
    assert seen == [row.clinic.id for row in whole.rows]
    assert len(set(seen)) == 7


@pytest.mark.parametrize("cursor", ["x", "é", "W10=", "[1]", "WyIxIiwgMCwgIiIsIDFd", "a" * 10000])
def test_a_cursor_of_somebody_elses_is_refused(session: Session, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        find_clinics(cursor=cursor, now=NOW)


def test_around_finds_who_the_search_finds_for_any_of_several_treatments(session: Session) -> None:
    eye = factories.treatment(session, "rejuran_eye")
    healer = factories.clinic(session, lat=ORCHARD.lat + 4 * STEP, lng=ORCHARD.lng)
    factories.offer(session, healer)
    both = factories.clinic(session, lat=ORCHARD.lat + STEP, lng=ORCHARD.lng)
    factories.offer(session, both, [{}, {"treatment_id": eye.id}])
    vague = factories.clinic(session, precision="area")
    factories.offer(session, vague, [{"treatment_id": eye.id}])
    far = factories.clinic(session, lat=ORCHARD.lat + 40 * STEP, lng=ORCHARD.lng)
    factories.offer(session, far)
    factories.clinic(session, lat=ORCHARD.lat, lng=ORCHARD.lng)
    hidden = factories.clinic(session, authority="withdrawn", lat=ORCHARD.lat, lng=ORCHARD.lng)
    factories.offer(session, hidden)

    def ids(*treatments: str, radius_m: int = 1_000, limit: int = 30) -> list[int]:
        return [number for number, _metres in around(ORCHARD, radius_m, treatments, limit)]

    for slug in ("rejuran_healer", "rejuran_eye"):
        found = find_clinics(ORCHARD, 1_000, slug, now=NOW).rows
        assert around(ORCHARD, 1_000, [slug], 30) == [(row.clinic.id, row.distance_m) for row in found]
    assert ids("rejuran_healer", "rejuran_eye") == [both.id, healer.id, vague.id]
    assert ids("rejuran_healer", "rejuran_eye", limit=1) == [both.id]
    # Nothing within 10 m: the nearest, and none whose place nobody knows.
    assert ids("rejuran_healer", radius_m=10) == [both.id, healer.id, far.id]
    assert ids("no_such_treatment") == []


@pytest.mark.parametrize("sort", [None, Sort.PRICE])
def test_the_number_of_statements_does_not_grow(session: Session, sort: Sort | None) -> None:
    def statements() -> int:
        session.expire_all()
        with sent_to(session.connection().engine) as seen:
            find_clinics(ORCHARD, 5000, "rejuran_healer", sort=sort, now=NOW)
        return len(seen)

    factories.offer(session, factories.clinic(session))
    one = statements()
    for _ in range(12):
        factories.offer(session, factories.clinic(session))
    db.session.flush()
    assert statements() == one
    assert one <= 6
