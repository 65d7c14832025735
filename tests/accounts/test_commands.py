"""flask accounts invite: the first person of staff."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.accounts.signing_in import is_signed_in, link, post, sign_in
from webapp.accounts import services
from webapp.accounts.models import Account, SignInLink
from webapp.outbox.models import Delivery


def test_somebody_becomes_staff_and_gets_a_link(app: Flask, session: Session) -> None:
    runner = app.test_cli_runner()
    for _time in range(2):
        assert (
            runner.invoke(args=["accounts", "invite", "Mina@LikeForLike.test", "--role", "staff"]).exit_code
            == 0
        )
    session.commit()
    row = session.scalars(select(Account)).one()
    assert (row.email, row.is_staff) == ("mina@likeforlike.test", True)
    assert set(session.scalars(select(SignInLink.next_path))) == {"/staff/"}
    assert len(session.scalars(select(Delivery.id)).all()) == 2


def test_what_is_no_address_is_refused(app: Flask, session: Session) -> None:
    answer = app.test_cli_runner().invoke(args=["accounts", "invite", "mina", "--role", "staff"])
    assert answer.exit_code != 0
    assert "mina" in answer.output or "email" in answer.output.lower()
    assert session.scalars(select(Account)).all() == []


def test_it_says_what_it_did_and_the_link_leads_to_the_staff_room(
    app: Flask, client: FlaskClient, session: Session, mailed_links: Callable[[str], list[str]]
) -> None:
    answer = app.test_cli_runner().invoke(
        args=["accounts", "invite", "mina@likeforlike.test", "--role", "staff"]
    )
    assert "mina@likeforlike.test" in answer.output
    assert "10 minutes" in answer.output
    (path,) = mailed_links("mina@likeforlike.test")
    assert post(client, path).location == "/sign-in/second-factor"


def test_another_role_is_refused(app: Flask, session: Session) -> None:
    answer = app.test_cli_runner().invoke(
        args=["accounts", "invite", "m@likeforlike.test", "--role", "owner"]
    )
    assert answer.exit_code == 2
    assert session.scalars(select(Account)).all() == []


def test_whoever_lost_her_app_sets_up_another_and_the_old_one_is_worth_nothing(
    app: Flask, client: FlaskClient, session: Session, with_factor: tuple[Account, list[str]]
) -> None:
    kim, codes = with_factor
    kim.is_staff = True
    session.commit()
    sign_in(client, kim)
    answer = app.test_cli_runner().invoke(args=["accounts", "forget-second-factor", "Kim@clinic.test"])
    assert answer.exit_code == 0
    assert not is_signed_in(client)
    post(client, link(session, kim))
    page = client.get("/sign-in/second-factor").get_data(as_text=True)
    assert 'id="key"' in page
    assert not services.check_second_factor(kim, codes[0])


def test_whoever_left_is_out_at_once(app: Flask, client: FlaskClient, session: Session, kim: Account) -> None:
    sign_in(client, kim)
    path = link(session, kim)
    assert app.test_cli_runner().invoke(args=["accounts", "deactivate", kim.email]).exit_code == 0
    assert not is_signed_in(client)
    assert client.get(path).status_code == 410


@pytest.mark.parametrize("command", ["deactivate", "forget-second-factor"])
def test_an_account_that_is_not_there_is_named(app: Flask, session: Session, command: str) -> None:
    answer = app.test_cli_runner().invoke(args=["accounts", command, "nobody@clinic.test"])
    assert answer.exit_code == 1
    assert "nobody@clinic.test" in answer.output
