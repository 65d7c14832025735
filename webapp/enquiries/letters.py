"""Every mail about an enquiry is posted here, so that erasing the enquiry finds it."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from webapp.enquiries import clinic_keys
from webapp.enquiries.clinic_keys import ToClinic
from webapp.enquiries.models import Enquiry
from webapp.outbox import services as outbox
from webapp.outbox.models import Delivery


def about(enquiry_id: int) -> str:
    """What Delivery.about says of such mails."""
    return f"enquiry:{enquiry_id}"


def asking(recipient_id: int) -> str:
    """The key of the mail that asks a clinic; one that asks it again has more behind it."""
    return clinic_keys.key(ToClinic.ASKS, recipient_id)


def asks(key: str, recipient_id: int) -> bool:
    """Is that the key of a mail that asks this clinic, the first time or again?"""
    return key == asking(recipient_id) or key.startswith(f"{asking(recipient_id)}:")


def post(enquiry: Enquiry, key: str, to: str, compose: Callable[[], EmailMessage], **more: Any) -> Delivery:
    """outbox.services.post for a mail about this enquiry; `more` are its other arguments.

    Who presses Reply is heard, unless `more` says otherwise (quotes.services.mail_replies).
    """
    delivery = outbox.post(key, to, compose, **{"hears_replies": True, **more})
    delivery.about = about(enquiry.id)
    return delivery
