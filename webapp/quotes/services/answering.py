"""A clinic answers an enquiry, amends its answer, or takes it back; until then its draft waits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.clinics.models import Clinic
from webapp.domain.money import Money
from webapp.domain.quotes import How, Inclusion, PriceRange, Stated
from webapp.enquiries.models import Recipient
from webapp.enquiries.services import contact, keeping
from webapp.extensions import db
from webapp.quotes import mail
from webapp.quotes.labels import AnswerKind
from webapp.quotes.models import Quote, QuoteDraft, QuoteLine
from webapp.quotes.services import outcomes

_NUMBING = {How.INCLUDED: "included", How.EXTRA: "extra", How.NOT_USED: "none"}


class AnsweredMeanwhile(Exception):
    """A colleague gave another answer since the sheet was opened."""


class DraftedMeanwhile(Exception):
    """A colleague saved another draft since the sheet was opened."""


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One checked row; `price` is for the whole row, `area` as in QuoteLine."""

    treatment_id: int | None
    words: str | None
    quantity: Decimal | None
    unit: str | None
    sessions: int
    price: Money
    area: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    """A checked answer. A decline and a consultation first have no lines; fields as in QuoteTerms."""

    kind: AnswerKind
    currency: str
    lines: Sequence[LineDraft] = ()
    tax: str = "unknown"
    tax_rate: Decimal | None = None
    consultation: str | None = None
    consultation_fee: Money | None = None
    consultation_waived: bool | None = None
    inclusions: Mapping[Inclusion, Stated] = field(default_factory=dict)
    named_fees: Sequence[tuple[str, Money]] | None = None
    injector: str | None = None
    injector_name: str | None = None
    aftercare: str | None = None
    aftercare_language: str | None = None
    conditions: str | None = None
    decline_reason: str | None = None
    price_range: PriceRange | None = None
    valid_until: date | None = None
    note: str | None = None


def quote_of(draft: AnswerDraft, now: datetime) -> Quote:
    """The draft as a row that belongs to nobody yet: what would be stored."""
    fee, ends = draft.consultation_fee, draft.price_range
    numbing = draft.inclusions.get(Inclusion.NUMBING)
    return Quote(
        kind=draft.kind.value,
        currency=draft.currency,
        tax=draft.tax,
        tax_rate=draft.tax_rate,
        consultation=draft.consultation,
        consultation_fee_amount=fee.amount if fee else None,
        consultation_waived=draft.consultation_waived,
        other_fees=None
        if draft.named_fees is None
        else [[name, amount.amount] for name, amount in draft.named_fees],
        numbing=_NUMBING[numbing.how] if numbing else None,
        injector=draft.injector,
        inclusions={code.value: _as_json(stated) for code, stated in draft.inclusions.items()} or None,
        injector_name=draft.injector_name,
        aftercare=draft.aftercare,
        aftercare_language=draft.aftercare_language,
        conditions=draft.conditions,
        decline_reason=draft.decline_reason,
        range_low_amount=ends.low.amount if ends else None,
        range_high_amount=ends.high.amount if ends else None,
        valid_until=draft.valid_until,
        note=draft.note,
        created_at=now,
        lines=[
            QuoteLine(
                position=position,
                treatment_id=line.treatment_id,
                words=line.words,
                quantity=line.quantity,
                unit=line.unit,
                sessions=line.sessions,
                area=line.area,
                price_amount=line.price.amount,
            )
            for position, line in enumerate(draft.lines)
        ],
    )


def answer(
    recipient: Recipient,
    draft: AnswerDraft,
    now: datetime,
    seen: int | None = None,
    drafted: str | None = None,
) -> Quote:
    """Store the answer as the newest version and queue a mail to the patient, in the caller's transaction.

    The same answer once more (the button pressed twice) is the one that stands. What the patient decided stays hers,
    about the version that she saw. `seen`: the version that stood on the page, 0 for none; None does not ask. Raises
    AnsweredMeanwhile. `drafted`: the `draft_mark` of the draft that it was made from; another one stays.
    """
    before = newest_locked(recipient)
    quote = quote_of(draft, now)
    stands = before is not None and before.withdrawn_at is None and before.expired_at is None
    if before is not None and stands and _says(before) == _says(quote):
        _forget_draft(recipient, drafted)
        return before
    version = before.version if before is not None else 0
    if seen is not None and seen != version:
        raise AnsweredMeanwhile
    quote.recipient_id = recipient.id
    quote.version = version + 1
    db.session.add(quote)
    recipient.state = "declined" if draft.kind is AnswerKind.DECLINE else "answered"
    recipient.reminded_at = None
    _forget_draft(recipient, drafted)
    db.session.flush()
    outcomes.note_quote(recipient, quote, now)
    keeping.note_act(recipient.enquiry, now, answered=True)
    enquiry = recipient.enquiry
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    contact.tell_patient(
        enquiry, f"clinic-answered:{quote.id}", partial(mail.clinic_answered, enquiry, clinic, quote), now
    )
    return quote


