"""flask commands, one line of work each."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from webapp.accounts import services as accounts_services
from webapp.accounts.commands import accounts
from webapp.domain.listing_csv import NotWritten, read, write
from webapp.enquiries.commands import privacy
from webapp.fx import services as exchange_rates
from webapp.fx.commands import fx
from webapp.geocoding.commands import places
from webapp.keys.commands import keys
from webapp.moderation import export
from webapp.moderation import queries as moderation
from webapp.moderation.seed import SeedBroken
from webapp.moderation.seed import seed as load_seed
from webapp.moderation.services.imports import import_listing
from webapp.portal import demo
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work

listings = AppGroup("listings", help="Clinics, offers and prices as files.")


def init_app(app: Flask) -> None:
    app.cli.add_command(seed)
    app.cli.add_command(accounts)
    app.cli.add_command(fx)
    app.cli.add_command(keys)
    app.cli.add_command(listings)
    app.cli.add_command(places)
    app.cli.add_command(privacy)


@click.command()
@click.option("--sample", is_flag=True, help="Also the invented clinics of seed/sample.")
@click.option("--if-empty", is_flag=True, help="Only when no clinic is listed yet.")
def seed(sample: bool, if_empty: bool) -> None:
    """Load seed/reference: treatments, facts, exchange rates, the two cited clinics. Twice changes nothing."""
    if sample and not current_settings().is_development:
        raise click.ClickException("Sample clinics are for development: BASE_URL is not this machine.")
    now = datetime.now(UTC)
    if not if_empty or moderation.is_empty():
        try:
            with unit_of_work():
                count = load_seed(now, sample=sample)
        except SeedBroken as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"{count.clinics_added} clinics and {count.offers_added} offers added", err=True)
    else:
        # Clinics may have been loaded before there were rates.
        with unit_of_work():
            exchange_rates.load_snapshot()
    if sample:
        # Also where the clinics were loaded before there were accounts.
        with unit_of_work():
            demo.give_owners(now)
            accounts_services.ensure_demo_staff(now)


@listings.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what is wrong and what would change; change nothing.")
def import_(path: Path, dry_run: bool) -> None:
    """Take over the listing files at PATH (a folder, a zip or one file): all of it, or nothing."""
    now = datetime.now(UTC)
    with unit_of_work() as session:
        result = read(path, moderation.known(), on=now.date())
        for note in result.notes:
            click.echo(f"note: {note}")
        for error in result.errors:
            click.echo(f"error: {error}")
        if result.more_errors:
            click.echo(f"error: … and {result.more_errors} more")
        if not result.ok:
            session.rollback()
            raise click.ClickException("Nothing was changed.")
        count = import_listing(result.listing, now)
        if dry_run:
            session.rollback()
    for ref in count.kept_out:
        click.echo(f"left out: {ref} asked never to be listed")
    click.echo(
        f"{'Would add' if dry_run else 'Added'} {count.clinics_added} clinics and {count.offers_added} offers, "
        f"{'would change' if dry_run else 'changed'} {count.clinics_changed} clinics and {count.offers_changed} offers."
    )


@listings.command("export")
@click.argument("path", type=click.Path(path_type=Path))
def export_(path: Path) -> None:
    """Write the listing files to PATH: a folder, or one zip where the name ends in .zip. `import` takes them back.

    In a folder that exists only the four listing files are replaced.
    """
    listing = export.listing()
    try:
        write(listing, path)
    except NotWritten as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{len(listing.clinics)} clinics, {len(listing.practitioners)} practitioners and {len(listing.offers)} offers "
        f"written to {path}."
    )
