"""The one place that commits. What is to be rung is rung after the commit has returned, never before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from webapp import queue
from webapp.extensions import db

_BELLS = "bells"
_WRITES, _WAITS = "lfl_writes", "lfl_waits"

# Seconds that a unit of work waits on SQLite for the one writer's turn.
WAITS = 10.0


@contextmanager
def unit_of_work(*, waits: float = WAITS) -> Iterator[Session]:
    """One write transaction: commits when the block ends, rolls back when it raises.

    It first ends whatever read transaction is open and then begins as a writer (BEGIN IMMEDIATE on SQLite), so
    what the block changes must be read inside it: on SQLite a read that turns into a write fails with BUSY, and
    with four writers lost 592 of 800 updates where it did not. There it waits for its turn for `waits` seconds, and
    then raises OperationalError.
    """
    session = db.session()
    session.rollback()
    session.info[_BELLS] = []
    session.connection(execution_options={_WRITES: True, _WAITS: waits})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        session.info[_BELLS] = []
        raise
    # SQLAlchemy's after_commit event also fires when a savepoint is released: too early for a worker to look.
    for name, row_id in session.info.pop(_BELLS):
        queue.ring(name, row_id)


def ring_after_commit(name: str, row_id: int) -> None:
    """Ask for the task `name` (see queue.py) on the row `row_id` once the unit of work around us has committed."""
    db.session().info.setdefault(_BELLS, []).append((name, row_id))


def prepare_sqlite(engine: Any) -> None:
    """Make SQLite behave: WAL, foreign keys, a bounded wait for the lock, and BEGIN spoken by us.

    The driver's own BEGIN comes only before the first write; with it off, a reading transaction sees one state
    and a writing one takes its lock at the start.
    """

    @event.listens_for(engine, "connect")
    def _connected(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        turn = f"busy_timeout={int(WAITS * 1000)}"
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", turn):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get(_WRITES, False):
            connection.exec_driver_sql("BEGIN")
            return
        connection.exec_driver_sql(f"PRAGMA busy_timeout={int(options.get(_WAITS, WAITS) * 1000)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
