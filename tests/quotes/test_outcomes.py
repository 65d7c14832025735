"""Listed, quoted, paid as counts: what is counted where, once each, in the clinic's own month."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.quotes.conftest import Asked
from tests.quotes.given import quote
from webapp.clinics.models import Clinic
from webapp.domain.money import Money
from webapp.enquiries.models import Enquiry, Recipient
from webapp.quotes import queries
from webapp.quotes.models import PriceOutcome, Quote
from webapp.quotes.outcomes import counted
from webapp.quotes.services import deciding, outcomes


@pytest.fixture
def clinic(session: Session) -> Clinic:
    """It lists one session for S$500: S$1,500 for the three that are asked."""
    found = factories.clinic(session)
    factories.offer(session, found)
    return found


def answered(session: Session, recipient: Recipient, *prices: int, **more: object) -> Quote:
    row = quote(session, recipient, *prices, **({"created_at": NOW} | more))
    outcomes.note_quote(recipient, row, NOW)
    session.flush()
    return row


def counts(session: Session, month: date = date(2026, 11, 1)) -> dict[str, int]:
    session.flush()
    rows = session.execute(select(PriceOutcome.kind, PriceOutcome.count).where(PriceOutcome.month == month))
    return dict(rows.all())


@pytest.mark.parametrize(
    ("price", "more", "kind"),
    [
        (150_000, {}, "quoted_same"),
        (150_001, {}, "quoted_above"),
        (149_999, {}, "quoted_below"),
        # S$1,400 and nine per cent on top.
        (140_000, {"tax": "exclusive"}, "quoted_above"),
        (150_000, {"numbing": None}, "quoted_not_comparable"),
        (1_500_000, {"currency": "KRW"}, "quoted_not_comparable"),
        (100_000, {"lines": [{"sessions": 2}]}, "quoted_not_comparable"),
        # Four sessions are held against four sessions of the price list.
        (200_000, {"lines": [{"sessions": 4}]}, "quoted_same"),
        # The clinic lists 2 ml.
        (150_000, {"lines": [{"quantity": Decimal(1)}]}, "quoted_not_comparable"),
    ],
)
def test_a_quote_is_held_against_the_price_list_of_its_day(
    session: Session, clinic: Clinic, price: int, more: dict[str, object], kind: str
) -> None:
    enquiry = factories.enquiry(session, clinic)
    row = answered(session, enquiry.recipients[0], price, **more)
    assert counts(session) == {kind: 1}
    assert (row.listed_amount is None) == (kind == "quoted_not_comparable" and "numbing" not in more)


def test_a_price_that_nobody_confirmed_for_long_is_no_listed_price(session: Session, clinic: Clinic) -> None:
    factories.offer(session, clinic, price_amount=10_000, verified_on=date(2026, 1, 1))
    enquiry = factories.enquiry(session, clinic)
    assert answered(session, enquiry.recipients[0]).listed_amount == 150_000


def test_an_amended_quote_counts_in_place_of_the_one_before(session: Session, clinic: Clinic) -> None:
    recipient = factories.enquiry(session, clinic).recipients[0]
    other = factories.enquiry(session, clinic).recipients[0]
    answered(session, other, 170_000)
    answered(session, recipient, 170_000)
    assert counts(session) == {"quoted_above": 2}
    answered(session, recipient, 150_000, version=2)
    assert counts(session) == {"quoted_above": 1, "quoted_same": 1}
    answered(session, recipient, kind="decline", version=3)
    answered(session, recipient, kind="consultation_first", version=4)
    assert counts(session) == {"quoted_above": 1, "consultation_first": 1}
    # What became of it since changes nothing of how it stood that day.
    first = session.scalars(select(Quote).where(Quote.recipient_id == other.id)).one()
    first.withdrawn_at, first.valid_until = NOW, NOW.date() - timedelta(days=1)
    answered(session, other, 150_000, version=2)
    assert counts(session).get("quoted_same") == 1


def test_a_month_is_one_of_the_clinics_own_calendar(session: Session) -> None:
    enquiry = factories.enquiry(session, factories.clinic(session))
    # In Singapore it is the first of December.
    outcomes.note_asked(enquiry.recipients[0], datetime(2026, 11, 30, 17, 0, tzinfo=UTC))
    assert counts(session) == {}
    assert counts(session, date(2026, 12, 1)) == {"asked": 1}


def test_every_clinic_that_the_form_reached_was_asked_once(session: Session, asked: Asked) -> None:
    session.commit()
    rows = session.execute(
        select(PriceOutcome.clinic_id, PriceOutcome.kind, PriceOutcome.count).order_by(PriceOutcome.clinic_id)
    )
    assert [tuple(row) for row in rows] == [(clinic.id, "asked", 1) for clinic in asked.clinics]


def test_a_clinics_own_trial_counts_nowhere(session: Session, clinic: Clinic) -> None:
    enquiry = factories.enquiry(session, clinic, is_test=True)
    answered(session, enquiry.recipients[0])
    outcomes.note_asked(enquiry.recipients[0], NOW)
    assert counts(session) == {}


def test_counts_stay_when_the_enquiry_goes_and_are_read_by_clinic(
    app: Flask, session: Session, clinic: Clinic
) -> None:
    enquiry: Enquiry = factories.enquiry(session, clinic)
    outcomes.note_asked(enquiry.recipients[0], NOW)
    answered(session, enquiry.recipients[0], 160_000)
    session.delete(enquiry)
    session.commit()
    found = queries.outcomes(date(2026, 1, 1), clinic.id)
    assert found == queries.outcomes(date(2026, 1, 1)) == {clinic.id: {"asked": 1, "quoted_above": 1}}
    assert queries.outcomes(date(2026, 12, 1)) == {}
    with app.test_request_context("/"):
        line = counted(found[clinic.id])
    assert (line.asked, line.quoted, line.others) == (1, 1, [("quoted above the listed price", 1)])


def test_a_clinic_reads_of_no_acceptance_that_can_still_be_undone(session: Session, clinic: Clinic) -> None:
    earlier, later = (factories.enquiry(session, clinic).recipients[0] for _time in range(2))
    year, minute = date(2026, 1, 1), timedelta(minutes=1)
    for recipient, when in ((earlier, NOW - minute), (later, NOW)):
        quote(session, recipient, created_at=NOW - 2 * minute)
        deciding.accept(recipient, 1, when)
        deciding.say_paid(recipient, Money(160_000, "SGD"), when)
    assert counts(session) == {"accepted": 2, "paid_above": 2}
    known = queries.outcomes_known(clinic, year, NOW - minute)
    assert {kind: count for kind, count in known.items() if count} == {"accepted": 1, "paid_above": 1}
    assert queries.outcomes_known(clinic, year, NOW) == {"accepted": 2, "paid_above": 2}
    # Those of a month before `since` are in none of the counts.
    assert queries.outcomes_known(clinic, date(2026, 12, 1), NOW - minute) == {}
