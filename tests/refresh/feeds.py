"""Feeds and pages as clinics publish them, and the steps of a run as the worker's task makes them."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import Any

from sqlalchemy import update

from tests.factories import NOW
from webapp.clients.fetcher import FetchLimits
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.refresh import services
from webapp.refresh.jobs import Job, Outcome
from webapp.refresh.models import RefreshRun
from webapp.unit_of_work import unit_of_work

COLUMNS = (
    "offer_ref", "title", "price", "currency", "tax", "tax_rate", "price_kind", "consultation_fee", "treatment",
    "quantity", "unit",
)  # fmt: skip
# The terms of tests.factories.offer.
_USUAL = {
    "price": "500.00", "currency": "SGD", "tax": "inclusive", "tax_rate": "9", "price_kind": "regular",
    "consultation_fee": "included", "treatment": "rejuran_healer", "quantity": "2", "unit": "ml",
}  # fmt: skip
CSV = {"Content-Type": "text/csv; charset=utf-8"}


def feed(*rows: Mapping[str, str], columns: Iterable[str] = COLUMNS) -> bytes:
    """A CSV of these offers; what a row does not say is as `tests.factories.offer` makes it."""
    names = list(columns)
    lines = [",".join(names)]
    for row in rows:
        cells = _USUAL | dict(row)
        lines.append(",".join('"' + cells.get(name, "").replace('"', '""') + '"' for name in names))
    return "\n".join(lines).encode() + b"\n"


def queue(clinic_id: int, kind: str, url: str, slot: str = "2026-11-01", **more: Any) -> int:
    """A run that is due; its id."""
    with unit_of_work() as session:
        run = RefreshRun(
            clinic_id=clinic_id, kind=kind, slot=slot, url=url, state="queued", step="waiting", attempts=0,
            leases_lost=0, created_at=NOW, next_at=database_clock(), rows=0, compared=0, unchanged=0, proposed=0,
            accepted=0, refused=0, problems=[], **more,
        )  # fmt: skip
        session.add(run)
        session.flush()
        return run.id


def begin(run_id: int) -> Job:
    with unit_of_work():
        job = services.begin(run_id, NOW)
    assert job is not None
    return job


def carry_out(run_id: int, seconds: float = 5.0) -> Outcome:
    """Everything that the task does, with a deadline of the test's."""
    job = begin(run_id)
    outcome = services.attempt(job, lambda host: nullcontext(), FetchLimits(seconds=seconds))
    with unit_of_work():
        batches = services.take(job, outcome, NOW)
    for batch in batches:
        with unit_of_work():
            services.propose(job, batch, NOW)
    with unit_of_work():
        assert services.finish(job, outcome, NOW)
    return outcome


def row(run_id: int) -> RefreshRun:
    """The run as it stands in the database."""
    return db.session.get_one(RefreshRun, run_id, populate_existing=True)


def move(run_id: int, **seconds: float) -> None:
    """Set times of a run to that many seconds from now: `move(1, lease_until=-1)`."""
    with unit_of_work() as session:
        values: dict[str, Any] = {name: database_clock(value) for name, value in seconds.items()}
        session.execute(update(RefreshRun).where(RefreshRun.id == run_id).values(**values))
