"""flask accounts invite: the first person of staff."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.accounts.signing_in import post
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
