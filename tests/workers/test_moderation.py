"""The moderation room's tasks on the real database: run twice, by two clocks, they do their work once."""

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests import factories
from webapp.clinics.models import Clinic
from webapp.encryption import address_hash
from webapp.extensions import db
from webapp.moderation.models import AuthorityText, Claim, ClinicLink
from webapp.moderation.services import authority
from webapp.offers.models import Offer, OfferPart
from webapp.outbox.models import Delivery
from webapp.queue import EXPIRE_CLAIMS, REMIND_CLINICS
from webapp.treatments.models import Treatment
from webapp.unit_of_work import unit_of_work
from workers.schedule import PERIODIC, SCHEDULE


@pytest.fixture
def tasks(workers: ModuleType) -> ModuleType:
    return importlib.import_module("workers.moderation")


@pytest.fixture
def clinic_id(worker_app: Flask) -> Iterator[int]:
    """A clinic whose prices were confirmed 30 days ago, and what it brought along removed afterwards."""
    with worker_app.app_context():
        with unit_of_work() as session:
            today = datetime.now(UTC).date()
            clinic = factories.clinic(session, sample=False, verified_on=today)
            factories.offer(session, clinic, verified_on=today - timedelta(days=30))
            found = clinic.id
        yield found
        with unit_of_work() as session:
            for table in (OfferPart, Offer, ClinicLink, Claim, AuthorityText, Clinic, Treatment):
                session.execute(delete(table))


def _claim(clinic_id: int, at: datetime, state: str) -> int:
    with unit_of_work() as session:
        claim = Claim(
            clinic_id=clinic_id, name="Kim", email="kim@example.org", email_hash=address_hash("kim@example.org"),
            language="en", text_id=authority.remember_text("en", at).id, proof="judgement", state=state,
            created_at=at,
        )  # fmt: skip
        session.add(claim)
        session.flush()
        return claim.id


def test_clinics_are_reminded_once(tasks: ModuleType, worker_app: Flask, clinic_id: int) -> None:
    tasks.remind()
    tasks.remind()
    (row,) = db.session.scalars(select(Delivery)).all()
    assert row.key.startswith(f"prices-age:{clinic_id}:")
    assert (row.optional, row.state) == (True, "pending")


def test_claims_run_out(tasks: ModuleType, worker_app: Flask, clinic_id: int) -> None:
    _claim(clinic_id, datetime.now(UTC) - timedelta(days=15), "proof_asked")
    tasks.expire()
    tasks.expire()
    db.session.rollback()
    claim = db.session.scalars(select(Claim)).one()
    assert (claim.state, claim.name) == ("expired", "")


def test_they_run_by_themselves() -> None:
    for name in (EXPIRE_CLAIMS, REMIND_CLINICS):
        (entry,) = (entry for entry in SCHEDULE.values() if entry["task"] == name)
        assert entry["schedule"] <= 24 * 3600
        assert entry["options"]["queue"] == PERIODIC
