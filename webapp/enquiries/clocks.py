"""The retention clocks: how long an enquiry is kept (domain: 30 days unanswered, 90 quiet, a year at most)."""

from datetime import datetime, timedelta

from webapp.enquiries.models import Enquiry
from webapp.settings import current_settings

# A clinic's own trial is for looking at.
_TEST_KEPT = timedelta(days=7)
# The states of a recipient whose clinic has said something.
_ANSWERED = frozenset({"answered", "declined"})


def longest_life(enquiry: Enquiry) -> datetime:
    """When it is gone whatever happens. Links end then at the latest, and with the enquiry's row."""
    return enquiry.created_at + timedelta(days=current_settings().retention_longest_days)


def end(enquiry: Enquiry, *, answered: bool = False) -> datetime:
    """Until when it is kept if nobody does anything more. `answered`: as in keeping.note_act."""
    if enquiry.is_test:
        return enquiry.created_at + _TEST_KEPT
    settings = current_settings()
    # Adding a clinic asks anew, so that the one asked last has as long to answer as the first.
    asked_at = max((recipient.asked_at for recipient in enquiry.recipients), default=enquiry.created_at)
    unanswered = asked_at + timedelta(days=settings.retention_unanswered_days)
    quiet = enquiry.last_act_at + timedelta(days=settings.retention_quiet_days)
    # One that outlives the first clock was heard before, by a reply that no state tells of.
    answered = answered or enquiry.expires_at > unanswered
    answered = answered or any(recipient.state in _ANSWERED for recipient in enquiry.recipients)
    return min(max(unanswered, quiet) if answered else unanswered, longest_life(enquiry))
