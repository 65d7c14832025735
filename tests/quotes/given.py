"""Quotes as rows, complete unless a test says otherwise, and a browser on the patient's own page."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests import factories
from tests.enquiries.filled_form import fields_of
from webapp.clinics.models import Clinic
from webapp.enquiries import links
from webapp.enquiries.models import Enquiry, Recipient
from webapp.i18n import utc_now
from webapp.quotes.models import Quote, QuoteLine


def quote(session: Session, recipient: Recipient, *prices: int, **more: Any) -> Quote:
    """A line per price, the first of them three sessions of 2 ml Rejuran Healer; S$1,500 where none is given.

    Tax in, everything in the price, no other fees. `lines` changes the lines, one by one.
    """
    changes = [*more.pop("lines", [])]
    values: dict[str, Any] = {
        "version": 1, "kind": "quote", "currency": "SGD", "tax": "inclusive", "tax_rate": Decimal(9),
        "consultation": "included", "numbing": "included", "other_fees": [],
        "inclusions": {"needle": ["included"], "medicine": ["included"], "follow_up": ["included"]},
        "created_at": utc_now(),
    }  # fmt: skip
    line: dict[str, Any] = {
        "treatment_id": factories.treatment(session).id, "quantity": Decimal(2), "unit": "ml", "sessions": 3,
    }  # fmt: skip
    row = Quote(recipient_id=recipient.id, **(values | more))
    if row.kind == "quote":
        row.lines = [
            QuoteLine(
                position=number,
                price_amount=price,
                **(line | (changes[number] if number < len(changes) else {})),
            )
            for number, price in enumerate(prices or (150_000,))
        ]
    recipient.state = "declined" if row.kind == "decline" else "answered"
    session.add(row)
    session.flush()
    return row


def own_page(session: Session, enquiry: Enquiry, *, mailed: bool = False) -> str:
    """The path of the patient's page, by a link of its own."""
    token = links.mint_for_patient(enquiry, utc_now() - timedelta(hours=1), mailed=mailed)
    session.commit()
    return f"/e/{token}"


def opened(browser: FlaskClient, page: str) -> str:
    """The page after its button was pressed in this browser."""
    fields = fields_of(browser.get(page).get_data(as_text=True), f"{page}/open")
    assert browser.post(f"{page}/open", data=fields).status_code == 303
    return browser.get(page).get_data(as_text=True)


def act(browser: FlaskClient, page: str, action: str, **fields: Any) -> TestResponse:
    """Press one of the page's buttons: POST to `page`/`action` with the page's token and these fields."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).get_data(as_text=True))
    token = {"csrf_token": found.group(1)} if found else {}
    return browser.post(f"{page}/{action}", data=token | fields)


def asked(session: Session, *clinics: Clinic, **more: Any) -> Enquiry:
    """An enquiry of today, so that its page is open whenever the tests run."""
    enquiry = factories.enquiry(session, *clinics, created_at=utc_now(), **more)
    session.commit()
    return enquiry
