"""Where a clinic says that it stands: its own pin, which no worker moves, unless it is far from its address."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from webapp import events
from webapp.clinics.models import Clinic
from webapp.domain.geo import Point, distance_m
from webapp.extensions import db
from webapp.geocoding import queries as geocoding
from webapp.i18n import today_in
from webapp.moderation.actors import Actor
from webapp.moderation.models import PositionReview
from webapp.moderation.services import decisions, placing

# Metres between the pin and where the address lies that a person has to look at.
FARTHEST_M = 5_000
CLINIC = "clinic"
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
    """Where the clinic's postal code and address lie, the best first; each point once."""
    found: dict[tuple[float, float], Candidate] = {}
    places = []
    if clinic.postal_code and (place := geocoding.postal_point(clinic.country, clinic.postal_code)):
        places.append(place)
    if clinic.address:
        answer = geocoding.find_places(clinic.address, clinic.country)
        places += [place for place in (answer.best, *answer.matches) if place is not None]
    for place in places:
        found.setdefault(
            (round(place.lat, 5), round(place.lng, 5)),
            Candidate(
                lat=place.lat,
                lng=place.lng,
                precision=place.precision,
                confidence=place.confidence,
                radius_m=place.radius_m,
                source=place.source,
                matched_text=place.name,
            ),
        )
    return list(found.values())[:_CHOICES]


def put(clinic: Clinic, point: Point, by: Actor, now: datetime) -> bool:
    """Put the clinic's pin there, in the caller's transaction.

    False when the point is more than FARTHEST_M from everything that the address may mean: then the pin stays
    where it is, and staff look at it.
    """
    known = candidates(clinic)
    near = not known or any(distance_m(point, Point(row.lat, row.lng)) <= FARTHEST_M for row in known)
    details = {"before": [clinic.lat, clinic.lng], "after": [point.lat, point.lng]}
    if not near:
        _ask_staff(clinic, point, known, now)
        decisions.log("position.asked", by, now, clinic=clinic, details=details)
        return False
    placing.place_exactly(clinic, point.lat, point.lng, CLINIC)
    clinic.pin_confirmed_on = today_in(clinic.country, now)
    clinic.updated_at = now
    if review := _open_review(clinic):
        review.state, review.decided_at, review.decided_by = "superseded", now, by.name
    decisions.log("position.put", by, now, clinic=clinic, details=details)
    events.clinic_changed.send(Clinic, clinic_id=clinic.id)
    return True


def waits_for_staff(clinic: Clinic) -> bool:
    """Do staff look at where the clinic stands?"""
    return _open_review(clinic) is not None


def _ask_staff(clinic: Clinic, point: Point, known: Sequence[Candidate], now: datetime) -> None:
    """One open review per clinic: the clinic's newest point stands first in it."""
    own = Candidate(point.lat, point.lng, "building", None, None, CLINIC, clinic.name)
    rows = [asdict(row) for row in (own, *known)]
    review = _open_review(clinic)
    if review is None:
        review = PositionReview(clinic_id=clinic.id, reason="conflict", state="open", created_at=now)
        db.session.add(review)
    review.candidates = rows
    review.address_hash = _address_hash(clinic)
    db.session.flush()


def _open_review(clinic: Clinic) -> PositionReview | None:
    return db.session.scalar(
        select(PositionReview).where(PositionReview.clinic_id == clinic.id, PositionReview.state == "open")
    )


def _address_hash(clinic: Clinic) -> str:
    asked = "\n".join((clinic.country, clinic.address or "", clinic.postal_code or ""))
    return hashlib.sha256(asked.encode()).hexdigest()
