"""Who is compared: the clinics named in the address, else those around one place or two."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.clinics import queries as clinics
from webapp.clinics.models import Clinic
from webapp.domain.geo import Point
from webapp.geocoding import queries as geocoding
from webapp.geocoding.gazetteer import Place, PlaceSearch
from webapp.i18n import current_language
from webapp.search.queries import MAX_LIMIT, find_clinics


@dataclass(frozen=True, slots=True)
class Near:
    """A place as typed, and as understood. `place` None: unknown, ambiguous or outside; `maybe` are texts to offer
    then, each of which means one place."""

    text: str
    place: Place | None
    maybe: tuple[str, ...] = ()

    @property
    def unread(self) -> bool:
        return bool(self.text) and self.place is None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A clinic of the comparison, and how far it is from the place it was found by; None without a place."""

    clinic: Clinic
    distance_m: float | None = None


def read_place(text: str) -> Near:
    """The one place that a text means; what is not certain is asked, never picked."""
    if not text:
        return Near("", None)
    found = geocoding.find_places(text, None, current_language())
    if (place := _one(found)) is not None:
        return Near(text, place)
    offered = [_unmistakable(other) for other in (found.matches or found.did_you_mean)[:5]]
    return Near(text, None, tuple(filter(None, dict.fromkeys(offered))))


def _one(found: PlaceSearch) -> Place | None:
    uncertain = found.ambiguous or found.outside or found.intent != "place"
    return None if uncertain else found.best


def _unmistakable(place: Place) -> str | None:
    """City Hall, Seoul: a text for a link that is not asked back again."""
    for text in (f"{place.name}, {place.within}", place.name, place.name_local):
        found = _one(geocoding.find_places(text, None, current_language()))
        if found is not None and found.key == place.key:
            return text
    return None


def by_name(slugs: Sequence[str]) -> list[Chosen]:
    """In the order they are named; what is unknown or not shown is left out."""
    return [Chosen(clinic) for clinic in clinics.by_slugs(slugs)] if slugs else []


def by_place(
    places: Sequence[Place], treatments: Sequence[str], limit: int, now: datetime, radius_m: int | None = None
) -> list[Chosen]:
    """Up to `limit` clinics that offer one of the treatments, around each place its share of them.

    Place by place, nearest first, each clinic once: within reach of two places it stands with the nearer one.
    `radius_m` None: each place's own radius.
    """
    found: dict[int, Chosen] = {}
    share = limit // max(len(places), 1)
    for place in places:
        for row in _around(place.point, radius_m or place.search_radius_m, treatments, share, now):
            known = found.get(row.clinic.id)
            if known is None or _far(row) < _far(known):
                found.pop(row.clinic.id, None)
                found[row.clinic.id] = row
    return list(found.values())


def _around(
    point: Point, radius_m: int, treatments: Sequence[str], limit: int, now: datetime
) -> list[Chosen]:
    rows: dict[int, Chosen] = {}
    for treatment in treatments:
        cursor = None
        for _page in range(-(-limit // MAX_LIMIT)):
            results = find_clinics(point, radius_m, treatment, limit=MAX_LIMIT, cursor=cursor, now=now)
            for row in results.rows:
                rows.setdefault(row.clinic.id, Chosen(row.clinic, row.distance_m))
            cursor = results.next
            if cursor is None:
                break
    return sorted(rows.values(), key=_far)[:limit]


def _far(chosen: Chosen) -> float:
    return float("inf") if chosen.distance_m is None else chosen.distance_m
