"""An enquiry that no key opens any more, sent by the real task beside other mails."""

import importlib
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from types import ModuleType

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.clients.smtp_servers import ChosenAnswers
from tests.factories import NOW
from tests.outbox.conftest import move, post, row
from webapp.clinics.models import Clinic
from webapp.encryption import FieldEncryption
from webapp.enquiries.models import ConsentText, Enquiry, Recipient
from webapp.enquiries.services import sending
from webapp.extensions import db
from webapp.outbox import queries
from webapp.outbox.models import Delivery
from webapp.treatments.models import Treatment
from webapp.unit_of_work import unit_of_work


@pytest.fixture
def tasks(workers: ModuleType) -> ModuleType:
    return importlib.import_module("workers.outbox")


@pytest.fixture
def lost_key() -> FieldEncryption:
    """Keys that this application does not have."""
    return FieldEncryption((Fernet.generate_key().decode(),), "another secret")


@pytest.fixture
def ask(worker_app: Flask) -> Iterator[Callable[[FieldEncryption | None], int]]:
    """Makes an enquiry under these keys (None: our own); the id of its mail to a clinic. Removed afterwards."""

    def make(keys: FieldEncryption | None) -> int:
        with pytest.MonkeyPatch.context() as patch, worker_app.app_context():
            if keys is not None:
                patch.setitem(worker_app.extensions, "field_encryption", keys)
            with unit_of_work() as session:
                return _asked(session)

    with worker_app.app_context():
        known = set(db.session.scalars(select(Treatment.id)))
    yield make
    with worker_app.app_context(), unit_of_work() as session:
        for table in (Recipient, Enquiry, ConsentText, Clinic):
            session.execute(delete(table))
        session.execute(delete(Treatment).where(Treatment.id.not_in(known)))


def _asked(session: Session) -> int:
    clinic = factories.clinic(session, enquiry_email="desk@larch.example")
    recipient = factories.enquiry(
        session,
        clinic,
        state="unreachable",
        email="mei@patient.example",
        message="Hello",
        email_confirmed_at=NOW,
    ).recipients[0]
    assert sending.ask_again(recipient, NOW, 14)
    assert recipient.delivery_id is not None
    return recipient.delivery_id


def taken(answers: ChosenAnswers) -> Counter[str]:
    return Counter(message_from_bytes(mail)["Message-ID"] for mail in answers.taken)


def test_other_mails_go_out_once_beside_one_that_no_key_opens(
    tasks: ModuleType,
    worker_app: Flask,
    answers: ChosenAnswers,
    ask: Callable[[FieldEncryption | None], int],
    lost_key: FieldEncryption,
) -> None:
    lost = ask(lost_key)
    with worker_app.app_context():
        move(lost, next_at=-30)
        good = [post(f"k:{number}") for number in range(4)]
    for delivery_id in (good[2], lost, good[0], *good):
        tasks.send(delivery_id)
    assert len(taken(answers)) == len(good)
    assert set(taken(answers).values()) == {1}
    with worker_app.app_context():
        assert queries.counts_by_state() == {"sent": len(good), "deferred": 1}
        assert {row(delivery_id).attempts for delivery_id in good} == {1}
        assert queries.unreadable() == 1
        assert (
            db.session.scalar(select(func.count()).where(Delivery.id == lost, Delivery.mail.is_not(None)))
            == 1
        )
        assert db.session.scalar(select(Recipient.state)) == "asked"
        # Three days later it is of no use to anybody, and the clinic was not reached.
        move(lost, next_at=-1, created_at=-4 * 86400)
        more = post("k:more")
    tasks.send(more)
    tasks.send(lost)
    assert taken(answers)[f"<{_message_id(worker_app, more)}>"] == 1
    with worker_app.app_context():
        assert queries.counts_by_state() == {"sent": len(good) + 1, "expired": 1}
        assert db.session.scalar(select(Recipient.state)) == "unreachable"


def test_a_mail_whose_enquiry_no_key_opens_ends_with_its_first_refusal(
    tasks: ModuleType,
    worker_app: Flask,
    answers: ChosenAnswers,
    ask: Callable[[FieldEncryption | None], int],
    lost_key: FieldEncryption,
    caplog: pytest.LogCaptureFixture,
) -> None:
    delivery_id = ask(None)
    with worker_app.app_context(), unit_of_work() as session:
        # The column as it is stored.
        session.connection().exec_driver_sql(f"update enquiry set name = '{lost_key.encrypt('Mei')}'")
    answers.data = "554 no"
    tasks.send(delivery_id)
    tasks.send(delivery_id)
    with worker_app.app_context():
        stored = row(delivery_id)
        assert (stored.state, stored.attempts) == ("failed", 1)
        assert db.session.scalar(select(Recipient.state)) == "unreachable"
        assert queries.counts_by_state() == {"failed": 1}
    assert "cannot be told" in caplog.text


def _message_id(app: Flask, delivery_id: int) -> str:
    with app.app_context():
        return row(delivery_id).message_id
