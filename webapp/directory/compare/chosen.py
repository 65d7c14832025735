"""Who is compared: the clinics named in the address, else those around one place or two."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from webapp.clinics import queries as clinics
from webapp.clinics.models import Clinic
from webapp.geocoding import queries as geocoding
from webapp.geocoding.gazetteer import Place, PlaceSearch
from webapp.i18n import current_language
from webapp.search.queries import around


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
    places: Sequence[Place], treatments: Sequence[str], limit: int, radius_m: int | None = None
) -> list[Chosen]:
    """Up to `limit` clinics that offer one of the treatments, around each place its share of them.

    Place by place, nearest first, each clinic once: within reach of two places it stands with the nearer one. A
    place that has fewer than its share leaves the rest to the other. `radius_m` None: each place's own radius.
    """
    nearest: dict[int, tuple[float, int]] = {}
    lists = [around(place.point, radius_m or place.search_radius_m, treatments, limit) for place in places]
    for number, found in enumerate(lists):
        for clinic_id, metres in found:
            here = (inf if metres is None else metres, number)
            nearest[clinic_id] = min(here, nearest.get(clinic_id, here))
    own = [[row for row in found if nearest[row[0]][1] == number] for number, found in enumerate(lists)]
    by_turns = [
        (position, number, row) for number, found in enumerate(own) for position, row in enumerate(found)
    ]
    kept = sorted(by_turns, key=lambda turn: turn[:2])[:limit]
    rows = [row for _position, _number, row in sorted(kept, key=lambda turn: (turn[1], turn[0]))]
    loaded = clinics.by_ids([clinic_id for clinic_id, _metres in rows])
    return [Chosen(loaded[clinic_id], metres) for clinic_id, metres in rows]
