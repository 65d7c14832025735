"""The retention clocks: how long an enquiry is kept (domain: 30 days unanswered, 90 quiet, a year at most)."""

from datetime import datetime, timedelta

from webapp.enquiries.models import Enquiry
from webapp.settings import current_settings

# A clinic's own trial is for looking at.
_TEST_KEPT = timedelta(days=7)


def longest_life(enquiry: Enquiry) -> datetime:
    """When it is gone whatever happens. Links end then at the latest, and with the enquiry's row."""
    return enquiry.created_at + timedelta(days=current_settings().retention_longest_days)


def end(enquiry: Enquiry) -> datetime:
    """Until when it is kept if nobody does anything more."""
    if enquiry.is_test:
        return enquiry.created_at + _TEST_KEPT
    settings = current_settings()
    # Adding a clinic asks anew, so that the one asked last has as long to answer as the first.
    asked_at = max((recipient.asked_at for recipient in enquiry.recipients), default=enquiry.created_at)
    unanswered = asked_at + timedelta(days=settings.retention_unanswered_days)
    quiet = enquiry.last_act_at + timedelta(days=settings.retention_quiet_days)
    kept_until = max(unanswered, quiet) if enquiry.heard_at is not None else unanswered
    return min(kept_until, longest_life(enquiry))


def open_days(enquiry: Enquiry, now: datetime, days: int) -> int:
    """For how many whole days a clinic's link that is made now for `days` opens something, by what is known today.

    It ends with the enquiry, which may be sooner; 0: within the day.
    """
    return max(0, min(days, (enquiry.expires_at - now).days))
