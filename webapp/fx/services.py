"""Writes of the room of exchange rates: take over the snapshot that ships, ask the source for the next day's."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from webapp.extensions import db
from webapp.fx.models import ExchangeRate


def load_snapshot(path: Path) -> int:
    """Add the rates of the file at `path`; how many were not there yet. Twice adds none.

    A day of which rates are known keeps them, and so does a table that is newer: what was fetched is never
    replaced by what was shipped. Raises OSError, KeyError or ValueError for a file that is not the reviewed one.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            {
                "base": row["base"],
                "quote": row["quote"],
                "rate": Decimal(row["rate"]),
                "as_of": date.fromisoformat(row["as_of"]),
                "source": row["source"],
            }
            for row in csv.DictReader(file)
        ]
    count = select(func.count()).select_from(ExchangeRate)
    before = db.session.scalar(count) or 0
    statement = _dialect().insert(ExchangeRate).values(rows)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["as_of", "base", "quote"]))
    return (db.session.scalar(count) or 0) - before


def _dialect() -> Any:
    """Where the INSERT … ON CONFLICT of the database in use comes from; both spell it alike."""
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite
