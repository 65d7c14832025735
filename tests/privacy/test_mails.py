"""The mails about an erasure, against the reviewed ones in mails/. To accept new words, delete the file, run twice."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.test_mails import as_text
from webapp.enquiries import mail

REVIEWED = Path(__file__).parent / "mails"


@pytest.mark.parametrize("name", ["enquiry_erased", "erased"])
def test_mails_are_the_reviewed_ones(session: Session, name: str) -> None:
    if name == "enquiry_erased":
        letter = mail.enquiry_erased(factories.clinic(session, languages="en"), "LFL-23456789")
    else:
        letter = mail.erased("en", "LFL-23456789", "7K3M-22AB-CDEF-GHJK-MNPQ", 3)
    text = as_text(letter)
    reviewed = REVIEWED / f"{name}.en.txt"
    if not reviewed.exists():
        reviewed.parent.mkdir(exist_ok=True)
        reviewed.write_text(text, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there; it is now: read it, then run this again")
    assert text == reviewed.read_text(encoding="utf-8")
