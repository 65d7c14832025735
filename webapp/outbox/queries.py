"""Reads of the outbox: is mail getting out, what became of a mail, and the development mailbox."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased, defer

from webapp.clients import maildir
from webapp.clients.maildir import StoredMail
from webapp.database_clock import database_clock
from webapp.encryption import address_hash
from webapp.extensions import db
from webapp.outbox.models import Delivery, DeliveryEvent, MailBreaker, Suppression
from webapp.settings import current_settings

# A mail that is due for longer than this, in seconds, is not getting out (contract: /readyz).
OVERDUE_AFTER = 60.0
_WAITING = ("pending", "deferred")
_STATES = ("pending", "sending", "deferred", "sent", "failed", "expired", "cancelled")
_MAILDIR = "maildir://"


@dataclass(frozen=True, slots=True)
class Progress:
    """Whether mail is getting out. `oldest_due_seconds` is None where nothing is due; `held_back` is why the
    breaker is open, None where it is not."""

    oldest_due_seconds: float | None
    held_back: str | None

    @property
    def is_ready(self) -> bool:
        """True while nothing is overdue: also before the first worker is up, and with an empty outbox."""
        return self.oldest_due_seconds is None or self.oldest_due_seconds <= OVERDUE_AFTER


def progress() -> Progress:
    """What /readyz asks. Health is progress, not a live process: a worker may live and consume nothing."""
    held_back = db.session.scalar(select(MailBreaker.reason).where(MailBreaker.open_until > database_clock()))
    return Progress(oldest_due_age_seconds(), held_back)


def oldest_due_age_seconds() -> float | None:
    """How long the longest due mail has been due, by the database's clock; None where nothing is due.

    A mail in a worker's hands counts from the moment it was due, so a row that loses every lease is seen too.
    """
    due = or_(
        and_(Delivery.state.in_(_WAITING), Delivery.next_at <= database_clock()),
        Delivery.state == "sending",
    )
    now, oldest = db.session.execute(select(database_clock(), func.min(Delivery.next_at)).where(due)).one()
    if oldest is None:
        return None
    seconds: float = (now - oldest).total_seconds()
    return max(seconds, 0.0)


def counts_by_state() -> dict[str, int]:
    """How many mails are in each state; a state that no mail is in is left out."""
    rows = db.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    return dict(rows.all())


def bounced() -> int:
    """How many mails had been taken and then came back."""
    return db.session.scalar(select(func.count()).where(Delivery.bounced_at.is_not(None))) or 0


def unreadable() -> int:
    """How many mails were put off because no key in FIELD_KEYS opens them: somebody took a key out too early."""
    each = aliased(DeliveryEvent)
    newest = select(func.max(each.id)).where(each.delivery_id == Delivery.id).scalar_subquery()
    counted = (
        select(func.count())
        .select_from(Delivery)
        .join(DeliveryEvent, DeliveryEvent.id == newest)
        .where(Delivery.state == "deferred", DeliveryEvent.what == "unreadable")
    )
    return db.session.scalar(counted) or 0


def suppressed_by_reason() -> dict[str, int]:
    """How many addresses get no optional mail ("unsubscribed") and none at all ("bounced")."""
    rows = db.session.execute(select(Suppression.reason, func.count()).group_by(Suppression.reason))
    return dict(rows.all())


def suppressed(delivery_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Why the addresses of these mails get no mail; a mail whose address is on no list is left out."""
    rows = db.session.execute(
        select(Delivery.id, Suppression.reason)
        .join(Suppression, Suppression.address_hash == Delivery.to_hash)
        .where(Delivery.id.in_(set(delivery_ids)))
    )
    found: dict[int, frozenset[str]] = {}
    for delivery_id, reason in rows:
        found[delivery_id] = found.get(delivery_id, frozenset()) | {reason}
    return found


def about(what: str) -> Sequence[Delivery]:
    """Every mail about one row of a room above ("enquiry:12"), oldest first; what is in it and its address are not
    read, so that mails which no key opens are told of too."""
    unread = (defer(Delivery.mail), defer(Delivery.to_address))
    mails = select(Delivery).where(Delivery.about == what).order_by(Delivery.id).options(*unread)
    return db.session.scalars(mails).all()


