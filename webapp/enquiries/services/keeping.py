"""How long an enquiry is kept: the retention clocks, and what happens when one of them has run out."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from webapp.enquiries.models import Enquiry
from webapp.enquiries.services.deliveries import stop_mail
from webapp.extensions import db
from webapp.outbox import services as outbox
from webapp.settings import current_settings

# The states of a recipient whose clinic has said something.
_ANSWERED = frozenset({"answered", "declined"})


def note_act(enquiry: Enquiry, now: datetime, *, answered: bool = False) -> None:
    """Somebody, patient or clinic, did something with the enquiry: its time to be kept starts anew.

    Call it after the change that it is about, since the first answer of a clinic moves the clock. `answered`: a
    clinic was heard in a way that no recipient's state tells of, such as a reply by mail.
    """
    enquiry.last_act_at = now
    enquiry.expires_at = _end(enquiry, answered=answered)


def longest_life(enquiry: Enquiry) -> datetime:
    """When it is gone whatever happens. Links end then at the latest, and with the enquiry's row."""
    return enquiry.created_at + timedelta(days=current_settings().retention_longest_days)


def _end(enquiry: Enquiry, *, answered: bool) -> datetime:
    settings = current_settings()
    # Adding a clinic asks anew, so that the one asked last has as long to answer as the first.
    asked_at = max((recipient.asked_at for recipient in enquiry.recipients), default=enquiry.created_at)
    unanswered = asked_at + timedelta(days=settings.retention_unanswered_days)
    quiet = enquiry.last_act_at + timedelta(days=settings.retention_quiet_days)
    # One that outlives the first clock was heard before, by a reply that no state tells of.
    answered = answered or enquiry.expires_at > unanswered
    answered = answered or any(recipient.state in _ANSWERED for recipient in enquiry.recipients)
    end = max(unanswered, quiet) if answered else unanswered
    return min(end, longest_life(enquiry))


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
