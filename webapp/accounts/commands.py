"""flask accounts …: the first person who can sign in to /staff."""

from datetime import UTC, datetime

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup

from webapp.accounts import services
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
