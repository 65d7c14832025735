"""Where a clinic stands: what a worker may put, what a person decides, and what nobody moves after that."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from webapp import events
from webapp.clinics.models import Clinic
from webapp.domain.geo import Point
from webapp.geocoding.addresses import Choice, Located
from webapp.moderation import positions
from webapp.moderation.actors import SYSTEM, Actor, ActorKind
from webapp.moderation.models import Decision, PositionReview

STAFF = Actor(ActorKind.STAFF, "Staff Member")
OWNER = Actor(ActorKind.CLINIC, "The Owner")
# Paragon's postal code, and a point some 150 m and one some 9 km from it.
PARAGON = Located(
    "SG", 1.3037, 103.8358, "building", 0.97, 40, "gazetteer", "290 Orchard Road 238859", "238859"
)
BESIDE = replace(PARAGON, lat=1.3047, lng=103.8368, source="onemap")
ELSEWHERE = replace(PARAGON, lat=1.3558, lng=103.9451, source="onemap", matched_text="Tampines")


def unplaced(session: Session, **more: Any) -> Clinic:
    values: dict[str, Any] = {"lat": None, "lng": None, "precision": None, "position_source": None}
    return factories.clinic(session, **(values | more))


def placed(session: Session, at: Located = PARAGON, **more: Any) -> Clinic:
    values: dict[str, Any] = {
        "lat": at.lat, "lng": at.lng, "precision": at.precision, "position_source": at.source,
    }  # fmt: skip
    return factories.clinic(session, **(values | more))


def reviews(session: Session, state: str | None = None) -> list[PositionReview]:
    session.flush()
    rows = session.scalars(select(PositionReview).order_by(PositionReview.id)).all()
    return [row for row in rows if state is None or row.state == state]


def at(clinic: Clinic) -> tuple[float | None, float | None]:
    return clinic.lat, clinic.lng


def test_a_sure_point_is_taken_over_with_all_that_is_known_of_it(session: Session) -> None:
    clinic = unplaced(session)
    heard: list[int] = []

    def hear(sender: type[Clinic], *, clinic_id: int) -> None:
        heard.append(clinic_id)

    with events.clinic_changed.connected_to(hear):
        assert positions.take_over(clinic, PARAGON, (), NOW) is None
    assert at(clinic) == (PARAGON.lat, PARAGON.lng)
    assert (clinic.precision, clinic.position_source) == ("building", "gazetteer")
    assert (clinic.position_confidence, clinic.position_radius_m) == (0.97, 40)
    assert clinic.area_en, "the card says where that is"
    assert heard == [clinic.id], "the search hears of it"
    assert reviews(session) == []


@pytest.mark.parametrize(
    "settled", [{"pin_confirmed_on": date(2026, 11, 1)}, {"position_source": "import"}], ids=["pin", "import"]
)
@pytest.mark.parametrize("found", [PARAGON, ELSEWHERE, None])
def test_a_pin_and_the_coordinates_of_an_import_stay(
    session: Session, settled: dict[str, Any], found: Located | None
) -> None:
    clinic = placed(session, BESIDE, **settled)
    assert positions.take_over(clinic, found, (), NOW) is None
    assert at(clinic) == (BESIDE.lat, BESIDE.lng)
    assert reviews(session) == []


def test_a_small_move_is_made_and_a_long_one_is_a_person_s(session: Session) -> None:
    clinic = placed(session)
    assert positions.take_over(clinic, BESIDE, (), NOW) is None
    assert at(clinic) == (BESIDE.lat, BESIDE.lng)
    assert positions.take_over(clinic, ELSEWHERE, (), NOW) == positions.MOVED
    assert at(clinic) == (BESIDE.lat, BESIDE.lng)
    (review,) = positions.open_reviews()
    assert review.reason == "moved"
    assert [row["source"] for row in review.candidates] == ["onemap", "onemap"]
    assert [row["lat"] for row in review.candidates] == [ELSEWHERE.lat, BESIDE.lat]


def test_a_less_exact_point_does_not_replace_a_better_one(session: Session) -> None:
    clinic = placed(session)
    street = replace(BESIDE, precision="street", confidence=0.72)
    assert positions.take_over(clinic, street, (), NOW) is None
    assert at(clinic) == (PARAGON.lat, PARAGON.lng)


def test_an_unsure_point_is_better_than_none_and_is_looked_at(session: Session) -> None:
    clinic = unplaced(session)
    street = replace(PARAGON, precision="street", confidence=0.55)
    assert positions.take_over(clinic, street, (), NOW) == positions.UNSURE
    assert (clinic.lat, clinic.precision) == (PARAGON.lat, "street")
    assert [row.reason for row in positions.open_reviews()] == ["unsure"]


def test_what_contradicts_is_put_nowhere_and_all_points_are_kept(session: Session) -> None:
    clinic = unplaced(session)
    choice = Choice("290 Orchard Road", "address", 1.3037, 103.8358)
    conflict = replace(ELSEWHERE, conflict=True, confidence=0.5, choices=(choice,))
    assert positions.take_over(clinic, conflict, (), NOW) == positions.CONFLICT
    assert at(clinic) == (None, None)
    (review,) = positions.open_reviews()
    assert [row["matched_text"] for row in review.candidates] == ["Tampines", "290 Orchard Road"]
    assert positions.take_over(clinic, PARAGON, (ELSEWHERE,), NOW) == positions.CONFLICT
    assert len(positions.open_reviews()) == 1, "one open review per clinic, with the newest points"


def test_nothing_found_is_a_person_s_too(session: Session) -> None:
    assert positions.take_over(unplaced(session), None, (), NOW) == positions.NOWHERE
    assert [row.candidates for row in positions.open_reviews()] == [[]]


def test_a_later_sure_answer_closes_the_review(session: Session) -> None:
    clinic = unplaced(session)
    positions.take_over(clinic, None, (), NOW)
    positions.take_over(clinic, PARAGON, (), NOW)
    assert positions.open_reviews() == []
    assert [row.state for row in reviews(session)] == ["superseded"]


def test_staff_choose_a_point_and_it_is_written_down(session: Session) -> None:
    clinic = placed(session)
    positions.take_over(clinic, ELSEWHERE, (), NOW)
    (review,) = positions.open_reviews()
    positions.choose(review, 0, STAFF, NOW)
    assert at(clinic) == (ELSEWHERE.lat, ELSEWHERE.lng)
    assert (clinic.position_source, clinic.pin_confirmed_on) == ("onemap", None)
    assert (review.state, review.decided_by, review.decided_at) == ("decided", "Staff Member", NOW)
    session.flush()
    (decision,) = session.scalars(select(Decision)).all()
    assert (decision.what, decision.by_name) == ("position.chosen", "Staff Member")
    assert decision.details is not None
    assert decision.details["after"] == [ELSEWHERE.lat, ELSEWHERE.lng]
    hashed = positions.hash_of(clinic)
    assert hashed is not None
    assert positions.decided_by_a_person(clinic, hashed)
    assert not positions.decided_by_a_person(clinic, "of another address")


def test_a_review_is_decided_once(session: Session) -> None:
    positions.take_over(placed(session), ELSEWHERE, (), NOW)
    (review,) = positions.open_reviews()
    positions.choose(review, 1, STAFF, NOW)
    with pytest.raises(positions.ReviewClosed):
        positions.choose(review, 0, STAFF, NOW)


@pytest.mark.parametrize("index", [-1, 2, 99])
def test_a_candidate_that_is_not_there(session: Session, index: int) -> None:
    positions.take_over(placed(session), ELSEWHERE, (), NOW)
    (review,) = positions.open_reviews()
    with pytest.raises(ValueError, match="no candidate"):
        positions.choose(review, index, STAFF, NOW)
    assert review.state == "open"


@pytest.mark.parametrize(("by", "source"), [(STAFF, "staff"), (OWNER, "clinic"), (SYSTEM, "staff")])
def test_a_pin_is_exact_and_final(session: Session, by: Actor, source: str) -> None:
    clinic = placed(session)
    positions.take_over(clinic, ELSEWHERE, (), NOW)
    positions.set_pin(clinic, Point(1.31, 103.84), by, NOW)
    assert (*at(clinic), clinic.precision, clinic.position_source) == (1.31, 103.84, "building", source)
    assert clinic.pin_confirmed_on == date(2026, 11, 21)
    assert positions.open_reviews() == []
    assert positions.is_settled(clinic)
    assert session.scalars(select(Decision.what)).all() == ["position.put"]


def test_the_oldest_review_comes_first(app: Flask, session: Session) -> None:
    for day in (3, 1, 2):
        positions.take_over(unplaced(session), None, (), NOW.replace(day=day))
    assert [row.created_at.day for row in positions.open_reviews()] == [1, 2, 3]
    assert len(positions.open_reviews(limit=2)) == 2
