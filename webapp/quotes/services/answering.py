"""A clinic answers an enquiry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select

from webapp.clinics.models import Clinic
from webapp.domain.money import Money
from webapp.enquiries import letters, links
from webapp.enquiries.models import Recipient
from webapp.enquiries.services import contact
from webapp.extensions import db
from webapp.quotes import mail
from webapp.quotes.models import Quote, QuoteLine

QUOTE = "quote"
DECLINE = "decline"
CONSULTATION_FIRST = "consultation_first"


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One checked row; `price` is for the whole row."""

    treatment_id: int | None
    words: str | None
    quantity: Decimal | None
    unit: str | None
    sessions: int
    price: Money


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    """A checked answer. `kind` is one of the constants above; a decline has no lines."""

    kind: str
    currency: str
    lines: Sequence[LineDraft] = ()
    tax: str = "unknown"
    tax_rate: Decimal | None = None
    consultation: str | None = None
    consultation_fee: Money | None = None
    consultation_waived: bool | None = None
    other_fees: Sequence[tuple[str, Money]] | None = None
    numbing: str | None = None
    injector: str | None = None
    valid_until: date | None = None
    note: str | None = None


def answer(recipient: Recipient, draft: AnswerDraft, now: datetime) -> Quote:
    """Store the answer as the newest version and queue a mail to the patient, in the caller's transaction."""
    version = db.session.scalar(
        select(func.coalesce(func.max(Quote.version), 0) + 1).where(Quote.recipient_id == recipient.id)
    )
    quote = Quote(
        recipient_id=recipient.id,
        version=version,
        kind=draft.kind,
        currency=draft.currency,
        tax=draft.tax,
        tax_rate=draft.tax_rate,
        consultation=draft.consultation,
        consultation_fee_amount=draft.consultation_fee.amount if draft.consultation_fee else None,
        consultation_waived=draft.consultation_waived,
        other_fees=None
        if draft.other_fees is None
        else [[name, amount.amount] for name, amount in draft.other_fees],
        numbing=draft.numbing,
        injector=draft.injector,
        valid_until=draft.valid_until,
        note=draft.note or None,
        created_at=now,
        lines=[
            QuoteLine(
                position=position,
                treatment_id=line.treatment_id,
                words=line.words or None,
                quantity=line.quantity,
                unit=line.unit or None,
                sessions=line.sessions,
                price_amount=line.price.amount,
            )
            for position, line in enumerate(draft.lines)
        ],
    )
    db.session.add(quote)
    recipient.state = "declined" if draft.kind == DECLINE else "answered"
    db.session.flush()
    enquiry = recipient.enquiry
    address = contact.notices_go_to(enquiry)
    if address:
        clinic = db.session.get_one(Clinic, recipient.clinic_id)
        token = links.mint_for_patient(enquiry, now, mailed=True)
        letters.post(
            enquiry,
            f"clinic-answered:{quote.id}",
            address,
            lambda: mail.clinic_answered(enquiry, clinic, quote, token),
        )
    return quote
