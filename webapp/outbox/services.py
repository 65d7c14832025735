"""Writes of the outbox: post a mail, claim it, attempt it, settle it, sweep for what no bell announced.

The row is the truth. A worker claims it with one guarded UPDATE and commits, speaks SMTP with no transaction
open, and settles it only if it still owns it; a worker that dies in between loses its lease and nothing else.
"""

import logging
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from random import Random
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken
from sqlalchemy import ColumnElement, and_, case, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from webapp import events, queue
from webapp.clients import mailer
from webapp.database_clock import database_clock
from webapp.encryption import address_hash
from webapp.extensions import db
from webapp.outbox import queries
from webapp.outbox.models import Delivery, DeliveryEvent, MailBreaker, Suppression
from webapp.outbox.retries import GIVE_UP_AFTER, retry_delay
from webapp.outbox.wire_format import UnsafeMail, plain_address, serialise
from webapp.settings import current_settings
from webapp.unit_of_work import ring_after_commit

log = logging.getLogger(__name__)

# Seconds. Longer than a task may live (workers/app.py), so that a lease that has passed means a worker that
# is gone.
LEASE = 60.0
# A mail that took that many workers with it in a row is not tried on another one.
LEASES_TO_LOSE = 5
# How long the sweep waits before it rings for the same row again, and the breaker before the next mail is
# tried.
RING_AGAIN = 10.0
BREAKER_OPEN = 60.0

PENDING, SENDING, DEFERRED = "pending", "sending", "deferred"
SENT, FAILED, EXPIRED, CANCELLED = "sent", "failed", "expired", "cancelled"
# Why an address is on the list of suppressions.
UNSUBSCRIBED, BOUNCED = "unsubscribed", "bounced"


@dataclass(frozen=True, slots=True)
class Letter:
    """A claimed mail: `attempts` counts this one. `owner` proves the claim when it is settled."""

    delivery_id: int
    owner: str
    attempts: int
    to: str
    mail: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """The mail server took the responsibility for the mail."""

    code: int


Outcome = Accepted | mailer.SendError


def post(key: str, to: str, compose: Callable[[], EmailMessage], *, optional: bool = False) -> Delivery:
    """Queue a mail in the caller's unit of work; the worker is rung once that has committed.

    `optional`: its reader may stop such mails for good, and then the worker does not send it.

    `key` says what the mail is about (up to 128 characters): the same key gives the row that is already
    there. `compose` writes the mail, here and only once. If it raises, or what it wrote is not safe to send,
    the row is stored without a mail, and the worker ends it as failed, which the rooms above then hear like
    any other end.
    """
    existing = db.session.scalar(select(Delivery).where(Delivery.key == key))
    if existing is not None:
        return existing
    message_id = f"{uuid.uuid4().hex}@{urlsplit(current_settings().base_url).hostname}"
    written: str | None = None
    reason = ""
    try:
        # A savepoint: what a template's helpers wrote before it failed goes with it, and nothing else does.
        with db.session.begin_nested():
            message = compose()
        to = plain_address(to)
        written = serialise(
            message, sender=current_settings().mail_from, to=to, message_id=message_id, date=datetime.now(UTC)
        )
    except DBAPIError:
        raise  # the database's trouble is the caller's, who cannot commit anyway
    except UnsafeMail as error:
        reason = str(error)
    except Exception as error:  # a template may raise anything; its words may quote the patient's
        reason = f"the mail could not be written ({type(error).__name__})"
    delivery, is_new = _insert(key, message_id, to if written else None, written, optional=optional)
    if is_new:
        _note(delivery.id, "posted")
        if written is None:
            log.error("delivery %s of %s: %s", delivery.id, key, reason)
            _note(delivery.id, "unwritten", note=reason)
        ring_after_commit(queue.SEND_DELIVERY, delivery.id)
    return delivery


