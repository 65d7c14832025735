"""Where a clinic stands, as far as our own gazetteer knows at once; nothing is asked over the network here."""

from webapp.clinics.models import Clinic
from webapp.domain.geo import Point
from webapp.geocoding import queries as geocoding


def place_exactly(clinic: Clinic, lat: float, lng: float, source: str) -> None:
    """Put it at a point that a person gave, WGS 84."""
    clinic.lat, clinic.lng = lat, lng
    clinic.precision, clinic.position_source = "building", source
    clinic.position_confidence, clinic.position_radius_m = None, None
    name_area(clinic)


def place_by_postal_code(clinic: Clinic) -> None:
    """Put it where its postal code lies until its address is geocoded; nowhere when there is no such code."""
    found = geocoding.postal_point(clinic.country, clinic.postal_code) if clinic.postal_code else None
    clinic.lat, clinic.lng = (found.lat, found.lng) if found else (None, None)
    clinic.precision, clinic.position_source = (found.precision, found.source) if found else (None, None)
    clinic.position_confidence = found.confidence if found else None
    clinic.position_radius_m = found.radius_m if found else None
    name_area(clinic)


def name_area(clinic: Clinic) -> None:
    """The station or area that it stands nearest to, for the card."""
    here = Point(clinic.lat, clinic.lng) if clinic.lat is not None and clinic.lng is not None else None
    names = geocoding.locality(here) if here else None
    clinic.area_en, clinic.area_zh, clinic.area_ko = names or (None, None, None)
