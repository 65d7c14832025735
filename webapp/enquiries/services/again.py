"""A mail about an enquiry that never arrived is written again, with a link of its own, when staff ask for it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from webapp.clinics.models import Clinic
from webapp.enquiries import letters, links, mail
from webapp.enquiries.models import Enquiry, Recipient
from webapp.enquiries.services import holding, sending
from webapp.extensions import db
from webapp.outbox.models import Delivery


def write_again(delivery: Delivery, now: datetime, answer_days: int) -> bool:
    """Queue the mail anew: to a clinic the enquiry itself, to the patient the way to her page, where all news stands.

    False where nobody can: the mail is of another room, the enquiry is gone, a clinic has been reached meanwhile,
    has left or has confirmed no address, the patient asked for no mail, or it was written again before.
    """
    recipient = db.session.scalar(select(Recipient).where(Recipient.delivery_id == delivery.id))
    if recipient is not None:
        if not holding.hold(recipient.enquiry_id):
            return False
        return sending.ask_again(recipient, now, answer_days)
    enquiry_id = _patients([delivery]).get(delivery.id)
    if enquiry_id is None or not holding.hold(enquiry_id):
        return False
    enquiry = db.session.get_one(Enquiry, enquiry_id)
    clinics = db.session.scalars(
        select(Clinic)
        .join(Recipient, Recipient.clinic_id == Clinic.id)
        .where(Recipient.enquiry_id == enquiry.id)
        .order_by(Recipient.id)
    ).all()
    key = f"enquiry-patient-page:{enquiry.id}:after-{delivery.id}"
    if is_posted(key):
        return False
    letters.post(
        enquiry,
        key,
        enquiry.email or "",
        lambda: mail.patient_page(enquiry, clinics, links.mint_for_patient(enquiry, now, mailed=True)),
    )
    return True


def is_posted(key: str) -> bool:
    """Is there a mail of that key? Ask while the enquiry is held."""
    return db.session.scalar(select(Delivery.id).where(Delivery.key == key)) is not None


def can_be_written(deliveries: Iterable[Delivery]) -> frozenset[int]:
    """The ids of those of these mails that `write_again` would write while the enquiry is kept."""
    rows = list(deliveries)
    asked = db.session.execute(
        select(Recipient, Clinic)
        .join(Clinic, Clinic.id == Recipient.clinic_id)
        .where(Recipient.delivery_id.in_([row.id for row in rows]))
    )
    clinics = {
        recipient.delivery_id
        for recipient, clinic in asked
        if recipient.delivery_id is not None and sending.may_be_asked_again(recipient, clinic)
    }
    return frozenset(clinics) | _patients(rows).keys()


def _patients(deliveries: Iterable[Delivery]) -> dict[int, int]:
    """Of those mails that went to the patient herself, the enquiry's id; none where she asked for no mail."""
    rows = [row for row in deliveries if row.about and row.to_hash]
    wanted = {row.to_hash for row in rows}
    enquiries = db.session.execute(
        select(Enquiry.id, Enquiry.email_hash).where(
            Enquiry.email_hash.in_(wanted), Enquiry.email.is_not(None), Enquiry.email_refused_at.is_(None)
        )
    )
    found = {(letters.about(number), email_hash): number for number, email_hash in enquiries}
    about = {row.id: found.get((row.about or "", row.to_hash)) for row in rows}
    return {number: enquiry_id for number, enquiry_id in about.items() if enquiry_id is not None}
