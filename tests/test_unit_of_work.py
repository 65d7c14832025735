"""The one committer: all or nothing, and nobody is rung before the commit has returned."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask_migrate import upgrade
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import from_environment
from tests import factories
from webapp import queue
from webapp.app import create_app
from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.unit_of_work import ring_after_commit, unit_of_work


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int]]:
    """(task, id, clinics that a look from the ring sees)."""
    calls: list[tuple[str, int, int]] = []

    def ring(name: str, row_id: int) -> None:
        calls.append((name, row_id, db.session.scalar(select(func.count()).select_from(Clinic)) or 0))

    monkeypatch.setattr(queue, "ring", ring)
    return calls


def test_rings_after_the_commit_and_sees_it(session: Session, rung: list[tuple[str, int, int]]) -> None:
    with unit_of_work() as work:
        factories.clinic(work)
        ring_after_commit("outbox.send", 7)
        with work.begin_nested():
            factories.clinic(work)
        assert rung == []
    assert rung == [("outbox.send", 7, 2)]


def test_an_error_keeps_nothing_and_rings_nobody(session: Session, rung: list[tuple[str, int, int]]) -> None:

    def fail() -> None:
        with unit_of_work() as work:
            factories.clinic(work)
            ring_after_commit("outbox.send", 7)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rung == []
    assert session.scalar(select(func.count()).select_from(Clinic)) == 0
    with unit_of_work():
        pass
    assert rung == []


def test_a_writer_takes_its_lock_at_the_start(tmp_path: Path) -> None:
    """On SQLite a read that turns into a write fails with BUSY; a unit of work begins as a writer."""
    app = create_app(
        from_environment({"INSTANCE_DIR": str(tmp_path), "FIELD_KEYS": Fernet.generate_key().decode()})
    )
    statements: list[str] = []
    with app.app_context():
        upgrade()
        db.session.scalar(select(func.count()).select_from(Clinic))
        connection = db.session.connection().connection.driver_connection
        assert connection is not None
        connection.set_trace_callback(statements.append)
        with unit_of_work():
            pass
        db.session.scalar(select(func.count()).select_from(Clinic))
        db.session.remove()
        db.engine.dispose()
    begun = [statement for statement in statements if statement.startswith("BEGIN")]
    assert begun == ["BEGIN IMMEDIATE", "BEGIN"]
