"""The accounts' tasks on a real database: whoever asked for a link gets it, once, also when the bell was lost."""

import importlib
from collections.abc import Iterator
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from webapp.accounts import services
from webapp.accounts.models import Account, SignInLink, SignInRequest
from webapp.extensions import db
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery
from webapp.unit_of_work import unit_of_work


@pytest.fixture
def tasks(workers: ModuleType) -> ModuleType:
    return importlib.import_module("workers.accounts")


@pytest.fixture
def asked(worker_app: Flask) -> Iterator[list[int]]:
    """An account's request and a stranger's; their ids."""
    with worker_app.app_context(), unit_of_work():
        services.find_or_create("kim@clinic.test", utc_now())
        for email in ("kim@clinic.test", "nobody@clinic.test"):
            services.ask_for_link(email, "/portal/", utc_now())
        ids = list(services.unanswered(10))
    yield ids
    with worker_app.app_context(), unit_of_work() as session:
        for table in (SignInRequest, SignInLink, Account):
            session.execute(delete(table))


def counts(worker_app: Flask) -> tuple[int, int, int]:
    """Requests that wait, links, and mails."""
    with worker_app.app_context():
        requests, links, mails = (
            db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in (SignInRequest, SignInLink, Delivery)
        )
    return requests, links, mails


def test_a_bell_answers_one_request_and_ringing_twice_changes_nothing(
    worker_app: Flask, tasks: ModuleType, asked: list[int]
) -> None:
    for _time in range(2):
        tasks.answer(asked[0])
    assert counts(worker_app) == (1, 1, 1)
    tasks.answer(asked[1])
    assert counts(worker_app) == (0, 1, 1)


def test_the_sweep_answers_what_no_bell_announced(
    worker_app: Flask, tasks: ModuleType, asked: list[int]
) -> None:
    for _time in range(2):
        tasks.sweep()
        assert counts(worker_app) == (0, 1, 1)
