"""A clinic that nobody claimed, with a web site of its own, and the mails and links that a claim makes."""

import re
from collections.abc import Callable
from email import message_from_string
from email.message import Message
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.quotes.conftest import asked as asked
from webapp.clinics.models import Clinic
from webapp.outbox.models import Delivery

WEBSITE = "https://www.larch.com.sg/en"
AT_DOMAIN = "front.desk@larch.com.sg"
ELSEWHERE = "larch.clinic@gmail.com"


@pytest.fixture
def unclaimed(session: Session) -> Clinic:
    clinic = factories.clinic(
        session, name="Larch Skin Clinic", slug="larch-skin", website=WEBSITE, phone="+65 6235 1234", unit="#14-31",
        authority="unclaimed", authority_by=None, authority_on=None, enquiry_email=None, sample=False,
        enquiry_email_confirmed_on=None, accepts_enquiries=False, source="a list of the ministry",
    )  # fmt: skip
    session.commit()
    return clinic


def mails(session: Session, key: str) -> list[Delivery]:
    """The rows of the mails whose key begins with `key`, oldest first."""
    session.commit()
    return list(
        session.scalars(select(Delivery).where(Delivery.key.like(f"{key}%")).order_by(Delivery.id)).all()
    )


def letter(row: Delivery) -> Message:
    return message_from_string(row.mail or "")


def plain_part(row: Delivery) -> str:
    part = letter(row).get_payload(0)
    assert isinstance(part, Message)
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


def path_in(row: Delivery, page: str = "c") -> str:
    """The path of the first link to /c/ (or /u/) in the mail's plain part."""
    found = re.search(rf"(?:/zh|/ko)?/{page}/[\w-]{{43}}", plain_part(row))
    assert found
    return found.group()


@pytest.fixture
def send(client: FlaskClient) -> Callable[..., int]:
    """Fill in the form at a path and send it; the answer's status."""

    def send(path: str, **changes: Any) -> int:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).get_data(as_text=True))
        assert token
        filled = {"csrf_token": token.group(1), "name": "Kim Tan", "position": "manager", "agrees": "y"}
        fields = {name: value for name, value in (filled | changes).items() if value is not None}
        return client.post(path, data=fields).status_code

    return send


@pytest.fixture
def press(client: FlaskClient) -> Callable[..., int]:
    """Open the page behind a link and press its button, several times if so told; the last answer's status."""

    def press(path: str, times: int = 1, **changes: str) -> int:
        page = client.get(path).get_data(as_text=True)
        fields = dict(re.findall(r'name="(csrf_token|mark)" value="([^"]+)"', page))
        return [client.post(path, data=fields | changes).status_code for _time in range(times)][-1]

    return press
