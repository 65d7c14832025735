"""From when on an enquiry counts as heard: a clinic said something, in whatever way. And the mail about a contact."""

from email import message_from_string

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.quotes.conftest import plain_part
from webapp.clinics.models import Clinic
from webapp.enquiries.models import Enquiry, Link
from webapp.outbox.models import Delivery
from webapp.quotes.labels import AnswerKind
from webapp.quotes.services import answering, asking, mail_replies, releasing


@pytest.fixture
def enquiry(session: Session) -> Enquiry:
    return factories.enquiry(
        session, factories.clinic(session, name="Larch"), other_channel="line", other_handle="mei.line"
    )


def test_what_the_patient_does_alone_is_not_heard(session: Session, enquiry: Enquiry) -> None:
    asking.ask_all(enquiry, "Does it hurt?", NOW)
    answering.save_draft(enquiry.recipients[0], {"note": ["soon"]}, NOW)
    releasing.release_contact(enquiry.recipients[0], NOW, 14)
    assert enquiry.heard_at is None


@pytest.mark.parametrize("how", ["asks", "answers", "quotes", "writes"])
def test_whatever_a_clinic_says_is_heard(session: Session, enquiry: Enquiry, how: str) -> None:
    recipient = enquiry.recipients[0]
    if how == "asks":
        asking.ask_patient(recipient, "Had it before?", NOW)
    elif how == "answers":
        question = asking.ask_all(enquiry, "Does it hurt?", NOW)
        assert enquiry.heard_at is None
        asking.answer_as_clinic(recipient, question.id, "A little.", NOW)
    elif how == "quotes":
        answering.answer(recipient, answering.AnswerDraft(AnswerKind.DECLINE, "SGD"), NOW)
    else:
        mail_replies._keep(recipient, mail_replies.Said("Call us", "raw", 0), NOW, 14)
    assert enquiry.heard_at == NOW


def test_a_clinic_is_told_once_that_it_may_read_the_contact_with_a_link_that_opens(
    session: Session, enquiry: Enquiry
) -> None:
    recipient = enquiry.recipients[0]
    for _time in range(2):
        assert releasing.release_contact(recipient, NOW, 14) == "released"
        session.flush()
    (told,) = session.scalars(select(Delivery).where(Delivery.key.like("contact-released:%")))
    assert told.key == f"contact-released:{recipient.id}"
    letter = message_from_string(told.mail or "")
    assert "gave you her contact" in str(letter["Subject"])
    for hers in ("mei@patient.test", "mei.line", "Mei"):
        assert hers not in plain_part(letter)
    (link,) = session.scalars(select(Link).where(Link.recipient_id == recipient.id))
    assert (link.mailed, (link.expires_at - NOW).days) == (True, 14)


def test_where_no_mail_can_tell_it_she_reads_so(session: Session, enquiry: Enquiry) -> None:
    recipient = enquiry.recipients[0]
    clinic = session.get_one(Clinic, recipient.clinic_id)
    clinic.enquiry_email_confirmed_on = None
    assert releasing.release_contact(recipient, NOW, 14) == "released_unmailed"
    recipient.contact_released_at = None
    clinic.authority = "withdrawn"
    assert releasing.release_contact(recipient, NOW, 14) == "has_left"
    assert session.scalars(select(Delivery)).all() == []
