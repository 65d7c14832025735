"""Somebody presses Reply: a clinic is heard, the patient is shown the way, and no loop can begin."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_string

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.outbox.inbound.samples import INBOUND, mail
from tests.quotes.conftest import path_in, plain_part
from tests.quotes.given import quote
from webapp.clinics.models import Clinic
from webapp.encryption import address_hash
from webapp.enquiries import letters, links
from webapp.enquiries import mail as enquiry_mail
from webapp.enquiries.clinic_keys import ToClinic
from webapp.enquiries.models import Enquiry, Link, Recipient
from webapp.enquiries.services import sending
from webapp.extensions import db
from webapp.outbox.inbound import hearing
from webapp.outbox.models import Delivery
from webapp.quotes import queries
from webapp.quotes.models import MailReply
from webapp.quotes.services import asking, colleagues, deciding, mail_replies, releasing
from webapp.unit_of_work import unit_of_work

WORDS = "Dear Mei, three sessions are S$1,500."


@pytest.fixture(autouse=True)
def somebody_listens(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], inbound_address=INBOUND))


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session, name="Larch Clinic", enquiry_email="desk@larch.example")


@pytest.fixture
def enquiry(session: Session, clinic: Clinic) -> Enquiry:
    """Asked of two clinics, each with a mail that was taken."""
    other = factories.clinic(session)
    row = factories.enquiry(
        session, clinic, other, state="unreachable", email_confirmed_at=NOW, email="mei@patient.test"
    )
    row.email_hash = address_hash("mei@patient.test")
    for recipient in row.recipients:
        assert sending.ask_again(recipient, NOW, 14)
        recipient.state = "reached"
    session.commit()
    return row


def reply_address(session: Session, delivery_id: int | None) -> str:
    letter = message_from_string(session.get_one(Delivery, delivery_id).mail or "")
    return str(letter["Reply-To"])


def say(address: str, text: str = WORDS, *headers: str, at: datetime = NOW) -> str:
    with unit_of_work():
        return hearing.hear(hearing.understand(mail(text + "\n", *headers, to=address), INBOUND), at)


def mails(session: Session, key: str) -> Sequence[Delivery]:
    session.expire_all()
    return session.scalars(select(Delivery).where(Delivery.key.like(f"{key}%")).order_by(Delivery.id)).all()


def test_a_clinics_words_reach_the_patients_page_and_the_clinic_gets_its_link_again(
    session: Session, enquiry: Enquiry
) -> None:
    first, second = enquiry.recipients
    say(reply_address(session, first.delivery_id))
    replies = queries.mail_replies([first.id, second.id])
    assert [(reply.text, reply.attachments, reply.received_at) for reply in replies[first.id]] == [
        (WORDS, 0, NOW)
    ]
    assert second.id not in replies
    assert "From: Larch Desk <desk@larch.example>" in replies[first.id][0].raw
    (told,) = mails(session, "clinic-wrote:")
    assert told.to_address == "mei@patient.test"
    assert WORDS not in plain_part(message_from_string(told.mail or ""))
    (again,) = mails(session, "link-again:")
    assert again.to_address == "desk@larch.example"
    link = links.find(path_in(message_from_string(again.mail or ""), "q").rpartition("/")[2], links.QUOTE)
    assert link is not None and link.recipient_id == first.id
    assert first.state == "reached"


def test_after_she_closed_the_enquiry_no_link_goes_out_and_none_is_promised(
    session: Session, enquiry: Enquiry
) -> None:
    address = reply_address(session, enquiry.recipients[0].delivery_id)
    promise = "the link to the form once more"
    say(address)
    enquiry.closed_at = NOW
    session.commit()
    say(address, "One thing more.", at=NOW + timedelta(hours=1))
    told = [plain_part(message_from_string(row.mail or "")) for row in mails(session, "clinic-wrote:")]
    assert [promise in words for words in told] == [True, False]
    assert len(mails(session, "link-again:")) == 1


def test_the_clock_of_the_enquiry_starts_anew(session: Session, enquiry: Enquiry) -> None:
    later = NOW + timedelta(days=20)
    before = enquiry.expires_at
    say(reply_address(session, enquiry.recipients[0].delivery_id), at=later)
    session.expire_all()
    assert enquiry.last_act_at == later
    assert enquiry.expires_at > before


def test_ten_replies_in_an_hour_are_kept_and_bring_one_mail_to_each_side(
    session: Session, enquiry: Enquiry
) -> None:
    address = reply_address(session, enquiry.recipients[0].delivery_id)
    before = session.scalars(select(Link)).all()
    for number in range(10):
        say(address, f"{WORDS} {number}")
    assert len(session.scalars(select(MailReply)).all()) == 10
    assert len(mails(session, "clinic-wrote:")) == len(mails(session, "link-again:")) == 1
    assert len(session.scalars(select(Link)).all()) == len(before) + 2
    say(address, at=NOW + timedelta(hours=1))
    assert len(mails(session, "clinic-wrote:")) == len(mails(session, "link-again:")) == 2


def test_a_clinic_cannot_fill_the_page(session: Session, enquiry: Enquiry) -> None:
    address = reply_address(session, enquiry.recipients[0].delivery_id)
    for number in range(mail_replies.MOST + 2):
        say(address, f"{WORDS} {number}")
    assert len(session.scalars(select(MailReply)).all()) == mail_replies.MOST


def test_an_answer_to_the_mail_with_the_link_is_heard_too(session: Session, enquiry: Enquiry) -> None:
    say(reply_address(session, enquiry.recipients[0].delivery_id))
    (again,) = mails(session, "link-again:")
    say(reply_address(session, again.id), "And parking is free.")
    assert [reply.text for reply in session.scalars(select(MailReply))] == [WORDS, "And parking is free."]


def test_an_answer_to_another_mail_about_the_enquiry_is_known_by_its_address(
    session: Session, enquiry: Enquiry, clinic: Clinic
) -> None:
    with unit_of_work():
        other = letters.post(
            enquiry,
            "some-news:1",
            "desk@larch.example",
            lambda: enquiry_mail.asks_clinic(enquiry, clinic, "T" * 43, 14),
        )
    say(reply_address(session, other.id))
    assert [reply.recipient_id for reply in session.scalars(select(MailReply))] == [enquiry.recipients[0].id]


# Each kind of mail to a clinic, and what happens for it to be posted.
NEWS: dict[ToClinic, Callable[[Recipient], object]] = {
    ToClinic.ASKS: lambda recipient: None,
    ToClinic.DECIDED: lambda recipient: _decline(recipient),
    ToClinic.RELEASED: lambda recipient: releasing.release_contact(recipient, NOW, 14),
    ToClinic.QUESTION: lambda recipient: asking.ask_all(recipient.enquiry, "Is parking free?", NOW),
    ToClinic.EXPLANATION: lambda recipient: asking.answer_as_patient(
        recipient.enquiry, asking.ask_patient(recipient, "Any allergies?", NOW).id, "None.", NOW
    ),
    ToClinic.FRESH_LINK: lambda recipient: colleagues.send_anew(_ended_link(recipient), NOW, 14),
    ToClinic.LINK_AGAIN: lambda recipient: say(reply_address(db.session(), recipient.delivery_id)),
}


def _decline(recipient: Recipient) -> None:
    quote(db.session(), recipient)
    deciding.decline(recipient, "price", NOW)


def _ended_link(recipient: Recipient) -> str:
    token = links.mint_for_clinic(recipient, NOW, 14)
    link = links.find(token, links.QUOTE)
    assert link is not None
    link.revoked_at = NOW
    return token


@pytest.mark.parametrize("what", list(ToClinic))
def test_an_answer_to_any_mail_is_that_clinics_although_a_chain_has_one_address_and_changes_it(
    session: Session, enquiry: Enquiry, what: ToClinic
) -> None:
    """Of a trial too, whose mails to the clinic and to the patient go to one address."""
    first, second = enquiry.recipients
    for recipient in (first, second):
        session.get_one(Clinic, recipient.clinic_id).enquiry_email = "desk@chain.example"
    second.state = "answered"
    enquiry.email, enquiry.email_hash = "desk@chain.example", address_hash("desk@chain.example")
    session.commit()
    with unit_of_work() if what is not ToClinic.LINK_AGAIN else nullcontext():
        NEWS[what](session.get_one(Recipient, second.id))
    (letter,) = mails(session, f"{what}:{second.id}")
    for recipient in (first, second):
        session.get_one(Clinic, recipient.clinic_id).enquiry_email = f"{recipient.id}@new.example"
    session.commit()
    before = len(mails(session, "reply-not-passed-on:"))
    say(reply_address(session, letter.id), "It is by mail.")
    kept = session.scalars(select(MailReply).order_by(MailReply.id.desc())).first()
    assert kept is not None
    assert (kept.recipient_id, kept.text) == (second.id, "It is by mail.")
    assert len(mails(session, "reply-not-passed-on:")) == before


def test_an_address_that_two_clinics_share_says_nothing(
    session: Session, enquiry: Enquiry, clinic: Clinic
) -> None:
    for recipient in enquiry.recipients:
        session.get_one(Clinic, recipient.clinic_id).enquiry_email = "desk@chain.example"
    session.commit()
    with unit_of_work():
        other = letters.post(
            enquiry,
            "some-news:1",
            "desk@chain.example",
            lambda: enquiry_mail.asks_clinic(enquiry, clinic, "T" * 43, 14),
        )
    say(reply_address(session, other.id))
    assert session.scalars(select(MailReply)).all() == []


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-replied", "Subject: Out of office", "Precedence: bulk"]
)
def test_a_machine_at_the_clinic_is_not_answered(session: Session, enquiry: Enquiry, header: str) -> None:
    say(reply_address(session, enquiry.recipients[0].delivery_id), "We are closed.", header)
    assert session.scalars(select(MailReply)).all() == []
    assert mails(session, "clinic-wrote:") == mails(session, "link-again:") == []


def test_our_own_mails_are_none_that_we_would_answer(session: Session, enquiry: Enquiry) -> None:
    """A mail of ours that is sent back to us as it is, by a forwarding that turns round."""
    address = reply_address(session, enquiry.recipients[0].delivery_id)
    say(address)
    for letter in (*mails(session, "link-again:"), *mails(session, "clinic-wrote:")):
        content = f"To: {address}\r\n{letter.mail}".encode()
        with unit_of_work():
            assert hearing.hear(hearing.understand(content, INBOUND), NOW) == hearing.AUTOMATIC
    assert len(session.scalars(select(MailReply)).all()) == 1


def test_a_mail_without_a_word_is_no_reply(session: Session, enquiry: Enquiry) -> None:
    say(reply_address(session, enquiry.recipients[0].delivery_id), "> Please answer by this link")
    assert session.scalars(select(MailReply)).all() == []


@pytest.mark.parametrize("state", ["asked", "unreachable"])
def test_who_writes_was_reached(session: Session, enquiry: Enquiry, state: str) -> None:
    enquiry.recipients[0].state = state
    session.commit()
    say(reply_address(session, enquiry.recipients[0].delivery_id))
    session.expire_all()
    assert enquiry.recipients[0].state == "reached"


def test_a_clinic_that_has_left_is_not_heard(session: Session, enquiry: Enquiry, clinic: Clinic) -> None:
    clinic.authority = "withdrawn"
    session.commit()
    say(reply_address(session, enquiry.recipients[0].delivery_id))
    assert session.scalars(select(MailReply)).all() == []
    assert mails(session, "link-again:") == []


def test_a_patient_who_refused_mail_gets_none_and_finds_the_words_on_her_page(
    session: Session, enquiry: Enquiry
) -> None:
    enquiry.email_refused_at = NOW
    session.commit()
    say(reply_address(session, enquiry.recipients[0].delivery_id))
    assert len(session.scalars(select(MailReply)).all()) == 1
    assert mails(session, "clinic-wrote:") == []


def test_the_patients_own_reply_is_not_kept_and_shows_her_the_way_once_a_day(
    session: Session, enquiry: Enquiry, clinic: Clinic
) -> None:
    with unit_of_work():
        token = links.mint_for_patient(enquiry, NOW, mailed=True)
        hers = letters.post(
            enquiry,
            "enquiry-patient-page:1",
            "mei@patient.test",
            lambda: enquiry_mail.patient_page(enquiry, [clinic], token),
        )
    address = reply_address(session, hers.id)
    say(address, "Is it painful?")
    say(address, "And where do I park?")
    assert session.scalars(select(MailReply)).all() == []
    (pointer,) = mails(session, "reply-not-passed-on:")
    assert pointer.to_address == "mei@patient.test"
    assert "painful" not in (pointer.mail or "")
    assert path_in(message_from_string(pointer.mail or ""), "e")
    say(address, "Hello?", at=NOW + timedelta(days=1))
    assert len(mails(session, "reply-not-passed-on:")) == 2


def test_a_reply_about_an_enquiry_that_is_gone_is_dropped(session: Session, enquiry: Enquiry) -> None:
    address = reply_address(session, enquiry.recipients[0].delivery_id)
    for recipient in enquiry.recipients:
        recipient.delivery_id = None
    session.flush()
    session.delete(enquiry)
    session.commit()
    say(address)
    assert session.scalars(select(MailReply)).all() == []
    assert session.scalars(select(Recipient)).all() == []
