"""What must hold after every write: the newest version of each offer says what its row says."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.offers import OfferTerms, same_terms
from webapp.offers.models import Offer, OfferVersion
from webapp.offers.queries import terms_of
from webapp.offers.terms_json import terms_from_json


def history(session: Session, offer: Offer) -> list[OfferTerms]:
    """What the offer said, version by version, from the first."""
    rows = session.scalars(
        select(OfferVersion).where(OfferVersion.offer_id == offer.id).order_by(OfferVersion.number)
    ).all()
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    return [terms_from_json(row.terms) for row in rows]


def assert_all_kept(session: Session) -> None:
    """Reads the database anew; raises AssertionError for an offer whose version is missing or says something else."""
    session.flush()
    session.expire_all()
    for offer in session.scalars(select(Offer)).all():
        said = history(session, offer)
        assert len(said) == offer.version
        assert said and same_terms(said[-1], terms_of(offer)), f"{offer.ref} was written and no version kept"
