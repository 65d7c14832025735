"""What the patient makes of her quotes: she accepts one, declines others, says that none suited, or what she paid.

The clinic is told a little later than she decides, so that a slip of the thumb can be undone before anybody hears.
"""

from datetime import datetime
from functools import partial

from sqlalchemy import select

from webapp.clinics.addresses import confirmed_address
from webapp.clinics.models import Clinic
from webapp.domain.money import Money
from webapp.domain.quotes import QuoteState
from webapp.enquiries import clinic_keys
from webapp.enquiries.clinic_keys import ToClinic
from webapp.enquiries.models import Enquiry, Recipient
from webapp.enquiries.services import contact, holding, keeping
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.outbox import services as outbox
from webapp.outbox.models import Delivery
from webapp.quotes import mail, queries
from webapp.quotes.decisions import TELL_AFTER, known_to_clinic
from webapp.quotes.models import Quote
from webapp.quotes.services import outcomes
from webapp.settings import current_settings

ACCEPTED, DECLINED = "accepted", "declined"
SUITED, NONE_SUITED = "suited", "none_suited"


class CannotBeDecided(Exception):
    """There is no quote that can be decided on like this: taken back, expired, replaced, or another is accepted."""


def accept(recipient: Recipient, version: int, now: datetime) -> None:
    """The patient takes this clinic's quote, in the version that she saw. Only this clinic is told.

    Accepting twice changes nothing. Raises CannotBeDecided.
    """
    enquiry = recipient.enquiry
    _one_at_a_time(enquiry)
    if recipient.decision == ACCEPTED:
        return
    quote = _latest(recipient)
    if quote is None or quote.version != version or not holds(quote, recipient, now):
        raise CannotBeDecided
    if any(other.decision == ACCEPTED for other in enquiry.recipients):
        raise CannotBeDecided
    _decide(recipient, ACCEPTED, None, now)
    outcomes.note_accepted(recipient, now)
    enquiry.closed_as, enquiry.closed_at = SUITED, now


def decline(recipient: Recipient, reason: str, now: datetime) -> None:
    """The patient decides against a clinic's quote; `reason` is a code of decisions.REASONS.

    Also one that she had accepted, or that ended in the meantime. Raises CannotBeDecided where there is no quote, and
    where the clinic declined, unless she had accepted before: else she could take no other.
    """
    _one_at_a_time(recipient.enquiry)
    if recipient.decision == DECLINED:
        return
    quote = _latest(recipient)
    if quote is None or (quote.kind == "decline" and recipient.decision != ACCEPTED):
        raise CannotBeDecided
    if recipient.decision == ACCEPTED:
        _take_back_acceptance(recipient)
    _decide(recipient, DECLINED, reason, now)


def undo(recipient: Recipient, now: datetime) -> None:
    """As if she had not decided. Raises CannotBeDecided once the clinic was told."""
    _one_at_a_time(recipient.enquiry)
    if recipient.decision is None:
        return
    if not _withhold(recipient, now):
        raise CannotBeDecided
    if recipient.decision == ACCEPTED:
        _take_back_acceptance(recipient)
    recipient.decision = recipient.decision_reason = recipient.decided_at = None
    keeping.note_act(recipient.enquiry, now)


def none_suited(enquiry: Enquiry, now: datetime) -> None:
    """None of the quotes suited her: the undecided ones are declined with that reason. Not beside an accepted one."""
    _one_at_a_time(enquiry)
    if any(recipient.decision == ACCEPTED for recipient in enquiry.recipients):
        raise CannotBeDecided
    for recipient in enquiry.recipients:
        quote = _latest(recipient)
        if quote is not None and quote.kind != "decline" and recipient.decision is None:
            _decide(recipient, DECLINED, NONE_SUITED, now)
    enquiry.closed_as, enquiry.closed_at = NONE_SUITED, now
    keeping.note_act(enquiry, now)


