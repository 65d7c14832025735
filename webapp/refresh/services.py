"""Writes of the refresh room: plan and ask for runs, claim one, write down what it found, end it, sweep.

As with mail, the row is the truth and a message is only a bell. A worker claims a run and commits, speaks to the
clinic's site with no transaction open, and writes down what came only while the run is still its own. What differs
becomes a proposal: nothing that was fetched is public by itself.
"""

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select, update

from webapp import queue
from webapp.clients.fetcher import FetchError, address_policy, origin_of, user_agent
from webapp.clinics.models import Clinic
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.services import proposals
from webapp.refresh import feed_data, queries
from webapp.refresh.fetching import attempt as attempt
from webapp.refresh.jobs import Answered, Job, Missed, Outcome, Wanted
from webapp.refresh.models import FetchState, RefreshRun, RobotsRules
from webapp.refresh.planning import FEED, LastRun, addresses, due_slot
from webapp.refresh.run_rows import again, end, held_by, is_due, others_running, write
from webapp.refresh.slots import dialect
from webapp.settings import current_settings
from webapp.sweeps import ring_for_due
from webapp.unit_of_work import ring_after_commit

log = logging.getLogger(__name__)

# Seconds. Longer than a task may live (workers/app.py): a lease that has passed means a worker that is gone.
LEASE = 60.0
# A run that took that many workers with it is not tried on another one.
LEASES_TO_LOSE = 3
# Seconds to the next attempt after the first, second and third that may pass; the fourth is the last.
RETRIES = (600.0, 3600.0, 6 * 3600.0)
# While another worker is at the same host.
HOST_BUSY_AGAIN = 5.0
RING_AGAIN = 10.0
# Differences that become proposals in one transaction, so that a page sees the figures grow.
BATCH = 25
# In whose name a feed's small changes of a price are accepted, where the clinic lets it.
BY_THE_FEED = Actor(ActorKind.SYSTEM, "the clinic's own price feed")


class NothingToAsk(Exception):
    """The clinic has not joined, or names neither a feed nor a page."""


class AskedTooSoon(Exception):
    """The clinic asked within the hour; `again_at` is when it may again."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__(again_at.isoformat())
        self.again_at = again_at


def plan_due(now: datetime) -> list[int]:
    """Queue a run for every feed and page that is due; ids of the new ones. Twice, or by two beats, adds none."""
    clinics = db.session.scalars(
        select(Clinic).where(
            Clinic.authority == "authorised", or_(Clinic.feed_url.is_not(None), Clinic.website.is_not(None))
        )
    ).all()
    made = _plan(clinics, queries.last_runs(), now)
    sweep()
    return made


def plan_feed_of(clinic_id: int, now: datetime) -> list[int]:
    """Queue a run for a clinic's feed at once where it is new, or at a new address."""
    clinic = db.session.get(Clinic, clinic_id)
    if clinic is None or FEED not in addresses(clinic):
        return []
    last = queries.last_runs([clinic_id]).get((clinic_id, FEED))
    if last is not None and last.url == clinic.feed_url:
        return []
    made = _plan([clinic], {(clinic_id, FEED): last} if last else {}, now, kinds=(FEED,))
    sweep()
    return made


def ask(clinic: Clinic, now: datetime) -> list[RefreshRun]:
    """Queue a run for the clinic's feed and page because somebody there wants to know now, and ring for them.

    One that is under way already is the answer. Raises NothingToAsk, or AskedTooSoon within an hour of the last.
    """
    urls = addresses(clinic)
    if not urls:
        raise NothingToAsk(clinic.ref)
    waiting = {
        run.kind: run
        for run in db.session.scalars(
            select(RefreshRun).where(
                RefreshRun.clinic_id == clinic.id, RefreshRun.state.in_(["queued", "running"])
            )
        )
    }
    missing = {kind: url for kind, url in urls.items() if kind not in waiting}
    if not missing:
        return [waiting[kind] for kind in urls]
    again_at = queries.may_ask_at(clinic, now)
    if again_at > now:
        raise AskedTooSoon(again_at)
    slot = f"{queries.ASKED}{now:%Y-%m-%dT%H}"
    ids = [_insert(clinic, kind, slot, url, now) for kind, url in missing.items()]
    for run_id in filter(None, ids):
        ring_after_commit(queue.REFRESH_CLINIC, run_id)
    kept = [run for kind, run in waiting.items() if kind in urls]
    made = db.session.scalars(
        select(RefreshRun).where(RefreshRun.clinic_id == clinic.id, RefreshRun.slot == slot)
    )
    return [*kept, *made]


