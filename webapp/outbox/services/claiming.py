"""Take one due mail, so that nobody else does, for as long as a lease runs."""

import logging
import secrets
from dataclasses import dataclass
from functools import cache

from cryptography.fernet import InvalidToken
from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    null,
    select,
    update,
)
from sqlalchemy.exc import OperationalError

from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.outbox.models import Delivery, Suppression
from webapp.outbox.retries import GIVE_UP_AFTER
from webapp.outbox.services.rows import (
    CANCELLED,
    DEFERRED,
    EXPIRED,
    FAILED,
    LEASE,
    PENDING,
    SENDING,
    UNREADABLE,
    end,
    is_due,
    let_go,
    may_go,
    note,
)
from webapp.outbox.services.suppressing import BOUNCED, UNSUBSCRIBED
from webapp.outbox.wire_format import split_return_path

log = logging.getLogger(__name__)

# A mail that took that many workers with it in a row is not tried on another one.
LEASES_TO_LOSE = 5
# Seconds after which a mail that no key opens is looked at again.
UNREADABLE_FOR = 3600.0
# How many due mails are looked at for one that may be claimed, when other workers claim at the same moment.
_LOOKED_AT = 3


@dataclass(frozen=True, slots=True)
class Letter:
    """A claimed mail: `attempts` counts this one. `owner` proves the claim when it is settled. `bounces_to` is
    where the mail comes back to when nobody takes it; None: to MAIL_FROM."""

    delivery_id: int
    owner: str
    attempts: int
    to: str
    mail: bytes
    bounces_to: str | None = None


@cache
def _claim() -> Executable:
    return (
        update(Delivery)
        .where(Delivery.id == bindparam("claimed_id"), is_due(), may_go())
        .values(
            state=SENDING,
            owner=bindparam("new_owner"),
            lease_until=database_clock(LEASE),
            attempts=Delivery.attempts + 1,
            leases_lost=case(
                (Delivery.state == SENDING, Delivery.leases_lost + 1), else_=Delivery.leases_lost
            ),
            rung_at=null(),
        )
        .returning(
            Delivery.attempts,
            Delivery.leases_lost,
            (Delivery.created_at <= database_clock(-GIVE_UP_AFTER)).label("old"),
            Delivery.to_address,
            Delivery.mail,
            # Asked here and not only where the mail was posted: its reader may have pressed the button since.
            _is_suppressed(BOUNCED).label("bounced"),
            and_(Delivery.optional, _is_suppressed(UNSUBSCRIBED)).label("unsubscribed"),
        )
        .execution_options(synchronize_session=False)
    )


@cache
def _due(state: str) -> Select[int]:
    """The longest due mails of one state, so that the index gives the first of them without sorting a backlog."""
    since = Delivery.lease_until if state == SENDING else Delivery.next_at
    return (
        select(Delivery.id)
        .where(Delivery.state == state, since <= database_clock(), may_go())
        .order_by(Delivery.next_at)
        .limit(_LOOKED_AT)
        .with_for_update(skip_locked=True)
    )


@cache
def _any_due() -> Select[bool]:
    return select(exists().where(is_due(), may_go()))


@cache
def _lock() -> Select[bool]:
    name = func.hashtextextended(Delivery.to_hash, 0)
    return select(func.pg_try_advisory_xact_lock(name)).where(
        Delivery.id == bindparam("claimed_id"), Delivery.to_hash.is_not(None)
    )


def anything_due() -> bool:
    """Whether there is a mail to claim. Most bells of a burst ring for what another task has sent meanwhile: on SQLite
    they need not wait for the one writer's turn to find that out.
    """
    return bool(db.session.scalar(_any_due()))


