"""One worker at a host at a time."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.clients.fetcher import HostBusy
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.refresh.models import HostSlot
from webapp.refresh.slots import leave_host, take_host
from webapp.unit_of_work import unit_of_work


def take(host: str) -> str:
    with unit_of_work():
        return take_host(host)


def leave(host: str, owner: str) -> None:
    with unit_of_work():
        leave_host(host, owner)


def test_a_host_is_held_by_one_until_it_is_left(session: Session) -> None:
    owner = take("larch.example")
    with pytest.raises(HostBusy):
        take("larch.example")
    other = take("oak.example")
    leave("larch.example", owner)
    assert take("larch.example") != owner
    leave("oak.example", other)
    assert db.session.scalars(select(HostSlot.host)).all() == ["larch.example"]


def test_a_worker_that_died_lets_go_by_its_lease_and_cannot_take_it_back(session: Session) -> None:
    dead = take("larch.example")
    with unit_of_work() as writing:
        writing.execute(update(HostSlot).values(lease_until=database_clock(-1)))
    alive = take("larch.example")
    leave("larch.example", dead)
    with pytest.raises(HostBusy):
        take("larch.example")
    leave("larch.example", alive)
    take("larch.example")
