"""Signed in, for tests about something else: the session as the sign-in pages leave it."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import NOW
from webapp.accounts import services
from webapp.accounts.models import Account


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
