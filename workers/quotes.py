"""Tasks of the quotes room."""

from datetime import UTC, datetime

from webapp.queue import EXPIRE_QUOTES, REMIND_OF_QUOTES
from webapp.quotes.services import expiring
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work
from workers.app import celery


@celery.task(name=EXPIRE_QUOTES)
def expire() -> None:
    """Mark the quotes whose last day has passed. Twice marks nothing more."""
    with unit_of_work():
        expiring.expire_ended(datetime.now(UTC))


@celery.task(name=REMIND_OF_QUOTES)
def remind() -> None:
    """Tell each patient, once, that a quote ends soon; one unit of work each."""
    now, days = datetime.now(UTC), current_settings().quote_reminder_days
    with unit_of_work():
        due = expiring.ending_soon(now, days)
    for recipient_id in due[:100]:
        with unit_of_work():
            expiring.remind(recipient_id, now, days)
