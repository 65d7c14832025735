"""Mails that end with the row they are about: what has not gone is stopped, and nothing leads to a person any more."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import String, cast, literal, select, update

from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.outbox.models import Delivery, DeliveryEvent

_WAITING = frozenset({"pending", "deferred"})
_HELD = "sending"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A mail as it was: its key, the hash of its address, and whether a worker ever took it in hand.

    One that was tried may have arrived, whatever its state says: a server may take a mail and then lose the line.
    """

    delivery_id: int
    key: str
    to_hash: str | None
    was_tried: bool


def withdraw(about: str) -> Sequence[Withdrawn]:
    """Stop and wipe every mail with that `about`, and say what they were.

    A mail that a worker holds at this moment may still arrive; whatever becomes of it, it is not tried again.
    The rows stay, with their states and without address, hashes and key.
    """
    known = select(Delivery.id, Delivery.key, Delivery.to_hash).where(Delivery.about == about)
    rows = {row.id: row for row in db.session.execute(known)}
    ids = list(rows)
    stopped = db.session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.state.in_([*_WAITING, _HELD]))
        .values(state="cancelled", owner=None, lease_until=None, ended_at=database_clock())
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.add_all(
        DeliveryEvent(delivery_id=delivery_id, at=database_clock(), what="cancelled")
        for delivery_id in stopped
    )
    # The key names rows that are gone, and SQLite gives their ids to new ones.
    wiped = db.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(
            about=None,
            key=literal("forgotten:") + cast(Delivery.id, String),
            to_address=None,
            mail=None,
            to_hash=None,
            reply_hash=None,
        )
        # Counted now that no worker can take one any more, and not when we came.
        .returning(Delivery.id, Delivery.attempts)
        .execution_options(synchronize_session=False)
    ).all()
    return [Withdrawn(row.id, rows[row.id].key, rows[row.id].to_hash, row.attempts > 0) for row in wiped]
