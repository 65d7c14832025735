"""Send an enquiry to its clinics, once, whatever happens on the way; and send it again to one that never got it."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select

from webapp import events
from webapp.clinics.models import Clinic
from webapp.domain.units import Quantity
from webapp.encryption import address_hash, keyed_hash
from webapp.enquiries import consent, letters, links, mail
from webapp.enquiries.models import Enquiry, EnquiryWant, Recipient
from webapp.extensions import db

# No 0/O, 1/I/L: it is read out over the telephone.
_REF_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class KeyUsedForOtherWords(Exception):
    """The form's key was already used for an enquiry that said something else."""


@dataclass(frozen=True, slots=True)
class WantDraft:
    """One treatment of a checked form; quantity (for one session) and area None: whatever the clinic uses."""

    treatment_id: int
    sessions: int
    quantity: Quantity | None = None
    area: str | None = None


@dataclass(frozen=True, slots=True)
class EnquiryDraft:
    """What a checked form says. `consents` holds, per clinic id, the words that were ticked for each matter."""

    wants: tuple[WantDraft, ...]
    concerns: tuple[str, ...]
    earliest_on: date | None
    latest_on: date | None
    message: str | None
    name: str
    email: str
    other_channel: str | None
    other_handle: str | None
    language: str
    consents: Mapping[int, Mapping[str, str]]
    # Codes of choices.QUESTIONS, and "yes", "no" or "unsure".
    questions: tuple[str, ...] = ()
    had_before: str | None = None
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
        earliest_on=draft.earliest_on,
        latest_on=draft.latest_on,
        concerns=";".join(draft.concerns) or None,
        questions=";".join(draft.questions) or None,
        had_before=draft.had_before or None,
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
        last_act_at=now,
        expires_at=now + timedelta(days=keep_days),
    )
    db.session.add(enquiry)
    enquiry.wants.extend(
        EnquiryWant(
            position=position,
            treatment_id=want.treatment_id,
            sessions=want.sessions,
            quantity=want.quantity.value if want.quantity else None,
            unit=want.quantity.unit.value if want.quantity else None,
            area=want.area,
        )
        for position, want in enumerate(draft.wants)
    )
    for clinic_id, agreed in draft.consents.items():
        enquiry.recipients.append(
            Recipient(
                clinic_id=clinic_id,
                state="asked",
                asked_at=now,
                consents=consent.given(agreed, draft.language, now),
            )
        )
    db.session.flush()
    clinics = {
        clinic.id: clinic
        for clinic in db.session.scalars(select(Clinic).where(Clinic.id.in_(draft.consents)))
    }
    for recipient in enquiry.recipients:
        _ask(recipient, clinics[recipient.clinic_id], f"enquiry-asks-clinic:{recipient.id}", now, answer_days)
        events.clinic_asked.send(Recipient, recipient=recipient)
    links.mint_for_patient(enquiry, now, patient_token)
    # Its own link: the one in the browser's address and the one in the mail can be ended apart.
    mailed = links.mint_for_patient(enquiry, now, mailed=True)
    letters.post(
        enquiry,
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


def _ask(recipient: Recipient, clinic: Clinic, key: str, now: datetime, answer_days: int) -> None:
    if clinic.authority != "authorised":
        # It left while the form was on its way; the patient's page says so.
        return
    token = links.mint_for_clinic(recipient, now, answer_days)
    enquiry = recipient.enquiry
    delivery = letters.post(
        enquiry, key, clinic.enquiry_email or "", partial(mail.asks_clinic, enquiry, clinic, token)
    )
    recipient.delivery_id = delivery.id


def _new_ref() -> str:
    return "LFL-" + "".join(secrets.choice(_REF_ALPHABET) for _position in range(8))
