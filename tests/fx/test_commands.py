"""flask fx refresh and flask seed, as an operator runs them."""

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.clients.hostile_http import Reply, Site
from tests.fx.rate_files import PATH, daily
from webapp.fx.models import ExchangeRate


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


@pytest.mark.usefixtures("clock_at_now")
def test_it_asks_now_says_the_day_and_believes_a_move_only_when_told(app: Flask, site: Site) -> None:
    site.pages[PATH] = Reply(daily("2026-11-19"))
    for _time in range(2):
        told = run(app, "fx", "refresh")
        assert (told.exit_code, told.output) == (0, "In use are the rates of 2026-11-19.\n")
    site.pages[PATH] = Reply(daily(KRW="3000"))
    told = run(app, "fx", "refresh")
    assert told.exit_code == 1
    assert told.output == "Error: Nothing was changed. rates_moved: EUR/KRW from 1500 to 3000\n"
    assert run(app, "fx", "refresh", "--believe").output == "In use are the rates of 2026-11-20.\n"


def test_it_says_when_there_is_nobody_to_ask(app: Flask, session: Session) -> None:
    told = run(app, "fx", "refresh")
    assert (told.exit_code, "FX_RATES_URL" in told.output) == (1, True)


def test_a_database_from_before_there_were_rates_gets_them(app: Flask, session: Session) -> None:
    for arguments in (["seed"], ["seed"], ["seed", "--if-empty"]):
        assert run(app, *arguments).exit_code == 0
        session.commit()
        assert session.scalar(select(func.count()).select_from(ExchangeRate)) == 11
    session.query(ExchangeRate).delete()
    session.commit()
    assert run(app, "seed", "--if-empty").exit_code == 0
    session.commit()
    assert session.scalar(select(func.count()).select_from(ExchangeRate)) == 11
