"""Clinics' addresses on their way to a point: a row per clinic, taken by one worker at a time and never dropped.

The row is the truth. A worker claims it with one guarded UPDATE and commits, asks with no transaction open, and
settles it only if it still owns it; a worker that dies in between loses its lease and nothing else.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.clinics.models import Clinic
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.geocoding import answers
from webapp.geocoding.chain import Found, Later
from webapp.geocoding.queries import whole_address
from webapp.moderation import positions
from webapp.moderation.models import GeocodeJob, PositionReview
from webapp.queue import LOCATE_CLINIC
from webapp.sweeps import ring_for_due
from webapp.unit_of_work import ring_after_commit

# Seconds. Longer than a task may live (workers/app.py); and how long the sweep waits before it rings again.
LEASE, RING_AGAIN = 60.0, 20.0
# What is not exact is asked about again after so many days (places: provider chain).
ASK_AGAIN_DAYS = 30
# Seconds after failed attempts in a row, at least; the last for all that follow. None is ever the last attempt.
_DELAYS = (60.0, 300.0, 1_800.0, 7_200.0, 21_600.0)
WAITING, WORKING, DONE = "waiting", "working", "done"


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed address. `owner` proves the claim when it is settled; `attempts` counts this one."""

    clinic_id: int
    owner: str
    attempts: int
    address_hash: str
    country: str
    text: str


def note_address(clinic_id: int) -> None:
    """Queue the clinic's address when it is another than the one that was asked about; in the caller's transaction.

    Nothing happens where somebody has said where the clinic stands, or where it must not be listed.
    """
    clinic = db.session.get(Clinic, clinic_id)
    if clinic is None or clinic.authority == "do_not_list" or positions.is_settled(clinic):
        return
    hashed = positions.hash_of(clinic)
    job = db.session.get(GeocodeJob, clinic_id)
    if hashed is None or (job is not None and job.address_hash == hashed):
        return
    values = {
        "address_hash": hashed, "state": WAITING, "attempts": 0, "next_at": database_clock(), "lease_until": None,
        "owner": None, "rung_at": None, "last_error": None,
    }  # fmt: skip
    statement = _dialect().insert(GeocodeJob).values(clinic_id=clinic_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["clinic_id"], set_=values))
    if job is not None:
        db.session.expire(job)
    ring_after_commit(LOCATE_CLINIC, clinic_id)


