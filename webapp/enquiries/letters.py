"""Every mail about an enquiry is posted here, so that erasing the enquiry finds it."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from webapp.enquiries.models import Enquiry
from webapp.outbox import services as outbox
from webapp.outbox.models import Delivery


def about(enquiry_id: int) -> str:
    """What Delivery.about says of such mails."""
    return f"enquiry:{enquiry_id}"


def post(enquiry: Enquiry, key: str, to: str, compose: Callable[[], EmailMessage], **more: Any) -> Delivery:
    """outbox.services.post for a mail about this enquiry; `more` are its other arguments.

    Who presses Reply is heard, unless `more` says otherwise (quotes.services.mail_replies).
    """
    delivery = outbox.post(key, to, compose, **{"hears_replies": True, **more})
    delivery.about = about(enquiry.id)
    return delivery
