"""What several writes do to a mail's row: add to its history, end it, ask whether its time has come.

A statement that every mail needs is made once and not per mail, which took longer than its execution.
"""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, insert, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from webapp import events
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.outbox.models import Delivery, DeliveryEvent, MailBreaker
from webapp.outbox.retries import GIVE_UP_AFTER

# Seconds. Longer than a task may live (workers/app.py), so that a lease that has passed means a worker that
# is gone.
LEASE = 60.0

PENDING, SENDING, DEFERRED = "pending", "sending", "deferred"
SENT, FAILED, EXPIRED, CANCELLED = "sent", "failed", "expired", "cancelled"
# What the history calls a mail that none of our keys opens (DeliveryEvent.what).
UNREADABLE = "unreadable"

_END = (
    update(Delivery)
    .values(
        state=bindparam("end"),
        mail=null(),
        to_address=null(),
        owner=null(),
        lease_until=null(),
        ended_at=database_clock(),
    )
    .returning(Delivery)
    .execution_options(synchronize_session=False, populate_existing=True)
)
_NOTE = insert(DeliveryEvent).values(at=database_clock())


@cache
def is_due() -> ColumnElement[bool]:
    """Waiting and its time has come, or held by a worker whose lease has passed; by the database's clock."""
    return or_(
        and_(Delivery.state.in_([PENDING, DEFERRED]), Delivery.next_at <= database_clock()),
        and_(Delivery.state == SENDING, Delivery.lease_until <= database_clock()),
    )


@cache
def may_go() -> ColumnElement[bool]:
    """No breaker is open and nobody else is busy with its address. A mail that is too old may go all the same: only
    to its end.

    One mail at a time goes to an address, and after a time-out there none for a while (settling.LEFT_ALONE): so a
    server that swallows what it is sent holds one worker, never all of them.
    """
    breaker = exists().where(MailBreaker.open_until > database_clock())
    other = aliased(Delivery)
    # Asked once for the whole statement: the index on the state finds the few that are under way.
    busy = (
        select(other.to_hash)
        .where(
            other.state.in_([SENDING, DEFERRED]),
            other.lease_until > database_clock(),
            other.to_hash.is_not(None),
        )
        .scalar_subquery()
    )
    free = or_(Delivery.to_hash.is_(None), Delivery.to_hash.not_in(busy))
    return or_(and_(~breaker, free), Delivery.created_at <= database_clock(-GIVE_UP_AFTER))


def cancel(key: str) -> bool:
    """End a mail that nobody is sending just now. False when there is none, it has ended or is on its way."""
    waiting = and_(Delivery.key == key, Delivery.state.in_([PENDING, DEFERRED]))
    return end(waiting, CANCELLED, None, "") is not None


def end(which: ColumnElement[bool], state: str, code: int | None, reason: str) -> Delivery | None:
    """End the one mail that matches, wipe it, and tell the rooms above in this transaction; None when none
    does. The hash of its address stays: a mail that comes back later is of an address that must be found.
    """
    ended = db.session.scalar(_END.where(which), {"end": state})
    if ended is None:
        return None
    note(ended.id, state, code, reason)
    events.delivery_ended.send(Delivery, delivery=ended)
    return ended


def let_go(which: ColumnElement[bool], **values: Any) -> bool:
    """Let go of the one claimed mail that matches, which has not ended; False when none does."""
    released = (
        update(Delivery).where(which).values(owner=None, leases_lost=0, **values).returning(Delivery.id)
    )
    return db.session.execute(released.execution_options(synchronize_session=False)).first() is not None


def note(delivery_id: int, what: str, code: int | None = None, reason: str = "") -> None:
    """Add to a mail's history."""
    db.session.execute(_NOTE, {"delivery_id": delivery_id, "what": what, "smtp_code": code, "note": reason})


def dialect() -> Any:
    """Where the INSERT … ON CONFLICT of the database in use comes from; both spell it alike."""
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite
