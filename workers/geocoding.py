"""Tasks of geocoding: locate one clinic, sweep for those that no bell announced, plan what is to be asked again."""

from datetime import UTC, datetime
from random import SystemRandom

from webapp.geocoding import chain
from webapp.moderation import geocode_jobs
from webapp.queue import LOCATE_CLINIC, PLAN_GEOCODING, SWEEP_GEOCODING
from webapp.unit_of_work import unit_of_work
from workers.app import celery

# Rows per sweep: what two workers locate between two sweeps, several times over.
_SWEPT_AT_ONCE = 100

_chance = SystemRandom()


@celery.task(name=LOCATE_CLINIC)
def locate(clinic_id: int) -> None:
    """Find where one clinic's address lies, if it is due and nobody else has it. No transaction is open while a
    provider is asked.
    """
    with unit_of_work():
        job = geocode_jobs.claim(clinic_id)
    if job is None:
        return
    outcome = chain.ask(job.text, job.country, unit_of_work)
    with unit_of_work():
        geocode_jobs.settle(job, outcome, datetime.now(UTC), _chance)


@celery.task(name=SWEEP_GEOCODING)
def sweep() -> None:
    """Ring for the addresses that are due and that no bell announced."""
    with unit_of_work():
        geocode_jobs.sweep(_SWEPT_AT_ONCE)


@celery.task(name=PLAN_GEOCODING)
def plan() -> None:
    """Queue what nobody asked about yet, and what is old and not exact."""
    with unit_of_work():
        geocode_jobs.plan(datetime.now(UTC))
