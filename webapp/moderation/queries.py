"""Reads of the moderation room: what exists already, as an import's checks want to know it, and who said it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from webapp.clinics.models import Clinic, ClinicFact
from webapp.domain.listing_csv import Known, KnownOffer, KnownTreatment
from webapp.domain.offers import PriceBasis
from webapp.extensions import db
from webapp.offers.models import Offer, OfferPart
from webapp.settings import current_settings
from webapp.treatments.models import Treatment

# The facts of a clinic that its page shows with their source (services.facts knows their columns).
PUBLIC_FIELDS = ("name", "address", "hours", "phone", "website", "languages")


@dataclass(frozen=True, slots=True)
class Source:
    """Who said a fact, where it stands, when it was seen there, and who confirmed it when. `is_own`: the fact has
    a source of its own, beside the listing's."""

    origin: str
    source: str
    seen_on: date
    confirmed_by: str | None = None
    confirmed_on: date | None = None
    is_own: bool = True


def fact_sources(clinic: Clinic) -> dict[str, Source]:
    """The source of each public fact, by field; one without a row of its own has the listing's."""
    rows = fact_rows(clinic.id)
    listing = Source(
        "import",
        clinic.source,
        clinic.verified_on or clinic.updated_at.date(),
        clinic.authority_by if clinic.verified_on else None,
        clinic.verified_on,
        is_own=False,
    )
    return {
        field: Source(row.origin, row.source, row.seen_on, row.confirmed_by, row.confirmed_on)
        if (row := rows.get(field))
        else listing
        for field in PUBLIC_FIELDS
    }


def fact_rows(clinic_id: int | None) -> dict[str, ClinicFact]:
    """The rows of the facts that have a source of their own, by field."""
    found = db.session.scalars(select(ClinicFact).where(ClinicFact.clinic_id == clinic_id))
    return {row.field: row for row in found}


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


def claimable(slug: str) -> Clinic | None:
    """A clinic that somebody may claim: any, but for samples outside development."""
    clinic = db.session.scalar(select(Clinic).where(Clinic.slug == slug))
    if clinic is None or (clinic.sample and not current_settings().is_development):
        return None
    return clinic


def is_empty() -> bool:
    """True while no clinic was ever listed here."""
    return db.session.scalar(select(Clinic.id).limit(1)) is None
