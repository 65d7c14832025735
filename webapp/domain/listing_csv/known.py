"""What the reader is told of the world outside the files: clinics, offers and treatments that exist
already.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.domain.offers import PriceBasis

# (clinic_ref, offer_ref): an offer's ref is its clinic's own.
OfferKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KnownOffer:
    """An offer that exists: its price basis and how many parts it has."""

    price_basis: PriceBasis
    parts: int


@dataclass(frozen=True, slots=True)
class KnownTreatment:
    """A treatment of the reviewed table: its status words per market, and whether it is injected."""

    status_sg: str
    status_kr: str
    injectable: bool


@dataclass(frozen=True, slots=True)
class Known:
    """`clinics` maps refs to countries ("SG", "KR"), `treatments` slugs."""

    clinics: Mapping[str, str] = field(default_factory=dict)
    offers: Mapping[OfferKey, KnownOffer] = field(default_factory=dict)
    treatments: Mapping[str, KnownTreatment] = field(default_factory=dict)
