"""The enquiries room's task on the real database."""

import importlib
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests import factories
from tests.factories import NOW
from webapp.clinics.models import Clinic
from webapp.enquiries.models import ConsentText, Enquiry, Erasure
from webapp.extensions import db
from webapp.treatments.models import Treatment
from webapp.unit_of_work import unit_of_work


@pytest.fixture
def tasks(workers: ModuleType) -> ModuleType:
    return importlib.import_module("workers.enquiries")


@pytest.fixture
def clinic(worker_app: Flask) -> Iterator[Clinic]:
    with worker_app.app_context():
        with unit_of_work() as session:
            row = factories.clinic(session)
        yield row
        with unit_of_work() as session:
            for enquiry in session.scalars(select(Enquiry)):
                session.delete(enquiry)
            session.flush()
            for table in (Erasure, ConsentText, Clinic, Treatment):
                session.execute(delete(table))


def test_all_that_is_over_is_forgotten_however_many(tasks: ModuleType, clinic: Clinic) -> None:
    with unit_of_work() as session:
        for _number in range(101):
            factories.enquiry(session, clinic, expires_at=NOW - timedelta(days=1000))
        kept = factories.enquiry(session, clinic, expires_at=NOW + timedelta(days=36500))
    tasks.forget()
    assert db.session.scalars(select(Enquiry.ref)).all() == [kept.ref]
