"""Reads of the quotes room: the clinics' answers, as the domain's terms."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from webapp.clinics.models import Clinic
from webapp.domain.money import Money
from webapp.domain.offers import Consultation, Injector, Numbing, Part, Tax, Want
from webapp.domain.quotes import (
    How,
    Inclusion,
    PriceRange,
    QuoteState,
    QuoteTerms,
    Relation,
    Stated,
    as_answered,
    quote_state,
    relation,
)
from webapp.domain.quotes import QuoteLine as LineTerms
from webapp.domain.units import Unit
from webapp.enquiries import queries as enquiry_queries
from webapp.enquiries.models import Enquiry, Recipient
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.offers import queries as offers
from webapp.offers.queries import fees_from_json
from webapp.quotes.models import Clarification, MailReply, PriceOutcome, Quote, QuoteDraft, QuoteLine
from webapp.quotes.outcomes import Outcome, paid_outcome


def versions(recipient_ids: Sequence[int]) -> Mapping[int, Sequence[Quote]]:
    """Every answer of each recipient that has one, the first one first; two statements."""
    rows = db.session.scalars(
        select(Quote)
        .where(Quote.recipient_id.in_(recipient_ids))
        .order_by(Quote.recipient_id, Quote.version)
        .options(selectinload(Quote.lines))
    )
    found: dict[int, list[Quote]] = {}
    for row in rows:
        found.setdefault(row.recipient_id, []).append(row)
    return found


def latest(recipient_ids: Sequence[int]) -> Mapping[int, Quote]:
    """The newest answer of each recipient that has one."""
    return {recipient_id: rows[-1] for recipient_id, rows in versions(recipient_ids).items()}


def state(quote: Quote, today: date) -> QuoteState:
    """Whether an answer of any kind still stands on `today`, a day in its clinic's market."""
    found = quote_state(today, valid_until=quote.valid_until, is_withdrawn=quote.withdrawn_at is not None)
    # The patient was told that it is over: no clock that runs behind brings it back.
    return QuoteState.EXPIRED if quote.expired_at and found is QuoteState.ACTIVE else found


def draft(recipient_id: int) -> QuoteDraft | None:
    """What a clinic began to answer and has not sent."""
    return db.session.get(QuoteDraft, recipient_id)


def drafts(recipient_ids: Sequence[int]) -> Mapping[int, datetime]:
    """When each of these recipients' drafts was saved; those without one are left out."""
    rows = db.session.execute(
        select(QuoteDraft.recipient_id, QuoteDraft.saved_at).where(QuoteDraft.recipient_id.in_(recipient_ids))
    )
    return dict(rows.all())


_NO_NAMES: Mapping[str, str] = MappingProxyType({})


def terms(
    quote: Quote, country: str, slugs: Mapping[int, str], names: Mapping[str, str] = _NO_NAMES
) -> QuoteTerms | None:
    """The answer as terms that can be added up; None for one without a price. `slugs` maps treatment ids.

    `names` by slug are what a line of the bill is called where the clinic gave it no words of its own.
    """
    if quote.kind != "quote" or not quote.lines:
        return None
    fee = quote.consultation_fee_amount
    return QuoteTerms(
        currency=quote.currency,
        lines=tuple(_line(line, quote.currency, slugs, names) for line in quote.lines),
        answered_on=today_in(country, quote.created_at),
        tax=Tax(quote.tax),
        tax_rate=quote.tax_rate,
        consultation=Consultation(quote.consultation) if quote.consultation else None,
        consultation_fee=Money(fee, quote.currency) if fee is not None else None,
        consultation_waived=quote.consultation_waived,
        inclusions=_inclusions(quote),
        named_fees=fees_from_json(quote.other_fees, quote.currency),
        injector=Injector(quote.injector) if quote.injector else None,
        injector_name=quote.injector_name,
        aftercare=quote.aftercare,
        aftercare_language=quote.aftercare_language,
        conditions=quote.conditions,
        valid_until=quote.valid_until,
        withdrawn_on=today_in(country, quote.withdrawn_at) if quote.withdrawn_at else None,
    )


def total_when_given(
    quote: Quote, country: str, slugs: Mapping[int, str], wants: Sequence[Want]
) -> Money | None:
    """What an answer came to on the day it was given; None for one that does not add up to a total."""
    said = terms(quote, country, slugs)
    return as_answered(said, wants).total if said is not None else None


def accepted_total(recipient: Recipient) -> Money | None:
    """The total of the quote that the patient decided on; None where it has none."""
    quote = decided_on(versions([recipient.id]).get(recipient.id, ()), recipient.decided_at)
    if quote is None:
        return None
    clinic, slugs = db.session.get_one(Clinic, recipient.clinic_id), offers.slugs()
    return total_when_given(quote, clinic.country, slugs, enquiry_queries.wants_of(recipient.enquiry, slugs))


