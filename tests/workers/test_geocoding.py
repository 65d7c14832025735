"""The geocoding tasks, each with connections of its own to the real database, asking a real server."""

import importlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import delete, update

from tests import factories
from tests.bells import Bells
from tests.clients.provider_servers import Answer, ProviderServer, Question, nominatim, provider_server
from webapp.clinics.models import Clinic
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.geocoding import chain
from webapp.geocoding.models import ProviderAnswer, ProviderQuota, ProviderState
from webapp.moderation.models import GeocodeJob
from webapp.queue import LOCATE_CLINIC, PLAN_GEOCODING, SWEEP_GEOCODING
from webapp.unit_of_work import unit_of_work
from workers.schedule import SCHEDULE

# A house that only a provider knows, and a point on its street that it may give.
ADDRESS = "913 Serangoon Road"
POINT = (1.3266, 103.8631)


@pytest.fixture
def tasks(workers: ModuleType) -> ModuleType:
    return importlib.import_module("workers.geocoding")


@pytest.fixture
def server(worker_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderServer]:
    """A Nominatim that the workers ask. What the test committed is removed afterwards."""
    monkeypatch.setattr(chain, "LONGEST_WAIT", 30)
    with provider_server() as running:
        running.answer = nominatim(*POINT)
        settings = replace(worker_app.config["SETTINGS"], nominatim_url=running.url)
        monkeypatch.setitem(worker_app.config, "SETTINGS", settings)
        yield running
    with worker_app.app_context(), unit_of_work() as session:
        for table in (Clinic, ProviderAnswer, ProviderQuota, ProviderState):
            session.execute(delete(table))


@pytest.fixture
def bells(worker_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Bells:
    heard = Bells()
    monkeypatch.setitem(worker_app.extensions, "doorbell", heard)
    return heard


def clinic(worker_app: Flask, number: int = 913) -> int:
    with worker_app.app_context(), unit_of_work() as session:
        row = factories.clinic(
            session, address=f"{number} Serangoon Road", postal_code=None, lat=None, lng=None, precision=None,
            position_source=None,
        )  # fmt: skip
        return row.id


def place_of(worker_app: Flask, clinic_id: int) -> tuple[float | None, str | None, str]:
    with worker_app.app_context():
        row = db.session.get_one(Clinic, clinic_id)
        job = db.session.get_one(GeocodeJob, clinic_id)
        return row.lat, row.position_source, job.state


def make_due(worker_app: Flask) -> None:
    with worker_app.app_context(), unit_of_work() as session:
        session.execute(update(GeocodeJob).values(next_at=database_clock(-1)))
        session.execute(update(ProviderState).values(open_until=None))


def test_a_clinic_that_nobody_announced_is_planned_swept_and_located(
    tasks: ModuleType, worker_app: Flask, server: ProviderServer, bells: Bells
) -> None:
    number = clinic(worker_app)
    tasks.plan()
    tasks.plan()
    assert bells.rung == [(LOCATE_CLINIC, number)]
    tasks.sweep()
    tasks.sweep()
    assert bells.rung == [(LOCATE_CLINIC, number)] * 2
    tasks.locate(number)
    assert place_of(worker_app, number) == (POINT[0], "nominatim", "done")
    asked = len(server.asked)
    tasks.locate(number)
    assert len(server.asked) == asked == 1, "a bell that rings twice changes nothing"


def test_an_outage_delays_and_the_address_is_found_when_it_ends(
    tasks: ModuleType, worker_app: Flask, server: ProviderServer, bells: Bells
) -> None:
    number = clinic(worker_app)
    tasks.plan()
    server.answer = lambda question: Answer({}, 503)
    for _ in range(4):
        tasks.locate(number)
        make_due(worker_app)
    assert place_of(worker_app, number)[2] == "waiting"
    server.answer = nominatim(*POINT)
    tasks.locate(number)
    assert place_of(worker_app, number) == (POINT[0], "nominatim", "done")


def test_two_workers_ask_once(
    tasks: ModuleType, worker_app: Flask, server: ProviderServer, bells: Bells
) -> None:
    number = clinic(worker_app)
    tasks.plan()
    together = threading.Barrier(2)
    answer = nominatim(*POINT)

    def slow(question: Question) -> Answer:
        return replace(answer(question), pause=0.3)

    server.answer = slow

    def work() -> None:
        together.wait()
        tasks.locate(number)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.asked) == 1
    assert place_of(worker_app, number)[2] == "done"


def test_no_transaction_is_open_while_a_provider_is_asked(
    tasks: ModuleType, worker_app: Flask, server: ProviderServer, bells: Bells
) -> None:
    """Another writer gets through while the provider thinks; on SQLite an open one would hold it off."""
    number = clinic(worker_app)
    tasks.plan()
    wrote = threading.Event()
    answer = nominatim(*POINT)

    def write_meanwhile(question: Question) -> Answer:
        with worker_app.app_context(), unit_of_work() as session:
            session.execute(update(Clinic).where(Clinic.id == number).values(phone="+65 6000 0000"))
        wrote.set()
        return answer(question)

    server.answer = write_meanwhile
    tasks.locate(number)
    assert wrote.is_set()
    assert place_of(worker_app, number)[2] == "done"
    with worker_app.app_context():
        assert db.session.get_one(Clinic, number).phone == "+65 6000 0000"


def test_beat_knows_the_sweep_and_the_plan() -> None:
    planned = {entry["task"] for entry in SCHEDULE.values()}
    assert {SWEEP_GEOCODING, PLAN_GEOCODING} <= planned
