"""Where a clinic says that it stands: its own pin, which no worker moves, unless it is far from its address."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import exists, select

from webapp.clinics.models import Clinic
from webapp.domain.geo import Point, distance_m
from webapp.extensions import db
from webapp.geocoding import queries as geocoding
from webapp.moderation import positions
from webapp.moderation.actors import Actor
from webapp.moderation.models import PositionReview
from webapp.moderation.services import decisions

# Metres between the pin and where the address lies that a person has to look at.
FARTHEST_M = 5_000
_CHOICES = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A point where the clinic may stand, as PositionReview keeps it; `radius_m` is the expected error."""

    lat: float
    lng: float
    precision: str
    confidence: float | None
    radius_m: int | None
    source: str
    matched_text: str


def candidates(clinic: Clinic) -> list[Candidate]:
    """Where the clinic's address and its postal code lie by the gazetteer, the best first; each point once."""
    text = geocoding.whole_address(clinic.address, clinic.postal_code)
    found: list[Candidate] = []
    if text and (place := geocoding.locate(text, clinic.country)):
        found.append(
            Candidate(
                place.lat,
                place.lng,
                place.precision,
                place.confidence,
                place.radius_m,
                place.source,
                place.matched_text,
            )
        )
        found += [
            Candidate(choice.lat, choice.lng, place.precision, None, None, place.source, choice.name)
            for choice in place.choices
        ]
    if clinic.postal_code and (code := geocoding.postal_point(clinic.country, clinic.postal_code)):
        found.append(
            Candidate(
                code.lat, code.lng, code.precision, code.confidence, code.radius_m, code.source, code.name
            )
        )
    each: dict[tuple[float, float], Candidate] = {}
    for row in found:
        each.setdefault((round(row.lat, 5), round(row.lng, 5)), row)
    return list(each.values())[:_CHOICES]


def put(clinic: Clinic, point: Point, by: Actor, now: datetime) -> bool:
    """Put the clinic's pin there, in the caller's transaction.

    False when the point is more than FARTHEST_M from everything that the address may mean: then the pin stays
    where it is, and staff look at it.
    """
    known = candidates(clinic)
    if not known or any(distance_m(point, Point(row.lat, row.lng)) <= FARTHEST_M for row in known):
        positions.set_pin(clinic, point, by, now)
        return True
    own = Candidate(point.lat, point.lng, "building", None, None, "clinic", clinic.name)
    positions.ask_a_person(clinic, positions.CONFLICT, [asdict(row) for row in (own, *known)], now)
    details = {"before": [clinic.lat, clinic.lng], "after": [point.lat, point.lng]}
    decisions.log("position.asked", by, now, clinic=clinic, details=details)
    return False


def waits_for_staff(clinic: Clinic) -> bool:
    """Do staff look at where the clinic stands?"""
    waiting = exists().where(PositionReview.clinic_id == clinic.id, PositionReview.state == positions.OPEN)
    return bool(db.session.scalar(select(waiting)))
