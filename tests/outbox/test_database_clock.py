"""The database's clock: the same moment on both databases, moved by seconds, read back as an aware time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Session

from tests.outbox.conftest import move, post, row
from webapp.database_clock import database_clock
from webapp.outbox.models import Delivery


@pytest.mark.parametrize("seconds", [0.0, 60.0, -3600.5, 259200.0, 0.25])
def test_the_clock_is_now_moved_by_seconds(session: Session, seconds: float) -> None:
    moment = session.scalars(select(database_clock(seconds))).one()
    assert moment.tzinfo is not None
    assert abs(moment - datetime.now(UTC) - timedelta(seconds=seconds)) < timedelta(seconds=5)


def test_two_moments_of_one_statement_differ_by_exactly_what_was_asked(session: Session) -> None:
    earlier, later = session.execute(select(database_clock(), database_clock(1.5))).one()
    assert later - earlier == timedelta(seconds=1.5)


def test_what_the_clock_stored_and_what_python_stored_compare_as_times(session: Session) -> None:
    delivery_id = post()
    move(delivery_id, next_at=10)
    stored = row(delivery_id).next_at
    due = select(Delivery.id).where(Delivery.id == delivery_id)
    assert session.scalar(due.where(Delivery.next_at > stored - timedelta(milliseconds=1))) == delivery_id
    assert session.scalar(due.where(Delivery.next_at < stored + timedelta(milliseconds=1))) == delivery_id
    assert session.scalar(due.where(Delivery.next_at <= database_clock(9))) is None
    assert session.scalar(due.where(Delivery.next_at <= database_clock(11))) == delivery_id


@pytest.mark.once
def test_another_database_has_no_clock_here() -> None:
    with pytest.raises(NotImplementedError, match="mysql"):
        str(select(database_clock()).compile(dialect=mysql.dialect()))
