"""A quote ends with its last day in its clinic's zone, and its patient is reminded once before."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.quotes.conftest import letters
from webapp.clinics.models import Clinic
from webapp.domain.money import Money
from webapp.enquiries.models import Recipient
from webapp.quotes.labels import AnswerKind
from webapp.quotes.models import Quote
from webapp.quotes.services import answering, expiring
from webapp.quotes.services.answering import AnswerDraft, LineDraft

DAYS = 3
LAST = date(2026, 11, 30)


def quoted(session: Session, country: str = "SG", until: date | None = LAST, **more: Any) -> Recipient:
    """A confirmed patient's recipient with a quote that was given at NOW (noon in Singapore on 21 November)."""
    clinic = factories.clinic(session, country=country)
    values: dict[str, Any] = {"email_confirmed_at": NOW}
    recipient: Recipient = factories.enquiry(session, clinic, **(values | more)).recipients[0]
    give(recipient, until, NOW)
    return recipient


def give(recipient: Recipient, until: date | None, now: datetime, price: int = 100) -> Quote:
    line = LineDraft(None, "Healer", None, None, 3, Money(price, "SGD"))
    return answering.answer(
        recipient, AnswerDraft(AnswerKind.QUOTE, "SGD", lines=[line], valid_until=until), now
    )


def at(day: date, hour: int = 4) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def expired(session: Session) -> list[int]:
    session.flush()
    session.expire_all()
    return [
        quote.recipient_id
        for quote in session.scalars(select(Quote).order_by(Quote.id))
        if quote.expired_at is not None
    ]


def test_a_quote_ends_after_its_last_day_where_its_clinic_is(session: Session) -> None:
    singapore, korea = quoted(session), quoted(session, "KR")
    quoted(session, until=None)
    # 15:30 UTC is 23:30 in Singapore on the last day, and half past midnight of the next day in Seoul.
    late = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
    assert expiring.expire_ended(late) == 1
    assert expired(session) == [korea.id]
    assert expiring.expire_ended(late) == 0
    assert expiring.expire_ended(late + timedelta(hours=1)) == 1
    assert expired(session) == [singapore.id, korea.id]


def test_the_patient_is_reminded_once_some_days_before(session: Session) -> None:
    recipient = quoted(session)
    assert expiring.ending_soon(at(LAST - timedelta(days=DAYS + 1)), DAYS) == []
    now = at(LAST - timedelta(days=DAYS))
    assert expiring.ending_soon(now, DAYS) == [recipient.id]
    assert [expiring.remind(recipient.id, now, DAYS) for _time in range(3)] == [True, False, False]
    assert recipient.reminded_at == now
    assert expiring.ending_soon(now, DAYS) == []
    (letter,) = letters(session, "quote-ends-soon:")
    assert letter["To"] == "mei@patient.test"


def test_on_its_last_day_it_is_not_too_late_and_the_day_after_it_is(session: Session) -> None:
    recipient = quoted(session)
    assert expiring.ending_soon(at(LAST), DAYS) == [recipient.id]
    assert expiring.ending_soon(at(LAST + timedelta(days=1)), DAYS) == []
    assert expiring.remind(recipient.id, at(LAST + timedelta(days=1)), DAYS) is False


def test_a_new_version_has_a_reminder_of_its_own(session: Session) -> None:
    recipient = quoted(session)
    expiring.remind(recipient.id, at(LAST), DAYS)
    later = LAST + timedelta(days=20)
    give(recipient, later, at(LAST), price=90)
    assert expiring.ending_soon(at(LAST), DAYS) == []
    assert expiring.remind(recipient.id, at(later), DAYS) is True
    assert len(letters(session, "quote-ends-soon:")) == 2


@pytest.mark.parametrize(
    "spoiled",
    [
        {"email_confirmed_at": None},
        {"email_refused_at": NOW},
        {"closed_at": NOW, "closed_as": "none_suited"},
    ],
)
def test_who_is_not_to_be_written_to_is_not_reminded(session: Session, spoiled: dict[str, Any]) -> None:
    recipient = quoted(session, **spoiled)
    assert expiring.ending_soon(at(LAST), DAYS) == []
    assert expiring.remind(recipient.id, at(LAST), DAYS) is False
    assert letters(session, "quote-ends-soon:") == []


def test_a_quote_of_a_clinic_that_left_is_nothing_to_decide_on(session: Session) -> None:
    recipient = quoted(session)
    session.get_one(Clinic, recipient.clinic_id).authority = "withdrawn"
    session.flush()
    assert expiring.ending_soon(at(LAST), DAYS) == []
    assert expiring.remind(recipient.id, at(LAST), DAYS) is False


def test_a_decision_a_withdrawal_and_a_quote_for_few_days_need_no_reminder(session: Session) -> None:
    decided, withdrawn, short = quoted(session), quoted(session), quoted(session, until=None)
    decided.decision, decided.decided_at = "declined", NOW
    answering.withdraw(withdrawn, NOW)
    give(short, NOW.date() + timedelta(days=DAYS), NOW, price=90)
    session.flush()
    assert expiring.ending_soon(at(LAST), DAYS) == []
    assert expiring.ending_soon(at(NOW.date() + timedelta(days=1)), DAYS) == []
