"""Addresses that get no mail: put on the list by their reader or by mail that came back, taken off by staff."""

from datetime import datetime

from sqlalchemy import delete

from webapp.encryption import address_hash
from webapp.extensions import db
from webapp.outbox.models import Suppression
from webapp.outbox.services.rows import dialect

# Why an address is on the list.
UNSUBSCRIBED, BOUNCED = "unsubscribed", "bounced"


def suppress(address: str, reason: str, now: datetime) -> None:
    """No further optional mail goes to this address (UNSUBSCRIBED), or none at all (BOUNCED). Twice changes
    nothing.
    """
    suppress_hash(address_hash(address), reason, now)


def suppress_hash(hashed: str, reason: str, now: datetime) -> None:
    """See `suppress`; of an address that is known by `encryption.address_hash` only, as after a mail's end."""
    values = {"address_hash": hashed, "reason": reason, "created_at": now}
    statement = dialect().insert(Suppression).values(values)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["address_hash", "reason"]))


def lift(hashed: str, reason: str) -> bool:
    """Mail of that kind goes to this address again; False when it was not on the list."""
    lifted = delete(Suppression).where(Suppression.address_hash == hashed, Suppression.reason == reason)
    return db.session.execute(lifted.returning(Suppression.id)).first() is not None
