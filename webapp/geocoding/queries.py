"""Where a text, or a postal code, lies: the running application's gazetteer."""

from pathlib import Path
from typing import Any

from flask import current_app

from webapp.domain.geo import Point
from webapp.geocoding import gazetteer
from webapp.geocoding.gazetteer import Gazetteer, Place, PlaceSearch
from webapp.geocoding.gazetteer.places import STATION_KINDS

_AREA_KINDS = frozenset({"area", "dong"})
# Under this confidence a person looks (places: result).
_REVIEW_BELOW = 0.7


def find_places(text: str, country: str | None = None, lang: str = "en") -> PlaceSearch:
    """The places a submitted text means; see `gazetteer.find`."""
    return gazetteer.find(_current(), text, country, lang)


def longest_place(text: str, country: str | None = None, lang: str = "en") -> tuple[PlaceSearch, str]:
    """The best place phrase inside a longer text and what is left of it; see `gazetteer.longest_place`."""
    return gazetteer.longest_place(_current(), text, country, lang)


def suggest_places(text: str, lang: str = "en") -> list[Place]:
    """Up to eight places for a text being typed; see `gazetteer.suggest`."""
    return gazetteer.suggest(_current(), text, lang)


def postal_point(country: str, postal_code: str) -> Place | None:
    """The point of a Singapore postal code or a Seoul postcode, None when there is no such code."""
    return gazetteer.postal_point(_current(), country, postal_code)


def locality(point: Point) -> tuple[str, str, str] | None:
    """The names (en, zh, ko) of the station next to a point, or of the area it is in where none is near."""
    here = _current()
    number = here.nearest(point, STATION_KINDS, 1_500)
    number = here.nearest(point, _AREA_KINDS, 5_000) if number is None else number
    if number is None:
        return None
    english, chinese, korean = (here.place(number, lang, 1, "").name for lang in ("en", "zh", "ko"))
    return english, chinese, korean


def found_as_json(text: str, country: str | None) -> dict[str, Any]:
    """The answer of `flask places find` to one line (contract: commands); nothing found has `lat` None.

    A text that is no place as a whole may hold one: "rejuran near gangnam station".
    """
    found = find_places(text, country)
    if not found.found:
        inside, _ = longest_place(text, country)
        found = inside if inside.found else found
    place = found.best
    answer: dict[str, Any] = {"text": text, "lat": None, "lng": None, "precision": "none", "confidence": 0.0}
    if place is not None:
        answer |= {
            "lat": round(place.lat, 6),
            "lng": round(place.lng, 6),
            "precision": place.precision,
            "confidence": round(place.confidence, 3),
        }
    offered = found.matches if len(found.matches) > 1 else found.did_you_mean
    return answer | {
        "radius_m": place.radius_m if place else None,
        "needs_review": place is None or place.confidence < _REVIEW_BELOW,
        "source": place.source if place else None,
        "choices": [{"name": row.name, "kind": row.kind, "lat": row.lat, "lng": row.lng} for row in offered],
    }


def _current() -> Gazetteer:
    return gazetteer.open_gazetteer(Path(current_app.config["GAZETTEER_PATH"]))
