"""What the quotes room hears from below."""

from datetime import datetime

from flask import Flask

from webapp import events
from webapp.enquiries.models import Recipient
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery
from webapp.quotes.services import mail_replies, outcomes
from webapp.settings import current_settings


def init_app(app: Flask) -> None:
    events.clinic_asked.connect(_clinic_asked)
    events.mail_replied.connect(_mail_replied)


def _clinic_asked(sender: type[Recipient], *, recipient: Recipient) -> None:
    """In the transaction that asks: it counts once it has happened. A clinic that left meanwhile got no mail."""
    if recipient.delivery_id is not None:
        outcomes.note_asked(recipient, utc_now())


def _mail_replied(
    sender: type[Delivery],
    *,
    delivery: Delivery,
    text: str,
    raw: str,
    attachments: int,
    received_at: datetime,
) -> None:
    """In the transaction that heard it: the reply is kept and both sides are told, or none of it happens."""
    said = mail_replies.Said(text, raw, attachments)
    mail_replies.note_reply(delivery, said, received_at, current_settings().quote_link_days)
