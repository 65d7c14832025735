"""What claims and requests never to be listed share: an address is proven by a link, at the clinic's own domain or
not, and what came to nothing is forgotten."""

from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import func, select, text

from webapp.domain.hosts import is_address_of
from webapp.encryption import address_hash
from webapp.extensions import db
from webapp.moderation.models import Claim, NeverListRequest

# States: the mail with the link is out; staff must look; decided; nobody used the link.
ASKED: Final = "proof_asked"
WAITING: Final = "waiting"
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
EXPIRED: Final = "expired"
# How it is proven: by an address at the clinic's own domain, or by somebody's judgement.
DOMAIN: Final = "domain"
JUDGEMENT: Final = "judgement"

# A form could be used to fill somebody's mailbox: so many clinics in a day are more than anybody has.
MOST_A_DAY = 10


Wish = TypeVar("Wish", Claim, NeverListRequest)


def locked(row: Wish) -> Wish:
    """The row as it is now, for one decision at a time: whoever comes second finds it decided."""
    db.session.refresh(row, with_for_update=True)
    return row


def kind(email: str, website: str | None) -> str:
    """DOMAIN where the address is at the clinic's own domain, else JUDGEMENT."""
    return DOMAIN if is_address_of(email, website) else JUDGEMENT


def wait_for_turn(email: str) -> str:
    """The address's hash. Two forms with one address that arrive at once go one after the other from here on, until
    the transaction ends, so that they do not both find nothing and make two rows."""
    hashed = address_hash(email)
    if db.engine.dialect.name == "postgresql":  # SQLite has one writer
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(hashed[:15], 16)})
    return hashed


def asks_too_often(hashed: str, now: datetime) -> bool:
    """Was this address named in more forms within a day than anybody has clinics?"""
    since = now - timedelta(days=1)
    counts = (
        db.session.scalar(
            select(func.count())
            .select_from(table)
            .where(table.email_hash == hashed, table.created_at > since)
        )
        or 0
        for table in (Claim, NeverListRequest)
    )
    return sum(counts) >= MOST_A_DAY


def expire(table: type[Wish], now: datetime, days: int) -> int:
    """End what nobody proved within `days`, and forget the people in what came to nothing; says how many ended."""
    ended = 0
    before = now - timedelta(days=days)
    for row in db.session.scalars(select(table).where(table.state == ASKED, table.created_at <= before)):
        row.state, row.decided_at = EXPIRED, now
        _forget(row)
        ended += 1
    for row in db.session.scalars(select(table).where(table.state == REFUSED, table.decided_at <= before)):
        _forget(row)
    return ended


def _forget(row: Claim | NeverListRequest) -> None:
    row.name = row.email = ""
    row.note = None
    if isinstance(row, Claim):
        row.position = None