def claim(delivery_id: int) -> Letter | None:
    """Take one due mail, for LEASE seconds; the caller commits and then attempts it.

    None when it is not due, somebody else has it or is busy with its address, the breaker is open, it has just been
    put off because none of our keys opens it, or it has just been ended here because it is too old, was never
    written, is not wanted at its address, or has lost LEASES_TO_LOSE workers.
    """
    if not _alone_with_the_address(delivery_id):
        return None
    owner = secrets.token_hex(16)
    mine = and_(Delivery.id == delivery_id, Delivery.owner == owner)
    try:
        row = db.session.execute(_claim(), {"claimed_id": delivery_id, "new_owner": owner}).one_or_none()
    except InvalidToken:
        _put_off(delivery_id, mine)
        return None
    if row is None:
        return None
    if row.leases_lost:
        note(delivery_id, "lease lost", reason=f"worker {row.leases_lost} of {LEASES_TO_LOSE}")
    if row.leases_lost >= LEASES_TO_LOSE:
        log.error("delivery %s has lost %s workers and is not tried again", delivery_id, row.leases_lost)
        end(mine, FAILED, None, "every worker that tried it was lost")
    elif row.old:
        end(mine, EXPIRED, None, "could not be sent in time")
    elif row.to_address is None or row.mail is None:
        end(mine, FAILED, None, "was never written")
    elif row.bounced:
        # Not cancelled: the rooms above tell people of a mail that failed.
        end(mine, FAILED, None, "mail to this address came back before")
    elif row.unsubscribed:
        end(mine, CANCELLED, None, "this address wants no such mail")
    else:
        bounces_to, mail = split_return_path(row.mail)
        return Letter(delivery_id, owner, row.attempts, row.to_address, mail.encode("ascii"), bounces_to)
    return None


def claim_next() -> Letter | None:
    """Take the longest due of the mails that wait, as `claim` does; None when there is none to take just now.

    Those whose worker was lost come first: they are the oldest, and at an address with a backlog they would wait for
    its end. A bell alone does not help them, since the address is busy again by the time it is heard.
    """
    for state in (SENDING, PENDING, DEFERRED):
        for delivery_id in db.session.scalars(_due(state)).all():
            letter = _claim_or_leave(delivery_id)
            if letter is not None:
                return letter
    return None


def _claim_or_leave(delivery_id: int) -> Letter | None:
    """`claim` under a savepoint. A worker takes the next mail in the transaction that settles the last one: whatever
    is wrong with the next one, a room that hears of its end included, must not undo that the last one went out, or it
    goes out again.
    """
    try:
        with db.session.begin_nested():
            return claim(delivery_id)
    except OperationalError:
        raise  # the whole transaction is lost, and the worker tries all of it again
    except Exception as error:  # its words may quote a patient's
        log.error("delivery %s cannot be taken (%s)", delivery_id, type(error).__name__)
        return None


def _put_off(delivery_id: int, mine: ColumnElement[bool]) -> None:
    """No key opens the mail. A key that was taken out too early may come back, so the mail stays as it is and is looked
    at again, no attempt counted; until it is too old for any.
    """
    reason = "no key in FIELD_KEYS opens it"
    log.error("delivery %s cannot be read: %s", delivery_id, reason)
    in_time = Delivery.created_at > database_clock(UNREADABLE_FOR - GIVE_UP_AFTER)
    if let_go(
        and_(mine, in_time),
        state=DEFERRED,
        next_at=database_clock(UNREADABLE_FOR),
        lease_until=None,
        attempts=Delivery.attempts - 1,
    ):
        note(delivery_id, UNREADABLE, reason=reason)
    else:
        end(mine, EXPIRED, None, reason)


def _alone_with_the_address(delivery_id: int) -> bool:
    """Nobody else claims a mail to the same address just now, until our transaction ends.

    SQLite has one writer. On PostgreSQL two claims of two mails to one address would not see each other, so each
    first takes a lock in the address's name, without waiting for it.
    """
    if db.engine.dialect.name != "postgresql":
        return True
    return db.session.scalar(_lock(), {"claimed_id": delivery_id}) is not False


def _is_suppressed(reason: str) -> ColumnElement[bool]:
    return exists().where(Suppression.address_hash == Delivery.to_hash, Suppression.reason == reason)
