"""Who comes in where: guards, ways back, and the doors of Flask-Security that stay shut."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import SQLAlchemyUserDatastore
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.accounts.conftest import WHO
from tests.accounts.signing_in import account, csrf_token_of, is_signed_in, link, post, sign_in
from webapp.access import audience_of
from webapp.accounts import services
from webapp.accounts.models import Account, SignInLink
from webapp.i18n import utc_now

OUT_OF_THE_SITE = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/portal/",
    "https:///evil.example",
    "/\t/evil.example",
    "%2F%2Fevil.example",
    "/%09/evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "/portal/\r\nSet-Cookie: a=b",
    "///evil.example",
    "@evil.example",
    ".evil.example",
]


@pytest.mark.parametrize("path", OUT_OF_THE_SITE)
def test_no_way_back_leads_out_of_the_site(
    app: Flask, client: FlaskClient, session: Session, kim: Account, path: str
) -> None:
    """Typed into the address, sent in the form, and stored with a link by whatever means."""
    page = client.get("/sign-in", query_string={"next": path}).get_data(as_text=True)
    client.post("/sign-in", data={"csrf_token": csrf_token_of(page), "email": WHO, "next": path})
    for request_id in services.unanswered(10):
        services.answer_request(request_id, utc_now(), 10)
    session.commit()
    stored = session.scalars(select(SignInLink.next_path)).one()
    assert stored in {"", "/%09/evil.example"}
    sign_in(client, kim)
    location = client.get("/sign-in", query_string={"next": path}).location
    assert location in {"/portal/", "/%09/evil.example"}


@pytest.mark.parametrize("path", ["/account", "/portal/", "/staff/", "/staff/claims"])
def test_nobody_is_led_to_the_sign_in_page_by_every_method(
    client: FlaskClient, session: Session, path: str
) -> None:
    for method in ("GET", "HEAD"):
        answer = client.open(path, method=method)
        assert (answer.status_code, answer.location) == (303, f"/sign-in?next={path}")
        assert answer.headers["Cache-Control"] == "no-store" or path == "/portal/"


def test_a_form_of_nobody_is_led_there_too_and_changes_nothing(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    token = csrf_token_of(client.get("/sign-in").get_data(as_text=True))
    before = kim.fs_uniquifier
    for path in (
        "/account",
        "/account/recovery-codes",
        "/account/sign-out-everywhere",
        "/account/second-factor",
    ):
        answer = client.post(path, data={"csrf_token": token, "name": "x", "language": "en"})
        assert (answer.status_code, answer.location) == (303, "/sign-in")
    session.commit()
    session.refresh(kim)
    assert (kim.name, kim.fs_uniquifier) == ("Kim", before)


def test_for_whoever_is_not_of_the_staff_their_pages_are_not_there(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    sign_in(client, kim)
    nowhere = client.get("/nowhere-at-all")
    for path in ("/staff/", "/staff/claims", "/staff/decisions"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.get_data().replace(path.encode(), b"") == nowhere.get_data().replace(
            b"/nowhere-at-all", b""
        )


@pytest.mark.parametrize("prefix", ["/zh", "/ko"])
def test_the_language_is_kept_on_the_whole_way(
    client: FlaskClient, session: Session, kim: Account, prefix: str
) -> None:
    away = client.get(f"{prefix}/account")
    assert away.location == f"{prefix}/sign-in?next={prefix}/account"
    page = client.get(away.location).get_data(as_text=True)
    assert f'value="{prefix}/account"' in page
    path = prefix + link(session, kim, "")
    assert post(client, path).location == f"{prefix}/portal/"


def test_a_token_in_address_header_or_body_lets_nobody_in(
    app: Flask, client: FlaskClient, session: Session, kim: Account
) -> None:
    """Flask-Security's own tokens would let in whoever holds one, past the second factor."""
    with app.test_request_context("/"):
        token = kim.get_auth_token()
    session.commit()
    for attempt in (
        {"query_string": {"auth_token": token}},
        {"headers": {"Authentication-Token": str(token)}},
        {"json": {"auth_token": token}, "method": "GET"},
    ):
        assert client.open("/account", **attempt).status_code == 303


def test_of_flask_securitys_routes_and_commands_there_is_none(app: Flask) -> None:
    assert not {"security", "users", "roles"} & {*app.blueprints, *app.cli.commands}
    assert [rule.rule for rule in app.url_map.iter_rules() if audience_of(app, rule.endpoint) is None] == []
    for path in (
        "/login",
        "/logout",
        "/register",
        "/reset",
        "/tf-setup",
        "/us-signin",
        "/wan-signin",
        "/verify",
    ):
        assert app.test_client().get(path).status_code == 404


def test_pages_and_files_for_everybody_vary_by_no_cookie(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    sign_in(client, kim)
    for path in ("/", "/clinics", "/static/css/site.css", "/api/v1/treatments"):
        # A file is read, so that it is closed.
        answer = client.get(path, buffered=True)
        assert answer.status_code == 200
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "Set-Cookie" not in answer.headers


def test_whoever_is_signed_in_reads_that_the_database_is_away(
    client: FlaskClient, session: Session, kim: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of the error asks nobody who is signed in: asking would fail once more."""
    sign_in(client, kim)

    def away(*_arguments: object, **_keywords: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(SQLAlchemyUserDatastore, "find_user", away)
    answer = client.get("/account")
    assert answer.status_code == 503
    assert "We cannot show this at the moment" in answer.get_data(as_text=True)
    assert client.get("/").status_code == 200


def test_pages_of_accounts_are_kept_by_no_cache_and_found_by_no_search(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    for path in ("/sign-in", "/sign-in/sent", link(session, kim), "/sign-in/" + "x" * 43, "/account"):
        headers = client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex"


def test_another_browser_may_use_the_link_by_its_button_and_only_it_is_signed_in(
    client: FlaskClient, anonymous: FlaskClient, session: Session, kim: Account
) -> None:
    post(client, "/sign-in", email=WHO)
    assert post(anonymous, link(session, kim)).status_code == 303
    assert is_signed_in(anonymous)
    assert not is_signed_in(client)


def test_another_persons_link_takes_the_browser_over_whole(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    lee = account(session, "lee@clinic.test", name="Lee")
    session.commit()
    sign_in(client, kim)
    assert post(client, link(session, lee)).status_code == 303
    page = client.get("/account").get_data(as_text=True)
    assert "lee@clinic.test" in page
    assert WHO not in page


@pytest.mark.parametrize(("is_staff", "first"), [(False, "/portal/"), (True, "/staff/")])
def test_whoever_asked_for_no_page_comes_to_her_first_one(
    client: FlaskClient, session: Session, is_staff: bool, first: str
) -> None:
    row = account(session, "demo@clinic.example", is_staff=is_staff)
    session.commit()
    assert post(client, link(session, row, "")).location == first
    assert client.get("/sign-in").location == first
    assert client.get("/ko/sign-in").location == f"/ko{first}"
    assert client.get("/sign-in?next=/portal/").location == "/portal/"
