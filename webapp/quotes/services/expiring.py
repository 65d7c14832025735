"""What time does to quotes: their last day goes by, and before it the patient is reminded once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from webapp.clinics.models import Clinic
from webapp.enquiries.models import Enquiry, Recipient
from webapp.enquiries.services import contact, holding
from webapp.extensions import db
from webapp.i18n import MARKET_ZONES, today_in
from webapp.quotes import mail
from webapp.quotes.models import Quote


def expire_ended(now: datetime) -> int:
    """Mark the quotes whose last day has passed in their clinic's zone; says how many. Twice marks none more."""
    marked = 0
    for country in MARKET_ZONES:
        there = select(Recipient.id).join(Clinic, Clinic.id == Recipient.clinic_id)
        ended = db.session.execute(
            update(Quote)
            .where(
                Quote.expired_at.is_(None),
                Quote.valid_until < today_in(country, now),
                Quote.recipient_id.in_(there.where(Clinic.country == country)),
            )
            .values(expired_at=now)
            .returning(Quote.id)
            .execution_options(synchronize_session=False)
        )
        marked += len(ended.all())
    return marked


def ending_soon(now: datetime, days: int, only: int | None = None) -> Sequence[int]:
    """Recipients whose patient is to be reminded: undecided, with a quote that stands and ends within `days`.

    Not one that was good for so few days from the start: its own mail has just said so. `only`: ask of one recipient.
    """
    newer = aliased(Quote)
    wanted = (
        select(Recipient.id, Clinic.country, Quote.valid_until, Quote.created_at)
        .join(Recipient.enquiry)
        .join(Clinic, Clinic.id == Recipient.clinic_id)
        .join(Quote, Quote.recipient_id == Recipient.id)
        .where(
            # What a clinic that left has quoted cannot be accepted.
            Clinic.authority == "authorised",
            Recipient.reminded_at.is_(None),
            Recipient.decision.is_(None),
            Enquiry.closed_at.is_(None),
            # One notice is all that an address gets of which nobody knows yet that it is hers, and it had that.
            Enquiry.email_confirmed_at.is_not(None),
            Enquiry.email_refused_at.is_(None),
            Quote.kind == "quote",
            Quote.withdrawn_at.is_(None),
            # Far enough in every zone; the day itself is looked at below.
            Quote.valid_until >= now.date() - timedelta(days=1),
            Quote.valid_until <= now.date() + timedelta(days=days + 1),
            Quote.version
            == select(func.max(newer.version)).where(newer.recipient_id == Recipient.id).scalar_subquery(),
        )
        .order_by(Quote.valid_until, Recipient.id)
    )
    if only is not None:
        wanted = wanted.where(Recipient.id == only)
    span = timedelta(days=days)
    return [
        recipient_id
        for recipient_id, country, ends, given in db.session.execute(wanted)
        if ends is not None
        and timedelta() <= ends - today_in(country, now) <= span < ends - today_in(country, given)
    ]


def remind(recipient_id: int, now: datetime, days: int) -> bool:
    """Tell the patient of one recipient of `ending_soon` that its quote ends; False where that is no more so.

    Of two workers the second waits here and finds her reminded.
    """
    recipient = db.session.get(Recipient, recipient_id)
    if recipient is None or not holding.hold(recipient.enquiry_id):
        return False
    if not ending_soon(now, days, only=recipient_id):
        return False
    enquiry = recipient.enquiry
    quote = db.session.scalars(
        select(Quote).where(Quote.recipient_id == recipient_id).order_by(Quote.version.desc()).limit(1)
    ).one()
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    written = contact.tell_patient(
        enquiry, f"quote-ends-soon:{quote.id}", partial(mail.quote_ends_soon, enquiry, clinic, quote), now
    )
    if written:
        recipient.reminded_at = now
    return written
