"""Tasks of the enquiries room."""

from datetime import UTC, datetime

from webapp.enquiries.services import keeping
from webapp.queue import FORGET_ENQUIRIES
from webapp.unit_of_work import unit_of_work
from workers.app import celery

# Enquiries per unit of work: a task that runs into its time limit has deleted all but the last of these.
_AT_ONCE = 100


@celery.task(name=FORGET_ENQUIRIES)
def forget() -> None:
    """Delete the enquiries whose time is over. Twice, or by two clocks, deletes nothing more."""
    now = datetime.now(UTC)
    gone = _AT_ONCE
    while gone == _AT_ONCE:
        with unit_of_work():
            gone = keeping.forget_expired(now, _AT_ONCE)