def go_on(enquiry: Enquiry, now: datetime) -> None:
    """She thought again: the enquiry is open. What the clinics were not told yet is undone."""
    _one_at_a_time(enquiry)
    if enquiry.closed_as != NONE_SUITED:
        return
    for recipient in enquiry.recipients:
        if recipient.decision_reason == NONE_SUITED and _withhold(recipient, now):
            recipient.decision = recipient.decision_reason = recipient.decided_at = None
    enquiry.closed_as = enquiry.closed_at = None
    keeping.note_act(enquiry, now)


def say_paid(recipient: Recipient, paid: Money | None, now: datetime) -> None:
    """What she paid in the end at the clinic whose quote she accepted; None takes it back. Counted, never shown to
    anybody else. Raises CannotBeDecided.
    """
    _one_at_a_time(recipient.enquiry)
    if recipient.decision != ACCEPTED or recipient.decided_at is None:
        raise CannotBeDecided
    quoted = queries.accepted_total(recipient)
    outcomes.note_not_paid(recipient, quoted, recipient.decided_at)
    recipient.paid_amount = paid.amount if paid is not None else None
    recipient.paid_currency = paid.currency if paid is not None else None
    outcomes.note_paid(recipient, quoted, recipient.decided_at)
    keeping.note_act(recipient.enquiry, now)


def _one_at_a_time(enquiry: Enquiry) -> None:
    """Two tabs may decide at once: the second waits here, and sees what the first one did."""
    if not holding.hold(enquiry.id):
        raise CannotBeDecided


def holds(quote: Quote, recipient: Recipient, now: datetime) -> bool:
    """Can this answer be accepted on the day: a quote with a price that the clinic still stands by?"""
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    return (
        quote.kind == "quote"
        and queries.state(quote, today_in(clinic.country, now)) is QuoteState.ACTIVE
        and clinic.authority == "authorised"
    )


def _latest(recipient: Recipient) -> Quote | None:
    return queries.latest([recipient.id]).get(recipient.id)


def _take_back_acceptance(recipient: Recipient) -> None:
    assert recipient.decided_at is not None  # set with every decision
    outcomes.note_not_paid(recipient, queries.accepted_total(recipient), recipient.decided_at)
    outcomes.note_not_accepted(recipient, recipient.decided_at)
    recipient.paid_amount = recipient.paid_currency = None
    recipient.enquiry.closed_as = recipient.enquiry.closed_at = None


def _decide(recipient: Recipient, decision: str, reason: str | None, now: datetime) -> None:
    """Write it down and tell the clinic in a while; what it was to be told before, and was not yet, is withheld.

    A clinic without a confirmed address reads it on its own pages, after the same while.
    """
    _withhold(recipient, now)
    recipient.decision, recipient.decision_reason, recipient.decided_at = decision, reason, now
    keeping.note_act(recipient.enquiry, now)
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    address = confirmed_address(clinic)
    if clinic.authority != "authorised" or address is None:
        return
    news: mail.NewsForClinic = "accepted" if decision == ACCEPTED else "declined"
    contact.tell_clinic(
        recipient,
        address,
        decision_key(recipient.id, now),
        partial(mail.news_for_clinic, recipient.enquiry, clinic, news=news),
        now,
        current_settings().quote_link_days,
        not_before_seconds=TELL_AFTER,
    )


def _withhold(recipient: Recipient, now: datetime) -> bool:
    """Stop the mail about the decision that stands; False when the clinic was told. One that left gets none, and one
    that has no mail to wait for reads the decision on its pages."""
    if recipient.decided_at is None:
        return True
    key = decision_key(recipient.id, recipient.decided_at)
    if outbox.cancel(key):
        return True
    if db.session.get_one(Clinic, recipient.clinic_id).authority != "authorised":
        return True
    is_mailed = db.session.scalar(select(Delivery.id).where(Delivery.key == key)) is not None
    return not is_mailed and known_to_clinic(recipient, now) is None


def decision_key(recipient_id: int, decided_at: datetime) -> str:
    """The key of the mail about the decision of that moment."""
    return clinic_keys.key(ToClinic.DECIDED, recipient_id, f"{decided_at:%Y%m%d%H%M%S%f}")
