"""Whether an address has an account shows in nothing: not in the page, the database's work, the bells, or the time."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.accounts.conftest import WHO
from tests.accounts.signing_in import account, answer_requests, csrf_token_of, post
from webapp import queue
from webapp.accounts import services
from webapp.accounts.models import Account, SignInLink, SignInRequest
from webapp.extensions import db
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery
from webapp.unit_of_work import unit_of_work

ADDRESSES = (WHO, "nobody@clinic.test", "ended@clinic.test", "staff@clinic.test")


@pytest.fixture
def people(session: Session, kim: Account) -> None:
    services.deactivate(account(session, "ended@clinic.test"), utc_now())
    account(session, "staff@clinic.test", is_staff=True)
    session.commit()


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """What the database is told, without the values and the savepoints' numbers."""
    told: list[str] = []

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        told.append(re.sub(r"\d+$", "", statement))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield told
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    bells: list[str] = []
    monkeypatch.setattr(queue, "ring", lambda name, row_id: bells.append(name))
    return bells


def test_the_same_statements_the_same_bell_and_the_same_answer(
    app: Flask, session: Session, people: None, statements: list[str], rung: list[str]
) -> None:
    told = []
    for email in ADDRESSES:
        browser = app.test_client()
        token = csrf_token_of(browser.get("/sign-in").get_data(as_text=True))
        statements.clear()
        rung.clear()
        answer = browser.post("/sign-in", data={"csrf_token": token, "email": email})
        headers = [(name, value) for name, value in answer.headers if name != "Set-Cookie"]
        told.append((answer.status_code, answer.get_data(), headers, list(statements), list(rung)))
    assert told[0][3], "the statements are heard"
    assert told[0][4] == [queue.ANSWER_SIGN_IN]
    for other in told[1:]:
        assert other == told[0]


def test_only_an_account_that_is_active_gets_a_mail(
    app: Flask, session: Session, people: None, mailed_links: Callable[[str], list[str]]
) -> None:
    for email in ADDRESSES:
        assert post(app.test_client(), "/sign-in", email=email).status_code == 303
    assert [len(mailed_links(email)) for email in ADDRESSES] == [1, 0, 0, 1]
    assert session.scalars(select(SignInRequest.id)).all() == []


def test_the_address_that_waits_for_its_answer_is_encrypted(client: FlaskClient, session: Session) -> None:
    post(client, "/sign-in", email="Somebody@clinic.test")
    stored = session.connection().exec_driver_sql("SELECT email FROM sign_in_request").scalar_one()
    assert "somebody" not in stored.lower()
    assert "clinic" not in stored


def test_a_request_is_answered_once(session: Session, kim: Account) -> None:
    with unit_of_work():
        services.ask_for_link(WHO, "/portal/", utc_now())
    (request_id,) = services.unanswered(10)
    for _worker in range(3):
        with unit_of_work():
            services.answer_request(request_id, utc_now(), 10)
    assert len(session.scalars(select(SignInLink.id)).all()) == 1
    assert len(session.scalars(select(Delivery.id)).all()) == 1
    assert answer_requests(session) == 0
