"""The patient's contact: released to one clinic at a time, and an address that asked for nothing gets nothing."""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy import func, select

from webapp.clinics.models import Clinic
from webapp.enquiries import clocks, consent, letters, links, mail
from webapp.enquiries.models import Enquiry, Link, Recipient
from webapp.extensions import db
from webapp.i18n import current_language
from webapp.outbox import services as outbox
from webapp.outbox.models import Delivery

# The mail with her page, and one notice: what an address gets of which nobody knows yet that it is hers.
_MAILS_BEFORE_CONFIRMATION = 2


def notices_go_to(enquiry: Enquiry) -> str | None:
    """The address that a notice about this enquiry may go to now; None where there is none that may be written to.

    An address that nobody confirmed gets the mail with the patient's page and one notice, whichever comes first;
    once confirmed it gets all of them. Each mail to the patient mints its own link, so the links that went by
    mail count the mails: mint one for every notice, in the same unit of work as this question.
    """
    if not enquiry.email or enquiry.email_refused_at is not None:
        return None
    if enquiry.email_confirmed_at is not None:
        return enquiry.email
    # Two clinics may answer in the same moment: the second one waits here and finds the first one's notice.
    db.session.execute(select(Enquiry.id).where(Enquiry.id == enquiry.id).with_for_update(key_share=True))
    mailed = db.session.scalar(
        select(func.count(Link.id)).where(
            Link.enquiry_id == enquiry.id, Link.purpose == links.PATIENT, Link.mailed
        )
    )
    return enquiry.email if (mailed or 0) < _MAILS_BEFORE_CONFIRMATION else None


def tell_patient(enquiry: Enquiry, key: str, write: Callable[[str], EmailMessage], now: datetime) -> bool:
    """Post a notice where she may be written to (`notices_go_to`); False where she may not.

    `write` composes it with the token of a link of its own, made only where the mail is not there yet under `key`.
    """
    address = notices_go_to(enquiry)
    if address is None:
        return False
    letters.post(enquiry, key, address, lambda: write(links.mint_for_patient(enquiry, now, mailed=True)))
    return True


def tell_clinic(
    recipient: Recipient,
    to: str,
    key: str,
    write: Callable[[str, int], EmailMessage],
    now: datetime,
    answer_days: int,
    **more: Any,
) -> Delivery:
    """Post a mail to a clinic, at an address that it confirmed. `write` composes it with the token of a link of its
    own, made only where the mail is not there yet under `key`, and the days for which that is open.

    Note the act that the mail is about first: it may move the enquiry's end. `more` are further arguments of
    outbox.services.post.
    """
    enquiry = recipient.enquiry
    return letters.post(
        enquiry,
        key,
        to,
        lambda: write(
            links.mint_for_clinic(recipient, now, answer_days), clocks.open_days(enquiry, now, answer_days)
        ),
        **more,
    )


def confirm_address(enquiry: Enquiry, now: datetime) -> None:
    """Somebody pressed the button behind a link that went to the address: it is hers, and a copy goes there.

    Confirming twice changes nothing, nor does it bring mail back to an address that refused it.
    """
    if not enquiry.email or enquiry.email_refused_at is not None or enquiry.email_confirmed_at is not None:
        return
    enquiry.email_confirmed_at = now
    token = links.mint_for_patient(enquiry, now, mailed=True)
    clinics = [db.session.get_one(Clinic, recipient.clinic_id) for recipient in enquiry.recipients]
    letters.post(
        enquiry,
        f"enquiry-copy:{enquiry.id}",
        enquiry.email,
        lambda: mail.enquiry_copy(enquiry, clinics, token),
    )


def release_contact(recipient: Recipient, now: datetime) -> bool:
    """Let one clinic read how to reach the patient; the room above tells it (quotes.services.releasing).

    False, and nothing changes, where it was released before and for a clinic that left. What she agreed to is kept in
    the words that stood beside the button (consent.contact_consent).
    """
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    if recipient.contact_released_at is not None or clinic.authority != "authorised":
        return False
    recipient.contact_released_at = now
    words = {"contact": consent.contact_consent(clinic.name, clinic.country)}
    recipient.consents.extend(consent.given(words, current_language(), now))
    return True


def refuse_mail(enquiry: Enquiry, now: datetime) -> None:
    """The reader of the address says that she asked for nothing: no further mail goes to it, also none that waits."""
    if enquiry.email_refused_at is not None:
        return
    enquiry.email_refused_at = now
    # A clinic's trial goes to its own address, which may be the reader's too: those mails are the clinic's.
    to_clinics = select(Recipient.delivery_id).where(
        Recipient.enquiry_id == enquiry.id, Recipient.delivery_id.is_not(None)
    )
    hers = select(Delivery.key).where(
        Delivery.about == letters.about(enquiry.id),
        Delivery.to_hash == enquiry.email_hash,
        Delivery.ended_at.is_(None),
        Delivery.id.not_in(to_clinics),
    )
    for key in db.session.scalars(hers).all():
        outbox.cancel(key)