def _insert(
    key: str, message_id: str, to: str | None, mail: str | None, *, optional: bool
) -> tuple[Delivery, bool]:
    """The row with that key and whether we made it. Two requests that post one key at once make one row."""
    values = {
        "key": key,
        "message_id": message_id,
        "to_address": to,
        "mail": mail,
        "state": PENDING,
        "attempts": 0,
        "leases_lost": 0,
        "optional": optional,
        "next_at": database_clock(),
        "created_at": database_clock(),
    }
    statement = _dialect().insert(Delivery).values(values).on_conflict_do_nothing(index_elements=["key"])
    made = db.session.scalar(statement.returning(Delivery))
    if made is not None:
        return made, True
    return db.session.scalars(select(Delivery).where(Delivery.key == key)).one(), False


def cancel(key: str) -> bool:
    """End a mail that nobody is sending just now. False when there is none, it has ended or is on its way."""
    waiting = and_(Delivery.key == key, Delivery.state.in_([PENDING, DEFERRED]))
    return _end(waiting, CANCELLED, None, "") is not None


def suppress(address: str, reason: str, now: datetime) -> None:
    """No further optional mail goes to this address (UNSUBSCRIBED), or none at all (BOUNCED). Twice changes
    nothing.
    """
    suppress_hash(address_hash(address), reason, now)


def suppress_hash(hashed: str, reason: str, now: datetime) -> None:
    """See `suppress`; for a link that knows its address only by `encryption.address_hash`."""
    values = {"address_hash": hashed, "reason": reason, "created_at": now}
    statement = _dialect().insert(Suppression).values(values)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["address_hash", "reason"]))


