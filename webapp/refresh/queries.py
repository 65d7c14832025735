"""Reads of the refresh room: what a run is compared with, and the reports that clinics and staff see."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

from webapp.clinics.models import Clinic
from webapp.domain.listing_csv import Known, KnownOffer, KnownTreatment, RowError
from webapp.domain.listing_diff import Contact
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.moderation import export
from webapp.moderation.services import texts
from webapp.offers import queries as offers
from webapp.refresh.feed_data import Shelf
from webapp.refresh.jobs import PageListing
from webapp.refresh.models import RefreshRun, RobotsRules
from webapp.refresh.planning import LastRun
from webapp.treatments import queries as treatments

# A clinic may ask for a check of its own once in so many seconds.
ASK_AGAIN = timedelta(hours=1)
ASKED = "asked "
ROBOTS_AGE = timedelta(days=1)


def runs_of(clinic: Clinic, limit: int = 20) -> Sequence[RefreshRun]:
    """The clinic's runs, newest first."""
    return db.session.scalars(
        select(RefreshRun)
        .where(RefreshRun.clinic_id == clinic.id)
        .order_by(RefreshRun.id.desc())
        .limit(limit)
    ).all()


def is_under_way(runs: Sequence[RefreshRun]) -> bool:
    """Is there one that has not ended, so that a page is worth looking at again?"""
    return any(run.state in {"queued", "running"} for run in runs)


def failing(limit: int = 100) -> Sequence[tuple[RefreshRun, Clinic]]:
    """For staff: feeds and pages whose last run failed, the newest first."""
    last = (
        select(func.max(RefreshRun.id))
        .where(RefreshRun.state.in_(["done", "failed"]))
        .group_by(RefreshRun.clinic_id, RefreshRun.kind)
    )
    rows = db.session.execute(
        select(RefreshRun, Clinic)
        .join(Clinic, Clinic.id == RefreshRun.clinic_id)
        .where(RefreshRun.id.in_(last), RefreshRun.state == "failed", Clinic.authority == "authorised")
        .order_by(RefreshRun.id.desc())
        .limit(limit)
    )
    return [(run, clinic) for run, clinic in rows]


def problems(run: RefreshRun) -> list[RowError]:
    """What is wrong with the feed, row by row; at most fetching.MAX_PROBLEMS, `run.refused` says how many in all."""
    return [
        RowError(
            file=row["file"],
            line=row["line"],
            column=row["column"],
            code=row["code"],
            params=tuple(row["params"].items()),
            rule=row["rule"],
        )
        for row in run.problems
    ]


def per_cent(run: RefreshRun) -> int | None:
    """How far a run has come with comparing; None while that cannot be told."""
    if run.state in {"done", "failed"}:
        return 100
    if run.step != "comparing" or not run.rows:
        return None
    return min(100, run.compared * 100 // run.rows)


def may_ask_at(clinic: Clinic, now: datetime) -> datetime:
    """From when on the clinic may ask for a check; `now` when it may at once."""
    last = db.session.scalar(
        select(func.max(RefreshRun.created_at)).where(
            RefreshRun.clinic_id == clinic.id, RefreshRun.slot.startswith(ASKED)
        )
    )
    return max(now, last + ASK_AGAIN) if last is not None else now


def last_runs(clinic_ids: Sequence[int] | None = None) -> Mapping[tuple[int, str], LastRun]:
    """The newest run of each clinic and kind; of all clinics, or of these."""
    newest = select(func.max(RefreshRun.id)).group_by(RefreshRun.clinic_id, RefreshRun.kind)
    if clinic_ids is not None:
        newest = newest.where(RefreshRun.clinic_id.in_(clinic_ids))
    rows = db.session.execute(
        select(RefreshRun.clinic_id, RefreshRun.kind, RefreshRun.created_at, RefreshRun.url).where(
            RefreshRun.id.in_(newest)
        )
    )
    return {(clinic_id, kind): LastRun(at, url) for clinic_id, kind, at, url in rows}


def shelf(clinic: Clinic, now: datetime, small_change: int) -> Shelf:
    """What a feed of this clinic is read against."""
    everything = offers.with_retired(clinic.id)
    listed = {row.ref: terms for row, terms in everything if row.retired_on is None}
    taken = {terms.title for terms in listed.values()}
    retired = {
        row.ref: terms.title for row, terms in everything if row.retired_on and terms.title not in taken
    }
    held: dict[str, dict[str, str]] = {}
    for text in texts.waiting(clinic):
        held.setdefault(text.subject, {})[text.field] = text.text
    return Shelf(
        clinic_ref=clinic.ref,
        country=clinic.country,
        on=today_in(clinic.country, now),
        known=Known(
            clinics={clinic.ref: clinic.country},
            offers={
                (clinic.ref, row.ref): KnownOffer(terms.price_basis, len(terms.parts))
                for row, terms in everything
            },
            treatments={
                row.slug: KnownTreatment(row.status_sg, row.status_kr, row.injectable)
                for row in treatments.everything()
            },
        ),
        names=export.treatment_names(),
        titles={ref: terms.title for ref, terms in listed.items()} | retired,
        listed=listed,
        parts={row.ref: terms.parts for row, terms in everything},
        held=held,
        small_change=small_change,
    )


def page_listing(clinic: Clinic) -> PageListing:
    """What a page of this clinic is read against."""
    return PageListing(
        country=clinic.country,
        contact=Contact(
            name=clinic.name,
            phone=clinic.phone,
            address=clinic.address,
            unit=clinic.unit,
            postal_code=clinic.postal_code,
            hours=clinic.hours,
        ),
        other_names=tuple(filter(None, (clinic.name_zh, clinic.name_ko))),
    )


def robots_of(origin: str, now: datetime) -> dict[str, str]:
    """The robots.txt of an origin, where it was read within a day."""
    row = db.session.scalar(
        select(RobotsRules).where(
            and_(RobotsRules.origin == origin, RobotsRules.fetched_at > now - ROBOTS_AGE)
        )
    )
    return {row.origin: row.text} if row is not None else {}
