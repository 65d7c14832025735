"""Sign-in as a real site has it: over https, with the cookie, the Referer and the second factor that it takes there."""

import re
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.accounts.conftest import SITE
from tests.accounts.signing_in import csrf_token_of
from webapp.accounts import services
from webapp.accounts.models import Account
from webapp.accounts.security import totp
from webapp.accounts.session import requires_second_factor
from webapp.extensions import db
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery
from webapp.unit_of_work import unit_of_work

STAFF = "mina@likeforlike.test"


def make_staff(app: Flask, *, with_app: bool) -> tuple[str, list[str], str]:
    """A person of staff; returns the path of a link for her, her recovery codes and her app's secret."""
    with app.app_context():
        with unit_of_work():
            account = services.find_or_create(STAFF, utc_now())
            account.is_staff = True
            codes = []
            if with_app:
                account.totp_secret = totp().plain(totp().generate_totp_secret())
                codes = services.renew_recovery_codes(account)
            token = services.mint_sign_in_link(account, utc_now(), minutes=10, next_path="/staff/")
            secret = account.totp_secret or ""
        return f"/sign-in/{token}", codes, secret


def send(browser: FlaskClient, path: str, referer: str | None = SITE, **fields: str) -> TestResponse:
    page = browser.get(path, base_url=SITE).get_data(as_text=True)
    headers = {} if referer is None else {"Referer": f"{referer}{path}"}
    return browser.post(
        path, base_url=SITE, headers=headers, data={"csrf_token": csrf_token_of(page), **fields}
    )


def test_the_whole_way_in_over_https(real_site: Flask) -> None:
    path, _codes, _secret = make_staff(real_site, with_app=False)
    browser = real_site.test_client()
    page = browser.get(path, base_url=SITE)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    (cookie,) = page.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "Expires" not in cookie
    assert send(browser, path).location == "/sign-in/second-factor"
    assert browser.get("/staff/", base_url=SITE).status_code == 303
    setting_up = browser.get("/sign-in/second-factor", base_url=SITE).get_data(as_text=True)
    key = re.search(r'<code id="key">([A-Z2-7]+)</code>', setting_up)
    assert key
    with real_site.app_context():
        typed = totp().generate_totp_password(f"otpauth://totp/x?secret={key.group(1)}&issuer=Like+for+Like")
    done = send(browser, "/sign-in/second-factor", code=typed)
    assert done.status_code == 200
    assert (
        len(re.findall(r"<code>[0-9a-f-]{14}</code>", done.get_data(as_text=True))) == services.RECOVERY_CODES
    )
    assert browser.get("/staff/", base_url=SITE).status_code == 200


@pytest.mark.parametrize("referer", [None, "https://evil.example", "http://likeforlike.example"])
def test_a_form_from_elsewhere_is_refused(real_site: Flask, referer: str | None) -> None:
    path, _codes, _secret = make_staff(real_site, with_app=False)
    browser = real_site.test_client()
    assert send(browser, path, referer).status_code == 400
    assert send(browser, path).status_code == 303, "and nothing was spent"


def test_over_http_there_is_only_the_way_to_https(real_site: Flask) -> None:
    answer = real_site.test_client().get("/sign-in", base_url="http://likeforlike.example")
    assert answer.status_code in {301, 302}
    assert answer.location == f"{SITE}/sign-in"


def test_links_in_mails_come_from_the_settings_and_not_from_the_request(real_site: Flask) -> None:
    make_staff(real_site, with_app=False)
    browser = real_site.test_client()
    page = browser.get("/sign-in", base_url="https://evil.example").get_data(as_text=True)
    sent = browser.post(
        "/sign-in",
        base_url="https://evil.example",
        data={"csrf_token": csrf_token_of(page), "email": STAFF},
    )
    assert sent.status_code == 303
    with real_site.app_context():
        for request_id in services.unanswered(10):
            with unit_of_work():
                services.answer_request(request_id, utc_now(), 10)
        mail = db.session.scalars(select(Delivery.mail)).one()
    assert mail
    assert f"{SITE}/sign-in/" in mail
    assert "evil" not in mail


@pytest.mark.parametrize("email", [STAFF, "staff@likeforlike.example", "staff@example.org"])
def test_no_address_goes_without_a_second_factor_on_a_real_site(real_site: Flask, email: str) -> None:
    with real_site.app_context():
        with unit_of_work():
            account = services.find_or_create(email, utc_now())
            account.is_staff = True
        assert requires_second_factor(account)


def test_there_is_no_demo_staff_on_a_real_site(real_site: Flask) -> None:
    with real_site.app_context():
        with unit_of_work():
            assert services.ensure_demo_staff(utc_now()) is None
        assert db.session.scalars(select(Account)).all() == []


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_browsers_that_type_one_code_at_once_one_comes_in(real_site: Flask, kind: str) -> None:
    browsers = []
    codes: list[str] = []
    secret = ""
    for _number in range(4):
        browser = real_site.test_client()
        path, new_codes, new_secret = make_staff(real_site, with_app=not codes)
        codes, secret = new_codes or codes, new_secret or secret
        assert send(browser, path).location == "/sign-in/second-factor"
        page = browser.get("/sign-in/second-factor", base_url=SITE).get_data(as_text=True)
        browsers.append((browser, csrf_token_of(page)))
    with real_site.app_context():
        typed = codes[0] if kind == "recovery" else totp().generate_totp_password(secret)
    start = Barrier(len(browsers))
    answers: list[int] = []

    def press(browser: FlaskClient, token: str) -> None:
        start.wait()
        answer = browser.post(
            "/sign-in/second-factor",
            base_url=SITE,
            headers={"Referer": f"{SITE}/sign-in/second-factor"},
            data={"csrf_token": token, "code": typed},
        )
        answers.append(answer.status_code)

    threads = [Thread(target=press, args=browser) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422, 422, 422]


def test_of_presses_of_one_button_at_once_one_signs_in(real_site: Flask) -> None:
    path, _codes, _secret = make_staff(real_site, with_app=True)
    browsers = [real_site.test_client() for _number in range(4)]
    tokens = [csrf_token_of(browser.get(path, base_url=SITE).get_data(as_text=True)) for browser in browsers]
    start = Barrier(len(browsers))
    answers: list[int] = []

    def press(browser: FlaskClient, token: str) -> None:
        start.wait()
        answer = browser.post(
            path, base_url=SITE, headers={"Referer": SITE + path}, data={"csrf_token": token}
        )
        answers.append(answer.status_code)

    threads = [Thread(target=press, args=pair) for pair in zip(browsers, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 410, 410, 410]
