"""Listed, quoted, paid: what a clinic's own price list came to beside a quote, and the counts of how the two agree.

Counts only, per clinic and month, so that they may stay when the enquiry goes. A clinic's own trials count nowhere.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.clinics.models import Clinic
from webapp.domain.basket import Reader, TooLarge
from webapp.domain.money import Money
from webapp.domain.offers import Want
from webapp.domain.quotes import QuoteTerms, Relation, things_quoted
from webapp.enquiries import queries as enquiry_queries
from webapp.enquiries.models import Recipient
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.offers import queries as offers
from webapp.offers.public import Public
from webapp.quotes import queries
from webapp.quotes.models import PriceOutcome, Quote
from webapp.quotes.outcomes import Outcome, paid_outcome

_QUOTED = {
    Relation.SAME: Outcome.QUOTED_SAME,
    Relation.ABOVE: Outcome.QUOTED_ABOVE,
    Relation.BELOW: Outcome.QUOTED_BELOW,
    Relation.NOT_COMPARABLE: Outcome.QUOTED_NOT_COMPARABLE,
}
_UNPRICED = {"decline": Outcome.DECLINED, "consultation_first": Outcome.CONSULTATION_FIRST}


def note_asked(recipient: Recipient, now: datetime) -> None:
    """A clinic was asked; once per enquiry, however often the mail had to be sent."""
    _count(recipient, Outcome.ASKED, now, +1)


def note_quote(recipient: Recipient, quote: Quote, now: datetime) -> None:
    """Store beside the newest answer what the clinic lists for the same today, and count it in place of the one before.

    `quote` has its id and is the recipient's latest version.
    """
    slugs = offers.slugs()
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    wants = enquiry_queries.wants_of(recipient.enquiry, slugs)
    terms = queries.terms(quote, clinic.country, slugs)
    if terms is not None:
        listed = _listed(terms, wants, clinic, now)
        quote.listed_amount = listed.amount if listed is not None else None
    before = db.session.scalar(
        select(Quote)
        .where(Quote.recipient_id == recipient.id, Quote.version < quote.version)
        .order_by(Quote.version.desc())
        .limit(1)
    )
    if before is not None:
        earlier = queries.terms(before, clinic.country, slugs)
        _count(recipient, _outcome(before, earlier, wants), before.created_at, -1)
    _count(recipient, _outcome(quote, terms, wants), quote.created_at, +1)


def note_accepted(recipient: Recipient, at: datetime) -> None:
    """The patient accepted the clinic's quote."""
    _count(recipient, Outcome.ACCEPTED, at, +1)


def note_not_accepted(recipient: Recipient, at: datetime) -> None:
    """She took back what she accepted `at`."""
    _count(recipient, Outcome.ACCEPTED, at, -1)


def note_paid(recipient: Recipient, quoted: Money | None, accepted_at: datetime) -> None:
    """Count what stands as paid beside the quoted total; nothing where one of them is not known.

    In the month in which she accepted the quote, so that a corrected amount replaces the first.
    """
    _count_paid(recipient, quoted, accepted_at, +1)


def note_not_paid(recipient: Recipient, quoted: Money | None, accepted_at: datetime) -> None:
    """Take back what `note_paid` counted; call it before the amount changes."""
    _count_paid(recipient, quoted, accepted_at, -1)


def _count_paid(recipient: Recipient, quoted: Money | None, at: datetime, step: int) -> None:
    found = paid_outcome(recipient, quoted)
    if found is not None:
        _count(recipient, found, at, step)


def _listed(terms: QuoteTerms, wants: Sequence[Want], clinic: Clinic, now: datetime) -> Money | None:
    """What the clinic's published offers come to for what the quote holds, in its currency; None where they give no
    total: what anybody is asked, since nothing is known of the patient.
    """
    things = things_quoted(terms, wants, today_in(clinic.country, now))
    if things is None:
        return None
    public = Public.of(clinic, offers.for_clinics([clinic.id]).get(clinic.id, ()), now)
    try:
        found = public.mixes(things, Reader(), {})
    except TooLarge:
        return None
    return next((mix.total for mix in found if mix.currency == terms.currency), None)


def _outcome(quote: Quote, terms: QuoteTerms | None, wants: Sequence[Want]) -> Outcome:
    if quote.kind in _UNPRICED:
        return _UNPRICED[quote.kind]
    return _QUOTED[queries.beside_listed(quote, terms, wants)]


def _count(recipient: Recipient, outcome: Outcome, at: datetime, step: int) -> None:
    """Add one to the month of `at` in the clinic's zone, or take one away; a month without any has no row."""
    if recipient.enquiry.is_test:
        return
    country = db.session.get_one(Clinic, recipient.clinic_id).country
    month = today_in(country, at).replace(day=1)
    if step > 0:
        insert = _dialect().insert(PriceOutcome)
        db.session.execute(
            insert.values(clinic_id=recipient.clinic_id, month=month, kind=outcome.value, count=1)
            .on_conflict_do_update(
                index_elements=["clinic_id", "month", "kind"], set_={"count": PriceOutcome.count + 1}
            )
            .execution_options(synchronize_session=False)
        )
        return
    this = (
        PriceOutcome.clinic_id == recipient.clinic_id,
        PriceOutcome.month == month,
        PriceOutcome.kind == outcome.value,
    )
    less = update(PriceOutcome).where(*this, PriceOutcome.count > 1).values(count=PriceOutcome.count - 1)
    quietly = {"synchronize_session": False}
    if db.session.execute(less.returning(PriceOutcome.id), execution_options=quietly).first() is None:
        db.session.execute(delete(PriceOutcome).where(*this), execution_options=quietly)


def _dialect() -> Any:
    """Where the INSERT … ON CONFLICT of the database in use comes from; both spell it alike."""
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite
