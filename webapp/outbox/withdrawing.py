"""Mails that end with the row they are about: what has not gone is stopped, and nothing leads to a person any more."""

from sqlalchemy import String, cast, literal, select, update

from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.outbox.models import Delivery, DeliveryEvent

_WAITING = frozenset({"pending", "deferred"})
_HELD = "sending"


def withdraw(about: str) -> dict[int, bool]:
    """Stop and wipe every mail with that `about`. Returns their ids, each with whether it may have arrived.

    A mail that a worker holds at this moment may still arrive; whatever becomes of it, it is not tried again.
    The rows stay, with their states and without address, hashes and key.
    """
    rows = db.session.execute(select(Delivery.id, Delivery.state).where(Delivery.about == about)).all()
    ids = [row.id for row in rows]
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
    db.session.execute(
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
        .execution_options(synchronize_session=False)
    )
    return {row.id: row.state in {_HELD, "sent"} for row in rows}
