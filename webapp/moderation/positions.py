"""Where a clinic stands: what a worker found is put there, or a person decides, and then no worker moves it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp import events
from webapp.clinics.models import Clinic
from webapp.domain.geo import Point, distance_m
from webapp.extensions import db
from webapp.geocoding.addresses import Located
from webapp.geocoding.addresses.located import PRECISIONS, exacter
from webapp.geocoding.queries import address_hash
from webapp.i18n import today_in
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import PositionReview
from webapp.moderation.services import decisions, placing

# A worker moves a clinic by so much at most; further needs a person (places: provider chain).
FARTHEST_MOVE_M = 500.0
IMPORT = "import"
MOVED, UNSURE, CONFLICT, NOWHERE = "moved", "unsure", "conflict", "nowhere"
OPEN, DECIDED, SUPERSEDED = "open", "decided", "superseded"


class ReviewClosed(Exception):
    """Somebody else has decided it, or another address has made it pointless."""


def open_reviews(limit: int = 200) -> list[PositionReview]:
    """Positions that wait for a person, the oldest first."""
    return list(
        db.session.scalars(
            select(PositionReview)
            .where(PositionReview.state == OPEN)
            .order_by(PositionReview.created_at, PositionReview.id)
            .limit(limit)
        )
    )


def choose(review: PositionReview, candidate_index: int, by: Actor, now: datetime) -> None:
    """Put the clinic at one of the review's points, in the caller's transaction.

    Raises ReviewClosed when it is not open any more, ValueError when there is no such candidate.
    """
    if review.state != OPEN:
        raise ReviewClosed
    if not 0 <= candidate_index < len(review.candidates):
        raise ValueError(f"there is no candidate {candidate_index}")
    clinic = db.session.get_one(Clinic, review.clinic_id)
    chosen: dict[str, Any] = review.candidates[candidate_index]
    before = [clinic.lat, clinic.lng]
    _place(
        clinic,
        Point(chosen["lat"], chosen["lng"]),
        precision=chosen["precision"],
        source=chosen["source"],
        confidence=chosen["confidence"],
        radius_m=chosen["radius_m"],
    )
    _decided(clinic, by, now)
    _log("position.chosen", clinic, before, by, now)


def set_pin(clinic: Clinic, point: Point, by: Actor, now: datetime) -> None:
    """Put the pin where a person says that the clinic is; no worker moves it after that. Closes its review."""
    before = [clinic.lat, clinic.lng]
    source = "clinic" if by.kind is ActorKind.CLINIC else "staff"
    placing.place_exactly(clinic, point.lat, point.lng, source)
    clinic.pin_confirmed_on = today_in(clinic.country, now)
    _decided(clinic, by, now)
    _log("position.put", clinic, before, by, now)


def is_settled(clinic: Clinic) -> bool:
    """Somebody has said where it stands: the clinic or staff by a pin, or an import by its coordinates."""
    return clinic.pin_confirmed_on is not None or (
        clinic.position_source == IMPORT and clinic.lat is not None
    )


def decided_by_a_person(clinic: Clinic, hashed: str) -> bool:
    """A person has already chosen between the points of this very address."""
    return (
        db.session.scalar(
            select(PositionReview.id)
            .where(
                PositionReview.clinic_id == clinic.id,
                PositionReview.address_hash == hashed,
                PositionReview.state == DECIDED,
            )
            .limit(1)
        )
        is not None
    )


def hash_of(clinic: Clinic) -> str | None:
    """What says whether the address is still the one that was asked about; None while there is no address."""
    if not (clinic.address or clinic.postal_code):
        return None
    return address_hash(clinic.country, clinic.address, clinic.postal_code)


def take_over(clinic: Clinic, found: Located | None, others: Sequence[Located], now: datetime) -> str | None:
    """Put the clinic where its address was found, in the caller's transaction, or ask a person.

    `others` are answers that disagree with `found`. Returns the reason of the review that was opened, None when
    the position was taken over or is as good as before.
    """
    if is_settled(clinic):
        return None
    if found is None:
        ask_a_person(clinic, NOWHERE, _candidates(clinic, others), now)
        return NOWHERE
    here = Point(clinic.lat, clinic.lng) if clinic.lat is not None and clinic.lng is not None else None
    if reason := _why_not(found, others, here):
        if here is None and not found.conflict and not others:
            # Better "about here" than nowhere; the page says that it is approximate.
            _put(clinic, found, now)
        ask_a_person(clinic, reason, _candidates(clinic, (found, *others)), now)
        return reason
    supersede(clinic, now)
    if here is None or not exacter(clinic.precision or PRECISIONS[-1], found.precision):
        _put(clinic, found, now)
    return None


def ask_a_person(clinic: Clinic, reason: str, candidates: list[dict[str, Any]], now: datetime) -> None:
    """One open review per clinic: the newest points and reason."""
    review = _open_review(clinic)
    if review is None:
        review = PositionReview(clinic_id=clinic.id, state=OPEN, created_at=now)
        db.session.add(review)
    review.reason, review.candidates = reason, candidates
    review.address_hash = hash_of(clinic) or ""
    db.session.flush()


def supersede(clinic: Clinic, now: datetime) -> None:
    """What was open about the clinic's position has settled itself."""
    if review := _open_review(clinic):
        review.state, review.decided_at = SUPERSEDED, now


def _why_not(found: Located, others: Sequence[Located], here: Point | None) -> str | None:
    if found.conflict or others:
        return CONFLICT
    if found.needs_review:
        return UNSURE
    if here is not None and distance_m(here, found.point) > FARTHEST_MOVE_M:
        return MOVED
    return None


def _candidates(clinic: Clinic, found: Iterable[Located]) -> list[dict[str, Any]]:
    """The points as a review keeps them: what was found, what it may also mean, and where the clinic is now."""
    rows: list[dict[str, Any]] = []
    for one in found:
        rows.append(
            {
                "lat": one.lat, "lng": one.lng, "precision": one.precision, "confidence": one.confidence,
                "radius_m": one.radius_m, "source": one.source, "matched_text": one.matched_text,
            }
        )  # fmt: skip
        rows += [
            {
                "lat": choice.lat, "lng": choice.lng, "precision": "building" if choice.kind != "dong" else "area",
                "confidence": None, "radius_m": None, "source": one.source, "matched_text": choice.name,
            }
            for choice in one.choices
        ]  # fmt: skip
    if clinic.lat is not None and clinic.lng is not None:
        rows.append(
            {
                "lat": clinic.lat, "lng": clinic.lng, "precision": clinic.precision or "area",
                "confidence": clinic.position_confidence, "radius_m": clinic.position_radius_m,
                "source": clinic.position_source or "gazetteer", "matched_text": clinic.address or clinic.name,
            }
        )  # fmt: skip
    distinct = {(round(row["lat"], 5), round(row["lng"], 5)): row for row in reversed(rows)}
    return [row for row in rows if distinct[round(row["lat"], 5), round(row["lng"], 5)] is row][:8]


def _put(clinic: Clinic, found: Located, now: datetime) -> None:
    _place(
        clinic,
        found.point,
        precision=found.precision,
        source=found.source,
        confidence=found.confidence,
        radius_m=found.radius_m,
    )
    clinic.updated_at = now
    events.clinic_changed.send(Clinic, clinic_id=clinic.id)


def _place(
    clinic: Clinic,
    point: Point,
    *,
    precision: str,
    source: str,
    confidence: float | None,
    radius_m: int | None,
) -> None:
    clinic.lat, clinic.lng = point.lat, point.lng
    clinic.precision, clinic.position_source = precision, source
    clinic.position_confidence, clinic.position_radius_m = confidence, radius_m
    placing.name_area(clinic)


def _decided(clinic: Clinic, by: Actor, now: datetime) -> None:
    clinic.updated_at = now
    if review := _open_review(clinic):
        review.state, review.decided_at, review.decided_by = DECIDED, now, by.name
    events.clinic_changed.send(Clinic, clinic_id=clinic.id)


def _log(what: str, clinic: Clinic, before: list[float | None], by: Actor, now: datetime) -> None:
    details = {"before": before, "after": [clinic.lat, clinic.lng]}
    decisions.log(what, by, now, clinic=clinic, details=details)


def _open_review(clinic: Clinic) -> PositionReview | None:
    return db.session.scalar(
        select(PositionReview).where(PositionReview.clinic_id == clinic.id, PositionReview.state == OPEN)
    )
