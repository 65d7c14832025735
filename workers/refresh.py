"""Tasks of the refresh room: ask one feed or page, plan the day's, sweep for those that no bell announced."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from webapp.queue import PLAN_REFRESHES, REFRESH_CLINIC, SWEEP_REFRESHES
from webapp.refresh import services, slots
from webapp.unit_of_work import unit_of_work
from workers.app import celery


@celery.task(name=REFRESH_CLINIC)
def run(run_id: int) -> None:
    """Ask what one run is about, if it is due and nobody else has it. No transaction is open while the clinic's
    site is spoken to.
    """
    with unit_of_work():
        job = services.begin(run_id, datetime.now(UTC))
    if job is None:
        return
    outcome = services.attempt(job, _alone_at)
    with unit_of_work():
        batches = services.take(job, outcome, datetime.now(UTC))
    for batch in batches:
        with unit_of_work():
            services.propose(job, batch, datetime.now(UTC))
    with unit_of_work():
        services.finish(job, outcome, datetime.now(UTC))


@celery.task(name=PLAN_REFRESHES)
def plan() -> None:
    """Queue what is due. Twice, or by two beats, queues nothing more."""
    with unit_of_work():
        services.plan_due(datetime.now(UTC))


@celery.task(name=SWEEP_REFRESHES)
def sweep() -> None:
    """Ring for the runs that are due and that no bell announced."""
    with unit_of_work():
        services.sweep()


@contextmanager
def _alone_at(host: str) -> Iterator[None]:
    """One worker at a host at a time, in two short transactions around what is asked there."""
    with unit_of_work():
        owner = slots.take_host(host)
    try:
        yield
    finally:
        with unit_of_work():
            slots.leave_host(host, owner)