def metrics() -> str:
    """Figures of the outbox in the text format of Prometheus, for /metrics.

    By hand: a few figures that the database holds, which a client library would keep per process.
    """
    now = progress()
    counts = counts_by_state()
    lines = [
        "# HELP lfl_mails Mails by state.",
        "# TYPE lfl_mails gauge",
        *(f'lfl_mails{{state="{state}"}} {counts.get(state, 0)}' for state in _STATES),
        "# HELP lfl_mail_oldest_due_seconds How long the longest due mail has been due; 0 where none is.",
        "# TYPE lfl_mail_oldest_due_seconds gauge",
        f"lfl_mail_oldest_due_seconds {now.oldest_due_seconds or 0:.3f}",
        "# HELP lfl_mail_held_back 1 while no mail is sent because the mail server refuses us.",
        "# TYPE lfl_mail_held_back gauge",
        f"lfl_mail_held_back {int(now.held_back is not None)}",
        "# HELP lfl_mails_bounced Mails that had been taken and then came back.",
        "# TYPE lfl_mails_bounced gauge",
        f"lfl_mails_bounced {bounced()}",
        "# HELP lfl_mails_unreadable Mails that wait because no key in FIELD_KEYS opens them.",
        "# TYPE lfl_mails_unreadable gauge",
        f"lfl_mails_unreadable {unreadable()}",
    ]
    return "\n".join(lines) + "\n"


def history(delivery_id: int) -> list[tuple[datetime, str, int | None, str]]:
    """What happened to a mail, oldest first: (when, what, SMTP code, our words)."""
    return whole_histories([delivery_id])[delivery_id]


def whole_histories(
    delivery_ids: Iterable[int],
) -> dict[int, list[tuple[datetime, str, int | None, str]]]:
    """The `history` of each of these mails, in one statement."""
    found: dict[int, list[tuple[datetime, str, int | None, str]]] = {number: [] for number in delivery_ids}
    rows = db.session.scalars(
        select(DeliveryEvent).where(DeliveryEvent.delivery_id.in_(found)).order_by(DeliveryEvent.id)
    )
    for row in rows:
        found[row.delivery_id].append((row.at, row.what, row.smtp_code, row.note))
    return found


def histories(delivery_ids: Iterable[int]) -> dict[int, list[tuple[datetime, str]]]:
    """What happened to each of these mails and when, oldest first, in one statement; for those whom it was about."""
    return {
        number: [(at, what) for at, what, _code, _note in history]
        for number, history in whole_histories(delivery_ids).items()
    }


def next_tries(delivery_ids: Iterable[int]) -> dict[int, datetime]:
    """When those of these mails that wait for a moment to come are tried."""
    rows = db.session.execute(
        select(Delivery.id, Delivery.next_at).where(
            Delivery.id.in_(set(delivery_ids)),
            or_(
                Delivery.state == "deferred",
                and_(Delivery.state == "pending", Delivery.next_at > database_clock()),
            ),
        )
    )
    return dict(rows.all())


def keys_about(what: str) -> Sequence[tuple[int, str]]:
    """The id and the key of every mail about one row of a room above, oldest first."""
    rows = db.session.execute(
        select(Delivery.id, Delivery.key).where(Delivery.about == what).order_by(Delivery.id)
    )
    return [(number, key) for number, key in rows]


def suppressions(address: str) -> frozenset[str]:
    """Why mail to this address is stopped ("unsubscribed": optional mail, "bounced": any); empty where it is not."""
    return suppressions_of(address_hash(address))


def suppressions_of(hashed: str) -> frozenset[str]:
    """See `suppressions`; of an address that is known by `encryption.address_hash` only."""
    return frozenset(db.session.scalars(select(Suppression.reason).where(Suppression.address_hash == hashed)))


def mailbox_mails(limit: int) -> list[StoredMail] | None:
    """The newest mails of the development mailbox; None where mails go to a mail server instead."""
    folder = _mailbox_folder()
    return None if folder is None else maildir.newest(folder, limit)


def mailbox_mail(key: str) -> StoredMail | None:
    """One mail of the development mailbox, None where there is none of that key."""
    folder = _mailbox_folder()
    return None if folder is None else maildir.find(folder, key)


def _mailbox_folder() -> Path | None:
    url = current_settings().mail_url
    return Path(url.removeprefix(_MAILDIR)) if url.startswith(_MAILDIR) else None
