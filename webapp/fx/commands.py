"""flask fx …: ask for the day's exchange rates now."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from webapp.fx import services
from webapp.unit_of_work import unit_of_work

fx = AppGroup("fx", help="Exchange rates.")


@fx.command("refresh")
@click.option("--believe", is_flag=True, help="Also rates that moved further than is believed by itself.")
def refresh(believe: bool) -> None:
    """Ask the source of FX_RATES_URL now, and say which day's rates are in use."""
    now = datetime.now(UTC)
    with unit_of_work():
        question = services.question()
    if question is None:
        raise click.ClickException("FX_RATES_URL is empty: there is nobody to ask.")
    try:
        answer = services.ask(question, now)
        with unit_of_work():
            day = services.keep(question, answer, now, believe_moves=believe)
    except services.NotRenewed as error:
        raise click.ClickException(f"Nothing was changed. {error}") from None
    click.echo(f"In use are the rates of {day}.")
