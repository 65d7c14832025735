"""Somebody pressed Reply: a clinic's words reach the patient's page, the patient's own are pointed to her page."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import func, select

from webapp.clinics.addresses import confirmed_address
from webapp.clinics.models import Clinic
from webapp.encryption import address_hash
from webapp.enquiries import clinic_keys
from webapp.enquiries.clinic_keys import ToClinic
from webapp.enquiries.models import Enquiry, Recipient
from webapp.enquiries.services import contact, keeping
from webapp.extensions import db
from webapp.outbox.models import Delivery
from webapp.quotes import mail
from webapp.quotes.models import MailReply

# Replies of one clinic to one enquiry that are kept: more is no answer, and each may be long.
MOST = 30


@dataclass(frozen=True, slots=True)
class Said:
    """A reply as it was read: the writer's own words, the whole mail, how many files were dropped."""

    text: str
    raw: str
    attachments: int


def note_reply(delivery: Delivery, said: Said, now: datetime, answer_days: int) -> MailReply | None:
    """Take over a reply to one of an enquiry's mails, in the outbox's transaction.

    A clinic's is kept, the patient is told that it wrote, and the clinic gets the link to the quote's page again,
    each once in each hour of the clock. The patient's own is not kept; once a day she is shown the way to her page.
    Nothing happens for another mail, and none for a clinic that has left. The mails go to the address that the enquiry
    has and to the one that the clinic confirmed, never to whoever wrote.
    """
    enquiry = _enquiry(delivery)
    if enquiry is None:
        return None
    recipient = _recipient(enquiry, delivery)
    if recipient is not None:
        return _keep(recipient, said, now, answer_days)
    if enquiry.email_hash and delivery.to_hash == enquiry.email_hash:
        _point_to_her_page(enquiry, now)
    return None


def _keep(recipient: Recipient, said: Said, now: datetime, answer_days: int) -> MailReply | None:
    enquiry = recipient.enquiry
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    if clinic.authority != "authorised" or not (said.text or said.attachments):
        return None
    kept = db.session.scalar(select(func.count(MailReply.id)).where(MailReply.recipient_id == recipient.id))
    if (kept or 0) >= MOST:
        return None
    reply = MailReply(
        recipient_id=recipient.id,
        text=said.text,
        raw=said.raw,
        attachments=said.attachments,
        received_at=now,
    )
    db.session.add(reply)
    if recipient.state in {"asked", "unreachable"}:
        # Whatever became of the mail: somebody there has read it.
        recipient.state = "reached"
    db.session.flush()
    keeping.note_act(enquiry, now, answered=True)
    hour = f"{now:%Y%m%d%H}"
    address = confirmed_address(clinic) if enquiry.closed_at is None else None
    contact.tell_patient(
        enquiry,
        f"clinic-wrote:{recipient.id}:{hour}",
        partial(mail.clinic_wrote, enquiry, clinic, got_link=address is not None),
        now,
    )
    if address is not None:
        contact.tell_clinic(
            recipient,
            address,
            clinic_keys.key(ToClinic.LINK_AGAIN, recipient.id, hour),
            partial(mail.link_again, enquiry, clinic),
            now,
            answer_days,
        )
    return reply


def _point_to_her_page(enquiry: Enquiry, now: datetime) -> None:
    keeping.note_act(enquiry, now)
    key = f"reply-not-passed-on:{enquiry.id}:{now:%Y%m%d}"
    contact.tell_patient(enquiry, key, partial(mail.reply_not_passed_on, enquiry), now)


def _enquiry(delivery: Delivery) -> Enquiry | None:
    """The enquiry that a mail was about; locked, so that two replies are taken one after the other."""
    name, _colon, number = (delivery.about or "").partition(":")
    if name != "enquiry" or not number.isdecimal():
        return None
    return db.session.scalar(select(Enquiry).where(Enquiry.id == int(number)).with_for_update(key_share=True))


def _recipient(enquiry: Enquiry, delivery: Delivery) -> Recipient | None:
    """The clinic that a mail went to; None for a mail to the patient.

    By the newest mail to it or by the mail's key. The address is the last resort: it says nothing where it is the
    patient's too, as a clinic may send an enquiry to itself, nor where clinics share it, as those of a chain may.
    """
    named = clinic_keys.recipient_of(delivery.key)
    for recipient in enquiry.recipients:
        if recipient.delivery_id == delivery.id or recipient.id == named:
            return recipient
    if delivery.to_hash is None or delivery.to_hash == enquiry.email_hash:
        return None
    found = [
        recipient
        for recipient in enquiry.recipients
        if _hash_of(db.session.get_one(Clinic, recipient.clinic_id)) == delivery.to_hash
    ]
    return found[0] if len(found) == 1 else None


def _hash_of(clinic: Clinic) -> str | None:
    return address_hash(clinic.enquiry_email) if clinic.enquiry_email else None
