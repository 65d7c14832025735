"""A mail to a clinic that comes back after it was taken: asked again, or given up and the patient told."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from webapp.clinics.models import Clinic
from webapp.database_clock import database_clock
from webapp.encryption import address_hash
from webapp.enquiries.models import Enquiry, Link, Recipient
from webapp.enquiries.services import again, sending
from webapp.extensions import db
from webapp.moderation.models import Decision
from webapp.outbox.inbound import bounces, hearing
from webapp.outbox.models import Delivery, DeliveryEvent
from webapp.unit_of_work import unit_of_work

HARD = bounces.Bounce("failed", True, "5.1.1", 550)
SOFT = bounces.Bounce("failed", False, "4.4.1")
_number = iter(range(10_000))


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session, enquiry_email="desk@larch.example")


@pytest.fixture
def recipient(session: Session, clinic: Clinic) -> Recipient:
    """Mei's enquiry, whose mail the clinic's server took."""
    row = factories.enquiry(session, clinic, state="unreachable", email_confirmed_at=NOW).recipients[0]
    assert sending.ask_again(row, NOW, 14)
    row.state = "reached"
    session.commit()
    return row


def comes_back(bounce: bounces.Bounce, delivery_id: int | None) -> None:
    """A report about that mail is heard."""
    delivery = db.session.get_one(Delivery, delivery_id)
    told = hearing.Understood(f"{next(_number):064}", hearing.BOUNCE, [], [delivery.message_id], bounce)
    with unit_of_work():
        hearing.hear(told, NOW)
    db.session.expire_all()


def mails(session: Session, key: str) -> list[Delivery]:
    return list(session.scalars(select(Delivery).where(Delivery.key.like(f"{key}%")).order_by(Delivery.id)))


def waits(delivery_id: int | None) -> float:
    """Seconds until that mail goes out, by the database's clock."""
    due, now = db.session.execute(
        select(Delivery.next_at, database_clock()).where(Delivery.id == delivery_id)
    ).one()
    return float((due - now).total_seconds())


def test_a_hard_bounce_makes_the_clinic_unreachable_and_tells_the_patient_once(
    session: Session, recipient: Recipient
) -> None:
    comes_back(HARD, recipient.delivery_id)
    comes_back(HARD, recipient.delivery_id)
    assert recipient.state == "unreachable"
    (told,) = mails(session, "enquiry-clinic-unreachable:")
    assert told.to_address == "mei@patient.test"


@pytest.mark.parametrize("state", ["answered", "declined"])
def test_a_clinic_that_has_answered_stays_as_it_is(
    session: Session, recipient: Recipient, state: str
) -> None:
    recipient.state = state
    session.commit()
    for bounce in (SOFT, HARD):
        comes_back(bounce, recipient.delivery_id)
    assert recipient.state == state
    assert mails(session, "enquiry-clinic-unreachable:") == []


def test_a_soft_bounce_asks_again_on_the_ladder_with_a_new_link(
    session: Session, recipient: Recipient
) -> None:
    links = select(Link).where(Link.recipient_id == recipient.id)
    for wait in (60, 300, 900, 3600, 5400):
        before, known = recipient.delivery_id, len(session.scalars(links).all())
        comes_back(SOFT, before)
        assert recipient.state == "asked"
        assert recipient.delivery_id != before
        assert wait - 30 < waits(recipient.delivery_id) <= wait
        assert len(session.scalars(links).all()) == known + 1
        # A second report about the old mail is about a mail that is not the newest.
        comes_back(SOFT, before)
        recipient.state = "reached"
        session.commit()
    assert len(mails(session, "enquiry-asks-clinic:")) == 6
    assert mails(session, "enquiry-clinic-unreachable:") == []


def test_after_three_days_of_soft_bounces_the_patient_is_told(session: Session, recipient: Recipient) -> None:
    comes_back(SOFT, recipient.delivery_id)
    session.execute(update(DeliveryEvent).values(at=database_clock(-73 * 3600)))
    session.commit()
    comes_back(SOFT, recipient.delivery_id)
    assert recipient.state == "unreachable"
    assert len(mails(session, "enquiry-asks-clinic:")) == 2
    assert len(mails(session, "enquiry-clinic-unreachable:")) == 1


def test_a_clinic_that_has_left_is_not_asked_again(
    session: Session, clinic: Clinic, recipient: Recipient
) -> None:
    clinic.authority = "withdrawn"
    session.commit()
    comes_back(SOFT, recipient.delivery_id)
    assert len(mails(session, "enquiry-asks-clinic:")) == 1
    assert recipient.state == "reached"


def test_after_a_hard_bounce_no_enquiry_goes_there_until_it_is_confirmed_again(
    app: Flask, session: Session, clinic: Clinic, recipient: Recipient
) -> None:
    other = factories.clinic(session)
    session.commit()
    comes_back(HARD, recipient.delivery_id)
    assert clinic.enquiry_email == "desk@larch.example"
    assert clinic.enquiry_email_confirmed_on is None
    assert other.enquiry_email_confirmed_on is not None
    (noted,) = session.scalars(select(Decision).where(Decision.what == "address.came_back"))
    assert (noted.clinic_ref, noted.by_kind) == (clinic.ref, "system")
    page = app.test_client().get(f"/clinics/{clinic.slug}").get_data(as_text=True)
    assert "This clinic has not confirmed its address for enquiries." in page


def test_a_full_mailbox_is_still_the_clinics(clinic: Clinic, recipient: Recipient) -> None:
    comes_back(SOFT, recipient.delivery_id)
    assert clinic.enquiry_email_confirmed_on is not None


def test_the_mail_asks_for_words_above_a_line_where_replies_are_heard(
    app: Flask, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = replace(app.config["SETTINGS"], inbound_address="reply+{token}@in.example.org")
    monkeypatch.setitem(app.config, "SETTINGS", heard)
    enquiry: Enquiry = factories.enquiry(session, clinic, state="unreachable")
    sending.ask_again(enquiry.recipients[0], NOW, 14)
    session.flush()
    (mail,) = mails(session, "enquiry-asks-clinic:")
    written = mail.mail or ""
    assert re.search(r"^Reply-To: reply\+[a-z2-7]{32}@in\.example\.org\r$", written, re.MULTILINE)
    assert mail.reply_hash is not None and mail.to_hash == address_hash("desk@larch.example")
    assert "##- Write your reply above this line -##" in written
    assert "do not reach the patient" not in written


def test_staff_do_not_ask_a_clinic_that_has_left(session: Session, clinic: Clinic) -> None:
    """Its state stays what it was, and staff have no button that would seem to send."""
    row = factories.enquiry(session, clinic, state="unreachable").recipients[0]
    mail = Delivery(key="m", message_id="m@m", state="failed", next_at=NOW, created_at=NOW, ended_at=NOW)
    session.add(mail)
    session.flush()
    row.delivery_id = mail.id
    assert again.can_be_written([mail]) == {mail.id}
    clinic.authority = "withdrawn"
    session.flush()
    assert again.can_be_written([mail]) == set()
    assert not again.write_again(mail, NOW, 14)
    assert row.state == "unreachable"
