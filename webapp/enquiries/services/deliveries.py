"""What becomes of the mails to clinics: the state of each recipient, and mails that must not go out any more."""

import logging
from datetime import datetime
from functools import partial

from cryptography.fernet import InvalidToken
from sqlalchemy import select, update

from webapp.clinics.addresses import confirmed_address
from webapp.clinics.models import Clinic
from webapp.enquiries import clinic_keys, letters, links, mail
from webapp.enquiries.models import Recipient
from webapp.enquiries.services import contact, holding, sending
from webapp.extensions import db
from webapp.outbox import services as outbox
from webapp.outbox.inbound import history as inbound
from webapp.outbox.models import Delivery
from webapp.outbox.retries import nominal_delay

log = logging.getLogger(__name__)


def note_delivery_ended(delivery: Delivery, now: datetime) -> None:
    """Take over what became of the mail to a clinic, in the outbox's transaction; tell the patient of a failure."""
    if delivery.state == "cancelled":
        return
    mine = (Recipient.delivery_id == delivery.id, Recipient.state == "asked")
    if delivery.state == "sent":
        # Only if it is so still: the clinic may be answering in this moment, from its own pages.
        db.session.execute(update(Recipient).where(*mine).values(state="reached"))
        return
    enquiry_id = db.session.scalar(select(Recipient.enquiry_id).where(*mine))
    if enquiry_id is None or not holding.hold(enquiry_id):
        return
    recipient = db.session.scalar(select(Recipient).where(*mine))
    if recipient is not None:
        _give_up(recipient, now)


def note_bounced(delivery: Delivery, now: datetime, answer_days: int, *, hard: bool) -> None:
    """Take over that the mail to a clinic came back, after it had been taken.

    Hard: the clinic is unreachable and the patient is told. Else it is asked again with a fresh mail and a new
    link, on the ladder of the outbox, until GIVE_UP_AFTER has passed since the first mail came back. A mail that
    is not the clinic's newest, or that it has answered meanwhile, changes nothing.
    """
    enquiry_id = db.session.scalar(select(Recipient.enquiry_id).where(Recipient.delivery_id == delivery.id))
    if enquiry_id is None or not holding.hold(enquiry_id):
        return
    recipient = db.session.scalar(select(Recipient).where(Recipient.delivery_id == delivery.id))
    if recipient is None or recipient.state not in {"asked", "reached"}:
        return
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    if clinic.authority != "authorised":
        return
    before = inbound.soft_bounces(letters.asking(recipient.id))
    if not hard and confirmed_address(clinic) and not before.for_too_long:
        recipient.state = "unreachable"
        sending.ask_again(recipient, now, answer_days, not_before_seconds=nominal_delay(before.count))
        return
    _give_up(recipient, now)


def _give_up(recipient: Recipient, now: datetime) -> None:
    """The clinic's mailbox takes no mail of ours; the patient is told, once.

    Where no key opens the enquiry she cannot be; what became of the mail is true all the same, and her page says it
    when the key is back.
    """
    recipient.state = "unreachable"
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    try:
        enquiry = recipient.enquiry
    except InvalidToken:
        log.error("the patient of recipient %s cannot be told: no key in FIELD_KEYS opens it", recipient.id)
        return
    contact.tell_patient(
        enquiry,
        f"enquiry-clinic-unreachable:{recipient.id}",
        partial(mail.clinic_unreachable, enquiry, clinic),
        now,
    )


def clinic_left(clinic_id: int, now: datetime) -> None:
    """A clinic is listed no longer: mails to it that have not gone are stopped and its links to answer by end.

    The patients' pages say by themselves that it left; what it answered before stays theirs.
    """
    ids = set(db.session.scalars(select(Recipient.id).where(Recipient.clinic_id == clinic_id)))
    for key in db.session.scalars(select(Delivery.key).where(Delivery.ended_at.is_(None))).all():
        if clinic_keys.recipient_of(key) in ids:
            outbox.cancel(key)
    links.revoke_quote_links(list(ids), now)
