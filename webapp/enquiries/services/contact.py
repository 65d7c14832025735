"""The patient's contact: released to one clinic at a time, and an address that asked for nothing gets nothing."""

from datetime import datetime

from webapp.clinics.models import Clinic
from webapp.enquiries.models import Enquiry, Recipient
from webapp.extensions import db


def release_contact(recipient: Recipient, now: datetime) -> None:
    """Let one clinic read how to reach the patient. Releasing twice, or to a clinic that left, changes nothing."""
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    if recipient.contact_released_at is None and clinic.authority == "authorised":
        recipient.contact_released_at = now


def refuse_mail(enquiry: Enquiry, now: datetime) -> None:
    """The reader of the address says that she asked for nothing: no further mail goes to it."""
    if enquiry.email_refused_at is None:
        enquiry.email_refused_at = now
