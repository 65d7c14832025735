"""The job of an address: queued with the change, taken by one worker, delayed and never dropped."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests import factories
from tests.bells import Bells
from tests.factories import NOW
from webapp import events
from webapp.clinics.models import Clinic
from webapp.database_clock import database_clock
from webapp.domain.geo import Point
from webapp.geocoding.addresses import Located
from webapp.geocoding.chain import Found, Later
from webapp.moderation import geocode_jobs, positions
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import GeocodeJob, PositionReview
from webapp.queue import LOCATE_CLINIC
from webapp.unit_of_work import unit_of_work

PARAGON = Located(
    "SG", 1.3037, 103.8358, "building", 0.97, 40, "gazetteer", "290 Orchard Road 238859", "238859"
)
STREET = replace(PARAGON, precision="street", confidence=0.75)
TAMPINES = replace(PARAGON, lat=1.3558, lng=103.9451)
STAFF = Actor(ActorKind.STAFF, "Staff Member")
CHANCE = Random(1)


def clinic(session: Session, **more: Any) -> Clinic:
    """A clinic whose address is in, and whose point is not known; the change is announced."""
    values: dict[str, Any] = {"lat": None, "lng": None, "precision": None, "position_source": None}
    with unit_of_work():
        row = factories.clinic(session, **(values | more))
        events.clinic_changed.send(Clinic, clinic_id=row.id)
    return row


def change(row: Clinic, **values: Any) -> None:
    with unit_of_work() as session:
        for name, value in values.items():
            setattr(row, name, value)
        session.flush()
        events.clinic_changed.send(Clinic, clinic_id=row.id)


def claim(row: Clinic) -> geocode_jobs.Job | None:
    with unit_of_work():
        return geocode_jobs.claim(row.id)


def claimed(row: Clinic) -> geocode_jobs.Job:
    job = claim(row)
    assert job is not None
    return job


def settle(job: geocode_jobs.Job, outcome: Found | Later) -> bool:
    with unit_of_work():
        return geocode_jobs.settle(job, outcome, NOW, CHANCE)


def job_of(session: Session, row: Clinic) -> GeocodeJob:
    session.expire_all()
    return session.get_one(GeocodeJob, row.id)


def make_due(session: Session, row: Clinic) -> None:
    with unit_of_work():
        session.execute(
            update(GeocodeJob).where(GeocodeJob.clinic_id == row.id).values(next_at=database_clock(-1))
        )


def test_a_new_address_is_queued_and_rung_for_once_it_is_committed(session: Session, bells: Bells) -> None:
    row = clinic(session)
    assert bells.rung == [(LOCATE_CLINIC, row.id)]
    assert job_of(session, row).state == "waiting"


def test_other_changes_of_the_clinic_ring_for_nothing(session: Session, bells: Bells) -> None:
    row = clinic(session)
    change(row, phone="+65 6000 0000", hours="Mo-Fr 10:00-19:00", unit="#05-12")
    assert len(bells.rung) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"address": None, "postal_code": None},
        {"pin_confirmed_on": NOW.date()},
        {"lat": 1.3, "lng": 103.8, "position_source": "import"},
        {"authority": "do_not_list"},
    ],
    ids=["no address", "pin", "import", "never to be listed"],
)
def test_what_needs_no_answer_is_not_queued(session: Session, bells: Bells, values: dict[str, Any]) -> None:
    clinic(session, **values)
    assert bells.rung == []
    assert session.scalar(select(func.count()).select_from(GeocodeJob)) == 0
    with unit_of_work():
        assert geocode_jobs.plan(NOW) == 0


def test_a_change_that_is_rolled_back_queues_nothing(session: Session, bells: Bells) -> None:
    row = clinic(session)
    settle(claimed(row), Found(PARAGON))
    bells.rung.clear()

    def fail() -> None:
        with unit_of_work():
            row.address = "1 Other Road"
            session.flush()
            events.clinic_changed.send(Clinic, clinic_id=row.id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert bells.rung == []
    assert job_of(session, row).state == "done"


def test_one_worker_has_it_and_the_point_is_put(session: Session, bells: Bells) -> None:
    row = clinic(session)
    job = claimed(row)
    assert (job.text, job.country, job.attempts) == ("290 Orchard Road 238859", "SG", 1)
    assert claim(row) is None
    assert settle(job, Found(PARAGON))
    session.expire_all()
    assert (row.lat, row.precision) == (PARAGON.lat, "building")
    done = job_of(session, row)
    assert (done.state, done.owner, done.last_error) == ("done", None, None)
    assert done.done_at is not None
    assert claim(row) is None, "nothing is left to do"


def test_the_postal_code_is_in_the_text_once(session: Session, bells: Bells) -> None:
    row = clinic(session, address="290 Orchard Road Singapore 238859")
    assert claimed(row).text == "290 Orchard Road Singapore 238859"


def test_a_failing_provider_delays_longer_each_time_and_never_drops(session: Session, bells: Bells) -> None:
    row = clinic(session)
    waits = []
    for attempt in range(8):
        job = claimed(row)
        assert job.attempts == attempt + 1
        assert settle(job, Later(60, "onemap:timeout", None))
        waiting = job_of(session, row)
        assert (waiting.state, waiting.last_error) == ("waiting", "onemap:timeout")
        now = session.scalars(select(database_clock())).one()
        waits.append((waiting.next_at - now).total_seconds())
        assert claim(row) is None
        make_due(session, row)
    assert waits[0] > 55
    assert waits[:5] == sorted(waits[:5])
    assert waits[-1] > 21_000, "and goes on so"
    assert settle(claimed(row), Found(PARAGON))
    session.expire_all()
    assert row.lat == PARAGON.lat


def test_what_is_known_is_shown_while_the_provider_is_awaited(session: Session, bells: Bells) -> None:
    row = clinic(session)
    settle(claimed(row), Later(60, "onemap:timeout", STREET))
    session.expire_all()
    assert (row.lat, row.precision) == (STREET.lat, "street")
    assert positions.open_reviews() == [], "nobody is asked while a provider may still know"


def test_a_short_wait_for_a_slot_is_short(session: Session, bells: Bells) -> None:
    row = clinic(session)
    for _ in range(3):
        settle(claimed(row), Later(2, "nominatim:slot", None))
        now = session.scalars(select(database_clock())).one()
        assert (job_of(session, row).next_at - now).total_seconds() <= 3
        make_due(session, row)


def test_an_address_that_changed_meanwhile_is_asked_about_anew(session: Session, bells: Bells) -> None:
    row = clinic(session)
    job = claimed(row)
    change(row, address="503 Tampines Central 1", postal_code="520503")
    assert not settle(job, Found(PARAGON)), "the change has taken the job away"
    session.expire_all()
    assert row.lat is None
    again = claimed(row)
    assert again.text == "503 Tampines Central 1 520503"
    # The same, when nobody announced the change.
    with unit_of_work():
        row.address = "504 Tampines Central 1"
    assert settle(again, Found(TAMPINES))
    session.expire_all()
    assert row.lat is None
    assert job_of(session, row).state == "waiting"


def test_a_pin_put_meanwhile_stays(session: Session, bells: Bells) -> None:
    row = clinic(session)
    job = claimed(row)
    with unit_of_work():
        positions.set_pin(row, Point(1.31, 103.84), STAFF, NOW)
    settle(job, Found(PARAGON))
    session.expire_all()
    assert (row.lat, row.lng) == (1.31, 103.84)
    assert job_of(session, row).state == "done"


def test_a_worker_that_dies_loses_its_lease_and_nothing_else(session: Session, bells: Bells) -> None:
    row = clinic(session)
    lost = claimed(row)
    with unit_of_work():
        assert geocode_jobs.sweep(10) == [], "somebody has it"
        session.execute(update(GeocodeJob).values(lease_until=database_clock(-1)))
    bells.rung.clear()
    with unit_of_work():
        assert geocode_jobs.sweep(10) == [row.id]
    assert bells.rung == [(LOCATE_CLINIC, row.id)]
    second = claimed(row)
    assert not settle(lost, Found(TAMPINES)), "the first one came back too late"
    assert settle(second, Found(PARAGON))
    session.expire_all()
    assert row.lat == PARAGON.lat


def test_a_lost_bell_is_found_and_rung_for_once_in_a_while(session: Session, bells: Bells) -> None:
    row = clinic(session)
    bells.rung.clear()
    with unit_of_work():
        assert geocode_jobs.sweep(10) == [row.id]
    with unit_of_work():
        assert geocode_jobs.sweep(10) == [], "just rung"
    assert bells.rung == [(LOCATE_CLINIC, row.id)]


def test_clinics_that_nobody_announced_are_found(session: Session, bells: Bells) -> None:
    with unit_of_work():
        row = factories.clinic(session, position_source="gazetteer")
    with unit_of_work():
        assert geocode_jobs.plan(NOW) == 1
    with unit_of_work():
        assert geocode_jobs.plan(NOW) == 0
    assert bells.rung == [(LOCATE_CLINIC, row.id)]


@pytest.mark.parametrize(
    ("found", "days", "again"),
    [(STREET, 31, 1), (STREET, 29, 0), (PARAGON, 400, 0)],
    ids=["old", "new", "exact"],
)
def test_what_is_not_exact_is_asked_about_again_after_a_month(
    session: Session, bells: Bells, found: Located, days: int, again: int
) -> None:
    row = clinic(session)
    settle(claimed(row), Found(found))
    done = job_of(session, row).done_at
    assert done is not None
    with unit_of_work():
        assert geocode_jobs.plan(done + timedelta(days=days)) == again
    with unit_of_work():
        assert geocode_jobs.plan(done + timedelta(days=days)) == 0
    assert (claim(row) is not None) == bool(again)


def test_what_a_person_has_decided_is_not_asked_about_again(session: Session, bells: Bells) -> None:
    row = clinic(session)
    settle(claimed(row), Found(replace(STREET, confidence=0.5)))
    with unit_of_work():
        (review,) = positions.open_reviews()
        positions.choose(review, 0, STAFF, NOW)
    done = job_of(session, row).done_at
    assert done is not None
    with unit_of_work():
        assert geocode_jobs.plan(done + timedelta(days=60)) == 0


def test_a_clinic_that_goes_takes_its_job_and_review_along(session: Session, bells: Bells) -> None:
    row = clinic(session)
    settle(claimed(row), Found(None))
    assert len(positions.open_reviews()) == 1
    with unit_of_work():
        session.delete(session.get_one(Clinic, row.id))
    assert session.scalar(select(func.count()).select_from(GeocodeJob)) == 0
    assert session.scalar(select(func.count()).select_from(PositionReview)) == 0
