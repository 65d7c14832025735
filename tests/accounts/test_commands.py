"""flask accounts invite: the first person of staff."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

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