def claim(delivery_id: int) -> Letter | None:
    """Take one due mail, for LEASE seconds; the caller commits and then attempts it.

    None when it is not due, somebody else has it, the breaker is open, or it has just been ended here because
    it is too old, was never written, cannot be read, is not wanted at its address, or has lost LEASES_TO_LOSE
    workers.
    """
    owner = secrets.token_hex(16)
    row = db.session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, is_due(), _may_go())
        .values(
            state=SENDING,
            owner=owner,
            lease_until=database_clock(LEASE),
            attempts=Delivery.attempts + 1,
            leases_lost=case(
                (Delivery.state == SENDING, Delivery.leases_lost + 1), else_=Delivery.leases_lost
            ),
            rung_at=None,
        )
        .returning(
            Delivery.attempts,
            Delivery.leases_lost,
            (Delivery.created_at <= database_clock(-GIVE_UP_AFTER)).label("old"),
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    mine = and_(Delivery.id == delivery_id, Delivery.owner == owner)
    if row.leases_lost:
        _note(delivery_id, "lease lost", note=f"worker {row.leases_lost} of {LEASES_TO_LOSE}")
    if row.leases_lost >= LEASES_TO_LOSE:
        log.error("delivery %s has lost %s workers and is not tried again", delivery_id, row.leases_lost)
        _end(mine, FAILED, None, "every worker that tried it was lost")
        return None
    if row.old:
        _end(mine, EXPIRED, None, "could not be sent in time")
        return None
    try:
        to, mail, optional = db.session.execute(
            select(Delivery.to_address, Delivery.mail, Delivery.optional).where(mine)
        ).one()
    except InvalidToken:
        log.error("delivery %s cannot be read with any of FIELD_KEYS", delivery_id)
        _end(mine, FAILED, None, "cannot be read with any of our keys")
        return None
    if to is None or mail is None:
        _end(mine, FAILED, None, "was never written")
        return None
    # Asked here and not only where the mail was posted: the reader may have pressed the button since.
    match queries.suppressions(to):
        case reasons if BOUNCED in reasons:
            # Not cancelled: the rooms above tell people of a mail that failed.
            _end(mine, FAILED, None, "mail to this address came back before")
            return None
        case reasons if optional and UNSUBSCRIBED in reasons:
            _end(mine, CANCELLED, None, "this address wants no such mail")
            return None
    return Letter(delivery_id, owner, row.attempts, to, mail.encode("ascii"))


def attempt(letter: Letter) -> Outcome:
    """Hand a claimed mail to the mail server. Touches no database: no transaction waits for a server."""
    settings = current_settings()
    try:
        return Accepted(mailer.send(settings.mail_url, settings.mail_from, letter.to, letter.mail))
    except mailer.SendError as error:
        return error


def settle(letter: Letter, outcome: Outcome, chance: Random) -> bool:
    """Write down what became of an attempt. False when the lease ran out and somebody else has the mail now.

    `chance` moves the time of the next attempt. A Configuration error opens the breaker for all mails and
    gives this one its attempt back.
    """
    mine = and_(Delivery.id == letter.delivery_id, Delivery.owner == letter.owner, Delivery.state == SENDING)
    match outcome:
        case Accepted(code):
            settled = _end(mine, SENT, code, "") is not None
        case mailer.Permanent():
            settled = _end(mine, FAILED, outcome.code, str(outcome)) is not None
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


def sweep(limit: int) -> list[int]:
    """Ring for up to `limit` due mails, the longest due first, and return their ids. Sweeping twice is
    harmless.
    """
    chosen = (
        select(Delivery.id)
        .where(
            is_due(),
            _may_go(),
            or_(Delivery.rung_at.is_(None), Delivery.rung_at <= database_clock(-RING_AGAIN)),
        )
        .order_by(Delivery.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer and no word for it
    )
    ids = db.session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(chosen))
        .values(rung_at=database_clock())
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    for delivery_id in ids:
        ring_after_commit(queue.SEND_DELIVERY, delivery_id)
    return list(ids)


def is_due() -> ColumnElement[bool]:
    """Waiting and its time has come, or held by a worker whose lease has passed; by the database's clock."""
    return or_(
        and_(Delivery.state.in_([PENDING, DEFERRED]), Delivery.next_at <= database_clock()),
        and_(Delivery.state == SENDING, Delivery.lease_until <= database_clock()),
    )


def _may_go() -> ColumnElement[bool]:
    """No breaker is open. A mail that is too old may go all the same: only to its end."""
    breaker = exists().where(MailBreaker.open_until > database_clock())
    return or_(~breaker, Delivery.created_at <= database_clock(-GIVE_UP_AFTER))


def _defer(mine: ColumnElement[bool], letter: Letter, error: mailer.SendError, chance: Random) -> bool:
    delay = retry_delay(letter.attempts, chance)
    in_time = Delivery.created_at > database_clock(delay - GIVE_UP_AFTER)
    if not _wait(
        and_(mine, in_time), state=DEFERRED, next_at=database_clock(delay), attempts=letter.attempts
    ):
        return _end(mine, EXPIRED, error.code, str(error)) is not None
    _note(letter.delivery_id, DEFERRED, error.code, str(error))
    return True


def _give_back(mine: ColumnElement[bool], letter: Letter, error: mailer.SendError) -> bool:
    attempts = letter.attempts - 1
    if not _wait(mine, state=DEFERRED if attempts else PENDING, attempts=attempts):
        return False
    _note(letter.delivery_id, "held back", error.code, str(error))
    return True


def _wait(mine: ColumnElement[bool], **values: Any) -> bool:
    """Let go of a claimed mail that has not ended."""
    statement = update(Delivery).where(mine).values(owner=None, lease_until=None, leases_lost=0, **values)
    return _touched(statement.returning(Delivery.id))


def _touched(statement: Any) -> bool:
    return db.session.execute(statement.execution_options(synchronize_session=False)).first() is not None


def _end(which: ColumnElement[bool], state: str, code: int | None, note: str) -> Delivery | None:
    """End the one mail that matches, wipe it, and tell the rooms above in this transaction; None when none
    does.
    """
    ended = db.session.scalar(
        update(Delivery)
        .where(which)
        .values(
            state=state, mail=None, to_address=None, owner=None, lease_until=None, ended_at=database_clock()
        )
        .returning(Delivery)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if ended is None:
        return None
    _note(ended.id, state, code, note)
    events.delivery_ended.send(Delivery, delivery=ended)
    return ended


def _open_breaker(reason: str) -> None:
    log.error("no mail is sent for %g s: %s", BREAKER_OPEN, reason)
    values = {"open_until": database_clock(BREAKER_OPEN), "reason": reason}
    statement = _dialect().insert(MailBreaker).values(id=1, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def _dialect() -> Any:
    """Where the INSERT … ON CONFLICT of the database in use comes from; both spell it alike."""
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite


def _note(delivery_id: int, what: str, code: int | None = None, note: str = "") -> None:
    db.session.add(
        DeliveryEvent(delivery_id=delivery_id, at=database_clock(), what=what, smtp_code=code, note=note)
    )
