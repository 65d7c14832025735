"""The portal's mails against the reviewed ones in mails/. To accept new words, delete the file and run this twice."""

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.test_mails import as_text
from tests.factories import NOW
from webapp.portal import mail
from webapp.portal.models import Invitation

REVIEWED = Path(__file__).parent / "mails"
TOKEN = "T" * 43


def written(session: Session, name: str) -> EmailMessage:
    clinic = factories.clinic(session, name="Larch & Linden", slug="larch-linden")
    branch = factories.clinic(session, name="Larch East")
    asked = Invitation(
        email="colleague@example.org", role="owner" if name == "invitation_as_owner" else "staff",
        invited_by="<b>Mei</b>", created_at=NOW, expires_at=NOW + timedelta(days=7),
    )  # fmt: skip
    match name:
        case "invitation":
            return mail.invitation(asked, [clinic], TOKEN, "en", 7)
        case "invitation_as_owner":
            return mail.invitation(asked, [clinic, branch], TOKEN, "en", 7)
        case "confirm_address":
            return mail.confirm_address(clinic, "<b>Mei</b>", TOKEN, "en", 7)
        case _:
            return mail.address_replaced(clinic, "<b>Mei</b>", "en")


@pytest.mark.parametrize("name", ["invitation", "invitation_as_owner", "confirm_address", "address_replaced"])
def test_mails_are_the_reviewed_ones(session: Session, name: str) -> None:
    text = as_text(written(session, name))
    assert "<b>Mei" not in text.split("----")[2]
    reviewed = REVIEWED / f"{name}.en.txt"
    if not reviewed.exists():
        reviewed.write_text(text, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there; it is now: read it, then run this again")
    assert text == reviewed.read_text(encoding="utf-8")
