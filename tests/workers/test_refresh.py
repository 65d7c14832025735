"""The refresh tasks, each with connections of its own to the real database, asking a real site."""

import importlib
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests import factories
from tests.bells import Bells
from tests.clients.hostile_http import Asked, Reply, Site, web_site
from tests.refresh.feeds import CSV, feed, move, queue, row
from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.moderation.models import Proposal
from webapp.queue import REFRESH_CLINIC
from webapp.refresh.models import HostSlot, RefreshRun, RobotsRules
from webapp.treatments.models import Treatment
from webapp.unit_of_work import unit_of_work


@pytest.fixture
def tasks(workers: ModuleType) -> ModuleType:
    return importlib.import_module("workers.refresh")


@pytest.fixture
def site(worker_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site that the workers may reach. What the test committed is removed afterwards, with its runs."""
    with web_site() as running:
        settings = replace(worker_app.config["SETTINGS"], fetch_also=(("127.0.0.1", running.port),))
        monkeypatch.setitem(worker_app.config, "SETTINGS", settings)
        yield running
    with worker_app.app_context(), unit_of_work() as session:
        for table in (Clinic, Treatment, RobotsRules, HostSlot):
            session.execute(delete(table))


@pytest.fixture
def clinic_id(worker_app: Flask, site: Site) -> int:
    """A clinic with one offer at S$500, whose feed says S$550."""
    site.pages["/feed.csv"] = Reply(feed({"offer_ref": "a", "title": "Healer", "price": "550"}), headers=CSV)
    with worker_app.app_context(), unit_of_work() as session:
        clinic = factories.clinic(session, feed_url=site.url("/feed.csv"), sample=False)
        factories.offer(session, clinic, ref="a", title="Healer", price_amount=50000)
        return clinic.id


def test_a_changed_feed_is_planned_rung_for_read_and_proposed(
    tasks: ModuleType, worker_app: Flask, clinic_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Bells()
    monkeypatch.setitem(worker_app.extensions, "doorbell", heard)
    tasks.plan()
    tasks.plan()
    ((name, run_id),) = heard.rung
    assert name == REFRESH_CLINIC
    tasks.run(run_id)
    tasks.run(run_id)
    tasks.run(run_id + 1)
    with worker_app.app_context():
        run = row(run_id)
        assert (run.state, run.rows, run.proposed, run.attempts) == ("done", 1, 1, 1)
        found = db.session.scalars(select(Proposal).where(Proposal.clinic_id == clinic_id)).all()
        assert [(proposal.action, proposal.after["price"]) for proposal in found] == [
            ("change_offer", [55000, "SGD"])
        ]
        assert db.session.scalars(select(HostSlot)).all() == []


def test_many_workers_race_for_a_run_and_one_asks(
    tasks: ModuleType, worker_app: Flask, clinic_id: int, site: Site
) -> None:
    with worker_app.app_context():
        ids = [queue(clinic_id, "feed", "", f"slot {number}") for number in range(4)]
    gate = threading.Barrier(4)
    failures: list[Exception] = []

    def race() -> None:
        gate.wait()
        for run_id in ids:
            try:
                tasks.run(run_id)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=race) for _racer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with worker_app.app_context():
        states = Counter((row(run_id).state, row(run_id).attempts) for run_id in ids)
        # Whoever found the room taken left its run for the sweep; nobody asked twice.
        assert set(states) <= {("done", 1), ("queued", 0)}
        assert states["done", 1] == site.paths.count("/feed.csv") >= 1
        assert len(db.session.scalars(select(Proposal)).all()) == 1


def test_two_runs_at_one_host_do_not_meet_there(
    tasks: ModuleType, worker_app: Flask, clinic_id: int, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(worker_app.config["SETTINGS"], refresh_at_once=4)
    monkeypatch.setitem(worker_app.config, "SETTINGS", settings)
    here, most = [0], [0]
    lock = threading.Lock()
    page = site.pages["/feed.csv"]
    assert isinstance(page, Reply)

    def counted(asked: Asked) -> Reply:
        with lock:
            here[0] += 1
            most[0] = max(most[0], here[0])
        threading.Event().wait(0.1)
        with lock:
            here[0] -= 1
        return page

    site.pages["/feed.csv"] = counted
    with worker_app.app_context():
        ids = [queue(clinic_id, "feed", "", f"slot {number}") for number in range(3)]
    threads = [threading.Thread(target=tasks.run, args=(run_id,)) for run_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    with worker_app.app_context():
        states = [row(run_id).state for run_id in ids]
        assert "done" in states and set(states) <= {"done", "queued"}
        for run_id in ids:
            move(run_id, next_at=-1)
    for run_id in ids:
        tasks.run(run_id)
    with worker_app.app_context():
        assert {row(run_id).state for run_id in ids} == {"done"}


def test_no_transaction_is_open_while_the_site_is_asked(
    tasks: ModuleType, worker_app: Flask, clinic_id: int, site: Site
) -> None:
    checked_out: list[int] = []

    def page(asked: Asked) -> Reply:
        with worker_app.app_context():
            checked_out.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]  # a QueuePool's
            # Somebody else can write meanwhile; on SQLite there is one writer at a time.
            with unit_of_work() as session:
                session.get_one(Clinic, clinic_id).languages = "en"
        return Reply(b"", 503)

    site.pages["/feed.csv"] = page
    with worker_app.app_context():
        run_id = queue(clinic_id, "feed", "")
    tasks.run(run_id)
    assert checked_out == [0]
    with worker_app.app_context():
        assert (row(run_id).state, row(run_id).code) == ("queued", "http_status")
    with worker_app.app_context():
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a QueuePool's


def test_the_sweep_rings_for_a_run_whose_worker_was_lost(
    tasks: ModuleType, worker_app: Flask, clinic_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Bells()
    monkeypatch.setitem(worker_app.extensions, "doorbell", heard)
    with worker_app.app_context():
        run_id = queue(clinic_id, "feed", "")
        with unit_of_work() as session:
            session.get_one(RefreshRun, run_id).state = "running"
        move(run_id, lease_until=-1)
    tasks.sweep()
    tasks.sweep()
    assert heard.rung == [(REFRESH_CLINIC, run_id)]
    tasks.run(run_id)
    with worker_app.app_context():
        assert (row(run_id).state, row(run_id).leases_lost) == ("done", 1)
