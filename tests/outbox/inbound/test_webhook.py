"""POST /inbound/mail: who may, what is taken, and that it is the same as from the mailbox."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.outbox.conftest import question
from tests.outbox.inbound.samples import INBOUND, block, mail, report
from webapp.outbox import queries, services
from webapp.outbox.models import InboundMail
from webapp.unit_of_work import unit_of_work

SECRET = "a token that the mail service was given"
PAGE = "/inbound/mail"


@pytest.fixture(autouse=True)
def hook(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(app.config["SETTINGS"], inbound_address=INBOUND, inbound_hook_token=SECRET)
    monkeypatch.setitem(app.config, "SETTINGS", settings)


def post(
    client: FlaskClient, content: bytes, token: str = SECRET, kind: str = "message/rfc822"
) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.post(PAGE, data=content, headers=headers, content_type=kind)


def rows(session: Session) -> list[str]:
    session.commit()
    return list(session.scalars(select(InboundMail.kind)))


def test_a_bounce_that_is_posted_is_heard_once(client: FlaskClient, session: Session) -> None:
    with unit_of_work():
        delivery = services.post("a-mail:1", "desk@larch.example", question, hears_replies=True)
    address = next(line[10:] for line in (delivery.mail or "").split("\r\n") if line.startswith("Reply-To: "))
    session.commit()
    content = report(block(), to=address)
    assert [post(client, content).status_code for _time in range(2)] == [204, 204]
    assert rows(session) == ["bounce"]
    assert queries.suppressions("desk@larch.example") == {services.BOUNCED}


@pytest.mark.parametrize("token", ["", "another", SECRET + "x", SECRET.upper(), "\xff"])
def test_another_token_is_refused(client: FlaskClient, session: Session, token: str) -> None:
    assert post(client, mail("Words\n"), token=token).status_code == 401
    assert rows(session) == []


def test_where_no_token_is_configured_there_is_nothing(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], inbound_hook_token=""))
    assert post(client, mail("Words\n")).status_code == 404
    assert post(client, mail("Words\n"), token="").status_code == 404


def test_a_browser_gets_nothing_there(client: FlaskClient, session: Session) -> None:
    assert client.get(PAGE).status_code == 405
    assert client.post(PAGE, data={"mail": "x"}).status_code == 401
    assert rows(session) == []


@pytest.mark.parametrize("kind, content", [("application/json", b"{}"), ("message/rfc822", b" \n")])
def test_what_is_no_mail_is_refused(client: FlaskClient, session: Session, kind: str, content: bytes) -> None:
    assert post(client, content, kind=kind).status_code in {415, 422}
    assert rows(session) == []


def test_of_a_large_mail_the_beginning_is_heard_and_a_huge_one_is_refused(
    client: FlaskClient, session: Session
) -> None:
    assert post(client, mail("Words\n") + b"x" * 3_000_000).status_code == 204
    assert post(client, mail("Words\n") + b"x" * 9_000_000).status_code == 413
    assert rows(session) == ["unknown"]
