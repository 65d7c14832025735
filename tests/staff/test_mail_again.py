"""A mail that never arrived waits until staff look at it, and is written again once: also news for a clinic."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW
from tests.staff.room import dead_mail_to, press, text_of
from webapp.clinics.models import Clinic
from webapp.enquiries import clinic_keys
from webapp.enquiries.clinic_keys import ToClinic
from webapp.enquiries.models import Enquiry, Link, Recipient
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery
from webapp.quotes.services import again
from webapp.quotes.services.deciding import decision_key


def test_a_mail_that_came_back_waits_and_is_sent_again_once(
    staff: FlaskClient, session: Session, unreached: Recipient
) -> None:
    enquiry = session.get_one(Enquiry, unreached.enquiry_id)
    back = dead_mail_to(
        session, enquiry, "mei@patient.test", "clinic-answered:1", state="sent", bounced_at=NOW
    )
    page = text_of(staff, "/staff/letters")
    assert "it came back" in page
    assert page.count(">Send again<") == 2
    for _time in range(2):
        press(staff, "/staff/letters", f"/staff/letters/{back}", answer="again")
    assert "Somebody decided this one already." in text_of(staff, "/staff/letters")
    session.commit()
    assert len(session.scalars(select(Delivery).where(Delivery.key.endswith(f":after-{back}"))).all()) == 1
    assert len(session.scalars(select(Link).where(Link.enquiry_id == enquiry.id)).all()) == 1
    press(staff, "/staff/letters", f"/staff/letters/{unreached.delivery_id}", answer="seen")
    assert "Nothing waits." in text_of(staff, "/staff/letters")
    assert "Send again" not in text_of(staff, "/staff/letters?enquiry=LFL-23456789")


def test_a_mail_that_was_written_again_by_itself_waits_for_nobody(
    staff: FlaskClient, session: Session, unreached: Recipient
) -> None:
    enquiry = session.get_one(Enquiry, unreached.enquiry_id)
    press(staff, "/staff/letters", f"/staff/letters/{unreached.delivery_id}", answer="seen")
    back = dead_mail_to(session, enquiry, "a@b.test", "quote-link:1", state="sent", bounced_at=NOW)
    assert "it came back" in text_of(staff, "/staff/letters")
    dead_mail_to(session, enquiry, "a@b.test", f"quote-link:1:after-{back}", state="sent")
    assert "Nothing waits." in text_of(staff, "/staff/letters")
    other = again.write_again(session.get_one(Delivery, back), utc_now(), 14)
    assert other is False


@pytest.mark.parametrize(
    ("what", "subject"),
    [
        (ToClinic.DECIDED, "Your quote was accepted: enquiry"),
        (ToClinic.RELEASED, "The patient gave you her contact"),
        (ToClinic.QUESTION, "A question about enquiry"),
        (ToClinic.EXPLANATION, "The patient answered your question"),
    ],
)
def test_news_that_a_clinic_missed_is_written_again_to_the_address_it_has_now(
    staff: FlaskClient, session: Session, unreached: Recipient, what: ToClinic, subject: str
) -> None:
    enquiry, now = session.get_one(Enquiry, unreached.enquiry_id), utc_now()
    press(staff, "/staff/letters", f"/staff/letters/{unreached.delivery_id}", answer="seen")
    unreached.decision, unreached.decided_at = "accepted", now
    key = (
        decision_key(unreached.id, now)
        if what is ToClinic.DECIDED
        else clinic_keys.key(what, unreached.id, 7)
    )
    dead = dead_mail_to(session, enquiry, "old@fir.example", key)
    clinic = session.get_one(Clinic, unreached.clinic_id)
    clinic.enquiry_email, clinic.enquiry_email_confirmed_on = "new@fir.example", None
    session.commit()
    assert "has confirmed no address" in text_of(staff, "/staff/letters")
    clinic.enquiry_email_confirmed_on = NOW.date()
    session.commit()
    press(staff, "/staff/letters", f"/staff/letters/{dead}", answer="again")
    assert "It is on its way again." in text_of(staff, "/staff/letters")
    session.commit()
    written = session.scalars(select(Delivery).where(Delivery.key == f"{key}:after-{dead}")).one()
    assert (written.state, written.to_address) == ("pending", "new@fir.example")
    assert subject in (written.mail or "")
    assert session.scalars(select(Link.recipient_id)).all() == [unreached.id]


def test_a_decision_that_she_took_back_is_not_told_again(session: Session, unreached: Recipient) -> None:
    enquiry, now = session.get_one(Enquiry, unreached.enquiry_id), utc_now()
    dead = dead_mail_to(session, enquiry, "desk@fir.example", decision_key(unreached.id, now))
    letter = session.get_one(Delivery, dead)
    assert again.can_be_written([letter]) == set()
    assert again.write_again(letter, now, 14) is False
    unreached.decision, unreached.decided_at = "declined", now
    session.commit()
    assert again.can_be_written([letter]) == {dead}
