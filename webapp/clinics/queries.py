"""Reads of the clinics room. Every list here leaves out what may not be shown."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, select

from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.settings import current_settings


def visible() -> ColumnElement[bool]:
    """The condition under which a clinic may be shown: not withdrawn, and no sample outside development."""
    listed = Clinic.authority.in_(("unclaimed", "authorised"))
    return listed if current_settings().is_development else and_(listed, Clinic.sample.is_(False))


def by_slug(slug: str) -> Clinic | None:
    return db.session.scalar(select(Clinic).where(Clinic.slug == slug, visible()))


def by_slugs(slugs: Sequence[str]) -> list[Clinic]:
    """In the order asked for, each once; what is unknown or not shown is left out."""
    rows = db.session.scalars(select(Clinic).where(Clinic.slug.in_(slugs), visible()))
    found = {row.slug: row for row in rows}
    return [found[slug] for slug in dict.fromkeys(slugs) if slug in found]


def by_ids(ids: Sequence[int]) -> dict[int, Clinic]:
    return {row.id: row for row in db.session.scalars(select(Clinic).where(Clinic.id.in_(ids)))}


def any_sample() -> bool:
    """True when sample clinics are served."""
    return db.session.scalar(select(Clinic.id).where(Clinic.sample.is_(True), visible()).limit(1)) is not None
