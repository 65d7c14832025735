"""Who is fetching from a host: one worker at a time, over all workers, by rows with a lease."""

import secrets
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from webapp.clients.fetcher import HostBusy
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.refresh.models import HostSlot

# Seconds. Longer than a fetch may take, so that a lease that has passed means a worker that is gone.
HOST_LEASE = 60.0


def take_host(host: str) -> str:
    """Take the host, in a unit of work of the caller's; the owner to give it back with. Raises HostBusy."""
    owner = secrets.token_hex(16)
    values = {"owner": owner, "lease_until": database_clock(HOST_LEASE)}
    statement = dialect().insert(HostSlot).values(host=host, **values)
    taken = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=["host"], set_=values, where=HostSlot.lease_until <= database_clock()
        ).returning(HostSlot.owner)
    )
    if taken != owner:
        raise HostBusy("another worker is there")
    return owner


def leave_host(host: str, owner: str) -> None:
    """Let go of the host; nothing happens where the lease ran out and another has it."""
    db.session.execute(delete(HostSlot).where(HostSlot.host == host, HostSlot.owner == owner))


def dialect() -> Any:
    """Where the INSERT … ON CONFLICT of the database in use comes from; both spell it alike."""
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite
