"""Everything that is kept of one enquiry, for the patient herself: plain data that any program can read.

Names are schema.org's where it has one. Times are ISO 8601 in UTC, days without a time; money is an amount in major
units with its currency; what is not known is null. No token, no hash, nothing of another patient, no clinic's
unsent draft, for it has said nothing yet, and of a clinic's mail its words, not the mail program's headers around them.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.clinics import queries as clinic_queries
from webapp.clinics.models import Clinic
from webapp.domain.money import Money
from webapp.enquiries import letters
from webapp.enquiries.models import Consent, Enquiry, EnquiryWant, Link, Recipient
from webapp.extensions import db
from webapp.outbox import queries as outbox
from webapp.outbox.models import Delivery
from webapp.quotes.models import Clarification, MailReply, Quote, QuoteLine
from webapp.treatments import queries as treatments

_VERSION = 1


def export(enquiry: Enquiry) -> dict[str, Any]:
    """All of it, ready for json.dumps."""
    slugs = {row.id: row.slug for row in treatments.everything()}
    names = clinic_queries.by_ids([recipient.clinic_id for recipient in enquiry.recipients])
    by_recipient = {row.id: names[row.clinic_id].name for row in enquiry.recipients}
    return {
        "format": "like-for-like enquiry",
        "version": _VERSION,
        "identifier": enquiry.ref,
        "inLanguage": enquiry.language,
        "dateCreated": _time(enquiry.created_at),
        "lastAct": _time(enquiry.last_act_at),
        "heardFromClinic": _time(enquiry.heard_at),
        "expires": _time(enquiry.expires_at),
        "isTest": enquiry.is_test,
        "patient": {
            "name": enquiry.name,
            "email": enquiry.email,
            "emailConfirmed": _time(enquiry.email_confirmed_at),
            "emailRefused": _time(enquiry.email_refused_at),
            "contactPoint": {"contactType": enquiry.other_channel, "identifier": enquiry.other_handle}
            if enquiry.other_channel
            else None,
        },
        "treatments": [_want(row, slugs) for row in enquiry.wants],
        "earliest": _day(enquiry.earliest_on),
        "latest": _day(enquiry.latest_on),
        "concerns": _codes(enquiry.concerns),
        "questions": _codes(enquiry.questions),
        "hadBefore": enquiry.had_before,
        "text": enquiry.message,
        "closedAs": enquiry.closed_as,
        "closed": _time(enquiry.closed_at),
        "clinics": [
            _clinic(recipient, names[recipient.clinic_id], slugs) for recipient in enquiry.recipients
        ],
        "questionsAndAnswers": _clarifications(enquiry, by_recipient),
        "links": _links(enquiry),
        "mails": _mails(enquiry),
    }


def _want(row: EnquiryWant, slugs: Mapping[int, str]) -> dict[str, Any]:
    return {
        "treatment": slugs[row.treatment_id],
        "sessions": row.sessions,
        "quantity": _quantity(row.quantity, row.unit),
        "area": _codes(row.area),
    }


def _clinic(recipient: Recipient, clinic: Clinic, slugs: Mapping[int, str]) -> dict[str, Any]:
    quotes = db.session.scalars(
        select(Quote)
        .where(Quote.recipient_id == recipient.id)
        .order_by(Quote.version)
        .options(selectinload(Quote.lines))
    )
    replies = db.session.scalars(
        select(MailReply).where(MailReply.recipient_id == recipient.id).order_by(MailReply.id)
    )
    return {
        "name": clinic.name,
        "addressCountry": clinic.country,
        "state": recipient.state,
        "asked": _time(recipient.asked_at),
        "contactReleased": _time(recipient.contact_released_at),
        "decision": recipient.decision,
        "decisionReason": recipient.decision_reason,
        "decided": _time(recipient.decided_at),
        "reminded": _time(recipient.reminded_at),
        "paid": _money(recipient.paid_amount, recipient.paid_currency),
        "consents": [_consent(row) for row in recipient.consents],
        "quotes": [_quote(quote, slugs) for quote in quotes],
        "repliesByMail": [
            {
                "dateReceived": _time(reply.received_at),
                "text": reply.text,
                "attachmentsDropped": reply.attachments,
            }
            for reply in replies
        ],
    }


def _consent(row: Consent) -> dict[str, Any]:
    return {
        "matter": row.matter,
        "text": row.text.text,
        "inLanguage": row.text.language,
        "given": _time(row.given_at),
    }


def _quote(quote: Quote, slugs: Mapping[int, str]) -> dict[str, Any]:
    return {
        "version": quote.version,
        "kind": quote.kind,
        "dateCreated": _time(quote.created_at),
        "validThrough": _day(quote.valid_until),
        "withdrawn": _time(quote.withdrawn_at),
        "expired": _time(quote.expired_at),
        "declineReason": quote.decline_reason,
        "priceCurrency": quote.currency,
        "lines": [_line(line, quote.currency, slugs) for line in quote.lines],
        "usualRange": None
        if quote.range_low_amount is None
        else {
            "minPrice": _money(quote.range_low_amount, quote.currency),
            "maxPrice": _money(quote.range_high_amount, quote.currency),
        },
        "listedPrice": _money(quote.listed_amount, quote.currency),
        "tax": quote.tax,
        "taxRatePercent": _number(quote.tax_rate),
        "consultation": quote.consultation,
        "consultationFee": _money(quote.consultation_fee_amount, quote.currency),
        "consultationWaived": quote.consultation_waived,
        "otherFees": None
        if quote.other_fees is None
        else [{"name": name, "price": _money(amount, quote.currency)} for name, amount in quote.other_fees],
        "numbing": quote.numbing,
        "inclusions": {
            code: {"stated": how, "price": _money(amount[0], quote.currency) if amount else None}
            for code, (how, *amount) in (quote.inclusions or {}).items()
        },
        "injector": quote.injector,
        "injectorName": quote.injector_name,
        "aftercare": quote.aftercare,
        "aftercareLanguage": quote.aftercare_language,
        "conditions": quote.conditions,
        "text": quote.note,
    }


def _line(line: QuoteLine, currency: str, slugs: Mapping[int, str]) -> dict[str, Any]:
    return {
        "treatment": slugs[line.treatment_id] if line.treatment_id else None,
        "description": line.words,
        "quantity": _quantity(line.quantity, line.unit),
        "sessions": line.sessions,
        "area": _codes(line.area),
        "price": _money(line.price_amount, currency),
    }


def _clarifications(enquiry: Enquiry, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """The patient stands as null where a clinic's name would stand."""
    rows = db.session.scalars(
        select(Clarification)
        .where(Clarification.enquiry_id == enquiry.id)
        .order_by(Clarification.id)
        .options(selectinload(Clarification.answers))
    )
    return [
        {
            "askedBy": names[row.recipient_id] if row.recipient_id else None,
            "dateCreated": _time(row.asked_at),
            "text": row.text,
            "acceptedAnswer": [
                {
                    "author": names[answer.recipient_id] if answer.recipient_id else None,
                    "dateCreated": _time(answer.answered_at),
                    "text": answer.text,
                }
                for answer in row.answers
            ],
        }
        for row in rows
    ]


def _links(enquiry: Enquiry) -> list[dict[str, Any]]:
    """Her own and those that she shared, without what would open them; a clinic's colleagues are not hers."""
    rows = db.session.scalars(
        select(Link).where(Link.enquiry_id == enquiry.id, Link.purpose != "quote").order_by(Link.id)
    )
    return [
        {
            "purpose": row.purpose,
            "name": row.label,
            "mailed": row.mailed,
            "dateCreated": _time(row.created_at),
            "expires": _time(row.expires_at),
            "revoked": _time(row.revoked_at),
        }
        for row in rows
    ]


def _mails(enquiry: Enquiry) -> list[dict[str, Any]]:
    """What was mailed about it and how that went; the first word of a mail's key says which mail it is."""
    rows: Sequence[Delivery] = db.session.scalars(
        select(Delivery).where(Delivery.about == letters.about(enquiry.id)).order_by(Delivery.id)
    ).all()
    histories = outbox.whole_histories(row.id for row in rows)
    return [
        {
            "mail": row.key.partition(":")[0],
            "to": "patient" if enquiry.email_hash and row.to_hash == enquiry.email_hash else "clinic",
            "state": row.state,
            "history": [
                {"at": _time(at), "what": what, "code": code, "text": note or None}
                for at, what, code, note in histories[row.id]
            ],
        }
        for row in rows
    ]


def _time(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _codes(value: str | None) -> list[str]:
    return value.split(";") if value else []


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _quantity(value: Decimal | None, unit: str | None) -> dict[str, Any] | None:
    return None if value is None else {"value": _number(value), "unitText": unit}


def _money(amount: int | None, currency: str | None) -> dict[str, str] | None:
    return (
        None
        if amount is None or currency is None
        else {"amount": Money(amount, currency).major(), "currency": currency}
    )
