"""The authenticator app and the recovery codes: what counts, what is spent, what is stored, who may be half way."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.accounts.conftest import WHO
from tests.accounts.signing_in import account, code, is_signed_in, link, post, sign_in
from tests.factories import NOW
from webapp.accounts import services
from webapp.accounts import session as who
from webapp.accounts.models import Account
from webapp.accounts.security import is_right_code, totp

WithFactor = tuple[Account, list[str]]
PAGE = "/sign-in/second-factor"


def test_a_code_of_the_step_before_or_after_counts_and_of_another_does_not(
    session: Session, with_factor: WithFactor
) -> None:
    kim, _codes = with_factor
    for seconds, counts in ((-90, False), (-30, True), (30, True), (90, False)):
        kim.totp_counter = None
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            shown = code(kim)
        with time_machine.travel(NOW, tick=False):
            assert is_right_code(kim, kim.totp_secret or "", shown) is counts, seconds


def test_once_a_code_was_used_no_earlier_one_counts(session: Session, with_factor: WithFactor) -> None:
    kim, _codes = with_factor
    with time_machine.travel(NOW - timedelta(seconds=30), tick=False):
        earlier = code(kim)
    with time_machine.travel(NOW, tick=False):
        assert services.check_second_factor(kim, code(kim))
        assert not services.check_second_factor(kim, code(kim))
        assert not services.check_second_factor(kim, earlier)
    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        assert services.check_second_factor(kim, code(kim))


@pytest.mark.parametrize("write", [
    lambda digits: f" {digits[:3]} {digits[3:]} ",
    lambda digits: f"{digits[:3]}-{digits[3:]}",
    lambda digits: "".join(chr(ord(digit) + 0xFEE0) for digit in digits),
])  # fmt: skip
def test_digits_count_however_a_keyboard_writes_them(
    client: FlaskClient, session: Session, with_factor: WithFactor, write: object
) -> None:
    kim, _codes = with_factor
    post(client, link(session, kim))
    assert callable(write)
    assert post(client, PAGE, code=write(code(kim))).status_code == 303


@pytest.mark.parametrize("typed", [
    "", "12345", "1234567", "abcdef", "٠١٢٣٤٥", "೦೧೨೩೪೫", "²²²²²²", "000000", "x" * 41, "\x00\x00", "-" * 14,
    "123456\u200b7",
])  # fmt: skip
def test_what_is_no_code_is_told_beside_the_field(
    client: FlaskClient, session: Session, with_factor: WithFactor, typed: str
) -> None:
    kim, _codes = with_factor
    post(client, link(session, kim))
    answer = post(client, PAGE, code=typed)
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.get_data(as_text=True)
    assert not is_signed_in(client)


def test_recovery_codes_count_once_each_without_their_hyphens_too(
    session: Session, with_factor: WithFactor
) -> None:
    kim, codes = with_factor
    assert services.recovery_codes_left(kim) == services.RECOVERY_CODES == len(set(codes))
    assert services.check_second_factor(kim, codes[0].replace("-", ""))
    assert not services.check_second_factor(kim, codes[0])
    assert services.check_second_factor(kim, codes[1])
    assert services.recovery_codes_left(kim) == services.RECOVERY_CODES - 2


def test_somebody_elses_recovery_code_is_worth_nothing(session: Session, with_factor: WithFactor) -> None:
    _kim, codes = with_factor
    lee = account(session, "lee@clinic.test")
    services.renew_recovery_codes(lee)
    assert not services.check_second_factor(lee, codes[0])


def test_new_recovery_codes_end_the_old_and_are_shown_once(
    client: FlaskClient, session: Session, with_factor: WithFactor
) -> None:
    kim, codes = with_factor
    sign_in(client, kim)
    shown = post(client, "/account/recovery-codes", "/account").get_data(as_text=True)
    assert shown.count("<code>") == services.RECOVERY_CODES
    for page in ("/account", "/account/recovery-codes"):
        assert "<code>" not in client.get(page).get_data(as_text=True)
    session.commit()
    session.refresh(kim)
    assert not services.check_second_factor(kim, codes[0])


def test_nothing_of_it_is_stored_readable_or_in_the_browser(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    kim.is_staff = True
    session.commit()
    post(client, link(session, kim))
    page = client.get(PAGE).get_data(as_text=True)
    key = page.split('<code id="key">')[1].split("<")[0]
    with client.session_transaction() as kept:
        in_browser = str(dict(kept))
        secret = kept["setting_up"]
    assert key not in in_browser
    codes = post(client, PAGE, code=code(kim, secret)).get_data(as_text=True).split("<code>")[1:]
    session.commit()
    row = session.connection().exec_driver_sql("SELECT totp_secret, recovery_codes FROM account").one()
    for readable in (key, "key", "enckey", codes[0].split("<")[0], codes[0].split("<")[0].replace("-", "")):
        assert readable not in f"{row[0]} {row[1]}"
    session.refresh(kim)
    assert key in (kim.totp_secret or ""), "encrypted by FIELD_KEYS alone"


def test_an_app_that_is_in_use_is_not_replaced_by_setting_up_another(
    client: FlaskClient, session: Session, with_factor: WithFactor
) -> None:
    kim, _codes = with_factor
    kept = kim.totp_secret
    other = totp().generate_totp_secret()
    assert services.set_second_factor(kim, other, code(kim, other)) is None
    sign_in(client, kim)
    assert client.get("/account/second-factor").location == "/account"
    assert kim.totp_secret == kept


def test_somebody_signed_in_may_set_one_up_and_is_asked_for_it_from_then_on(
    client: FlaskClient, anonymous: FlaskClient, session: Session, kim: Account
) -> None:
    sign_in(client, kim, second_factor=False)
    sign_in(anonymous, kim, second_factor=False)
    client.get("/account/second-factor")
    with client.session_transaction() as kept:
        secret = kept["setting_up"]
    assert post(client, "/account/second-factor", code=code(kim, secret)).status_code == 200
    assert is_signed_in(client)
    assert not is_signed_in(anonymous), "a session from before owes the code now"
    assert anonymous.get("/sign-in").location == PAGE


def test_half_way_is_not_signed_in_and_does_not_last(
    client: FlaskClient, session: Session, with_factor: WithFactor
) -> None:
    kim, _codes = with_factor
    with time_machine.travel(NOW, tick=False) as clock:
        post(client, link(session, kim))
        assert client.get("/sign-in?next=/account").location == f"{PAGE}?next=/account"
        assert not is_signed_in(client)
        clock.shift(timedelta(minutes=16))
        assert client.get(PAGE).location == "/sign-in"
        assert post(client, PAGE, "/sign-in", code=code(kim)).location == "/sign-in"
    assert not is_signed_in(client)


@pytest.mark.parametrize("end", [services.sign_out_everywhere, services.deactivate])
def test_signing_out_everywhere_ends_what_is_half_way(
    client: FlaskClient, session: Session, with_factor: WithFactor, end: object
) -> None:
    kim, _codes = with_factor
    post(client, link(session, kim))
    assert client.get(PAGE).status_code == 200
    assert callable(end)
    end(kim, NOW)
    session.commit()
    assert client.get(PAGE).location == "/sign-in"


def test_half_way_has_a_way_out(client: FlaskClient, session: Session, with_factor: WithFactor) -> None:
    kim, _codes = with_factor
    post(client, link(session, kim))
    assert post(client, "/sign-out", PAGE).status_code == 303
    assert client.get(PAGE).location == "/sign-in"
    assert client.get("/sign-in").status_code == 200


def test_the_page_that_was_asked_for_comes_after_the_code(
    client: FlaskClient, session: Session, with_factor: WithFactor
) -> None:
    kim, _codes = with_factor
    sign_in(client, kim, second_factor=False)
    away = client.get("/account?x=1")
    asked = client.get(away.location).location
    assert asked == f"{PAGE}?next=/account?x%3D1"
    assert post(client, asked, code=code(kim)).location == "/account?x=1"
    other = client.get(f"{PAGE}?next=//evil.example")
    assert other.location == "/sign-in"


def test_a_room_above_says_who_needs_one(
    app: Flask, session: Session, kim: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = app.extensions["second_factor_rules"]
    monkeypatch.setitem(app.extensions, "second_factor_rules", list(rules))
    assert not needs(kim)
    needed = {WHO}
    session_rule(app, needed)
    assert needs(kim)
    needed.clear()
    assert not needs(kim)
    kim.is_staff = True
    assert needs(kim)
    assert not needs(account(session, "demo@clinic.example", is_staff=True)), "on a development machine"


def needs(row: Account) -> bool:
    return who.requires_second_factor(row)


def session_rule(app: Flask, needed: set[str]) -> None:
    who.second_factor_rule(app, lambda row: row.email in needed)
