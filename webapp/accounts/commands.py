"""flask accounts …: the first person who can sign in to /staff, and what only the operator may do to an account."""

from datetime import UTC, datetime

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup

from webapp.accounts import services
from webapp.accounts.models import Account
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work

accounts = AppGroup("accounts", help="People who sign in.")


@accounts.command("invite")
@click.argument("email")
@click.option("--role", type=click.Choice(["staff"]), required=True, help="What the person may do.")
def invite(email: str, role: str) -> None:
    """Mail EMAIL a link with which it signs in to /staff. Twice sends another link."""
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise click.ClickException(str(error)) from None
    with unit_of_work():
        services.invite_staff(email, datetime.now(UTC), current_settings().sign_in_minutes)
    click.echo(
        f"{email} is staff now. The mail with the link is on its way; it works for"
        f" {current_settings().sign_in_minutes} minutes, and /sign-in sends another."
    )


@accounts.command("forget-second-factor")
@click.argument("email")
def forget_second_factor(email: str) -> None:
    """For somebody who lost both phone and recovery codes: EMAIL sets a new app up at the next sign-in."""
    with unit_of_work():
        services.forget_second_factor(_found(email), datetime.now(UTC))
    click.echo(f"{email} is signed out everywhere and sets a new authenticator app up at the next sign-in.")


@accounts.command("deactivate")
@click.argument("email")
def deactivate(email: str) -> None:
    """End EMAIL's account: no sign-in any more, and every session ends at once."""
    with unit_of_work():
        services.deactivate(_found(email), datetime.now(UTC))
    click.echo(f"{email} is signed out everywhere and does not come in any more.")


def _found(email: str) -> Account:
    account = services.find(email)
    if account is None:
        raise click.ClickException(f"There is no account {email}.")
    return account
