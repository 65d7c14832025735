"""The row of a run, written only by whoever holds it: guarded updates by state, owner and the database's clock."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import aliased

from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.refresh.models import RefreshRun


def is_due() -> ColumnElement[bool]:
    """Waiting and its time has come, or held by a worker whose lease has passed; by the database's clock."""
    return or_(
        and_(RefreshRun.state == "queued", RefreshRun.next_at <= database_clock()),
        and_(RefreshRun.state == "running", RefreshRun.lease_until <= database_clock()),
    )


def others_running(run_id: int | None = None) -> Any:
    """How many runs a living worker has in hand, as a subquery; beside the one given."""
    other = aliased(RefreshRun)
    chosen = select(func.count(other.id)).where(
        other.state == "running", other.lease_until > database_clock()
    )
    if run_id is not None:
        chosen = chosen.where(other.id != run_id)
    return chosen.scalar_subquery()


def held_by(run_id: int, owner: str) -> ColumnElement[bool]:
    """The run, as long as nobody else has taken it over."""
    return and_(RefreshRun.id == run_id, RefreshRun.owner == owner, RefreshRun.state == "running")


def end(which: ColumnElement[bool], state: str, now: datetime, *, code: str | None) -> bool:
    """The run has ended, `state` done or failed. False where `which` matches none."""
    return write(which, state=state, step="over", code=code, finished_at=now, owner=None, lease_until=None)


def again(which: ColumnElement[bool], seconds: float, **values: Any) -> bool:
    """The run waits again, for so many seconds. False where `which` matches none."""
    return write(
        which,
        state="queued",
        step="waiting",
        next_at=database_clock(seconds),
        owner=None,
        lease_until=None,
        leases_lost=0,
        **values,
    )


def write(which: ColumnElement[bool], **values: Any) -> bool:
    """Write these columns of the one row that matches; False where none does."""
    statement = update(RefreshRun).where(which).values(**values).returning(RefreshRun.id)
    # Rows that a caller of `ask` holds are read again when they are looked at next.
    return db.session.execute(statement.execution_options(synchronize_session=False)).first() is not None
