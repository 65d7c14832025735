"""What becomes of the mails to clinics: the state of each recipient, and mails that must not go out any more."""

from datetime import datetime
from functools import partial

from sqlalchemy import select, update

from webapp.clinics.models import Clinic
from webapp.enquiries import links, mail
from webapp.enquiries.models import Recipient
from webapp.enquiries.services import contact, holding, sending
from webapp.extensions import db
from webapp.outbox import services as outbox
from webapp.outbox.inbound import history as inbound
from webapp.outbox.models import Delivery
from webapp.outbox.retries import nominal_delay


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
    before = inbound.soft_bounces(f"enquiry-asks-clinic:{recipient.id}")
    if not hard and clinic.enquiry_email and not before.for_too_long:
        recipient.state = "unreachable"
        sending.ask_again(recipient, now, answer_days, not_before_seconds=nominal_delay(before.count))
        return
    _give_up(recipient, now)


def _give_up(recipient: Recipient, now: datetime) -> None:
    """The clinic's mailbox takes no mail of ours; the patient is told, once."""
    recipient.state = "unreachable"
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    contact.tell_patient(
        recipient.enquiry,
        f"enquiry-clinic-unreachable:{recipient.id}",
        partial(mail.clinic_unreachable, recipient.enquiry, clinic),
        now,
    )


def clinic_left(clinic_id: int, now: datetime) -> None:
    """A clinic is listed no longer: mails to it that have not gone are stopped and its links to answer by end.

    The patients' pages say by themselves that it left; what it answered before stays theirs.
    """
    recipients = db.session.scalars(select(Recipient).where(Recipient.clinic_id == clinic_id)).all()
    for recipient in recipients:
        if recipient.state == "asked":
            stop_mail(recipient)
    links.revoke_quote_links([recipient.id for recipient in recipients], now)


def stop_mail(recipient: Recipient) -> None:
    """The mail to the clinic that was queued last does not go out, if it has not."""
    if recipient.delivery_id is not None:
        outbox.cancel(db.session.get_one(Delivery, recipient.delivery_id).key)
