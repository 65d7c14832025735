"""The patient gives one clinic her contact, and the clinic is told that it can read it."""

from datetime import datetime
from enum import StrEnum
from functools import partial

from webapp.clinics.addresses import confirmed_address
from webapp.clinics.models import Clinic
from webapp.enquiries import clinic_keys
from webapp.enquiries.clinic_keys import ToClinic
from webapp.enquiries.models import Recipient
from webapp.enquiries.services import contact, keeping
from webapp.extensions import db
from webapp.quotes import mail


class Told(StrEnum):
    """How a clinic learns that it may read the patient's contact; `said` of her page."""

    BY_MAIL = "released"
    # It has confirmed no address that mail may go to.
    ON_ITS_PAGE = "released_unmailed"
    # It learns nothing, and nothing was released.
    HAS_LEFT = "has_left"


def release_contact(recipient: Recipient, now: datetime, answer_days: int) -> Told:
    """As enquiries.services.contact.release_contact, and tell the clinic, once, with a link that opens its page.

    Says how it learns of it. The contact itself is in no mail. Twice is once: the second time gives the same answer.
    """
    keeping.note_act(recipient.enquiry, now)
    is_new = contact.release_contact(recipient, now)
    if recipient.contact_released_at is None:
        return Told.HAS_LEFT
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    address = confirmed_address(clinic)
    if address is None:
        return Told.ON_ITS_PAGE
    if not is_new:
        return Told.BY_MAIL
    contact.tell_clinic(
        recipient,
        address,
        clinic_keys.key(ToClinic.RELEASED, recipient.id),
        partial(mail.news_for_clinic, recipient.enquiry, clinic, news="released"),
        now,
        answer_days,
    )
    return Told.BY_MAIL
