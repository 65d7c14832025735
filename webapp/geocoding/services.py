"""Writes of the geocoding room: loading an operator's list of points."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from webapp.domain.geo import Point
from webapp.extensions import db
from webapp.geocoding import queries
from webapp.geocoding.models import ImportedPoint
from webapp.geocoding.points_file import PointsFile, read_points

# Rows in one statement: SQLite takes 32,766 values.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an import did: points added, and points that were there already."""

    added: int
    known: int


def read_list(data: bytes) -> PointsFile:
    """Read a list of points; see points_file.read_points."""

    def postal_point(country: str, code: str) -> Point | None:
        place = queries.postal_point(country, code)
        return place.point if place else None

    return read_points(data, postal_point)


def load_points(listed: PointsFile, source: str, now: datetime) -> Loaded:
    """Add the points of a list, in the caller's transaction; those that are there already stay as they are.

    Raises ValueError when the list has errors: all of it is loaded, or nothing.
    """
    if listed.errors:
        raise ValueError("the list has errors")
    count = select(func.count()).select_from(ImportedPoint)
    before = db.session.scalar(count) or 0
    rows = {row.fingerprint: row for row in listed.rows}
    values = [
        asdict(row) | {"fingerprint": fingerprint, "source": source[:200], "loaded_at": now}
        for fingerprint, row in rows.items()
    ]
    for start in range(0, len(values), _AT_ONCE):
        statement = _dialect().insert(ImportedPoint).values(values[start : start + _AT_ONCE])
        db.session.execute(statement.on_conflict_do_nothing(index_elements=["fingerprint"]))
    added = (db.session.scalar(count) or 0) - before
    return Loaded(added, len(values) - added)


def _dialect() -> Any:
    """Where the INSERT … ON CONFLICT of the database in use comes from; both spell it alike."""
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite
