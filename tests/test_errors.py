"""Errors as people and programs get them: a page that says what to do, or problem+json, and never a 500."""

import sqlite3

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests import factories
from webapp.encryption import FieldEncryption
from webapp.enquiries import links
from webapp.extensions import db
from webapp.i18n import utc_now

NAUGHTY = [
    "%00",
    "%F0%9F%98%80",
    "%EF%BF%BE",
    "'%22;--",
    "%3Cscript%3E",
    "../../etc/passwd",
    "%25s%25n",
    "a" * 9000,
]


@pytest.mark.parametrize("text", NAUGHTY)
@pytest.mark.parametrize(
    "address", ["/enquiries/new?clinic={}&treatment={}&sessions={}", "/e/{}", "/q/{}", "/{}"]
)
def test_no_text_in_an_address_breaks_a_page(client: FlaskClient, address: str, text: str) -> None:
    assert client.get(address.format(*[text] * 3)).status_code in {200, 308, 400, 404}


def test_an_unknown_page_is_html_and_an_unknown_resource_a_problem(client: FlaskClient) -> None:
    page = client.get("/nothing")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "There is nothing here" in page.get_data(as_text=True)
    resource = client.get("/api/v1/nothing")
    assert (resource.status_code, resource.mimetype) == (404, "application/problem+json")
    assert resource.get_json()["status"] == 404


def test_the_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.delete("/enquiries/new")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_more_than_we_read_is_refused_in_words(client: FlaskClient) -> None:
    answer = client.post("/enquiries/new", data={"message": "x" * 9_000_000})
    assert answer.status_code == 413
    assert "too much text" in answer.get_data(as_text=True)


def test_a_database_that_is_away_is_a_503_that_keeps_hope(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_arguments: object, **_more: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(db.session, "scalars", away)
    answer = client.get("/enquiries/new?clinic=any")
    assert answer.status_code == 503
    assert "Nothing is lost" in answer.get_data(as_text=True)


def test_an_enquiry_that_no_key_opens_is_a_503_until_its_key_is_back(
    app: Flask,
    client: FlaskClient,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clinic = factories.clinic(session)
    enquiry = factories.enquiry(session, clinic, created_at=utc_now())
    page = f"/e/{links.mint_for_patient(enquiry, utc_now())}"
    session.commit()
    assert client.get(page).status_code == 200
    with monkeypatch.context() as without:
        other = FieldEncryption((Fernet.generate_key().decode(),), "a secret")
        without.setitem(app.extensions, "field_encryption", other)
        answer = client.get(page)
        assert answer.status_code == 503
        assert "We cannot show this at the moment" in answer.get_data(as_text=True)
    assert "FIELD_KEYS" in caplog.text
    session.expire_all()
    assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (sqlite3.SQLITE_BUSY, 503),
        (sqlite3.SQLITE_FULL, 503),
        (sqlite3.SQLITE_IOERR, 503),
        (sqlite3.SQLITE_ERROR, 500),
    ],
)
def test_what_sqlite_does_not_understand_is_our_fault(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch, code: int, status: int
) -> None:
    def fails(*_arguments: object, **_more: object) -> None:
        cause = sqlite3.OperationalError("words of the database")
        cause.sqlite_errorcode = code
        raise OperationalError("SELECT 1", {}, cause)

    monkeypatch.setattr(db.session, "scalars", fails)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.get("/enquiries/new?clinic=any")
    assert answer.status_code == status
    assert "words of the database" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "address", ["/", "/nothing", "/static/css/site.css", "/api/v1/nothing", "/enquiries/new"]
)
def test_every_answer_carries_the_policy(client: FlaskClient, address: str) -> None:
    with client.get(address) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/enquiries/new", "/e/" + "A" * 43, "/q/" + "A" * 43])
def test_private_pages_are_kept_by_nobody(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
