"""How often links and codes may be asked for: per address of the network, and per account from wherever."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config import from_environment
from tests.accounts.conftest import WHO
from tests.accounts.signing_in import csrf_token_of, link, post, sign_in
from tests.factories import NOW
from webapp.accounts.models import Account

PAGE = "/sign-in/second-factor"


@pytest.fixture
def three_times(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    few = replace(app.config["SETTINGS"], sign_in_limit_per_address="3 per 5 minutes")
    monkeypatch.setitem(app.config, "SETTINGS", few)


@pytest.fixture
def ask(app: Flask) -> Callable[..., int]:
    """Ask for a link from some address of the network; the answer's status."""
    browser = app.test_client()
    token: list[str] = []

    def ask(email: str, network_address: str = "127.0.0.1") -> int:
        token[:] = token or [csrf_token_of(browser.get("/sign-in").get_data(as_text=True))]
        answer = browser.post(
            "/sign-in",
            data={"csrf_token": token[0], "email": email},
            environ_overrides={"REMOTE_ADDR": network_address},
        )
        return answer.status_code

    return ask


@pytest.mark.once
def test_a_real_site_allows_ten_in_five_minutes(tmp_path: object) -> None:
    settings = from_environment({"INSTANCE_DIR": str(tmp_path)})
    assert settings.sign_in_limit_per_address == "10 per 5 minutes"
    assert settings.sign_in_minutes == 10


def test_one_network_address_asks_for_so_many_accounts_and_no_more(
    session: Session, three_times: None, ask: Callable[..., int]
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        assert [ask(f"{name}@clinic.test") for name in "abcd"] == [303, 303, 303, 429]
        assert ask("a@clinic.test", "127.0.0.2") == 303
        clock.shift(timedelta(minutes=5, seconds=1))
        assert ask("a@clinic.test") == 303


def test_one_account_is_asked_for_so_often_and_no_more_however_it_is_written(
    session: Session,
    three_times: None,
    ask: Callable[..., int],
    mailed_links: Callable[[str], list[str]],
    kim: Account,
) -> None:
    spellings = [WHO, WHO.upper(), f"  {WHO} ", "kim\u200b@clinic.test", "ki\u00adm@clinic.test"]
    answers = [ask(spelling, f"127.0.1.{number}") for number, spelling in enumerate(spellings)]
    assert answers == [303, 303, 303, 429, 429]
    assert len(mailed_links(WHO)) == 3
    assert ask("lee@clinic.test", "127.0.1.9") == 303


def test_codes_are_counted_by_account_from_wherever_they_are_tried(
    app: Flask, session: Session, three_times: None, with_factor: tuple[Account, list[str]]
) -> None:
    kim, codes = with_factor

    def attempt(number: int, typed: str) -> int:
        browser = app.test_client()
        post(browser, link(session, kim))
        token = csrf_token_of(browser.get(PAGE).get_data(as_text=True))
        answer = browser.post(
            PAGE,
            data={"csrf_token": token, "code": typed},
            environ_overrides={"REMOTE_ADDR": f"127.0.2.{number}"},
        )
        return answer.status_code

    with time_machine.travel(NOW, tick=False) as clock:
        assert [attempt(number, "000000") for number in range(3)] == [422, 422, 422]
        assert attempt(4, codes[0]) == 429, "also the right one, from another network"
        clock.shift(timedelta(minutes=5, seconds=1))
        assert attempt(5, codes[0]) == 303


def test_codes_of_somebody_who_came_to_need_one_are_counted_for_her_alone(
    app: Flask, session: Session, three_times: None, with_factor: tuple[Account, list[str]]
) -> None:
    kim, _codes = with_factor
    for number in range(5):
        browser = app.test_client()
        sign_in(browser, kim, second_factor=False)
        token = csrf_token_of(browser.get(PAGE).get_data(as_text=True))
        answer = browser.post(
            PAGE,
            data={"csrf_token": token, "code": "000000"},
            environ_overrides={"REMOTE_ADDR": f"127.0.3.{number}"},
        )
        assert answer.status_code == (422 if number < 3 else 429)


def test_the_page_of_the_limit_says_what_to_do(
    client: FlaskClient, session: Session, three_times: None
) -> None:
    for _time in range(3):
        post(client, "/sign-in", email="a@clinic.test")
    answer = post(client, "/sign-in", email="a@clinic.test")
    assert "That was too often" in answer.get_data(as_text=True)
    assert client.get("/sign-in").status_code == 200
