"""An enquiry with something in every table that hangs on it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from webapp.clinics.models import Clinic
from webapp.enquiries import letters, links, mail
from webapp.enquiries.models import Enquiry
from webapp.extensions import Base, db
from webapp.quotes.models import (
    Clarification,
    ClarificationAnswer,
    MailReply,
    PriceOutcome,
    Quote,
    QuoteDraft,
    QuoteLine,
)

MakeEnquiry = Callable[..., Enquiry]


@pytest.fixture
def clinics(session: Session) -> list[Clinic]:
    return [factories.clinic(session), factories.clinic(session, languages="ko")]


@pytest.fixture
def full_enquiry(session: Session, clinics: list[Clinic]) -> MakeEnquiry:
    """Makes one: the first clinic quoted twice, the second wrote a mail and has a draft; a mail to each is queued."""

    def make(**more: Any) -> Enquiry:
        values: dict[str, Any] = {
            "message": "Does it hurt?", "concerns": "fine_lines", "other_channel": "kakao",
            "other_handle": "mei-kakao", "email_confirmed_at": NOW, "email_hash": "e" * 64,
        }  # fmt: skip
        enquiry = factories.enquiry(session, *clinics, **(values | more))
        quoted, wrote = enquiry.recipients
        quoted.state = "answered"
        for version in (1, 2):
            session.add(
                Quote(
                    recipient_id=quoted.id, version=version, kind="quote", currency="SGD", tax="inclusive",
                    injector_name="Dr Lim", conditions="By appointment", note=f"Note {version}",
                    valid_until=date(2026, 12, 24), created_at=NOW,
                    lines=[QuoteLine(position=0, words="Rejuran", sessions=3, price_amount=38000 * version)],
                )
            )  # fmt: skip
        session.add(QuoteDraft(recipient_id=wrote.id, fields='{"note": "not yet"}', saved_at=NOW))
        session.add(
            MailReply(recipient_id=wrote.id, text="Call us", raw="From: us\n\nCall us", received_at=NOW)
        )
        asked = Clarification(enquiry_id=enquiry.id, text="Is the needle in it?", asked_at=NOW)
        asked.answers.append(
            ClarificationAnswer(
                recipient_id=quoted.id, text="Yes, it is", answered_at=NOW + timedelta(hours=1)
            )
        )
        session.add(asked)
        session.add(
            PriceOutcome(clinic_id=quoted.clinic_id, month=date(2026, 11, 1), kind=enquiry.ref, count=1)
        )
        for recipient, clinic in zip(enquiry.recipients, clinics, strict=True):
            token = links.mint_for_clinic(recipient, NOW, 14)
            delivery = letters.post(
                enquiry,
                f"enquiry-asks-clinic:{recipient.id}",
                clinic.enquiry_email or "",
                lambda clinic=clinic, token=token: mail.asks_clinic(enquiry, clinic, token, 14),  # type: ignore[misc]
            )
            recipient.delivery_id = delivery.id
        page = links.mint_for_patient(enquiry, NOW, mailed=True)
        letters.post(
            enquiry,
            f"enquiry-patient-page:{enquiry.id}",
            str(enquiry.email),
            lambda: mail.patient_page(enquiry, clinics, page),
        )
        session.commit()
        return enquiry

    return make


def rows(session: Session) -> dict[str, int]:
    """How many rows each table has that has any."""
    counted = {
        table.name: session.execute(db.select(db.func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    }
    return {name: count for name, count in counted.items() if count}
