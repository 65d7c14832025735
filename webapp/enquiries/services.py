"""Writes of the enquiries room: send an enquiry, release a contact, stop mails, learn what became of a mail."""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import delete, select

from webapp.clinics.models import Clinic
from webapp.encryption import address_hash, keyed_hash
from webapp.enquiries import consent, links, mail
from webapp.enquiries.models import Enquiry, Recipient
from webapp.extensions import db
from webapp.outbox import services as outbox
from webapp.outbox.models import Delivery

# No 0/O, 1/I/L: it is read out over the telephone.
_REF_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class KeyUsedForOtherWords(Exception):
    """The form's key was already used for an enquiry that said something else."""


@dataclass(frozen=True, slots=True)
class EnquiryDraft:
    """What a checked form says. `consents` holds, per clinic id, the words that were ticked for it."""

    treatment_id: int
    sessions: int
    concerns: tuple[str, ...]
    earliest_on: date | None
    latest_on: date | None
    message: str | None
    name: str
    email: str
    other_channel: str | None
    other_handle: str | None
    language: str
    consents: dict[int, str]
    # A clinic's own trial: for its staff and ourselves it is no patient's.
    is_test: bool = False


def send_enquiry(
    draft: EnquiryDraft, *, key: str, patient_token: str, now: datetime, keep_days: int, answer_days: int
) -> Enquiry:
    """Store the enquiry and queue a mail to each clinic and one to the patient, all in the caller's transaction.

    `key` is the form's own random key: the same key with the same words gives the enquiry that is already there.
    Raises KeyUsedForOtherWords for the same key with other words.
    """
    key_hash = hashlib.sha256(key.encode()).hexdigest()
    body_hash = keyed_hash(json.dumps(asdict(draft), default=str, sort_keys=True))
    existing = find_by_key(key)
    if existing is not None:
        if existing.body_hash != body_hash:
            raise KeyUsedForOtherWords
        return existing

    enquiry = Enquiry(
        ref=_new_ref(),
        language=draft.language,
        treatment_id=draft.treatment_id,
        sessions=draft.sessions,
        earliest_on=draft.earliest_on,
        latest_on=draft.latest_on,
        concerns=";".join(draft.concerns) or None,
        message=draft.message or None,
        name=draft.name,
        email=draft.email,
        email_hash=address_hash(draft.email),
        other_channel=draft.other_channel or None,
        other_handle=draft.other_handle or None,
        idempotency_key=key_hash,
        body_hash=body_hash,
        is_test=draft.is_test,
        created_at=now,
        expires_at=now + timedelta(days=keep_days),
    )
    db.session.add(enquiry)
    for clinic_id, words in draft.consents.items():
        enquiry.recipients.append(
            Recipient(
                clinic_id=clinic_id,
                state="asked",
                consent_text_id=consent.remember(words, draft.language, now).id,
                consented_at=now,
            )
        )
    db.session.flush()
    clinics = {
        clinic.id: clinic
        for clinic in db.session.scalars(select(Clinic).where(Clinic.id.in_(draft.consents)))
    }
    for recipient in enquiry.recipients:
        _ask(recipient, clinics[recipient.clinic_id], f"enquiry-asks-clinic:{recipient.id}", now, answer_days)
    links.mint_for_patient(enquiry, now, patient_token)
    # Its own link: the one in the browser's address and the one in the mail can be ended apart.
    mailed = links.mint_for_patient(enquiry, now)
    outbox.post(
        f"enquiry-patient-page:{enquiry.id}",
        draft.email,
        lambda: mail.patient_page(enquiry, list(clinics.values()), mailed),
    )
    return enquiry


def ask_again(recipient: Recipient, now: datetime, answer_days: int) -> bool:
    """Queue the enquiry once more for a clinic whose mailbox did not take it; False when it is not in that state.

    The mail before is at its end; this one has a link of its own, to the address that the clinic has now.
    """
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    if recipient.state != "unreachable" or not clinic.enquiry_email:
        return False
    recipient.state = "asked"
    key = f"enquiry-asks-clinic:{recipient.id}:after-{recipient.delivery_id}"
    _ask(recipient, clinic, key, now, answer_days)
    return True


