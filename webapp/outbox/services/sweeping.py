"""Find the mails that no bell announced."""

from sqlalchemy import and_

from webapp import queue
from webapp.outbox.models import Delivery
from webapp.outbox.services.rows import is_due, may_go
from webapp.sweeps import ring_for_due

# How long the sweep waits before it rings for the same row again, in seconds.
RING_AGAIN = 10.0


def sweep(limit: int) -> list[int]:
    """Ring for up to `limit` due mails, the longest due first, and return their ids. Sweeping twice is harmless."""
    due = and_(is_due(), may_go())
    return ring_for_due(Delivery.id, due, queue.SEND_DELIVERY, again_after=RING_AGAIN, limit=limit)
