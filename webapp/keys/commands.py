"""flask keys …: which keys are in use, re-encrypt under the newest, the key of the hashes."""

import sys
from functools import partial

import click
from flask.cli import AppGroup

from webapp.encryption import current_encryption
from webapp.keys import rotation
from webapp.keys.rotation import Report

keys = AppGroup("keys", help="The keys of FIELD_KEYS and HASH_KEY.")

_say = partial(click.echo, err=True)
_batch = click.option(
    "--batch",
    type=click.IntRange(1, 10_000),
    default=rotation.BATCH,
    help="Rows at a time.",
    show_default=True,
)


@keys.command("rotate")
@_batch
def rotate(batch: int) -> None:
    """Re-encrypt under the first of FIELD_KEYS whatever an older one encrypted. Killed, it is started again.

    Exit status 1 when there are fields that none of the keys opens; they are listed and left as they are.
    """
    report = rotation.rotate(_say, batch)
    click.echo(
        f"{report.fields:,} fields, {report.renewed:,} re-encrypted, {len(report.unreadable):,} unreadable"
    )
    _end(report)


@keys.command("check")
@_batch
def check(batch: int) -> None:
    """Say how many fields each of FIELD_KEYS is needed for. An older one with none may be taken out."""
    report = rotation.check(_say, batch)
    click.echo(f"{report.fields:,} fields, {len(report.unreadable):,} unreadable")
    for place, fingerprint in enumerate(current_encryption().fingerprints):
        count = report.under[place]
        if place == 0:
            meaning = "encrypts what is new"
        elif count:
            meaning = "still needed: flask keys rotate"
        else:
            meaning = "may be taken out of FIELD_KEYS"
        click.echo(f"key {place + 1} ({fingerprint}): {count:,} fields; {meaning}")
    _end(report)


@keys.command("hash-key")
def hash_key() -> None:
    """Print the key of the hashes: set as HASH_KEY, they stay as they are when SECRET_KEY changes. It is a secret."""
    click.echo(current_encryption().hash_key)


def _end(report: Report) -> None:
    for field in report.unreadable:
        _say(f"unreadable: {field}")
    if report.unreadable:
        sys.exit(1)