def claim(clinic_id: int) -> Job | None:
    """Take one due address, for LEASE seconds; None when it is not due or somebody else has it."""
    owner = secrets.token_hex(16)
    row = db.session.execute(
        update(GeocodeJob)
        .where(GeocodeJob.clinic_id == clinic_id, _is_due())
        .values(
            state=WORKING,
            owner=owner,
            lease_until=database_clock(LEASE),
            attempts=GeocodeJob.attempts + 1,
            rung_at=None,
        )
        .returning(GeocodeJob.attempts)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    clinic = db.session.get_one(Clinic, clinic_id)
    hashed = positions.hash_of(clinic)
    if hashed is None or positions.is_settled(clinic):
        _end(and_(GeocodeJob.clinic_id == clinic_id, GeocodeJob.owner == owner))
        return None
    text = whole_address(clinic.address, clinic.postal_code)
    return Job(clinic_id, owner, row.attempts, hashed, clinic.country, text)


def settle(job: Job, outcome: Found | Later, now: datetime, chance: Random) -> bool:
    """Write down what came of a claimed address, in the caller's transaction.

    False when the lease ran out and somebody else has it now. An address that changed meanwhile is asked about
    anew; a provider that failed delays the next attempt, and what is known so far is taken over.
    """
    mine = and_(
        GeocodeJob.clinic_id == job.clinic_id, GeocodeJob.owner == job.owner, GeocodeJob.state == WORKING
    )
    if not db.session.scalar(select(exists().where(mine))):
        return False
    clinic = db.session.get_one(Clinic, job.clinic_id)
    hashed = positions.hash_of(clinic)
    if hashed is not None and hashed != job.address_hash:
        _wait(mine, address_hash=hashed, attempts=0, next_at=database_clock())
        ring_after_commit(LOCATE_CLINIC, job.clinic_id)
        return True
    if isinstance(outcome, Later):
        if outcome.so_far is not None and not outcome.so_far.needs_review:
            positions.take_over(clinic, outcome.so_far, (), now)
        delay = _delay(job, outcome, chance)
        _wait(mine, next_at=database_clock(delay), last_error=outcome.code[:64])
        return True
    if not positions.decided_by_a_person(clinic, job.address_hash):
        positions.take_over(clinic, outcome.best, outcome.others, now)
    _end(mine, address_hash=job.address_hash)
    return True


def sweep(limit: int) -> list[int]:
    """Ring for up to `limit` due addresses that no bell announced, the longest due first; returns their clinics."""
    return ring_for_due(GeocodeJob.clinic_id, _is_due(), LOCATE_CLINIC, again_after=RING_AGAIN, limit=limit)


def plan(now: datetime, limit: int = 500) -> int:
    """Queue addresses that nobody has asked about, and those whose point is old and not exact. Twice adds nothing.

    Returns how many were queued. Also forgets providers' answers that may not be believed any more.
    """
    answers.forget_expired(now)
    free = and_(
        Clinic.pin_confirmed_on.is_(None),
        Clinic.authority != "do_not_list",
        or_(Clinic.position_source.is_(None), Clinic.position_source != positions.IMPORT),
        or_(Clinic.address.is_not(None), Clinic.postal_code.is_not(None)),
    )
    new = db.session.scalars(
        select(Clinic.id)
        .outerjoin(GeocodeJob, GeocodeJob.clinic_id == Clinic.id)
        .where(GeocodeJob.clinic_id.is_(None), free)
        .order_by(Clinic.id)
        .limit(limit)
    ).all()
    for clinic_id in new:
        note_address(clinic_id)
    decided = exists().where(
        PositionReview.clinic_id == GeocodeJob.clinic_id,
        PositionReview.address_hash == GeocodeJob.address_hash,
        PositionReview.state == positions.DECIDED,
    )
    vague = select(Clinic.id).where(free, or_(Clinic.precision.is_(None), Clinic.precision != "building"))
    old = db.session.scalars(
        update(GeocodeJob)
        .where(
            GeocodeJob.state == DONE,
            GeocodeJob.done_at <= now - timedelta(days=ASK_AGAIN_DAYS),
            GeocodeJob.clinic_id.in_(vague),
            ~decided,
        )
        .values(state=WAITING, attempts=0, next_at=database_clock(), rung_at=None)
        .returning(GeocodeJob.clinic_id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(new) + len(old)


def _delay(job: Job, outcome: Later, chance: Random) -> float:
    """The provider's own time, or longer after each failure; a slot that is only some seconds off is just that."""
    if outcome.code.endswith(":slot"):
        return outcome.seconds * chance.uniform(1.0, 1.5)
    least = _DELAYS[min(job.attempts, len(_DELAYS)) - 1]
    return max(outcome.seconds, least) * chance.uniform(1.0, 1.2)


def _is_due() -> ColumnElement[bool]:
    """Waiting and its time has come, or held by a worker whose lease has passed; by the database's clock."""
    return or_(
        and_(GeocodeJob.state == WAITING, GeocodeJob.next_at <= database_clock()),
        and_(GeocodeJob.state == WORKING, GeocodeJob.lease_until <= database_clock()),
    )


def _wait(mine: ColumnElement[bool], **values: Any) -> None:
    _update(mine, state=WAITING, owner=None, lease_until=None, **values)


def _end(mine: ColumnElement[bool], **values: Any) -> None:
    _update(
        mine, state=DONE, owner=None, lease_until=None, last_error=None, done_at=database_clock(), **values
    )


def _update(mine: ColumnElement[bool], **values: Any) -> None:
    db.session.execute(
        update(GeocodeJob).where(mine).values(**values).execution_options(synchronize_session="fetch")
    )


def _dialect() -> Any:
    """Where the INSERT … ON CONFLICT of the database in use comes from; both spell it alike."""
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite
