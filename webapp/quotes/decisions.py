"""What a patient decided on a quote: why she does not take one, and from when on the clinic knows.

Reasons are codes of Recipient.decision_reason; each clinic reads them in its language.
"""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l

from webapp.enquiries.models import Recipient

# Until then a decision can be undone and the clinic never hears of it, in seconds.
TELL_AFTER = 300.0

# What she may choose from, and what the other button says for her.
GIVEN = {
    "too_dear": _l("The price is too high"),
    "too_far": _l("It is too far away"),
    "dates": _l("The dates do not fit"),
    "another_clinic": _l("Another clinic suits better"),
    "no_reason": _l("No reason"),
}
REASONS = {**GIVEN, "none_suited": _l("None of the quotes suited")}


def known_until(now: datetime) -> datetime:
    """What she decided later than this she can still undo, and no clinic knows of it."""
    return now - timedelta(seconds=TELL_AFTER)


def known_to_clinic(recipient: Recipient, now: datetime) -> str | None:
    """The decision as the clinic may know it: "accepted", "declined"; None while she can still undo it."""
    if recipient.decided_at is None or recipient.decided_at > known_until(now):
        return None
    return recipient.decision
