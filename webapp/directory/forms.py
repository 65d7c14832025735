"""What the query strings of the directory's pages hold. Whatever cannot be read is left out, never an error."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from webapp.domain.geo import Box, Point, round_to_100m
from webapp.domain.market import Country
from webapp.search.one_box import MAX_LENGTH
from webapp.search.queries import MAX_RADIUS_M, Sort

MAX_COMPARED = 5
RADII_M = (500, 1_000, 1_500, 3_000, 5_000, 10_000, 25_000)
_MIN_RADIUS_M = 100
_CLINIC_SLUG = re.compile(r"[a-z0-9-]{1,128}", re.ASCII)
_TREATMENT_SLUG = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Query = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The query of /clinics. `what` and `near` are the two boxes as typed, at most 200 characters each."""

    what: str
    near: str
    point: Point | None
    point_given: bool
    radius_m: int | None
    treatment: str | None
    market: str | None
    box: Box | None
    sort: Sort | None
    cursor: str | None

    @property
    def empty(self) -> bool:
        return not (self.what or self.near or self.point or self.treatment)


def read_search(args: Query) -> SearchQuery:
    point_given = bool(args.get("lat") or args.get("lng"))
    return SearchQuery(
        what=plain_text(args.get("q")),
        near=plain_text(args.get("near")),
        point=_point(args.get("lat"), args.get("lng")),
        point_given=point_given,
        radius_m=_radius(args.get("radius_m")),
        treatment=treatment_slug(args.get("treatment")),
        market=_market(args.get("market")),
        box=_box(args.get("bbox")),
        sort=_sort(args.get("sort")),
        cursor=args.get("cursor") or None,
    )


def clinic_slugs(texts: Sequence[str]) -> list[str]:
    """Those that can be a clinic's slug, each once, in order."""
    return list(dict.fromkeys(text for text in texts[:50] if _CLINIC_SLUG.fullmatch(text)))


def treatment_slug(text: str | None) -> str | None:
    return text if text and _TREATMENT_SLUG.fullmatch(text) else None


def plain_text(value: str | None) -> str:
    """What somebody typed, on one line and no longer than a box takes."""
    return _CONTROL.sub(" ", (value or "")[:MAX_LENGTH]).strip()


def _number(text: str | None) -> float | None:
    try:
        value = float((text or "")[:40])
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _point(lat: str | None, lng: str | None) -> Point | None:
    """Rounded to 100 m: an address in a log must not say where somebody stands."""
    north, east = _number(lat), _number(lng)
    if north is None or east is None:
        return None
    try:
        return round_to_100m(Point(north, east))
    except ValueError:
        return None


def _radius(text: str | None) -> int | None:
    value = _number(text)
    return None if value is None or value <= 0 else int(max(_MIN_RADIUS_M, min(value, MAX_RADIUS_M)))


def _market(text: str | None) -> str | None:
    return text.upper() if text and text.upper() in {country.value for country in Country} else None


def _box(text: str | None) -> Box | None:
    """west,south,east,north in degrees, the order of GeoJSON."""
    edges = [_number(part) for part in (text or "").split(",")[:5]]
    if len(edges) != 4 or any(edge is None for edge in edges):
        return None
    west, south, east, north = (edge or 0.0 for edge in edges)
    try:
        Point(south, west), Point(north, east)
    except ValueError:
        return None
    return Box(south, west, north, east) if south <= north and west <= east else None


def _sort(text: str | None) -> Sort | None:
    return Sort(text) if text in {sort.value for sort in Sort} else None
