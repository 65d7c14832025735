"""Tasks of the outbox: send one mail, sweep for those that no bell announced."""

import time
from collections.abc import Callable
from random import SystemRandom
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from webapp.outbox import services
from webapp.queue import SEND_DELIVERY, SWEEP_DELIVERIES
from webapp.unit_of_work import unit_of_work
from workers.app import celery

# Rows per sweep: what two workers send between two sweeps, several times over.
_SWEPT_AT_ONCE = 500
# Seconds between attempts to write down that a mail went out, while the database is away. Each mail whose end
# is not written is sent once more, so it is worth waiting; together well within the lease.
_PATIENCE = (0.2, 0.5, 1.0, 2.0, 4.0)

_chance = SystemRandom()
_Result = TypeVar("_Result")


@celery.task(name=SEND_DELIVERY)
def send(delivery_id: int) -> None:
    """Send the mail of one row, if it is due and nobody else has it. No transaction is open while SMTP is
    spoken.
    """
    with unit_of_work():
        letter = services.claim(delivery_id)
    if letter is None:
        return
    outcome = services.attempt(letter)
    _patiently(lambda: _settle(letter, outcome))


@celery.task(name=SWEEP_DELIVERIES)
def sweep() -> None:
    """Ring for the rows that are due and that no bell announced."""
    with unit_of_work():
        services.sweep(_SWEPT_AT_ONCE)


def _settle(letter: services.Letter, outcome: services.Outcome) -> None:
    with unit_of_work():
        services.settle(letter, outcome, _chance)


def _patiently(work: Callable[[], _Result]) -> _Result:
    for pause in _PATIENCE:
        try:
            return work()
        except OperationalError:
            time.sleep(pause)
    return work()
