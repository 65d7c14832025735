"""Find rows whose work is due and that no bell announced: the bell was lost, a lease ran out, another try is due."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.unit_of_work import ring_after_commit


def ring_for_due(
    key: InstrumentedAttribute[int],
    due: ColumnElement[bool],
    bell: str,
    *,
    again_after: float,
    limit: int,
    first: ColumnElement[int] | None = None,
) -> list[int]:
    """Ring `bell` for up to `limit` rows that are `due`, the smallest `first` and then the longest due before the
    others, and return their keys.

    `key` is the key of a table that has `next_at` and `rung_at`. A row is rung for again after so many seconds, so
    sweeping twice is harmless.
    """
    table: Any = key.class_
    chosen = (
        select(key)
        .where(due, or_(table.rung_at.is_(None), table.rung_at <= database_clock(-again_after)))
        .order_by(*([] if first is None else [first]), table.next_at, key)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer and no word for it
        # A part of its own is asked once. As a condition PostgreSQL may ask it per row, and ring for more than `limit`.
        .cte("chosen")
    )
    keys = db.session.scalars(
        update(table)
        .where(key.in_(select(chosen.c[key.key])))
        .values(rung_at=database_clock())
        .returning(key)
        .execution_options(synchronize_session=False)
    ).all()
    for found in keys:
        ring_after_commit(bell, found)
    return list(keys)
