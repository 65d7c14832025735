"""How long an enquiry is kept, and that it can be erased at any time."""

from datetime import datetime

from sqlalchemy import delete, select

from webapp.enquiries.models import Enquiry
from webapp.enquiries.services.deliveries import stop_mail
from webapp.extensions import db
from webapp.outbox import services as outbox


def forget_expired(now: datetime) -> int:
    """Delete every enquiry whose time is over, with its answers and links; says how many. The promise on the form."""
    gone = db.session.execute(delete(Enquiry).where(Enquiry.expires_at <= now).returning(Enquiry.id))
    return len(gone.all())


def erase(ref: str) -> bool:
    """Delete one enquiry at once, with its answers and links, and stop its mails; False when there is none."""
    enquiry = db.session.scalar(select(Enquiry).where(Enquiry.ref == ref.strip().upper()))
    if enquiry is None:
        return False
    outbox.cancel(f"enquiry-patient-page:{enquiry.id}")
    for recipient in enquiry.recipients:
        stop_mail(recipient)
    db.session.execute(delete(Enquiry).where(Enquiry.id == enquiry.id))
    return True
