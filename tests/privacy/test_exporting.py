"""What a patient gets when she asks for everything: all of hers, nothing that acts, nothing of anybody else."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import Date, DateTime, Text, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.privacy.conftest import MakeEnquiry
from webapp.encryption import EncryptedText
from webapp.enquiries import links
from webapp.enquiries.models import Enquiry, Link
from webapp.enquiries.services import erasing
from webapp.outbox.models import Delivery
from webapp.quotes.models import Clarification, ClarificationAnswer, Quote
from webapp.quotes.services.exporting import export

# Rows' own numbers, hashes, what only orders rows, what is the clinic's alone (a draft, its colleagues' links), and
# the whole mail of a reply, which quotes our mail to the clinic with its link.
LEFT_OUT = {
    "enquiry": {"id", "email_hash", "idempotency_key", "body_hash"},
    "enquiry_want": {"id", "enquiry_id", "position"},
    "recipient": {"id", "enquiry_id", "clinic_id", "delivery_id"},
    "consent": {"id", "recipient_id", "consent_text_id"},
    "link": {"id", "token_hash", "enquiry_id", "recipient_id"},
    "quote": {"id", "recipient_id"},
    "quote_line": {"id", "quote_id", "position"},
    "quote_draft": {"recipient_id", "fields", "saved_at"},
    "clarification": {"id", "enquiry_id"},
    "clarification_answer": {"id", "clarification_id"},
    "mail_reply": {"id", "recipient_id", "raw"},
}


@pytest.fixture
def enquiry(session: Session, full_enquiry: MakeEnquiry) -> Enquiry:
    return full_enquiry(ref="LFL-HERS2345")


def test_it_is_plain_data_with_the_answers_of_every_clinic(session: Session, enquiry: Enquiry) -> None:
    quoted = enquiry.recipients[0]
    quoted.paid_amount, quoted.paid_currency = 38000, "SGD"
    newest = session.scalars(select(Quote).where(Quote.version == 2)).one()
    newest.other_fees, newest.inclusions = (
        [["Room", 500]],
        {"needle": ["extra", 3000], "medicine": ["included"]},
    )
    newest.range_low_amount, newest.range_high_amount = 30000, 50000
    session.flush()
    data = json.loads(json.dumps(export(enquiry)))
    assert data["identifier"] == "LFL-HERS2345"
    assert data["dateCreated"] == "2026-11-21T04:00:00Z"
    assert data["patient"] == {
        "name": "Mei", "email": "mei@patient.test", "emailConfirmed": "2026-11-21T04:00:00Z",
        "emailRefused": None, "contactPoint": {"contactType": "kakao", "identifier": "mei-kakao"},
    }  # fmt: skip
    assert data["treatments"] == [
        {"treatment": "rejuran_healer", "sessions": 3, "quantity": None, "area": []}
    ]
    first, second = data["clinics"]
    assert [quote["version"] for quote in first["quotes"]] == [1, 2]
    assert first["quotes"][1]["lines"][0]["price"] == {"amount": "760.00", "currency": "SGD"}
    assert first["quotes"][1]["otherFees"] == [
        {"name": "Room", "price": {"amount": "5.00", "currency": "SGD"}}
    ]
    assert first["quotes"][1]["inclusions"]["needle"] == {
        "stated": "extra", "price": {"amount": "30.00", "currency": "SGD"},
    }  # fmt: skip
    assert first["quotes"][1]["usualRange"]["maxPrice"]["amount"] == "500.00"
    assert first["quotes"][0]["usualRange"] is None
    assert first["paid"] == {"amount": "380.00", "currency": "SGD"}
    assert first["consents"] == [
        {"matter": "enquiry", "text": "words", "inLanguage": "en", "given": "2026-11-21T04:00:00Z"}
    ]
    assert second["quotes"] == []
    assert second["repliesByMail"][0]["text"] == "Call us"
    asked = data["questionsAndAnswers"][0]
    assert (asked["askedBy"], asked["text"]) == (None, "Is the needle in it?")
    assert asked["acceptedAnswer"][0]["author"] == first["name"]
    assert [mail["mail"] for mail in data["mails"]] == ["enquiry-asks-clinic"] * 2 + ["enquiry-patient-page"]
    assert data["mails"][0]["history"][0]["what"] == "posted"


def test_mails_say_to_whom_they_went(session: Session, enquiry: Enquiry) -> None:
    newest = select(Delivery).order_by(Delivery.id.desc()).limit(1)
    enquiry.email_hash = session.scalars(newest).one().to_hash
    assert [mail["to"] for mail in export(enquiry)["mails"]] == ["clinic", "clinic", "patient"]


def test_nothing_in_it_acts_or_leads_to_anybody_else(
    session: Session, enquiry: Enquiry, full_enquiry: MakeEnquiry
) -> None:
    full_enquiry(name="Somebody Else", email="else@patient.test", message="Another question")
    links.mint_for_clinic(enquiry.recipients[1], NOW, 14)
    session.flush()
    written = json.dumps(export(enquiry))
    hashes = [
        *session.scalars(select(Link.token_hash)),
        *filter(None, session.scalars(select(Delivery.to_hash))),
        *filter(None, (enquiry.email_hash, enquiry.idempotency_key, enquiry.body_hash * 20)),
    ]
    assert [hashed for hashed in hashes if hashed in written] == []
    for words in ("Somebody Else", "else@patient.test", "Another question", "not yet", "From: us"):
        assert words not in written


def test_what_was_said_and_when_is_in_it_or_left_out_on_purpose(session: Session, enquiry: Enquiry) -> None:
    """Words, times and days of each table that goes with an enquiry: a mark in each column is found again."""
    links.mint_for_patient(enquiry, NOW)
    session.flush()
    hanging = erasing.hanging_on(enquiry.id)
    assert {table.name for table, _condition in hanging} == set(LEFT_OUT)
    marks: dict[str, str] = {}
    for number, (table, condition) in enumerate(hanging):
        values: dict[str, str | date] = {}
        for place, column in enumerate(table.columns):
            if column.name in LEFT_OUT[table.name]:
                continue
            if isinstance(column.type, EncryptedText | Text):
                values[column.name] = f"mark of {table.name}.{column.name}"
            elif isinstance(getattr(column.type, "impl", None), DateTime):
                values[column.name] = NOW + timedelta(days=number, minutes=place)
            elif isinstance(column.type, Date):
                values[column.name] = date(2027, 1 + number, 1 + place)
        if not values:
            continue
        if table.name == "link":
            condition = condition & (table.c.purpose != "quote")
        session.execute(table.update().where(condition).values(values))
        for name, value in values.items():
            shown = value if isinstance(value, str) else value.isoformat().replace("+00:00", "Z")
            marks[f"{table.name}.{name}"] = shown
    session.expire_all()
    written = json.dumps(export(enquiry))
    assert [name for name, mark in marks.items() if mark not in written] == []
    assert len(marks) > 30


def test_an_enquiry_that_nobody_answered_is_whole_too(session: Session) -> None:
    bare = factories.enquiry(session, factories.clinic(session), name=None, email=None)
    data = export(bare)
    assert data["patient"]["contactPoint"] is None
    assert data["clinics"][0]["quotes"] == data["questionsAndAnswers"] == data["mails"] == []


def test_the_patients_own_answer_names_nobody(session: Session, enquiry: Enquiry) -> None:
    clinic = enquiry.recipients[0]
    asked = Clarification(enquiry_id=enquiry.id, recipient_id=clinic.id, text="Any allergies?", asked_at=NOW)
    asked.answers.append(ClarificationAnswer(text="None that I know", answered_at=NOW))
    session.add(asked)
    session.flush()
    data = export(enquiry)["questionsAndAnswers"][1]
    assert data["askedBy"] == export(enquiry)["clinics"][0]["name"]
    assert data["acceptedAnswer"][0]["author"] is None
