"""The mails as they reach a mailbox, against the reviewed ones in mails/: a changed word is seen in a change.

To accept new words, delete the file and run the test twice.
"""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.test_mails import as_text
from webapp.clinics.models import Clinic
from webapp.moderation import mail
from webapp.moderation.listed import PriceRow, Row

REVIEWED = Path(__file__).parent / "mails"
TOKEN, OTHER = "T" * 43, "U" * 43
PRICES = [
    PriceRow("Healer <b>", ["Rejuran Healer 2 ml × 1"], "S$500", date(2026, 11, 1)),
    PriceRow("Trio", ["Rejuran Healer 2 ml × 3", "HA booster × 1"], "S$1,180", None),
]
FACTS = [Row("Address", "290 Orchard Road, #14-31"), Row("Doctor", "Dr Tan, M12345A")]


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session, name="Larch & Linden", slug="larch-linden")


@pytest.mark.parametrize(
    "name",
    [
        "claim_asked",
        "claim_accepted",
        "claim_refused",
        "withdrawn",
        "never_list_asked",
        "never_list_done",
        "never_list_refused",
        "prices_age",
        "listing_ages",
    ],
)
def test_mails_are_the_reviewed_ones(app: Flask, clinic: Clinic, name: str) -> None:
    letters = {
        "claim_asked": lambda: mail.claim_asked(clinic, "en", TOKEN, 14),
        "claim_accepted": lambda: mail.claim_accepted(clinic, "en", TOKEN),
        "claim_refused": lambda: mail.claim_refused(clinic, "en", "<b>No</b> telephone."),
        "withdrawn": lambda: mail.withdrawn(clinic, "en", "Kim <b>, owner"),
        "never_list_asked": lambda: mail.never_list_asked(clinic.name, "en", TOKEN, 14),
        "never_list_done": lambda: mail.never_list_done(clinic.name, "en"),
        "never_list_refused": lambda: mail.never_list_refused(clinic.name, "en", "No."),
        "prices_age": lambda: mail.prices_age(
            clinic, "en", PRICES, confirm=TOKEN, unsubscribe=OTHER, again=False
        ),
        "listing_ages": lambda: mail.listing_ages(
            clinic, "en", FACTS, confirm=TOKEN, unsubscribe=OTHER, again=True
        ),
    }
    text = as_text(letters[name]())
    assert "<b>" not in text.split("----")[2]
    reviewed = REVIEWED / f"{name}.en.txt"
    if not reviewed.exists():
        reviewed.write_text(text, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there; it is now: read it, then run this again")
    assert text == reviewed.read_text(encoding="utf-8")
