"""What a mail that came in means: written down for its delivery, and told to the rooms above, once.

`understand` reads and touches no database; `hear` is the one transaction. Nothing here answers a mail.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from webapp import events
from webapp.domain.plain_text import plain_text
from webapp.encryption import address_hash
from webapp.extensions import db
from webapp.outbox import services as outbox
from webapp.outbox.inbound import addressing, automatic, bounces, quoting
from webapp.outbox.inbound.incoming import body, headers, parse
from webapp.outbox.inbound.scrubbing import scrubbed
from webapp.outbox.models import Delivery, DeliveryEvent, InboundMail
from webapp.outbox.services.posting import reply_token_hash
from webapp.outbox.services.rows import dialect, note

log = logging.getLogger(__name__)

# Octets of a mail that are read; of a longer one the beginning, where its words stand.
LONGEST = 1024 * 1024
BOUNCE, DELAY, AUTOMATIC, REPLY, UNKNOWN = "bounce", "delay", "automatic", "reply", "unknown"
# What the history of a mail calls it (DeliveryEvent.what).
BOUNCED, BOUNCED_SOFTLY, DELAYED, REPLIED = "bounced", "bounced softly", "delayed", "replied"
_STATED = ("From", "To", "Cc", "Date", "Subject", "Message-ID", "In-Reply-To")


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail as it was read. `kind` is BOUNCE, DELAY, AUTOMATIC or REPLY; `words` and what follows are a reply's."""

    digest: str
    kind: str
    tokens: list[str]
    message_ids: list[str]
    bounce: bounces.Bounce | None = None
    words: str = ""
    raw: str = ""
    attachments: int = 0


def understand(content: bytes, inbound_address: str) -> Understood:
    """Read a mail; `content` is it, or its first LONGEST octets."""
    message = parse(content[:LONGEST])
    digest = hashlib.sha256(content[:LONGEST]).hexdigest()
    tokens, ids = addressing.tokens(message, inbound_address), addressing.message_ids(message)
    bounce = bounces.read(message)
    if bounce is not None:
        return Understood(digest, BOUNCE if bounce.kind == "failed" else DELAY, tokens, ids, bounce)
    if automatic.is_automatic(message):
        return Understood(digest, AUTOMATIC, tokens, ids)
    said = body(message)
    return Understood(
        digest,
        REPLY,
        tokens,
        ids,
        words=_clean(quoting.own_words(said.text), inbound_address),
        raw=_clean(_readable(message, said.text), inbound_address),
        attachments=said.attachments,
    )


def hear(mail: Understood, now: datetime) -> str:
    """Write down what a mail means and tell the rooms above, in the caller's transaction; says its kind.

    The same mail again changes nothing, and one that belongs to no mail of ours is UNKNOWN.
    """
    delivery = _delivery(mail)
    kind = mail.kind if delivery is not None else UNKNOWN
    if not _is_new(mail.digest, kind, delivery, now):
        return kind
    if delivery is None:
        return kind
    if mail.bounce is not None:
        _take_bounce(delivery, mail.bounce, now)
    elif kind == REPLY:
        note(delivery.id, REPLIED)
        events.mail_replied.send(
            Delivery,
            delivery=delivery,
            text=mail.words,
            raw=mail.raw,
            attachments=mail.attachments,
            received_at=now,
        )
    return kind


def _delivery(mail: Understood) -> Delivery | None:
    """The mail that it is about. Locked: two reports about one mail are heard one after the other."""
    hashes = [reply_token_hash(token) for token in mail.tokens]
    for column, values in ((Delivery.reply_hash, hashes), (Delivery.message_id, mail.message_ids)):
        found = db.session.scalars(
            select(Delivery).where(column.in_(values)).order_by(Delivery.id.desc()).limit(1).with_for_update()
        ).first()
        if found is not None:
            return found
    return None


def _is_new(digest: str, kind: str, delivery: Delivery | None, now: datetime) -> bool:
    """Note that the mail came in; False when it had. Two readers of one mailbox wait for each other here."""
    values = {
        "digest": digest,
        "kind": kind,
        "delivery_id": delivery.id if delivery else None,
        "received_at": now,
    }
    statement = dialect().insert(InboundMail).values(values).on_conflict_do_nothing(index_elements=["digest"])
    return db.session.scalar(statement.returning(InboundMail.id)) is not None


def _take_bounce(delivery: Delivery, bounce: bounces.Bounce, now: datetime) -> None:
    if bounce.kind == "delayed":
        note(delivery.id, DELAYED, bounce.code, bounce.status)
        return
    if delivery.bounced_at is not None:
        return
    # A mailbox behind ours that it passes its mail on to: that one is not the clinic's to repair from here, and
    # others may have had the mail. It is asked again, and never given up for it.
    elsewhere = bool(bounce.recipient) and delivery.to_hash not in _hashes(bounce.recipient)
    if bounce.hard and not elsewhere:
        delivery.bounced_at = now
        note(delivery.id, BOUNCED, bounce.code, bounce.status)
        if delivery.to_hash:
            outbox.suppress_hash(delivery.to_hash, outbox.BOUNCED, now)
        events.mail_bounced.send(Delivery, delivery=delivery, hard=True)
    elif not _bounced_softly(delivery):
        note(delivery.id, BOUNCED_SOFTLY, bounce.code, bounce.status)
        events.mail_bounced.send(Delivery, delivery=delivery, hard=False)


def _hashes(address: str) -> set[str]:
    """Under which we may know an address: as it is said, and as the forms keep it. Servers name a domain by its ASCII
    form ("xn--…"), and people type the other one."""
    try:
        kept = validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        kept = address
    return {address_hash(address), address_hash(kept)}


def _bounced_softly(delivery: Delivery) -> bool:
    """A server may report about one mail several times; it is asked again once for it."""
    events_of = select(DeliveryEvent.id).where(
        DeliveryEvent.delivery_id == delivery.id, DeliveryEvent.what == BOUNCED_SOFTLY
    )
    return db.session.scalar(events_of.limit(1)) is not None


def _clean(text: str, inbound_address: str) -> str:
    """As it may be shown: first without what shows as nothing, which could stand in the middle of a token."""
    return scrubbed(plain_text(text, keep_lines=True), inbound_address)


def _readable(message: "Message[str, str]", text: str) -> str:
    """The mail for whoever has to look it up: its headers and all of its text, quotations too."""
    stated = (f"{name}: {value}" for name in _STATED for value in headers(message, name))
    return "\n".join([*stated, "", text])
