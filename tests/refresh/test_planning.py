"""When clinics are asked, by whom, and that two beats or two clicks ask once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.bells import Bells
from tests.factories import NOW
from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.services import editing
from webapp.queue import REFRESH_CLINIC
from webapp.refresh import queries, services
from webapp.refresh.models import RefreshRun
from webapp.refresh.planning import LastRun, addresses, due_slot
from webapp.unit_of_work import unit_of_work

FEED = "https://larch.example/prices.csv"
# 1 December 2026, half past midnight in Singapore; half past one in Seoul.
FIRST = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)


@pytest.fixture
def clinic(session: Session, bells: Bells) -> Clinic:
    made = factories.clinic(session, feed_url=FEED, website="https://larch.example", sample=False)
    session.commit()
    return made


def plan(now: datetime) -> list[int]:
    with unit_of_work():
        return services.plan_due(now)


def slots(clinic: Clinic, kind: str = "feed") -> list[str]:
    chosen = select(RefreshRun.slot).where(RefreshRun.clinic_id == clinic.id, RefreshRun.kind == kind)
    return list(db.session.scalars(chosen.order_by(RefreshRun.id)))


@pytest.mark.parametrize(
    ("now", "last", "slot"),
    [
        # Never asked.
        (NOW, None, "2026-11-21"),
        # The first three days of a month, and no others.
        (FIRST, FIRST - timedelta(days=3), "2026-12-01"),
        (FIRST - timedelta(hours=1), FIRST - timedelta(days=3), None),
        (FIRST + timedelta(days=1), FIRST, "2026-12-02"),
        (FIRST + timedelta(days=2), FIRST, "2026-12-03"),
        (FIRST + timedelta(days=3), FIRST, None),
        # And when thirty days are over.
        (NOW, NOW - timedelta(days=29), None),
        (NOW, NOW - timedelta(days=30), "2026-11-21"),
    ],
)
@pytest.mark.once
def test_the_days_on_which_a_clinic_is_asked(now: datetime, last: datetime | None, slot: str | None) -> None:
    run = LastRun(last, FEED) if last else None
    assert due_slot(FEED, "SG", run, now, days=(1, 2, 3), every=30) == slot


@pytest.mark.once
def test_a_new_address_is_asked_at_once_also_on_a_day_that_had_its_turn() -> None:
    slot = due_slot(FEED + "?v=2", "SG", LastRun(NOW, FEED), NOW, days=(), every=30)
    assert slot is not None and slot.startswith("2026-11-21 ")
    assert len(slot) <= 32


@pytest.mark.once
def test_the_day_is_the_markets_own() -> None:
    last = LastRun(FIRST - timedelta(days=5), FEED)
    in_between = FIRST - timedelta(hours=1)
    assert due_slot(FEED, "KR", last, in_between, days=(1,), every=30) == "2026-12-01"
    assert due_slot(FEED, "SG", last, in_between, days=(1,), every=30) is None


def test_two_beats_make_one_run_of_each_kind(clinic: Clinic) -> None:
    assert len(plan(NOW)) == 2
    assert plan(NOW) == []
    assert plan(NOW + timedelta(hours=3)) == []
    assert (slots(clinic), slots(clinic, "page")) == (["2026-11-21"], ["2026-11-21"])
    for day in range(6):
        plan(FIRST + timedelta(days=day))
    assert slots(clinic) == ["2026-11-21", "2026-12-01", "2026-12-02", "2026-12-03"]


def test_the_days_are_settings(clinic: Clinic, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(NOW)
    settings = replace(app.config["SETTINGS"], refresh_days=(22,), refresh_every_days=3)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    for day in range(1, 6):
        plan(NOW + timedelta(days=day))
    assert slots(clinic) == ["2026-11-21", "2026-11-22", "2026-11-25"]


@pytest.mark.parametrize(
    ("more", "kinds"),
    [
        ({}, {"feed", "page"}),
        ({"feed_url": None}, {"page"}),
        ({"website": None}, {"feed"}),
        ({"authority": "unclaimed"}, set()),
        ({"authority": "withdrawn"}, set()),
        ({"authority": "do_not_list"}, set()),
        ({"sample": True}, {"feed"}),
        ({"sample": True, "feed_url": None}, set()),
        ({"website": "https://www.instagram.com/larch"}, {"feed"}),
        ({"website": "https://larch.blogspot.com"}, {"feed"}),
        ({"website": "nonsense::"}, {"feed"}),
    ],
)
def test_who_is_asked(session: Session, bells: Bells, more: dict[str, object], kinds: set[str]) -> None:
    values = {"feed_url": FEED, "website": "https://larch.example", "sample": False} | more
    made = factories.clinic(session, **values)
    session.commit()
    if values["website"] != "nonsense::":
        assert set(addresses(made)) == kinds
    assert len(plan(NOW)) >= len(kinds) and set(addresses(made)) >= kinds
    if not kinds:
        assert db.session.scalars(select(RefreshRun)).all() == []


def test_only_as_many_as_may_run_are_rung_for(
    session: Session, bells: Bells, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _clinic in range(5):
        factories.clinic(session, feed_url=FEED, sample=False)
    session.commit()
    assert len(plan(NOW)) == 5
    assert len(bells.rung) == 1
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], refresh_at_once=3))
    with unit_of_work():
        assert len(services.sweep()) == 2


def test_somebody_who_asks_is_answered_once_an_hour(clinic: Clinic, bells: Bells) -> None:
    with unit_of_work():
        asked = services.ask(clinic, NOW)
        ids = {run.kind: run.id for run in asked}
    assert set(ids) == {"feed", "page"}
    assert sorted(bells.rung) == sorted((REFRESH_CLINIC, run_id) for run_id in ids.values())
    with unit_of_work():
        # Under way: the same ones again.
        assert {run.kind: run.id for run in services.ask(clinic, NOW + timedelta(minutes=1))} == ids
    with unit_of_work() as session:
        for run_id in ids.values():
            session.get_one(RefreshRun, run_id).state = "done"
    with pytest.raises(services.AskedTooSoon) as caught, unit_of_work():
        services.ask(clinic, NOW + timedelta(minutes=59))
    assert caught.value.again_at == queries.may_ask_at(clinic, NOW) == NOW + timedelta(hours=1)
    later = NOW + timedelta(hours=1)
    assert queries.may_ask_at(clinic, later) == later
    with unit_of_work():
        assert len(services.ask(clinic, later)) == 2
    assert [run.slot for run in queries.runs_of(clinic, limit=2)] == ["asked 2026-11-21T05"] * 2


def test_who_has_nothing_to_ask_is_told(session: Session, bells: Bells) -> None:
    for more in (
        {},
        {"feed_url": FEED, "authority": "withdrawn"},
        {"feed_url": FEED, "authority": "do_not_list"},
    ):
        made = factories.clinic(session, **more)
        session.commit()
        with pytest.raises(services.NothingToAsk), unit_of_work():
            services.ask(made, NOW)


def test_a_clinic_that_gives_its_feed_address_is_asked_at_once(session: Session, bells: Bells) -> None:
    made = factories.clinic(session, sample=False)
    session.commit()
    by = Actor(ActorKind.CLINIC, "Kim")
    with unit_of_work():
        editing.edit_clinic(made, {"feed_url": FEED}, by, NOW)
    assert len(slots(made)) == 1
    with unit_of_work():
        editing.edit_clinic(made, {"phone": "+6562351234"}, by, NOW)
    assert len(slots(made)) == 1
    with unit_of_work():
        editing.edit_clinic(made, {"feed_url": FEED + "?v=2"}, by, NOW)
    assert len(slots(made)) == 2
    assert len(bells.rung) == 1


def test_a_clinic_that_goes_takes_its_runs_along(clinic: Clinic) -> None:
    plan(NOW)
    with unit_of_work() as session:
        session.delete(session.get_one(Clinic, clinic.id))
    assert db.session.scalars(select(RefreshRun)).all() == []
