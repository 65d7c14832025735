"""Tasks of the room of exchange rates."""

import logging
from datetime import UTC, datetime

from webapp.fx import services
from webapp.queue import REFRESH_RATES
from webapp.unit_of_work import unit_of_work
from workers.app import celery

log = logging.getLogger(__name__)


@celery.task(name=REFRESH_RATES)
def refresh() -> None:
    """Ask for the next day's rates, where it is time to. No transaction is open while the source is spoken to."""
    now = datetime.now(UTC)
    with unit_of_work():
        question = services.question(now)
    if question is None:
        return
    try:
        answer = services.ask(question, now)
        with unit_of_work():
            services.keep(question, answer, now)
    except services.NotRenewed as error:
        log.warning("the exchange rates stay as they are (%s)", error)
