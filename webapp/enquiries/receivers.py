"""What the enquiries room hears from below."""

from flask import Flask

from webapp import events
from webapp.enquiries.services import deliveries, erasing
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery


def init_app(app: Flask) -> None:
    events.delivery_ended.connect(_delivery_ended)


def _delivery_ended(sender: type[Delivery], *, delivery: Delivery) -> None:
    """In the outbox's transaction: the clinic's state changes with the mail's, or neither does."""
    deliveries.note_delivery_ended(delivery, utc_now())
    erasing.note_delivery_ended(delivery)
