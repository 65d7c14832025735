"""What the enquiries room hears from below."""

from flask import Flask

from webapp import events
from webapp.enquiries.services import deliveries, erasing
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery
from webapp.settings import current_settings


def init_app(app: Flask) -> None:
    events.delivery_ended.connect(_delivery_ended)
    events.mail_bounced.connect(_mail_bounced)


def _delivery_ended(sender: type[Delivery], *, delivery: Delivery) -> None:
    """In the outbox's transaction: the clinic's state changes with the mail's, or neither does."""
    deliveries.note_delivery_ended(delivery, utc_now())
    erasing.note_delivery_ended(delivery)


def _mail_bounced(sender: type[Delivery], *, delivery: Delivery, hard: bool) -> None:
    """In the transaction that heard of it."""
    deliveries.note_bounced(delivery, utc_now(), current_settings().quote_link_days, hard=hard)
