"""The writes of the offers room: what an offer says is kept, version by version."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.domain.offers import same_terms
from webapp.extensions import db
from webapp.offers.models import Offer, OfferVersion
from webapp.offers.queries import slugs, terms_of
from webapp.offers.terms_json import terms_as_json, terms_from_json

# Far below what a database takes as parameters of one statement.
_AT_ONCE = 500


def record_version(offer: Offer, now: datetime) -> bool:
    """Keep what the offer says now, in the caller's transaction; see `record_versions`."""
    return bool(record_versions([offer], now))


def record_versions(offers: Iterable[Offer], now: datetime) -> int:
    """Number what these offers say now, where it is not what was recorded last; says how many are new.

    To be called by whoever wrote an offer or its parts, after the writing. A price that was only confirmed, or is
    read elsewhere, says the same; so does an offer that left the price list or came back.
    """
    waiting = iter(offers)
    recorded = 0
    while chosen := list(islice(waiting, _AT_ONCE)):
        recorded += _record(chosen, now)
    return recorded


def _record(offers: list[Offer], now: datetime) -> int:
    db.session.flush()
    ids = {offer.id for offer in offers}
    # Locked and read again: of two who write the same offer at once, the second numbers what both have made of it.
    rows = db.session.scalars(
        select(Offer)
        .where(Offer.id.in_(ids))
        .order_by(Offer.id)
        .options(selectinload(Offer.parts))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    last = {
        version.offer_id: version
        for version in db.session.scalars(
            select(OfferVersion)
            .join(Offer, Offer.id == OfferVersion.offer_id)
            .where(Offer.id.in_(ids), OfferVersion.number == Offer.version)
        )
    }
    names = slugs()
    recorded = 0
    for row in rows:
        terms, before = terms_of(row, names), last.get(row.id)
        if before is not None and same_terms(terms_from_json(before.terms), terms):
            continue
        row.version += 1
        db.session.add(
            OfferVersion(offer_id=row.id, number=row.version, terms=terms_as_json(terms), recorded_at=now)
        )
        recorded += 1
    db.session.flush()
    return recorded
