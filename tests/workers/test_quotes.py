"""The quotes room's tasks on the real database: run twice, by two clocks, they do their work once."""

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests import factories
from webapp.clinics.models import Clinic
from webapp.enquiries.models import ConsentText, Enquiry, Recipient
from webapp.extensions import db
from webapp.outbox.models import Delivery
from webapp.queue import EXPIRE_QUOTES, REMIND_OF_QUOTES
from webapp.quotes.models import PriceOutcome, Quote, QuoteLine
from webapp.treatments.models import Treatment
from webapp.unit_of_work import unit_of_work
from workers.schedule import PERIODIC, SCHEDULE


@pytest.fixture
def tasks(workers: ModuleType) -> ModuleType:
    return importlib.import_module("workers.quotes")


@pytest.fixture
def recipient_id(worker_app: Flask) -> Iterator[int]:
    """A confirmed patient who was quoted ten days ago, until tomorrow; what it brought along is removed afterwards."""
    with worker_app.app_context():
        with unit_of_work() as session:
            now = datetime.now(UTC)
            given = now - timedelta(days=10)
            enquiry = factories.enquiry(
                session, factories.clinic(session), created_at=given, email_confirmed_at=given
            )
            found = enquiry.recipients[0].id
            line = QuoteLine(position=0, words="Healer", sessions=3, price_amount=100)
            session.add(
                Quote(
                    recipient_id=found, version=1, kind="quote", currency="SGD", tax="inclusive", lines=[line],
                    valid_until=now.date() + timedelta(days=1), created_at=given,
                )
            )  # fmt: skip
        yield found
        with unit_of_work() as session:
            for table in (Enquiry, ConsentText, PriceOutcome, Clinic, Treatment):
                session.execute(delete(table))


def test_a_patient_is_reminded_once(tasks: ModuleType, worker_app: Flask, recipient_id: int) -> None:
    tasks.remind()
    tasks.remind()
    (row,) = db.session.scalars(select(Delivery)).all()
    assert row.key.startswith("quote-ends-soon:")
    assert db.session.get_one(Recipient, recipient_id).reminded_at is not None


def test_an_ended_quote_is_marked_once(tasks: ModuleType, worker_app: Flask, recipient_id: int) -> None:
    tasks.expire()
    db.session.rollback()
    assert db.session.scalars(select(Quote)).one().expired_at is None
    with unit_of_work() as session:
        quote = session.scalars(select(Quote)).one()
        quote.valid_until = datetime.now(UTC).date() - timedelta(days=2)
    tasks.expire()
    db.session.rollback()
    first = db.session.scalars(select(Quote)).one().expired_at
    tasks.expire()
    db.session.rollback()
    assert first is not None
    assert db.session.scalars(select(Quote)).one().expired_at == first


def test_they_run_by_themselves() -> None:
    for name in (EXPIRE_QUOTES, REMIND_OF_QUOTES):
        (entry,) = (entry for entry in SCHEDULE.values() if entry["task"] == name)
        assert entry["schedule"] <= 3600
        assert entry["options"]["queue"] == PERIODIC