def withdraw(recipient: Recipient, now: datetime, seen: int | None = None) -> bool:
    """Take the newest answer back and tell the patient; False when there is none that still stands.

    It stays on her page, marked as taken back on that day. `seen` as in `answer`. Raises AnsweredMeanwhile.
    """
    quote = newest_locked(recipient)
    if quote is None or quote.withdrawn_at is not None or quote.kind == AnswerKind.DECLINE:
        return False
    if seen is not None and seen != quote.version:
        raise AnsweredMeanwhile
    quote.withdrawn_at = now
    enquiry = recipient.enquiry
    keeping.note_act(enquiry, now)
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    contact.tell_patient(
        enquiry,
        f"quote-withdrawn:{quote.id}",
        partial(mail.news_for_patient, enquiry, clinic, news="withdrawn"),
        now,
    )
    return True


def newest_locked(recipient: Recipient) -> Quote | None:
    """The newest answer. Of two colleagues who answer at once, the second waits here and finds the first one's."""
    db.session.execute(select(Recipient.id).where(Recipient.id == recipient.id).with_for_update())
    return db.session.scalar(
        select(Quote)
        .where(Quote.recipient_id == recipient.id)
        .order_by(Quote.version.desc())
        .limit(1)
        .options(selectinload(Quote.lines))
    )


def save_draft(
    recipient: Recipient, fields: Mapping[str, list[str]], now: datetime, drafted: str | None = None
) -> None:
    """Keep what stands in the form, for whoever opens the page next; it replaces the draft before.

    `drafted`: the `draft_mark` of the one that was on the page; None does not ask. Raises DraftedMeanwhile where
    there is another one that says something else.
    """
    text = json.dumps(fields, ensure_ascii=False)
    found = db.session.get(QuoteDraft, recipient.id, populate_existing=True)
    if found is None:
        db.session.add(QuoteDraft(recipient_id=recipient.id, fields=text, saved_at=now))
    elif found.fields != text:
        if not _is(found, drafted):
            raise DraftedMeanwhile
        found.fields, found.saved_at = text, now
    keeping.note_act(recipient.enquiry, now)


def discard_draft(recipient: Recipient, drafted: str | None = None) -> None:
    """The draft is not wanted any more. `drafted` as in `save_draft`; raises DraftedMeanwhile where it is another."""
    if not _forget_draft(recipient, drafted):
        raise DraftedMeanwhile


def draft_mark(draft: QuoteDraft | None) -> str:
    """What tells one saved draft from the next; "" for none."""
    return draft.saved_at.isoformat() if draft is not None else ""


def _forget_draft(recipient: Recipient, drafted: str | None) -> bool:
    """False, and it stays, where it is another one than `drafted`."""
    found = db.session.get(QuoteDraft, recipient.id, populate_existing=True)
    if found is None:
        return True
    if not _is(found, drafted):
        return False
    db.session.delete(found)
    return True


def _is(draft: QuoteDraft, drafted: str | None) -> bool:
    return drafted is None or drafted == draft_mark(draft)


def _as_json(stated: Stated) -> list[str | int]:
    return [stated.how.value] if stated.amount is None else [stated.how.value, stated.amount.amount]


# Everything a clinic says in an answer; the rest is when, and what became of it.
_SAYINGS = (
    "kind", "currency", "tax", "tax_rate", "consultation", "consultation_fee_amount", "consultation_waived",
    "other_fees", "numbing", "injector", "inclusions", "injector_name", "aftercare", "aftercare_language",
    "conditions", "decline_reason", "range_low_amount", "range_high_amount", "valid_until", "note",
)  # fmt: skip
_OF_A_LINE = ("treatment_id", "words", "quantity", "unit", "sessions", "area", "price_amount")


def _says(quote: Quote) -> list[object]:
    said: list[object] = [getattr(quote, name) for name in _SAYINGS]
    return said + [[getattr(line, name) for name in _OF_A_LINE] for line in quote.lines]
