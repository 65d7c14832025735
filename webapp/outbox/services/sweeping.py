"""Find what no bell announced: the bell was lost, the lease ran out, or a retry is due."""

from sqlalchemy import or_, select, update

from webapp import queue
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.outbox.models import Delivery
from webapp.outbox.services.rows import is_due, may_go
from webapp.unit_of_work import ring_after_commit

# How long the sweep waits before it rings for the same row again, in seconds.
RING_AGAIN = 10.0


def sweep(limit: int) -> list[int]:
    """Ring for up to `limit` due mails, the longest due first, and return their ids. Sweeping twice is
    harmless.
    """
    chosen = (
        select(Delivery.id)
        .where(
            is_due(),
            may_go(),
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
