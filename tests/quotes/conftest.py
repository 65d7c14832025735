"""An enquiry to two clinics, and the links that its mails carry."""

import re
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_string
from email.message import Message
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests import factories
from tests.enquiries.filled_form import enquiry_fields, fields_of
from webapp.clinics.models import Clinic
from webapp.enquiries import forms, links
from webapp.enquiries.models import Enquiry
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery


@dataclass(frozen=True)
class Asked:
    """`quote_pages` stand in the order of `clinics`."""

    patient_page: str
    quote_pages: list[str]
    clinics: list[Clinic]
    enquiry: Enquiry


def letters(session: Session, key: str) -> list[Message]:
    """The mails whose key begins with `key`, as they would go out."""
    session.commit()
    rows = session.scalars(select(Delivery).where(Delivery.key.like(f"{key}%")).order_by(Delivery.id))
    return [message_from_string(row.mail or "") for row in rows]


def plain_part(letter: Message) -> str:
    part = letter.get_payload(0)
    assert isinstance(part, Message)
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


def path_in(letter: Message, page: str) -> str:
    """The path of the first link to /e/ or /q/ in the plain part."""
    found = re.search(rf"(?:/zh|/ko)?/{page}/[\w-]{{43}}", plain_part(letter))
    assert found
    return found.group()


def answer_fields(page: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send for the sheet on a clinic's page, changed where a test says so; None leaves it out."""
    found = re.search(r'action="((?:/zh|/ko)?/q/[\w-]{43})"', page)
    assert found, "the sheet is not on the page"
    fields: dict[str, Any] = dict(fields_of(page, found.group(1)))
    return {
        name: value for name, value in (fields | {"answer": "quote"} | changes).items() if value is not None
    }


def press(browser: FlaskClient, page: str, action: str, **typed: Any) -> TestResponse:
    """Press the button of the page's form to `page`/`action`."""
    fields = fields_of(browser.get(page).get_data(as_text=True), f"{page}/{action}")
    return browser.post(f"{page}/{action}", data=fields | typed)


def answered(browser: FlaskClient, page: str, **changes: Any) -> TestResponse:
    """Send the sheet as it stands, with these changes."""
    return browser.post(page, data=answer_fields(browser.get(page).get_data(as_text=True), **changes))


def quote_page(session: Session, enquiry: Enquiry, number: int = 0) -> str:
    """The page on which one of the enquiry's clinics answers, with a link of its own."""
    token = links.mint_for_clinic(enquiry.recipients[number], utc_now(), 14)
    session.commit()
    return f"/q/{token}"


@pytest.fixture
def clinic_browser(app: Flask, isolated: None) -> FlaskClient:
    """Somebody else's browser: the clinic opens its mail on a machine of its own."""
    return app.test_client()


@pytest.fixture
def asked(client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch) -> Asked:
    monkeypatch.setattr(forms, "FASTEST", timedelta())
    clinics = [factories.clinic(session, asks_for="concerns"), factories.clinic(session)]
    for clinic in clinics:
        factories.offer(session, clinic)
    session.commit()
    query = "&".join(f"clinic={clinic.slug}" for clinic in clinics) + "&treatment=rejuran_healer&sessions=3"
    answer = client.post("/enquiries/new", data=enquiry_fields(client, query))
    assert answer.status_code == 303
    pages = [path_in(letter, "q") for letter in letters(session, "enquiry-asks-clinic:")]
    return Asked(answer.headers["Location"], pages, clinics, session.scalars(select(Enquiry)).one())
