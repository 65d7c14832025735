"""How long an enquiry is kept: every act starts its clock anew, and what has run out is deleted."""

from datetime import datetime

from sqlalchemy import select

from webapp.enquiries import clocks
from webapp.enquiries.models import Enquiry, Recipient
from webapp.enquiries.services import erasing
from webapp.extensions import db


def note_act(enquiry: Enquiry, now: datetime, *, answered: bool = False) -> None:
    """Somebody, patient or clinic, did something with the enquiry: its time to be kept starts anew.

    `answered`: it was a clinic that said something, in whatever way; from the first time on the longer clock runs.
    """
    enquiry.last_act_at = now
    if answered and enquiry.heard_at is None:
        enquiry.heard_at = now
    enquiry.expires_at = clocks.end(enquiry)


def note_asked_again(recipient: Recipient, now: datetime) -> None:
    """A clinic that the enquiry never reached is asked anew: it has as long to answer as one that is asked first.

    Nobody did anything with it, so the quiet clock goes on as it was.
    """
    recipient.asked_at = now
    recipient.enquiry.expires_at = clocks.end(recipient.enquiry)


def forget_expired(now: datetime, limit: int = 100) -> int:
    """Delete up to `limit` enquiries whose time is over, the oldest first, with everything that is about them.

    Says how many; call it again, in a unit of work of its own, while it is `limit`. The promise on the form.
    """
    expired = db.session.scalars(
        select(Enquiry)
        .where(Enquiry.expires_at <= now)
        .order_by(Enquiry.expires_at)
        .limit(limit)
        # One that somebody is acting on at this moment has a new time, and comes another day.
        .with_for_update(skip_locked=True)
    ).all()
    for enquiry in expired:
        erasing.forget(enquiry, now)
    return len(expired)