def range_of(quote: Quote) -> PriceRange | None:
    """Between what and what a "consultation first" expects to end; None where it names nothing."""
    if quote.range_low_amount is None or quote.range_high_amount is None:
        return None
    return PriceRange(
        Money(quote.range_low_amount, quote.currency), Money(quote.range_high_amount, quote.currency)
    )


_NUMBING = {Numbing.INCLUDED: How.INCLUDED, Numbing.EXTRA: How.EXTRA, Numbing.NONE: How.NOT_USED}


def _inclusions(quote: Quote) -> dict[Inclusion, Stated]:
    """The stored inclusions. Whether numbing cream is used stands in its own column, its amount among the others."""
    found: dict[Inclusion, Stated] = {}
    if quote.numbing:
        found[Inclusion.NUMBING] = Stated(_NUMBING[Numbing(quote.numbing)])
    for code, (how, *amount) in (quote.inclusions or {}).items():
        money = Money(int(amount[0]), quote.currency) if amount else None
        found[Inclusion(code)] = Stated(How(how), money)
    return found


def decided_on(answers: Sequence[Quote], at: datetime | None) -> Quote | None:
    """Of a clinic's answers, the first one first, the version that the patient saw when she decided."""
    return next((one for one in reversed(answers) if at is not None and one.created_at <= at), None)


def outcomes(since: date, clinic_id: int | None = None) -> Mapping[int, Mapping[str, int]]:
    """How often what happened, by clinic and code (see webapp.quotes.outcomes), in the months from `since` on.

    One statement; of one clinic or of all that have any.
    """
    counted = (
        select(PriceOutcome.clinic_id, PriceOutcome.kind, func.sum(PriceOutcome.count))
        .where(PriceOutcome.month >= since)
        .group_by(PriceOutcome.clinic_id, PriceOutcome.kind)
    )
    if clinic_id is not None:
        counted = counted.where(PriceOutcome.clinic_id == clinic_id)
    found: dict[int, dict[str, int]] = {}
    for clinic, kind, count in db.session.execute(counted):
        found.setdefault(clinic, {})[kind] = int(count)
    return found


def outcomes_known(clinic: Clinic, since: date, known_until: datetime) -> Mapping[str, int]:
    """`outcomes` of one clinic as it may read them: what patients accepted after `known_until`, and what they paid for
    it, is left out, as they can still undo it."""
    counts = dict(outcomes(since, clinic.id).get(clinic.id, {}))
    undoable = select(Recipient).join(Recipient.enquiry)
    undoable = undoable.where(
        Recipient.clinic_id == clinic.id,
        Recipient.decision == "accepted",
        Recipient.decided_at > known_until,
        Enquiry.is_test.is_(False),
    )
    for recipient in db.session.scalars(undoable):
        assert recipient.decided_at is not None  # chosen by it
        if today_in(clinic.country, recipient.decided_at) >= since:
            for outcome in (Outcome.ACCEPTED, paid_outcome(recipient, accepted_total(recipient))):
                if outcome is not None:
                    counts[outcome] = max(0, counts.get(outcome, 0) - 1)
    return counts


def mail_replies(recipient_ids: Sequence[int]) -> Mapping[int, Sequence[MailReply]]:
    """What each of these clinics wrote by mail, oldest first; one statement."""
    found: dict[int, list[MailReply]] = {}
    rows = db.session.scalars(
        select(MailReply).where(MailReply.recipient_id.in_(recipient_ids)).order_by(MailReply.id)
    )
    for row in rows:
        found.setdefault(row.recipient_id, []).append(row)
    return found


def beside_listed(quote: Quote, terms: QuoteTerms | None, wants: Sequence[Want]) -> Relation:
    """How the quote stood, on the day it was given, to what its clinic listed for the same that day."""
    if terms is None or quote.listed_amount is None:
        return Relation.NOT_COMPARABLE
    return relation(as_answered(terms, wants).total, Money(quote.listed_amount, quote.currency))


def clarifications(enquiry_id: int) -> Sequence[Clarification]:
    """What the patient and her clinics asked each other, oldest first, with the answers; two statements.

    Whose a question is, is for the page to keep to itself: a clinic reads its own, hers, and her answers to all.
    """
    return db.session.scalars(
        select(Clarification)
        .where(Clarification.enquiry_id == enquiry_id)
        .order_by(Clarification.id)
        .options(selectinload(Clarification.answers))
    ).all()


def _line(line: QuoteLine, currency: str, slugs: Mapping[int, str], names: Mapping[str, str]) -> LineTerms:
    part = Part(
        treatment=slugs.get(line.treatment_id) if line.treatment_id else None,
        quantity=line.quantity.normalize() if line.quantity is not None else None,
        unit=Unit(line.unit) if line.unit else None,
        sessions=line.sessions,
        areas=tuple(line.area.split(";")) if line.area else (),
        words=line.words,
    )
    title = line.words or names.get(part.treatment or "", "")
    return LineTerms(part, Money(line.price_amount, currency), title)
