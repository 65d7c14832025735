"""Write down what became of an attempt: the mail has ended, or waits for the next one."""

import logging
from random import Random

from sqlalchemy import ColumnElement, and_, select, update

from webapp.clients import mailer
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.outbox.models import Delivery, MailBreaker
from webapp.outbox.retries import GIVE_UP_AFTER, retry_delay
from webapp.outbox.services.claiming import Letter
from webapp.outbox.services.rows import (
    DEFERRED,
    EXPIRED,
    FAILED,
    PENDING,
    SENDING,
    SENT,
    dialect,
    end,
    let_go,
    note,
)
from webapp.outbox.services.sending import Accepted, Outcome

log = logging.getLogger(__name__)

# Seconds. How long no mail is tried after the mail server refused us, and how long no new mail goes to an address
# at which one timed out: shorter than the ladder's first step, and than what /readyz calls overdue.
BREAKER_OPEN = 60.0
LEFT_ALONE = 45.0
# The mails that wait for such an address wait with the one that timed out, but no longer than this: behind an old
# mail with hours to its next attempt a new one would wait for hours.
LONGEST_SHARED_WAIT = 300.0


def settle(letter: Letter, outcome: Outcome, chance: Random) -> bool:
    """Write down what became of an attempt. False when the lease ran out and somebody else has the mail now.

    `chance` moves the time of the next attempt. A Configuration error opens the breaker for all mails and
    gives this one its attempt back.
    """
    mine = and_(Delivery.id == letter.delivery_id, Delivery.owner == letter.owner, Delivery.state == SENDING)
    match outcome:
        case Accepted(code):
            settled = end(mine, SENT, code, "") is not None
        case mailer.Permanent():
            settled = end(mine, FAILED, outcome.code, str(outcome)) is not None
        case mailer.Configuration():
            settled = _give_back(mine, letter, outcome)
            _open_breaker(str(outcome))
        case _:
            settled = _defer(mine, letter, outcome, chance)
    if not settled:
        log.warning(
            "delivery %s was attempted after its lease had gone to another worker", letter.delivery_id
        )
    return settled


def _defer(mine: ColumnElement[bool], letter: Letter, error: mailer.SendError, chance: Random) -> bool:
    delay = retry_delay(letter.attempts, chance)
    in_time = Delivery.created_at > database_clock(delay - GIVE_UP_AFTER)
    timed_out = isinstance(error, mailer.TimedOut)
    if not let_go(
        and_(mine, in_time),
        state=DEFERRED,
        next_at=database_clock(delay),
        attempts=letter.attempts,
        lease_until=database_clock(LEFT_ALONE) if timed_out else None,
    ):
        return end(mine, EXPIRED, error.code, str(error)) is not None
    note(letter.delivery_id, DEFERRED, error.code, str(error))
    if timed_out:
        _hold_the_others(letter.delivery_id, min(delay, LONGEST_SHARED_WAIT))
    return True


def _hold_the_others(delivery_id: int, seconds: float) -> None:
    """The mails that wait for the same address are not tried before so many seconds have passed."""
    address = select(Delivery.to_hash).where(Delivery.id == delivery_id).scalar_subquery()
    held = update(Delivery).where(
        Delivery.to_hash == address,
        Delivery.id != delivery_id,
        Delivery.state.in_([PENDING, DEFERRED]),
        Delivery.next_at < database_clock(seconds),
    )
    db.session.execute(
        held.values(next_at=database_clock(seconds)).execution_options(synchronize_session=False)
    )


def _give_back(mine: ColumnElement[bool], letter: Letter, error: mailer.SendError) -> bool:
    attempts = letter.attempts - 1
    if not let_go(mine, state=DEFERRED if attempts else PENDING, attempts=attempts, lease_until=None):
        return False
    note(letter.delivery_id, "held back", error.code, str(error))
    return True


def _open_breaker(reason: str) -> None:
    log.error("no mail is sent for %g s: %s", BREAKER_OPEN, reason)
    values = {"open_until": database_clock(BREAKER_OPEN), "reason": reason}
    statement = dialect().insert(MailBreaker).values(id=1, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
