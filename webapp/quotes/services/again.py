"""A mail to a clinic about what the patient did, or with a link that somebody asked for, is written again when it never
arrived and staff ask for it; every other mail about an enquiry is enquiries.services.again's.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from email.message import EmailMessage
from functools import partial

from sqlalchemy import select

from webapp.clinics.addresses import confirmed_address
from webapp.clinics.models import Clinic
from webapp.enquiries import clinic_keys
from webapp.enquiries.clinic_keys import ToClinic
from webapp.enquiries.models import Enquiry, Recipient
from webapp.enquiries.services import again, contact, holding
from webapp.extensions import db
from webapp.outbox.models import Delivery
from webapp.quotes import mail
from webapp.quotes.services.deciding import decision_key

_Write = Callable[[Enquiry, Clinic, str, int], EmailMessage]
_WRITE: dict[ToClinic, _Write] = {
    ToClinic.RELEASED: partial(mail.news_for_clinic, news="released"),
    ToClinic.QUESTION: partial(mail.news_for_clinic, news="asked"),
    ToClinic.EXPLANATION: partial(mail.news_for_clinic, news="explained"),
    ToClinic.FRESH_LINK: mail.fresh_link,
    ToClinic.LINK_AGAIN: mail.link_again,
}


def write_again(delivery: Delivery, now: datetime, answer_days: int) -> bool:
    """Queue the mail anew, with a link of its own, to the address that the clinic has confirmed now; else as
    enquiries.services.again.write_again.

    False where nobody can: also where the clinic has left or has confirmed no address, where the patient decided
    otherwise since, where the enquiry's time is over, and where it was written again before.
    """
    number = _recipient_id(delivery)
    if number is None:
        return again.write_again(delivery, now, answer_days)
    enquiry_id = db.session.scalar(select(Recipient.enquiry_id).where(Recipient.id == number))
    if enquiry_id is None or not holding.hold(enquiry_id):
        return False
    recipient = db.session.get_one(Recipient, number)
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    write, address = _write(delivery, recipient, clinic), confirmed_address(clinic)
    key = f"{delivery.key}:after-{delivery.id}"
    if write is None or address is None or recipient.enquiry.expires_at <= now or again.is_posted(key):
        return False
    contact.tell_clinic(recipient, address, key, partial(write, recipient.enquiry, clinic), now, answer_days)
    return True


def can_be_written(deliveries: Iterable[Delivery]) -> frozenset[int]:
    """The ids of those of these mails that `write_again` would write while the enquiry is kept."""
    rows = list(deliveries)
    named = {row.id: number for row in rows if (number := _recipient_id(row)) is not None}
    found = db.session.execute(
        select(Recipient, Clinic)
        .join(Clinic, Clinic.id == Recipient.clinic_id)
        .where(Recipient.id.in_(set(named.values())))
    )
    at = {recipient.id: (recipient, clinic) for recipient, clinic in found}
    news = {row.id for row in rows if named.get(row.id) in at and _write(row, *at[named[row.id]]) is not None}
    return again.can_be_written([row for row in rows if row.id not in named]) | news


def _recipient_id(delivery: Delivery) -> int | None:
    """The recipient of a mail that is ours to write again."""
    is_ours = delivery.key.partition(":")[0] in {*_WRITE, ToClinic.DECIDED}
    return clinic_keys.recipient_of(delivery.key) if is_ours else None


def _write(delivery: Delivery, recipient: Recipient, clinic: Clinic) -> _Write | None:
    """What writes this mail; None where it may not be written."""
    if clinic.authority != "authorised" or confirmed_address(clinic) is None:
        return None
    what = ToClinic(delivery.key.partition(":")[0])
    if what is not ToClinic.DECIDED:
        return _WRITE[what]
    # A later decision has a mail of its own.
    if recipient.decided_at is None:
        return None
    key = decision_key(recipient.id, recipient.decided_at)
    if delivery.key != key and not delivery.key.startswith(f"{key}:"):
        return None
    news: mail.NewsForClinic = "accepted" if recipient.decision == "accepted" else "declined"
    return partial(mail.news_for_clinic, news=news)
