"""Signing in by a mailed link: once, by a button, in time, with a second factor where one is owed."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.accounts.signing_in import (
    account,
    answer_requests,
    code,
    csrf_token_of,
    is_signed_in,
    link,
    post,
    sign_in,
)
from tests.factories import NOW
from webapp.accounts import services
from webapp.accounts.forms import own_path
from webapp.accounts.models import Account, SignInLink
from webapp.accounts.security import totp
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery

WHO = "kim@clinic.test"


@pytest.fixture
def kim(session: Session) -> Account:
    row = account(session, WHO, name="Kim")
    session.commit()
    return row


def test_a_link_is_mailed_and_signs_in_by_its_button(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    assert post(client, "/sign-in", email="  KIM@clinic.test ").status_code == 303
    assert answer_requests(session) == 1
    (mail,) = session.scalars(select(Delivery.mail)).all()
    assert mail
    assert session.scalars(select(Delivery.to_address)).one() == WHO
    path = link(session, kim)
    assert not is_signed_in(client)
    answer = post(client, path)
    assert (answer.status_code, answer.location) == (303, "/portal/")
    assert is_signed_in(client)


def test_a_scanner_signs_nobody_in_and_spends_nothing(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    path = link(session, kim)
    for _time in range(3):
        assert client.head(path).status_code == 200
    for _time in range(5):
        page = client.get(path)
        assert page.status_code == 200
        assert "kim" not in page.get_data(as_text=True).lower()
    assert not is_signed_in(client)
    session.commit()
    assert session.scalars(select(SignInLink.used_at)).all() == [None]
    assert post(client, path).status_code == 303


def test_a_link_works_once_and_not_for_ever(client: FlaskClient, session: Session, kim: Account) -> None:
    path = link(session, kim)
    page = client.get(path).get_data(as_text=True)
    first = client.post(path, data={"csrf_token": csrf_token_of(page)})
    assert first.status_code == 303
    assert client.get(path).status_code == 410
    token = services.mint_sign_in_link(kim, utc_now() - timedelta(minutes=11), minutes=10)
    session.commit()
    assert client.get(f"/sign-in/{token}").status_code == 410
    assert client.get("/sign-in/" + "x" * 43).status_code == 410
    assert services.use_link(token, utc_now()) is None


def test_signing_out_everywhere_ends_sessions_and_open_links(
    app: Flask, client: FlaskClient, session: Session, kim: Account
) -> None:
    elsewhere = app.test_client()
    sign_in(client, kim)
    sign_in(elsewhere, kim)
    path = link(session, kim)
    assert post(client, "/account/sign-out-everywhere", "/account").status_code == 303
    assert not is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert client.get(path).status_code == 410


def test_an_account_that_was_ended_does_not_come_in(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    sign_in(client, kim)
    path = link(session, kim)
    services.deactivate(kim, NOW)
    session.commit()
    assert not is_signed_in(client)
    assert client.get(path).status_code == 410


def test_the_answer_is_the_same_for_an_address_without_account(
    app: Flask, session: Session, kim: Account
) -> None:
    answers = []
    for email in (WHO, "nobody@clinic.test"):
        client = app.test_client()
        answer = post(client, "/sign-in", email=email)
        page = client.get(answer.location)
        answers.append((answer.status_code, answer.location, page.status_code, page.get_data()))
    assert answers[0] == answers[1]
    assert answer_requests(session) == 2
    assert session.scalars(select(Delivery.to_address)).all() == [WHO]
    assert session.scalars(select(Account.email)).all() == [WHO]
    assert len(session.scalars(select(SignInLink.id)).all()) == 1


@pytest.mark.parametrize("email", ["", "kim", "kim@", "a@b c", "x" * 300 + "@clinic.test"])
def test_what_is_no_address_is_told_and_kept(client: FlaskClient, session: Session, email: str) -> None:
    answer = post(client, "/sign-in", email=email)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "https://evil.example", "https:evil.example", "evil", "",
     "/\t/evil.example", "/%5Cevil\\", "\n/portal/", "/" + "x" * 600, "javascript:alert(1)"],
)  # fmt: skip
def test_the_way_back_never_leads_out(path: str) -> None:
    assert own_path(path) is None


@pytest.mark.parametrize("path", ["/portal/", "/portal/a-clinic/prices?x=1", "/zh/portal/", "/staff/"])
def test_the_way_back_leads_to_our_own_pages(path: str) -> None:
    assert own_path(path) == path


def test_a_page_for_members_leads_to_the_sign_in_page_and_back(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    away = client.get("/account?x=1")
    assert (away.status_code, away.location) == (303, "/sign-in?next=/account?x%3D1")
    page = client.get(away.location).get_data(as_text=True)
    assert 'value="/account?x=1"' in page
    client.post("/sign-in", data={"csrf_token": csrf_token_of(page), "email": WHO, "next": "/account?x=1"})
    answer_requests(session)
    assert session.scalars(select(SignInLink.next_path)).one() == "/account?x=1"
    sign_in(client, kim)
    assert client.get("/sign-in?next=//evil.example").location == "/portal/"


def test_a_second_factor_is_set_up_before_staff_come_in(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    kim.is_staff = True
    session.commit()
    assert post(client, link(session, kim, "/staff/")).location == "/sign-in/second-factor"
    assert not is_signed_in(client)
    assert client.get("/staff/").status_code == 303
    page = client.get("/sign-in/second-factor").get_data(as_text=True)
    assert "data:image/svg+xml;base64," in page
    wrong = client.post("/sign-in/second-factor", data={"csrf_token": csrf_token_of(page), "code": "000000"})
    assert wrong.status_code == 422
    with client.session_transaction() as kept:
        secret = kept["setting_up"]
    right = post(client, "/sign-in/second-factor", code=code(kim, secret))
    codes = re.findall(r"<code>([0-9a-f-]{14})</code>", right.get_data(as_text=True))
    assert len(codes) == services.RECOVERY_CODES
    assert client.get("/staff/").status_code == 200
    session.commit()
    session.refresh(kim)
    assert kim.totp_secret
    assert codes[0] not in (kim.recovery_codes or "")


@pytest.fixture
def with_factor(session: Session, kim: Account) -> tuple[Account, list[str]]:
    kim.totp_secret = totp().generate_totp_secret()
    codes = services.renew_recovery_codes(kim)
    session.commit()
    return kim, codes


def test_the_code_of_the_app_is_asked_after_the_link(
    client: FlaskClient, session: Session, with_factor: tuple[Account, list[str]]
) -> None:
    kim, _codes = with_factor
    assert post(client, link(session, kim)).location == "/sign-in/second-factor"
    answer = post(client, "/sign-in/second-factor", code=code(kim))
    assert (answer.status_code, answer.location) == (303, "/portal/")
    assert is_signed_in(client)


def test_a_code_is_good_once(
    app: Flask, client: FlaskClient, session: Session, with_factor: tuple[Account, list[str]]
) -> None:
    kim, _codes = with_factor
    used = code(kim)
    post(client, link(session, kim))
    assert post(client, "/sign-in/second-factor", code=used).status_code == 303
    again = app.test_client()
    post(again, link(session, kim))
    assert post(again, "/sign-in/second-factor", code=used).status_code == 422
    assert not is_signed_in(again)


def test_a_recovery_code_is_good_once(
    app: Flask, session: Session, with_factor: tuple[Account, list[str]]
) -> None:
    kim, codes = with_factor
    for expected in (303, 422):
        client = app.test_client()
        post(client, link(session, kim))
        typed = codes[0].upper() + " "
        assert post(client, "/sign-in/second-factor", code=typed).status_code == expected


def test_without_the_link_the_code_is_worth_nothing(
    client: FlaskClient, session: Session, with_factor: tuple[Account, list[str]]
) -> None:
    kim, codes = with_factor
    answer = client.get("/sign-in/second-factor")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    sign_in(client, kim, second_factor=False)
    assert not is_signed_in(client), "a session without the second factor is none"
    assert post(client, "/sign-in/second-factor", code=codes[1]).status_code == 303
    assert is_signed_in(client)


def test_whoever_comes_to_need_a_second_factor_is_asked_for_it_at_once(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    sign_in(client, kim, second_factor=False)
    assert is_signed_in(client)
    kim.is_staff = True
    session.commit()
    assert not is_signed_in(client)
    assert client.get("/sign-in").location == "/sign-in/second-factor"


def test_only_an_address_that_nobody_owns_goes_without_on_a_development_machine(
    app: Flask, session: Session
) -> None:
    for email, owes in (("demo@clinic.example", False), ("demo@clinic.sg", True)):
        row = account(session, email, is_staff=True)
        session.commit()
        client = app.test_client()
        answer = post(client, link(session, row))
        assert (answer.location == "/sign-in/second-factor") is owes


def test_what_was_in_the_browser_before_does_not_come_along(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    with client.session_transaction() as kept:
        kept["second_factor"] = True
        kept["planted"] = "by somebody else"
    post(client, link(session, kim))
    with client.session_transaction() as kept:
        assert "planted" not in kept
        assert "second_factor" not in kept


def test_signing_out_is_a_press_of_a_button_with_a_token(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    sign_in(client, kim)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 400
    assert is_signed_in(client)
    assert post(client, "/sign-out", "/account").status_code == 303
    assert not is_signed_in(client)


def test_extra_fields_change_nothing(client: FlaskClient, session: Session, kim: Account) -> None:
    sign_in(client, kim)
    post(
        client, "/account", name="Kim Lee", language="ko", is_staff="1", email="other@clinic.test", active=""
    )
    session.commit()
    session.refresh(kim)
    assert (kim.name, kim.language, kim.is_staff, kim.email) == ("Kim Lee", "ko", False, WHO)


@pytest.fixture
def few_attempts(app: Flask) -> Iterator[None]:
    object.__setattr__(app.config["SETTINGS"], "sign_in_limit_per_address", "3 per 5 minutes")
    yield
    object.__setattr__(app.config["SETTINGS"], "sign_in_limit_per_address", "1000 per 5 minutes")


def test_links_and_codes_cannot_be_asked_for_without_end(
    client: FlaskClient, session: Session, with_factor: tuple[Account, list[str]], few_attempts: None
) -> None:
    kim, _codes = with_factor
    statuses = [post(client, "/sign-in", email=WHO).status_code for _time in range(4)]
    assert statuses == [303, 303, 303, 429]
    post(client, link(session, kim))
    tried = [post(client, "/sign-in/second-factor", code="000000").status_code for _time in range(4)]
    assert tried == [422, 422, 422, 429]
