"""The mails that follow a reply, against the reviewed ones in mails/ (see tests/enquiries/test_mails.py)."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.test_mails import as_text
from webapp.clinics.models import Clinic
from webapp.enquiries import mail as enquiry_mail
from webapp.enquiries.models import Enquiry
from webapp.quotes import mail

REVIEWED = Path(__file__).parent / "mails"
TOKEN = "T" * 43


@pytest.fixture
def asked(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> tuple[Enquiry, Clinic]:
    """Replies are heard."""
    settings = replace(app.config["SETTINGS"], inbound_address="reply+{token}@in.example.org")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    clinic = factories.clinic(session, name="Larch & Linden", slug="larch-linden")
    enquiry = factories.enquiry(
        session, clinic, ref="LFL-23456789", name="<b>Mei</b>", email="mei@example.org"
    )
    return enquiry, clinic


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
@pytest.mark.parametrize(
    "name", ["clinic_wrote", "link_again", "reply_not_passed_on", "asks_clinic_replies_heard"]
)
def test_mails_are_the_reviewed_ones(asked: tuple[Enquiry, Clinic], name: str, language: str) -> None:
    enquiry, clinic = asked
    enquiry.language = clinic.languages = language
    letter = {
        "clinic_wrote": lambda: mail.clinic_wrote(enquiry, clinic, TOKEN, got_link=True),
        "link_again": lambda: mail.link_again(enquiry, clinic, TOKEN, 14),
        "reply_not_passed_on": lambda: mail.reply_not_passed_on(enquiry, TOKEN),
        "asks_clinic_replies_heard": lambda: enquiry_mail.asks_clinic(enquiry, clinic, TOKEN, 14),
    }[name]()
    text = as_text(letter)
    assert "<b>Mei" not in text.split("----")[2]
    reviewed = REVIEWED / f"{name}.{language}.txt"
    if not reviewed.exists():
        reviewed.write_text(text, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there; it is now: read it, then run this again")
    assert text == reviewed.read_text(encoding="utf-8")
