"""Send an enquiry to its clinics, once, whatever happens on the way; and send it again to one that never got it."""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from limits import parse
from sqlalchemy import select

from webapp import events, rate_limits
from webapp.clinics.addresses import confirmed_address
from webapp.clinics.models import Clinic
from webapp.domain.units import Quantity
from webapp.encryption import address_hash, keyed_hash
from webapp.enquiries import asking, consent, letters, links, mail
from webapp.enquiries.models import Enquiry, EnquiryWant, Recipient
from webapp.enquiries.services import contact, holding
from webapp.enquiries.services.keeping import note_act, note_asked_again
from webapp.extensions import db
from webapp.i18n import current_language
from webapp.settings import current_settings

# No 0/O, 1/I/L: it is read out over the telephone.
_REF_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class KeyUsedForOtherWords(Exception):
    """The form's key was already used for an enquiry that said something else."""


class CannotBeAsked(Exception):
    """A clinic cannot be asked, or not by this enquiry any more; `asking.choose` says why."""


class TooManyForAddress(Exception):
    """The address has been named in as many enquiries as one may be (settings.enquiry_limit_per_email)."""


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
    draft: EnquiryDraft, *, key: str, typed: str, patient_token: str, now: datetime, answer_days: int
) -> Enquiry:
    """Store the enquiry and queue a mail to each clinic and one to the patient, all in the caller's transaction.

    `key` is the form's own random key and `typed` what came with it: sent again, they give the enquiry that is
    already there. Raises KeyUsedForOtherWords for the same key with other words, CannotBeAsked where a clinic
    dropped out since the form was shown, and TooManyForAddress.
    """
    existing = find_sent(key, typed)
    if existing is not None:
        return existing
    clinics = _lock_clinics(draft.consents)
    if not draft.is_test:
        if any(asking.refusal(clinic, now) for clinic in clinics.values()):
            raise CannotBeAsked
        _count_address(draft.email, now)

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
        idempotency_key=_key_hash(key),
        body_hash=keyed_hash(typed),
        is_test=draft.is_test,
        created_at=now,
        last_act_at=now,
        expires_at=now,
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
    note_act(enquiry, now)
    db.session.flush()
    for recipient in enquiry.recipients:
        _ask(recipient, clinics[recipient.clinic_id], letters.asking(recipient.id), now, answer_days)
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


def add_clinics(
    enquiry: Enquiry, consents: Mapping[int, Mapping[str, str]], now: datetime, answer_days: int
) -> list[Recipient]:
    """Ask more clinics the same. `consents` holds, per clinic id, the words that were ticked for each matter.

    A clinic that has the enquiry already is not asked again. Raises CannotBeAsked, and asks none of them, where one
    cannot be asked now or would be the sixth, and for an enquiry that the patient has closed.
    """
    # Two tabs may add at once: the second one waits here, and counts what the first one added.
    if not holding.hold(enquiry.id):
        raise CannotBeAsked
    asked = {recipient.clinic_id for recipient in enquiry.recipients}
    clinics = _lock_clinics([number for number in consents if number not in asked])
    if not clinics:
        return []
    if (
        enquiry.closed_at is not None
        or len(asked) + len(clinics) > asking.MAX_CLINICS
        or any(asking.refusal(clinic, now) for clinic in clinics.values())
    ):
        raise CannotBeAsked
    added = [
        Recipient(
            clinic_id=number,
            state="asked",
            asked_at=now,
            consents=consent.given(consents[number], current_language(), now),
        )
        for number in clinics
    ]
    enquiry.recipients.extend(added)
    note_act(enquiry, now)
    db.session.flush()
    for recipient in added:
        _ask(recipient, clinics[recipient.clinic_id], letters.asking(recipient.id), now, answer_days)
        events.clinic_asked.send(Recipient, recipient=recipient)
    return added


def ask_again(
    recipient: Recipient, now: datetime, answer_days: int, *, not_before_seconds: float = 0.0
) -> bool:
    """Queue the enquiry once more for a clinic whose mailbox did not take it; False when it is not in that state, has
    left, has confirmed no address, or the enquiry's time is over.

    The mail before is at its end; this one has a link of its own, to the address that the clinic has now, and
    goes out after `not_before_seconds`. The clinic has as long to answer as one that is asked first.
    """
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    if not may_be_asked_again(recipient, clinic) or recipient.enquiry.expires_at <= now:
        return False
    recipient.state = "asked"
    note_asked_again(recipient, now)
    key = f"{letters.asking(recipient.id)}:after-{recipient.delivery_id}"
    _ask(recipient, clinic, key, now, answer_days, not_before_seconds=not_before_seconds)
    return True


def may_be_asked_again(recipient: Recipient, clinic: Clinic) -> bool:
    """Would `ask_again` ask it, while the enquiry is kept? `clinic` is the recipient's."""
    return (
        recipient.state == "unreachable"
        and clinic.authority == "authorised"
        and confirmed_address(clinic) is not None
    )


def find_sent(key: str, typed: str) -> Enquiry | None:
    """The enquiry that a form's key already made of these words, if any. Raises KeyUsedForOtherWords."""
    enquiry = db.session.scalar(select(Enquiry).where(Enquiry.idempotency_key == _key_hash(key)))
    if enquiry is not None and enquiry.body_hash != keyed_hash(typed):
        raise KeyUsedForOtherWords
    return enquiry


def _key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _lock_clinics(ids: Collection[int]) -> dict[int, Clinic]:
    """The clinics as they are now, in the order of `ids`, and nobody else asks them before we have finished.

    All at once and in one order, so that of two who ask the same clinics one waits and never both.
    """
    rows = db.session.scalars(
        select(Clinic)
        .where(Clinic.id.in_(ids))
        .order_by(Clinic.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = {clinic.id: clinic for clinic in rows}
    return {number: found[number] for number in ids}


def _count_address(email: str, now: datetime) -> None:
    """Raises TooManyForAddress where the limit is passed; known and unknown addresses are counted alike."""
    limit = parse(current_settings().enquiry_limit_per_email)
    counted = rate_limits.count(f"enquiry-email:{address_hash(email)}", limit.get_expiry(), now.timestamp())
    if counted > limit.amount:
        raise TooManyForAddress


def _ask(
    recipient: Recipient,
    clinic: Clinic,
    key: str,
    now: datetime,
    answer_days: int,
    *,
    not_before_seconds: float = 0.0,
) -> None:
    address = confirmed_address(clinic)
    if clinic.authority != "authorised" or address is None:
        # It left while the form was on its way; the patient's page says so.
        return
    delivery = contact.tell_clinic(
        recipient,
        address,
        key,
        partial(mail.asks_clinic, recipient.enquiry, clinic),
        now,
        answer_days,
        not_before_seconds=not_before_seconds,
    )
    recipient.delivery_id = delivery.id


def _new_ref() -> str:
    return "LFL-" + "".join(secrets.choice(_REF_ALPHABET) for _position in range(8))
