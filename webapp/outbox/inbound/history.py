"""What came back before: read by the rooms that decide whether to try again."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.outbox.inbound.hearing import BOUNCED_SOFTLY
from webapp.outbox.models import Delivery, DeliveryEvent
from webapp.outbox.retries import GIVE_UP_AFTER


@dataclass(frozen=True, slots=True)
class SoftBounces:
    """How many mails came back softly; `for_too_long`: the first of them GIVE_UP_AFTER ago or earlier."""

    count: int
    for_too_long: bool


def soft_bounces(key: str) -> SoftBounces:
    """Of the mail with this key and of those that repeat it ("key:…"); ages by the database's clock."""
    count, for_too_long = db.session.execute(
        select(func.count(), func.min(DeliveryEvent.at) <= database_clock(-GIVE_UP_AFTER))
        .select_from(DeliveryEvent)
        .join(Delivery, Delivery.id == DeliveryEvent.delivery_id)
        .where(
            DeliveryEvent.what == BOUNCED_SOFTLY,
            or_(Delivery.key == key, Delivery.key.startswith(f"{key}:", autoescape=True)),
        )
    ).one()
    return SoftBounces(count, bool(for_too_long))
