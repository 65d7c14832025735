"""Post a mail: it is written here and only once, and stored as it will be handed over."""

import base64
import hashlib
import logging
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from webapp import queue
from webapp.database_clock import database_clock
from webapp.encryption import address_hash
from webapp.extensions import db
from webapp.outbox.models import Delivery
from webapp.outbox.services.rows import PENDING, dialect, note
from webapp.outbox.signatures import signed
from webapp.outbox.wire_format import UnsafeMail, plain_address, serialise, with_return_path
from webapp.settings import current_settings
from webapp.unit_of_work import ring_after_commit

log = logging.getLogger(__name__)

# 160 bits; 32 signs in base32, which has neither padding nor two sizes of letters at that length.
_TOKEN_BYTES = 20


@dataclass(frozen=True, slots=True)
class _Written:
    """A mail as it will be handed over, or None and why it could not be written."""

    to: str | None
    mail: str | None
    reply_hash: str | None = None
    reason: str = ""


def post(
    key: str,
    to: str,
    compose: Callable[[], EmailMessage],
    *,
    optional: bool = False,
    hears_replies: bool = False,
    not_before_seconds: float = 0.0,
) -> Delivery:
    """Queue a mail in the caller's unit of work; the worker is rung once that has committed.

    `optional`: its reader may stop such mails for good, and then the worker does not send it. `hears_replies`: who
    presses Reply is heard (setting INBOUND_ADDRESS; without it replies go to MAIL_FROM). `not_before_seconds`: the
    mail waits that long, by the database's clock.

    `key` says what the mail is about (up to 128 characters): the same key gives the row that is already
    there. `compose` writes the mail, here and only once. If it raises, or what it wrote is not safe to send,
    the row is stored without a mail, and the worker ends it as failed, which the rooms above then hear like
    any other end.
    """
    existing = db.session.scalar(select(Delivery).where(Delivery.key == key))
    if existing is not None:
        return existing
    message_id = f"{uuid.uuid4().hex}@{urlsplit(current_settings().base_url).hostname}"
    written = _write(to, compose, message_id, hears_replies=hears_replies)
    delivery, is_new = _insert(key, message_id, written, to, optional, not_before_seconds)
    if is_new:
        note(delivery.id, "posted")
        if written.mail is None:
            log.error("delivery %s of %s: %s", delivery.id, key, written.reason)
            note(delivery.id, "unwritten", reason=written.reason)
        if not_before_seconds <= 0:
            ring_after_commit(queue.SEND_DELIVERY, delivery.id)
    return delivery


def reply_token_hash(token: str) -> str:
    """What is stored of the token in an address that replies come to: 64 hex digits. Upper case is the same token,
    as mail systems fold the letters of an address."""
    return hashlib.sha256(token.lower().encode()).hexdigest()


def _write(to: str, compose: Callable[[], EmailMessage], message_id: str, *, hears_replies: bool) -> _Written:
    settings = current_settings()
    token = base64.b32encode(secrets.token_bytes(_TOKEN_BYTES)).decode("ascii").lower()
    reply_address = settings.inbound_address.replace("{token}", token)
    try:
        # A savepoint: what a template's helpers wrote before it failed goes with it, and nothing else does.
        with db.session.begin_nested():
            message = compose()
        to = plain_address(to)
        mail = signed(
            serialise(
                message,
                sender=settings.mail_from,
                to=to,
                message_id=message_id,
                date=datetime.now(UTC),
                reply_to=reply_address if hears_replies else "",
                id_also_in=settings.mail_idempotency_header,
            ),
            settings,
        )
    except DBAPIError:
        raise  # the database's trouble is the caller's, who cannot commit anyway
    except UnsafeMail as error:
        return _Written(None, None, reason=str(error))
    except Exception as error:  # a template may raise anything; its words may quote the patient's
        return _Written(None, None, reason=f"the mail could not be written ({type(error).__name__})")
    if not reply_address:
        return _Written(to, mail)
    # Also a mail that hears no replies comes back to its own address when nobody takes it.
    return _Written(to, with_return_path(mail, reply_address), reply_token_hash(token))


def _insert(
    key: str, message_id: str, written: _Written, to: str, optional: bool, not_before_seconds: float
) -> tuple[Delivery, bool]:
    """The row with that key and whether we made it. Two requests that post one key at once make one row."""
    values = {
        "key": key,
        "message_id": message_id,
        "to_address": written.to,
        "to_hash": address_hash(to) if to.strip() else None,
        "reply_hash": written.reply_hash,
        "mail": written.mail,
        "state": PENDING,
        "attempts": 0,
        "leases_lost": 0,
        "optional": optional,
        "next_at": database_clock(not_before_seconds),
        "created_at": database_clock(),
    }
    statement = dialect().insert(Delivery).values(values).on_conflict_do_nothing(index_elements=["key"])
    made = db.session.scalar(statement.returning(Delivery))
    if made is not None:
        return made, True
    return db.session.scalars(select(Delivery).where(Delivery.key == key)).one(), False
