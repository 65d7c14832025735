"""Reads of the moderation room: what exists already, as an import's checks want to know it."""

from sqlalchemy import func, select

from webapp.clinics.models import Clinic
from webapp.domain.listing_csv import Known, KnownOffer, KnownTreatment
from webapp.domain.offers import PriceBasis
from webapp.extensions import db
from webapp.offers.models import Offer, OfferPart
from webapp.treatments.models import Treatment


def known() -> Known:
    """The refs of all clinics and offers and the slugs of all treatments."""
    clinics = db.session.execute(select(Clinic.ref, Clinic.country)).all()
    offers = db.session.execute(
        select(Clinic.ref, Offer.ref, Offer.price_basis, func.count(OfferPart.id))
        .join(Clinic, Clinic.id == Offer.clinic_id)
        .outerjoin(OfferPart)
        .group_by(Clinic.ref, Offer.ref, Offer.price_basis)
    )
    return Known(
        clinics=dict(clinics),
        offers={(ref, offer): KnownOffer(PriceBasis(basis), parts) for ref, offer, basis, parts in offers},
        treatments={
            row.slug: KnownTreatment(row.status_sg, row.status_kr, row.injectable)
            for row in db.session.scalars(select(Treatment))
        },
    )


def is_empty() -> bool:
    """True while no clinic was ever listed here."""
    return db.session.scalar(select(Clinic.id).limit(1)) is None
