"""The mails about links and last days, against the reviewed ones in mails/: a changed word is seen in a change.

To accept new words, delete the file and run the test twice.
"""

from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.test_mails import as_text
from webapp.quotes import mail
from webapp.quotes.models import Quote

REVIEWED = Path(__file__).parent / "mails"
TOKEN = "T" * 43


def letter_of(session: Session, name: str, language: str) -> EmailMessage:
    clinic = factories.clinic(session, name="Larch & Linden", languages=language)
    enquiry = factories.enquiry(session, clinic, ref="LFL-23456789", name="<b>Mei</b>", language=language)
    if name == "fresh_link":
        return mail.fresh_link(enquiry, clinic, TOKEN, 14)
    quote = Quote(kind="quote", valid_until=date(2026, 12, 24))
    return mail.quote_ends_soon(enquiry, clinic, quote, TOKEN)


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
@pytest.mark.parametrize("name", ["fresh_link", "quote_ends_soon"])
def test_mails_are_the_reviewed_ones(session: Session, name: str, language: str) -> None:
    text = as_text(letter_of(session, name, language))
    assert "Mei" not in text
    reviewed = REVIEWED / f"{name}.{language}.txt"
    if not reviewed.exists():
        reviewed.parent.mkdir(exist_ok=True)
        reviewed.write_text(text, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there; it is now: read it, then run this again")
    assert text == reviewed.read_text(encoding="utf-8")
