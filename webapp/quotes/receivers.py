"""What the quotes room hears from below."""

from flask import Flask

from webapp import events
from webapp.enquiries.models import Recipient
from webapp.i18n import utc_now
from webapp.quotes.services import outcomes


def init_app(app: Flask) -> None:
    events.clinic_asked.connect(_clinic_asked)


def _clinic_asked(sender: type[Recipient], *, recipient: Recipient) -> None:
    """In the transaction that asks: it counts once it has happened."""
    outcomes.note_asked(recipient, utc_now())
