"""Mails that have ended are forgotten when nothing else of what they were about is left."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from webapp.extensions import db
from webapp.outbox.models import Delivery, InboundMail


def forget_ended(now: datetime, days: int, limit: int) -> int:
    """Delete up to `limit` mails that ended over `days` days ago, with their history, and what came in that long
    ago; says how many of both. An address that gets no mail stays on its list, which is what it is for.
    """
    before = now - timedelta(days=days)
    # One that is `about` a row above ends with that row, which may still point to it.
    ended = (
        select(Delivery.id)
        .where(Delivery.ended_at < before, Delivery.about.is_(None))
        .order_by(Delivery.id)
        .limit(limit)
    )
    heard = (
        select(InboundMail.id).where(InboundMail.received_at < before).order_by(InboundMail.id).limit(limit)
    )
    gone = 0
    for table, old in ((InboundMail, heard), (Delivery, ended)):
        gone += len(db.session.execute(delete(table).where(table.id.in_(old)).returning(table.id)).all())
    return gone
