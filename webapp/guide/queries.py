"""Reads for the pages of the guide that speak of the whole directory."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from webapp.clinics.models import Clinic
from webapp.clinics.queries import visible
from webapp.extensions import db


def clinics_for_search_engines(limit: int) -> Sequence[tuple[str, datetime]]:
    """(slug, last change) of the clinics a search engine may know: shown, and never a sample."""
    rows = db.session.execute(
        select(Clinic.slug, Clinic.updated_at)
        .where(visible(), Clinic.sample.is_(False))
        .order_by(Clinic.id)
        .limit(limit)
    )
    return [(slug, changed) for slug, changed in rows]
