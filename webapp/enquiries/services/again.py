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
    has left or has no address, or the patient asked for no mail.
    """
    recipient = db.session.scalar(select(Recipient).where(Recipient.delivery_id == delivery.id))
    if recipient is not None:
        if not holding.hold(recipient.enquiry_id):
            return False
        return sending.ask_again(recipient, now, answer_days)
    enquiry = _patients([delivery]).get(delivery.id)
    if enquiry is None or not holding.hold(enquiry.id):
        return False
    clinics = db.session.scalars(
        select(Clinic)
        .join(Recipient, Recipient.clinic_id == Clinic.id)
        .where(Recipient.enquiry_id == enquiry.id)
        .order_by(Recipient.id)
    ).all()
    token = links.mint_for_patient(enquiry, now, mailed=True)
    letters.post(
        enquiry,
        f"enquiry-patient-page:{enquiry.id}:after-{delivery.id}",
        enquiry.email or "",
        lambda: mail.patient_page(enquiry, clinics, token),
    )
    return True


def can_be_written(deliveries: Iterable[Delivery]) -> frozenset[int]:
    """The ids of those of these mails that `write_again` would write."""
    rows = list(deliveries)
    clinics = db.session.scalars(
        select(Recipient.delivery_id)
        .join(Clinic, Clinic.id == Recipient.clinic_id)
        .where(
            Recipient.delivery_id.in_([row.id for row in rows]),
            Recipient.state == "unreachable",
            Clinic.enquiry_email.is_not(None),
            Clinic.authority == "authorised",
        )
    )
    return frozenset(number for number in clinics if number is not None) | _patients(rows).keys()


def _patients(deliveries: Iterable[Delivery]) -> dict[int, Enquiry]:
    """Of those mails that went to the patient herself, the enquiry; none where she asked for no mail."""
    rows = [row for row in deliveries if row.about and row.to_hash]
    wanted = {row.to_hash for row in rows}
    enquiries = db.session.scalars(
        select(Enquiry).where(
            Enquiry.email_hash.in_(wanted), Enquiry.email.is_not(None), Enquiry.email_refused_at.is_(None)
        )
    )
    found = {(letters.about(row.id), row.email_hash): row for row in enquiries}
    about = {row.id: found.get((row.about or "", row.to_hash)) for row in rows}
    return {number: enquiry for number, enquiry in about.items() if enquiry is not None}
