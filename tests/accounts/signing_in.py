"""Signed in, for tests about something else: the session as the sign-in pages leave it; and the way there."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories import NOW
from webapp.accounts import services
from webapp.accounts.models import Account
from webapp.accounts.security import totp
from webapp.i18n import utc_now
from webapp.unit_of_work import unit_of_work


def account(session: Session, email: str = "kim@clinic.example", **more: Any) -> Account:
    """The account of an address, made when it is not there."""
    row = services.find_or_create(email, NOW)
    for name, value in more.items():
        setattr(row, name, value)
    session.flush()
    return row


def sign_in(client: FlaskClient, row: Account, *, second_factor: bool = True) -> None:
    """Give the browser a session of this account. Commit the account before."""
    with client.session_transaction() as kept:
        kept["_user_id"] = row.fs_uniquifier
        kept["_fresh"] = True
        if second_factor:
            kept["second_factor"] = True


def csrf_token_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found.group(1)


def post(client: FlaskClient, path: str, page: str | None = None, **fields: Any) -> TestResponse:
    """Send a form as a browser does: with the token of the page it stands on."""
    shown = client.get(page or path).get_data(as_text=True)
    return client.post(path, data={"csrf_token": csrf_token_of(shown), **fields})


def link(session: Session, row: Account, next_path: str = "/portal/") -> str:
    """The path of a new link for an account."""
    token = services.mint_sign_in_link(row, utc_now(), minutes=10, next_path=next_path)
    session.commit()
    return f"/sign-in/{token}"


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def code(row: Account, secret: str | None = None) -> str:
    """What the authenticator app shows now."""
    return totp().generate_totp_password(secret or row.totp_secret or "")


def answer_requests(session: Session) -> int:
    """Do what the worker does for whoever asked for a link; how many asked."""
    session.commit()
    waiting = services.unanswered(100)
    for request_id in waiting:
        with unit_of_work():
            services.answer_request(request_id, utc_now(), 10)
    return len(waiting)
