"""The task of exchange rates, with connections of its own to the real database, asking a real source."""

import importlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from types import ModuleType

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, func, select

from tests.clients.hostile_http import Asked, Reply, Site, web_site
from tests.factories import NOW
from tests.fx.rate_files import PATH, Source, daily
from webapp.extensions import db
from webapp.fx import queries
from webapp.fx.models import ExchangeRate, ExchangeSource
from webapp.unit_of_work import unit_of_work


@pytest.fixture
def tasks(workers: ModuleType) -> ModuleType:
    return importlib.import_module("workers.fx")


@pytest.fixture
def site(worker_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A source that the workers may reach, on the day of the tests. What was kept is removed afterwards."""
    with web_site() as running, time_machine.travel(NOW, tick=True):
        settings = replace(
            worker_app.config["SETTINGS"],
            fx_rates_url=running.url(PATH),
            fetch_also=(("127.0.0.1", running.port),),
        )
        monkeypatch.setitem(worker_app.config, "SETTINGS", settings)
        yield running
    with worker_app.app_context(), unit_of_work() as session:
        for table in (ExchangeRate, ExchangeSource):
            session.execute(delete(table))


def won_for_a_dollar(application: Flask) -> Decimal:
    with application.app_context():
        return queries.current().between("SGD", "KRW").rate


def rest(application: Flask) -> None:
    """Let the time pass that the source is left alone for."""
    with application.app_context(), unit_of_work() as session:
        state = session.scalars(select(ExchangeSource)).one()
        state.checked_at = NOW.replace(year=2025)


def test_the_days_rates_are_asked_for_once_and_kept(tasks: ModuleType, worker_app: Flask, site: Site) -> None:
    source = site.pages[PATH] = Source(daily("2026-11-19"))
    tasks.refresh()
    tasks.refresh()
    assert won_for_a_dollar(worker_app) == 1000
    assert site.paths.count(PATH) == 1
    rest(worker_app)
    tasks.refresh()
    assert (site.paths.count(PATH), source.sent) == (2, 1)
    rest(worker_app)
    source.body, source.etag = daily(KRW="1650"), '"2"'
    tasks.refresh()
    assert won_for_a_dollar(worker_app) == 1100


def test_a_source_that_fails_delays_and_empties_nothing(
    tasks: ModuleType, worker_app: Flask, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.pages[PATH] = Reply(daily("2026-11-19"))
    tasks.refresh()
    rest(worker_app)
    with caplog.at_level(logging.WARNING, "workers.fx"):
        for page in (Reply(b"down", 503), Reply(b"<html>secret words</html>"), Reply(daily(KRW="2000"))):
            site.pages[PATH] = page
            tasks.refresh()
            assert won_for_a_dollar(worker_app) == 1000
    assert [record.getMessage() for record in caplog.records if record.name == "workers.fx"] == [
        "the exchange rates stay as they are (http_status: 503)",
        "the exchange rates stay as they are (not_rates: 0 days in it)",
        "the exchange rates stay as they are (rates_moved: EUR/KRW from 1500 to 2000)",
    ]
    # A failure is no answer: the next turn asks again at once.
    site.pages[PATH] = Reply(daily(KRW="1501.5"))
    tasks.refresh()
    assert won_for_a_dollar(worker_app) == 1001


def test_no_transaction_is_open_while_the_source_is_asked(
    tasks: ModuleType, worker_app: Flask, site: Site
) -> None:
    checked_out: list[int] = []

    def page(asked: Asked) -> Reply:
        with worker_app.app_context():
            checked_out.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]  # a QueuePool's
        return Reply(daily())

    site.pages[PATH] = page
    tasks.refresh()
    assert checked_out == [0]
    assert won_for_a_dollar(worker_app) == 1000


def test_two_workers_at_once_keep_one_day(tasks: ModuleType, worker_app: Flask, site: Site) -> None:
    gate = threading.Barrier(3)

    def page(asked: Asked) -> Reply:
        gate.wait(10)
        return Reply(daily())

    site.pages[PATH] = page
    failures: list[Exception] = []

    def race() -> None:
        try:
            tasks.refresh()
        except Exception as error:
            failures.append(error)

    racers = [threading.Thread(target=race) for _racer in range(3)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert failures == []
    with worker_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ExchangeRate)) == 4
        assert db.session.scalar(select(func.count()).select_from(ExchangeSource)) == 1


def test_without_an_address_nobody_is_asked(
    tasks: ModuleType, worker_app: Flask, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(worker_app.config["SETTINGS"], fx_rates_url="")
    monkeypatch.setitem(worker_app.config, "SETTINGS", settings)
    tasks.refresh()
    assert site.asked == []
