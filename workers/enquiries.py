"""Tasks of the enquiries room."""

from datetime import UTC, datetime

from webapp.enquiries.services import keeping
from webapp.queue import FORGET_ENQUIRIES
from webapp.unit_of_work import unit_of_work
from workers.app import celery


@celery.task(name=FORGET_ENQUIRIES)
def forget() -> None:
    """Delete the enquiries whose time is over. Twice, or by two clocks, deletes nothing more."""
    with unit_of_work():
        keeping.forget_expired(datetime.now(UTC))
