"""flask privacy …: delete what has run out, erase one enquiry, read a receipt."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from webapp.enquiries.services import erasing, keeping
from webapp.unit_of_work import unit_of_work

# Enquiries per unit of work: so many are gone for good whatever stops the command.
_AT_ONCE = 100

privacy = AppGroup("privacy", help="What is kept of patients, and for how long.")


@privacy.command("purge")
def purge() -> None:
    """Delete the enquiries whose time is over, now instead of within the hour."""
    now = datetime.now(UTC)
    gone, more = 0, _AT_ONCE
    while more == _AT_ONCE:
        with unit_of_work():
            more = keeping.forget_expired(now, _AT_ONCE)
        gone += more
    click.echo(f"{gone} enquiries deleted.")


@privacy.command("erase")
@click.argument("ref")
def erase(ref: str) -> None:
    """Delete the enquiry with the reference REF (LFL-…) at once, and print the receipt's number."""
    with unit_of_work():
        enquiry = erasing.by_ref(ref)
        if enquiry is None:
            raise click.ClickException(f"There is no enquiry {ref}.")
        try:
            number = erasing.erase(enquiry, erasing.OPERATOR, datetime.now(UTC))
        except erasing.ErasedAlready:
            raise click.ClickException(f"Somebody erased {ref} a moment ago.") from None
    click.echo(f"Deleted. The receipt's number, which is shown only now: {number}")


@privacy.command("receipt")
@click.argument("number")
def receipt(number: str) -> None:
    """Say when the enquiry with the receipt NUMBER was erased, by whom, and how much that was."""
    erasure = erasing.find_receipt(number)
    if erasure is None:
        raise click.ClickException("There is no such receipt.")
    by = {
        erasing.PATIENT: "by the patient",
        erasing.OPERATOR: "by the operator",
        erasing.RETENTION: "because its time was over",
    }[erasure.reason]
    click.echo(f"Erased {by} at {erasure.erased_at:%Y-%m-%d %H:%M} UTC:")
    for table, count in sorted(erasure.counts.items()):
        click.echo(f"  {count} {table}")
