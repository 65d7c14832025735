"""flask places …: where addresses and place names lie, and an operator's own points."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from webapp.geocoding import queries, services
from webapp.geocoding.points_file import MAX_BYTES
from webapp.unit_of_work import unit_of_work

places = AppGroup("places", help="Addresses and place names.")


@places.command("find")
def find() -> None:
    """Read JSON lines {"text": …, "country": …} and write where each place lies, in the same order."""
    _answer_lines(queries.found_as_json)


@places.command("geocode")
def geocode() -> None:
    """Read JSON lines {"text": …, "country": …} and write where each address lies, in the same order."""
    _answer_lines(queries.located_as_json)


@places.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_(path: Path) -> None:
    """Load the points of the CSV file at PATH: all of it, or nothing. They stay apart from what is shipped."""
    if path.stat().st_size > MAX_BYTES:
        raise click.ClickException(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    listed = services.read_list(path.read_bytes())
    for error in listed.errors:
        click.echo(f"error: {error}")
    if listed.more_errors:
        click.echo(f"error: … and {listed.more_errors} more")
    if listed.errors:
        raise click.ClickException("Nothing was changed.")
    if listed.ignored:
        click.echo(f"note: not used: {', '.join(listed.ignored)}")
    for why, count in listed.left_out.items():
        click.echo(f"note: {count} rows left out: {why}")
    with unit_of_work():
        loaded = services.load_points(listed, path.name, datetime.now(UTC))
    click.echo(f"{loaded.added} points added, {loaded.known} were there already.")


def _answer_lines(answer: Callable[[str, str | None], dict[str, Any]]) -> None:
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            text, country = str(asked["text"]), asked.get("country")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise click.ClickException(f'line {number} is not a JSON object with "text"') from None
        if country not in ("SG", "KR", None):
            raise click.ClickException(f'line {number}: country is "SG", "KR" or null')
        click.echo(json.dumps(answer(text, country), ensure_ascii=False))
