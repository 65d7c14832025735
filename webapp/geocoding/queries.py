"""Where a text, a postal code or an address lies: the running application's gazetteer and the operator's points."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from webapp.domain.geo import Point
from webapp.extensions import db
from webapp.geocoding import addresses, gazetteer
from webapp.geocoding.addresses import KnownPoint, Located
from webapp.geocoding.gazetteer import Gazetteer, Place, PlaceSearch
from webapp.geocoding.gazetteer.places import STATION_KINDS
from webapp.geocoding.models import ImportedPoint

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


def locate(text: str, country: str | None = None) -> Located | None:
    """Where an address lies by the gazetteer and the operator's points, None when nothing of it is known."""
    return addresses.locate(_current(), text, country, _Loaded())


def stated_gu(text: str) -> str | None:
    """The gu that an address of Seoul states, in Hangul."""
    return addresses.stated_gu(_current(), text)


def whole_address(address: str | None, postal_code: str | None) -> str:
    """A listing's address in one text, its postal code last and once."""
    address, code = (address or "").strip(), (postal_code or "").strip()
    return address if code in address else f"{address} {code}".strip()


def address_hash(country: str, address: str | None, postal_code: str | None) -> str:
    """Equal for the same address: 64 hex digits. Only another address is geocoded again."""
    asked = "\n".join((country, address or "", postal_code or ""))
    return hashlib.sha256(asked.encode()).hexdigest()


def located_as_json(text: str, country: str | None) -> dict[str, Any]:
    """The answer of `flask places geocode` to one line (contract: commands); nothing found has `lat` None."""
    found = locate(text, country)
    return {
        "text": text,
        "lat": round(found.lat, 6) if found else None,
        "lng": round(found.lng, 6) if found else None,
        "precision": found.precision if found else "none",
        "confidence": round(found.confidence, 3) if found else 0.0,
        "radius_m": found.radius_m if found else None,
        "needs_review": found is None or found.needs_review,
        "source": found.source if found else None,
        "choices": [
            {"name": choice.name, "kind": choice.kind, "lat": choice.lat, "lng": choice.lng}
            for choice in (found.choices if found else ())
        ],
    }


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


class _Loaded:
    """The operator's points (addresses.KnownPoints), from the table that the import fills."""

    def named(self, country: str, keys: Sequence[str]) -> list[tuple[str, KnownPoint]]:
        rows = self._rows(ImportedPoint.country == country, ImportedPoint.name_key.in_(keys))
        return [(row.name_key or "", _known(row)) for row in rows]

    def on_road(self, country: str, road_key: str, low: int, high: int) -> list[KnownPoint]:
        rows = self._rows(
            ImportedPoint.road_key == road_key,
            ImportedPoint.number.between(low, high),
            ImportedPoint.country == country,
        )
        return [_known(row) for row in rows]

    def on_lots(self, dong: str, low: int, high: int) -> list[KnownPoint]:
        rows = self._rows(ImportedPoint.dong == dong, ImportedPoint.lot_main.between(low, high))
        return [_known(row) for row in rows]

    def with_postal(self, country: str, postal: str) -> list[KnownPoint]:
        rows = self._rows(ImportedPoint.postal == postal, ImportedPoint.country == country)
        return [_known(row) for row in rows]

    def _rows(self, *where: Any) -> Sequence[Any]:
        columns = (
            ImportedPoint.country, ImportedPoint.kind, ImportedPoint.name, ImportedPoint.name_key, ImportedPoint.gu,
            ImportedPoint.number, ImportedPoint.number_rest, ImportedPoint.dong, ImportedPoint.lot_main,
            ImportedPoint.lot_sub, ImportedPoint.postal, ImportedPoint.lat, ImportedPoint.lng,
        )  # fmt: skip
        return db.session.execute(select(*columns).where(*where).order_by(ImportedPoint.id)).all()


def _known(row: Any) -> KnownPoint:
    return KnownPoint(
        row.country, row.kind, row.name, row.gu, row.number, row.number_rest, row.dong or "", row.lot_main,
        row.lot_sub, row.postal or "", row.lat, row.lng,
    )  # fmt: skip


def _current() -> Gazetteer:
    return gazetteer.open_gazetteer(Path(current_app.config["GAZETTEER_PATH"]))