def begin(run_id: int, now: datetime) -> Job | None:
    """Take one due run, for LEASE seconds; the caller commits and then attempts it.

    None when it is not due, somebody else has it, as many as may run are running, or it has just been ended here:
    the clinic left, has no address to ask any more, or the run has lost LEASES_TO_LOSE workers.
    """
    owner = secrets.token_hex(16)
    row = db.session.execute(
        update(RefreshRun)
        .where(RefreshRun.id == run_id, is_due(), others_running(run_id) < current_settings().refresh_at_once)
        .values(
            state="running",
            step="fetching",
            owner=owner,
            lease_until=database_clock(LEASE),
            attempts=RefreshRun.attempts + 1,
            leases_lost=case(
                (RefreshRun.state == "running", RefreshRun.leases_lost + 1), else_=RefreshRun.leases_lost
            ),
            rung_at=None,
            started_at=func.coalesce(RefreshRun.started_at, now),
            **_NOTHING_YET,
        )
        .returning(
            RefreshRun.clinic_id,
            RefreshRun.kind,
            RefreshRun.slot,
            RefreshRun.attempts,
            RefreshRun.leases_lost,
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    mine = held_by(run_id, owner)
    if row.leases_lost >= LEASES_TO_LOSE:
        log.error("refresh run %s has lost %s workers and is not tried again", run_id, row.leases_lost)
        end(mine, "failed", now, code="workers_lost")
        return None
    clinic = db.session.get_one(Clinic, row.clinic_id, populate_existing=True)
    url = addresses(clinic).get(row.kind)
    if url is None:
        end(mine, "failed", now, code="nothing_to_fetch")
        return None
    write(mine, url=url)
    return _job(
        run_id, owner, row.attempts, clinic, row.kind, url, now, asked=row.slot.startswith(queries.ASKED)
    )


def take(job: Job, outcome: Outcome, now: datetime) -> list[Sequence[Wanted]]:
    """Write down what came, while the run is still this worker's; the differences, to be proposed batch by batch."""
    for origin in job.robots.keys() - job.robots_known:
        values = {"text": job.robots[origin], "fetched_at": now}
        statement = dialect().insert(RobotsRules).values(origin=origin[:300], **values)
        db.session.execute(statement.on_conflict_do_update(index_elements=["origin"], set_=values))
    found: dict[str, Any] = {"http_status": outcome.status, "bytes": outcome.size}
    if isinstance(outcome, Missed):
        found |= {"refused": outcome.refused, "problems": list(outcome.problems)}
        write(held_by(job.run_id, job.owner), **found)
        return []
    found |= {
        "step": "comparing",
        "rows": outcome.rows,
        "compared": outcome.unchanged + len(outcome.refused),
        "unchanged": outcome.unchanged,
        "refused": len(outcome.refused),
        "lease_until": database_clock(LEASE),
    }
    if not write(held_by(job.run_id, job.owner), **found):
        return []
    return [outcome.wanted[start : start + BATCH] for start in range(0, len(outcome.wanted), BATCH)]


def propose(job: Job, wanted: Iterable[Wanted], now: datetime) -> None:
    """Make proposals of these differences, and accept the small ones where the clinic lets them go live."""
    wanted = list(wanted)
    clinic = db.session.get_one(Clinic, job.clinic_id, populate_existing=True)
    if job.kind not in addresses(clinic) or not write(
        held_by(job.run_id, job.owner), lease_until=database_clock(LEASE)
    ):
        # The clinic left while its site was asked, or another worker has the run.
        return
    made = proposals.propose(
        clinic,
        [item.change for item in wanted],
        origin=job.kind,
        source=feed_data.SOURCE if job.kind == FEED else job.url,
        seen_on=today_in(clinic.country, now),
        now=now,
    )
    accepted = _accept_small(clinic, wanted, now) if job.kind == FEED and clinic.auto_accept_prices else 0
    # Offers that the feed has no more are not among its rows.
    compared = sum(item.change.action != proposals.RETIRE_OFFER for item in wanted)
    write(
        held_by(job.run_id, job.owner),
        compared=RefreshRun.compared + compared,
        proposed=RefreshRun.proposed + len(made),
        accepted=RefreshRun.accepted + accepted,
    )


def finish(job: Job, outcome: Outcome, now: datetime) -> bool:
    """End the run, or queue it again where another attempt may help. False when another worker has it now."""
    mine = held_by(job.run_id, job.owner)
    if isinstance(outcome, Answered):
        ended = end(mine, "done", now, code=outcome.code)
        if ended:
            _remember(job, outcome, now)
            if outcome.code is None:
                _lapse(job, outcome, now)
    elif outcome.code == "host_busy":
        ended = again(mine, HOST_BUSY_AGAIN, attempts=job.attempts - 1)
    elif outcome.temporary and job.attempts <= len(RETRIES):
        ended = again(mine, RETRIES[job.attempts - 1], code=outcome.code)
    else:
        ended = end(mine, "failed", now, code=outcome.code)
    if not ended:
        log.warning("refresh run %s was attempted after its lease had gone to another worker", job.run_id)
    sweep()
    return ended


def sweep() -> list[int]:
    """Ring for as many due runs as may run beside those that do, and return their ids; twice is harmless.

    What a clinic asked for comes first. Few run at a time, so that mail never waits behind a slow site.
    """
    rung = and_(is_due(), RefreshRun.rung_at > database_clock(-RING_AGAIN))
    on_the_way = db.session.scalar(select(func.count(RefreshRun.id)).where(rung)) or 0
    running = db.session.scalar(select(others_running())) or 0
    free = current_settings().refresh_at_once - running - on_the_way
    if free <= 0:
        return []
    asked_first = case((RefreshRun.slot.startswith(queries.ASKED), 0), else_=1)
    return ring_for_due(
        RefreshRun.id, is_due(), queue.REFRESH_CLINIC, again_after=RING_AGAIN, limit=free, first=asked_first
    )


# What an attempt begins with, whatever the one before it left.
_NOTHING_YET: dict[str, Any] = {
    "http_status": None, "bytes": None, "rows": 0, "compared": 0, "unchanged": 0, "proposed": 0, "accepted": 0,
    "refused": 0, "code": None, "problems": [],
}  # fmt: skip


def _plan(
    clinics: Iterable[Clinic],
    last: Mapping[tuple[int, str], LastRun],
    now: datetime,
    kinds: Sequence[str] | None = None,
) -> list[int]:
    settings = current_settings()
    made: list[int] = []
    for clinic in clinics:
        for kind, url in addresses(clinic).items():
            if kinds is not None and kind not in kinds:
                continue
            slot = due_slot(
                url,
                clinic.country,
                last.get((clinic.id, kind)),
                now,
                days=settings.refresh_days,
                every=settings.refresh_every_days,
            )
            run_id = _insert(clinic, kind, slot, url, now) if slot else None
            if run_id is not None:
                made.append(run_id)
    return made


def _insert(clinic: Clinic, kind: str, slot: str, url: str, now: datetime) -> int | None:
    """A new run; None where that slot has one."""
    statement = (
        dialect()
        .insert(RefreshRun)
        .values(
            clinic_id=clinic.id,
            kind=kind,
            slot=slot,
            url=url,
            state="queued",
            step="waiting",
            attempts=0,
            leases_lost=0,
            created_at=now,
            next_at=database_clock(),
            **_NOTHING_YET,
        )
        .on_conflict_do_nothing(index_elements=["clinic_id", "kind", "slot"])
    )
    made: int | None = db.session.scalar(statement.returning(RefreshRun.id))
    return made


def _job(
    run_id: int, owner: str, attempts: int, clinic: Clinic, kind: str, url: str, now: datetime, *, asked: bool
) -> Job:
    settings = current_settings()
    try:
        robots = queries.robots_of(origin_of(url), now)
    except FetchError:
        robots = {}  # the attempt will say what is wrong with the address
    state = db.session.scalar(
        select(FetchState).where(
            FetchState.clinic_id == clinic.id, FetchState.kind == kind, FetchState.url == url
        )
    )
    if asked:
        # Whoever asks wants the feed compared with the listing as it is now, also where only the listing changed.
        state = None
    return Job(
        run_id=run_id,
        owner=owner,
        attempts=attempts,
        clinic_id=clinic.id,
        url=url,
        against=queries.shelf(clinic, now, settings.auto_accept_percent)
        if kind == FEED
        else queries.page_listing(clinic),
        user_agent=user_agent(settings),
        policy=address_policy(settings),
        etag=state.etag if state else None,
        last_modified=state.last_modified if state else None,
        body_sha256=state.body_sha256 if state else None,
        robots=dict(robots),
        robots_known=frozenset(robots),
    )


def _accept_small(clinic: Clinic, wanted: Iterable[Wanted], now: datetime) -> int:
    refs = {item.change.subject for item in wanted if item.small}
    small = [
        row
        for row in proposals.waiting(clinic)
        if row.action == proposals.CHANGE_OFFER
        and row.origin == FEED
        and row.subject in refs
        and row.out_of_bounds is None
    ]
    return len(proposals.accept(small, BY_THE_FEED, now).accepted)


def _remember(job: Job, outcome: Answered, now: datetime) -> None:
    """What the next question is to be conditional on. Only after a run that was read whole: the next one would
    otherwise be told that nothing changed since.
    """
    values = {
        "url": job.url,
        "etag": outcome.etag,
        "last_modified": outcome.last_modified[:64] if outcome.last_modified else None,
        "body_sha256": outcome.body_sha256,
        "checked_at": now,
    }
    statement = dialect().insert(FetchState).values(clinic_id=job.clinic_id, kind=job.kind, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["clinic_id", "kind"], set_=values))


def _lapse(job: Job, outcome: Answered, now: datetime) -> None:
    """What the feed or page wanted once and wants no more is not to be accepted any more."""
    clinic = db.session.get_one(Clinic, job.clinic_id)
    still = {(item.change.action, item.change.subject, item.change.field) for item in outcome.wanted}
    proposals.lapse(clinic, job.kind, still, now)
