"""People who sign in, and a site of its own that stands behind https and really commits."""

import re
from collections.abc import Callable, Iterator
from email import message_from_string
from email.message import Message

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config import from_environment
from tests.accounts.signing_in import account, answer_requests
from tests.conftest import Browser
from webapp.accounts import services
from webapp.accounts.models import Account, SignInLink, SignInRequest
from webapp.accounts.security import totp
from webapp.app import create_app
from webapp.extensions import db
from webapp.outbox.models import Delivery, DeliveryEvent
from webapp.rate_limits import RateCount
from webapp.unit_of_work import unit_of_work

WHO = "kim@clinic.test"
SITE = "https://likeforlike.example"


@pytest.fixture
def kim(session: Session) -> Account:
    """Somebody with an account, and nothing that asks for a second factor."""
    row = account(session, WHO, name="Kim")
    session.commit()
    return row


@pytest.fixture
def with_factor(session: Session, kim: Account) -> tuple[Account, list[str]]:
    """Kim with an authenticator app, and her recovery codes."""
    kim.totp_secret = totp().plain(totp().generate_totp_secret())
    codes = services.renew_recovery_codes(kim)
    session.commit()
    return kim, codes


@pytest.fixture
def mailed_links(session: Session) -> Callable[[str], list[str]]:
    """The paths of the links that were mailed to an address, oldest first."""

    def links(email: str) -> list[str]:
        answer_requests(session)
        rows = session.scalars(select(Delivery).where(Delivery.key.like("sign-in:%")).order_by(Delivery.id))
        texts = [plain_part(row) for row in rows if row.to_address == email]
        found = [re.search(r"(?:/zh|/ko)?/sign-in/[\w-]{43}", text) for text in texts]
        return [match.group() for match in found if match]

    return links


def plain_part(row: Delivery) -> str:
    part = message_from_string(row.mail or "").get_payload(0)
    assert isinstance(part, Message)
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


@pytest.fixture(scope="session")
def https_app(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application as it runs on a real site, on a database of its own that nothing rolls back."""
    app = create_app(
        from_environment(
            {
                "BASE_URL": SITE,
                "INSTANCE_DIR": str(tmp_path_factory.mktemp("real-site")),
                "DATABASE_URL": new_database(),
                "SECRET_KEY": "the secret key of a real site, long enough",
                "FIELD_KEYS": Fernet.generate_key().decode(),
                "MAIL_URL": "smtp://127.0.0.1:1",
            }
        )
    )
    app.testing = True
    app.test_client_class = Browser
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def real_site(https_app: Flask) -> Iterator[Flask]:
    """https_app, emptied afterwards."""
    yield https_app
    with https_app.app_context(), unit_of_work() as work:
        for table in (SignInRequest, SignInLink, DeliveryEvent, Delivery, Account, RateCount):
            work.execute(delete(table))


@pytest.fixture
def anonymous(app: Flask, isolated: None) -> FlaskClient:
    """A second browser, in which nobody signed in."""
    return app.test_client()