def find_by_key(key: str) -> Enquiry | None:
    """The enquiry that a form's key already made, if any."""
    key_hash = hashlib.sha256(key.encode()).hexdigest()
    return db.session.scalar(select(Enquiry).where(Enquiry.idempotency_key == key_hash))


def release_contact(recipient: Recipient, now: datetime) -> None:
    """Let one clinic read how to reach the patient. Releasing twice, or to a clinic that left, changes nothing."""
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    if recipient.contact_released_at is None and clinic.authority == "authorised":
        recipient.contact_released_at = now


def refuse_mail(enquiry: Enquiry, now: datetime) -> None:
    """The reader of the address says that she asked for nothing: no further mail goes to it."""
    if enquiry.email_refused_at is None:
        enquiry.email_refused_at = now


def forget_expired(now: datetime) -> int:
    """Delete every enquiry whose time is over, with its answers and links; says how many. The promise on the form."""
    gone = db.session.execute(delete(Enquiry).where(Enquiry.expires_at <= now).returning(Enquiry.id))
    return len(gone.all())


def erase(ref: str) -> bool:
    """Delete one enquiry at once, with its answers and links, and stop its mails; False when there is none."""
    enquiry = db.session.scalar(select(Enquiry).where(Enquiry.ref == ref.strip().upper()))
    if enquiry is None:
        return False
    outbox.cancel(f"enquiry-patient-page:{enquiry.id}")
    for recipient in enquiry.recipients:
        _stop_mail(recipient)
    db.session.execute(delete(Enquiry).where(Enquiry.id == enquiry.id))
    return True


def clinic_left(clinic_id: int, now: datetime) -> None:
    """A clinic is listed no longer: mails to it that have not gone are stopped and its links to answer by end.

    The patients' pages say by themselves that it left; what it answered before stays theirs.
    """
    recipients = db.session.scalars(select(Recipient).where(Recipient.clinic_id == clinic_id)).all()
    for recipient in recipients:
        if recipient.state == "asked":
            _stop_mail(recipient)
    links.revoke_quote_links([recipient.id for recipient in recipients], now)


def note_delivery_ended(delivery: Delivery, now: datetime) -> None:
    """Take over what became of the mail to a clinic, in the outbox's transaction; tell the patient of a failure."""
    recipient = db.session.scalar(select(Recipient).where(Recipient.delivery_id == delivery.id))
    if recipient is None or recipient.state != "asked" or delivery.state == "cancelled":
        return
    if delivery.state == "sent":
        recipient.state = "reached"
        return
    recipient.state = "unreachable"
    enquiry = recipient.enquiry
    if enquiry.email and enquiry.email_refused_at is None:
        clinic = db.session.get_one(Clinic, recipient.clinic_id)
        token = links.mint_for_patient(enquiry, now)
        outbox.post(
            f"enquiry-clinic-unreachable:{recipient.id}",
            enquiry.email,
            lambda: mail.clinic_unreachable(enquiry, clinic, token),
        )


def _stop_mail(recipient: Recipient) -> None:
    """The mail to the clinic that was queued last does not go out, if it has not."""
    if recipient.delivery_id is not None:
        outbox.cancel(db.session.get_one(Delivery, recipient.delivery_id).key)


def _ask(recipient: Recipient, clinic: Clinic, key: str, now: datetime, answer_days: int) -> None:
    if clinic.authority != "authorised":
        # It left while the form was on its way; the patient's page says so.
        return
    token = links.mint_for_clinic(recipient, now, answer_days)
    delivery = outbox.post(
        key, clinic.enquiry_email or "", partial(mail.asks_clinic, recipient.enquiry, clinic, token)
    )
    recipient.delivery_id = delivery.id


def _new_ref() -> str:
    return "LFL-" + "".join(secrets.choice(_REF_ALPHABET) for _position in range(8))
