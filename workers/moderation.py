"""Tasks of the moderation room."""

from datetime import UTC, datetime

from webapp.moderation.services import claims, do_not_list, reminders
from webapp.queue import EXPIRE_CLAIMS, REMIND_CLINICS
from webapp.unit_of_work import unit_of_work
from workers.app import celery


@celery.task(name=EXPIRE_CLAIMS)
def expire() -> None:
    """End the claims and requests that nobody proved in time. Twice ends nothing more."""
    now = datetime.now(UTC)
    with unit_of_work():
        claims.expire(now)
        do_not_list.expire(now)


@celery.task(name=REMIND_CLINICS)
def remind() -> None:
    """Ask clinics whether their prices, and their listing, are still right. Twice asks nobody again."""
    now = datetime.now(UTC)
    with unit_of_work():
        reminders.remind_of_prices(now)
    with unit_of_work():
        reminders.remind_of_listings(now)
