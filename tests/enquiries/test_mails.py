"""The mails as they reach a mailbox, against the reviewed ones in mails/: a changed word is seen in a change.

To accept new words, delete the file and run the test twice.
"""

import re
from datetime import date
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests import factories
from webapp.clinics.models import Clinic
from webapp.enquiries import mail
from webapp.enquiries.models import Enquiry
from webapp.quotes import mail as quote_mail
from webapp.quotes.models import Quote

REVIEWED = Path(__file__).parent / "mails"
TOKEN = "T" * 43


@pytest.fixture
def asked(session: Session) -> tuple[Enquiry, Clinic]:
    clinic = factories.clinic(session, name="Larch & Linden", slug="larch-linden")
    enquiry = factories.enquiry(
        session, clinic, ref="LFL-23456789", earliest_on=date(2026, 12, 1), latest_on=date(2026, 12, 24),
        name="<b>Mei</b>", email="mei@example.org",
        wants=[{"quantity": Decimal(2), "unit": "ml", "area": "face;neck"}, {"sessions": 1}],
    )  # fmt: skip
    return enquiry, clinic


def as_text(letter: EmailMessage) -> str:
    """Subject, plain part and HTML part, without what differs from machine to machine."""
    plain, html = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    parts = [f"Subject: {letter['Subject']}", plain.get_content(), html.get_content()]
    text = "\n----\n".join(part.replace("\r\n", "\n").strip() for part in parts) + "\n"
    return re.sub(r"http://127\.0\.0\.1:\d+", "BASE_URL", text)


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
@pytest.mark.parametrize(
    "name",
    [
        "asks_clinic", "patient_page", "enquiry_copy", "clinic_unreachable", "answered", "declined",
        "consultation_first", "clinic_news_asked", "clinic_news_explained", "clinic_news_accepted",
        "clinic_news_declined", "clinic_news_released", "patient_news_asked", "patient_news_explained",
        "patient_news_withdrawn",
    ],
)  # fmt: skip
def test_mails_are_the_reviewed_ones(asked: tuple[Enquiry, Clinic], name: str, language: str) -> None:
    enquiry, clinic = asked
    enquiry.language = clinic.languages = language
    kinds = {"answered": "quote", "declined": "decline", "consultation_first": "consultation_first"}
    if name == "asks_clinic":
        letter = mail.asks_clinic(enquiry, clinic, TOKEN, 14)
    elif name == "patient_page":
        letter = mail.patient_page(enquiry, [clinic], TOKEN)
    elif name == "enquiry_copy":
        letter = mail.enquiry_copy(enquiry, [clinic], TOKEN)
    elif name == "clinic_unreachable":
        letter = mail.clinic_unreachable(enquiry, clinic, TOKEN)
    elif name.startswith("clinic_news_"):
        letter = quote_mail.news_for_clinic(enquiry, clinic, TOKEN, 14, name.removeprefix("clinic_news_"))  # type: ignore[arg-type]
    elif name.startswith("patient_news_"):
        letter = quote_mail.news_for_patient(enquiry, clinic, TOKEN, name.removeprefix("patient_news_"))  # type: ignore[arg-type]
    else:
        letter = quote_mail.clinic_answered(enquiry, clinic, Quote(kind=kinds[name]), TOKEN)
    text = as_text(letter)
    assert "<b>Mei" not in text.split("----")[2]
    reviewed = REVIEWED / f"{name}.{language}.txt"
    if not reviewed.exists():
        reviewed.write_text(text, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there; it is now: read it, then run this again")
    assert text == reviewed.read_text(encoding="utf-8")


def test_the_first_line_says_what_to_do(asked: tuple[Enquiry, Clinic]) -> None:
    enquiry, clinic = asked
    clinic.languages = "en"
    body = mail.asks_clinic(enquiry, clinic, TOKEN, 14).get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines()[0] == (
        "Please answer by this link; it takes about two minutes. Replies to this mail do not reach the patient."
    )
