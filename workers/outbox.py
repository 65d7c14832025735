"""Tasks of the outbox: send mails, sweep for those that no bell announced, forget those that are long over."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import chain, repeat
from random import SystemRandom
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from webapp.outbox import services
from webapp.queue import FORGET_MAILS, SEND_DELIVERY, SWEEP_DELIVERIES
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work
from workers import stopping
from workers.app import celery

# Rows per sweep: what two workers send between two sweeps, several times over.
_SWEPT_AT_ONCE = 500
# Rows per transaction of those that are forgotten: others write in between.
_FORGOTTEN_AT_ONCE = 500
# Seconds for which a task goes on to the next mail that is due: the broker is asked once for many mails. Other
# tasks wait for that long; together with a mail's own time and PATIENCE it is within the task's limit.
GOES_ON_FOR = 1.5
# Seconds for which a task tries to write down that a mail went out, while the database is away or, on SQLite, somebody
# else's turn lasts. Each mail whose end is not written is sent once more, so it is worth waiting; with the mail's own
# time it is well within the lease.
PATIENCE = 8.0
# Seconds between two tries.
_PAUSES = (0.2, 0.5, 1.0)

_chance = SystemRandom()
_Result = TypeVar("_Result")


@celery.task(name=SEND_DELIVERY)
def send(delivery_id: int) -> None:
    """Send the mail of one row, if it is due and nobody else has it, and then others that are due. No transaction is
    open while SMTP is spoken, and never more than one mail is held.
    """
    if not services.anything_due():
        return
    until = time.monotonic() + GOES_ON_FOR
    with unit_of_work():
        letter = services.claim(delivery_id) or services.claim_next()
    while letter is not None:
        outcome = services.attempt(letter)
        goes_on = time.monotonic() < until and not stopping.is_asked_for()
        letter = _patiently(partial(_settle, letter, outcome, goes_on))


@celery.task(name=SWEEP_DELIVERIES)
def sweep() -> None:
    """Ring for the rows that are due and that no bell announced."""
    with unit_of_work():
        services.sweep(_SWEPT_AT_ONCE)


@celery.task(name=FORGET_MAILS)
def forget() -> None:
    """Delete the mails that ended longer ago than anything is kept. Twice, or by two clocks, deletes nothing more."""
    days = current_settings().retention_longest_days
    gone = _FORGOTTEN_AT_ONCE
    while gone >= _FORGOTTEN_AT_ONCE and not stopping.is_asked_for():
        with unit_of_work():
            gone = services.forget_ended(datetime.now(UTC), days, _FORGOTTEN_AT_ONCE)


def _settle(
    letter: services.Letter, outcome: services.Outcome, goes_on: bool, waits: float
) -> services.Letter | None:
    """Write down what became of one mail and take the next, if the task goes on: one transaction for both, since on
    SQLite each waits for the one writer's turn. What is wrong with the next one leaves the first one written down.
    """
    with unit_of_work(waits=waits):
        services.settle(letter, outcome, _chance)
        return services.claim_next() if goes_on else None


def _patiently(work: Callable[[float], _Result]) -> _Result:
    """Try for PATIENCE seconds; `work` gets the seconds that are left to it. Raises OperationalError after them."""
    ends = time.monotonic() + PATIENCE
    for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
        left = ends - time.monotonic()
        try:
            return work(max(left, 0.0))
        except OperationalError:
            if time.monotonic() + pause >= ends:
                raise
            time.sleep(pause)
    raise AssertionError("the pauses have no end")
