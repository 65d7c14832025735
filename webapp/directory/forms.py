"""What the query strings of the directory's pages hold. Whatever cannot be read is left out, never an error."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

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


class PlaceBox(StrEnum):
    """The two places of a search; the value is the name of its box."""

    NEAR = "near"
    ALSO = "also"

    def field(self, name: str) -> str:
        """The name in the address of what belongs to this place: radius_m, also_radius_m."""
        return name if self is PlaceBox.NEAR else f"also_{name}"


@dataclass(frozen=True, slots=True)
class PlaceQuery:
    """One place of a search: its box as typed, at most 200 characters, or a point; how far; which page."""

    box: PlaceBox
    text: str
    point: Point | None
    point_given: bool
    radius_m: int | None
    cursor: str | None

    @property
    def given(self) -> bool:
        return bool(self.text or self.point_given)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The query of /clinics. `what` is the first box as typed, at most 200 characters.

    `market` is None where a second place is asked for: two places say themselves in which markets they lie.
    """

    what: str
    near: PlaceQuery
    also: PlaceQuery
    treatment: str | None
    market: str | None
    box: Box | None
    sort: Sort | None


def read_search(args: Query) -> SearchQuery:
    also = _place(args, PlaceBox.ALSO)
    return SearchQuery(
        what=plain_text(args.get("q")),
        near=_place(args, PlaceBox.NEAR),
        also=also,
        treatment=treatment_slug(args.get("treatment")),
        market=None if also.given else _market(args.get("market")),
        box=_box(args.get("bbox")),
        sort=_sort(args.get("sort")),
    )


def _place(args: Query, box: PlaceBox) -> PlaceQuery:
    lat, lng = args.get(box.field("lat")), args.get(box.field("lng"))
    return PlaceQuery(
        box=box,
        text=plain_text(args.get(box.value)),
        point=_point(lat, lng),
        point_given=bool(lat or lng),
        radius_m=_radius(args.get(box.field("radius_m"))),
        cursor=args.get(box.field("cursor")) or None,
    )


def clinic_slugs(texts: Sequence[str]) -> list[str]:
    """Those that can be a clinic's slug, each once, in order."""
    return list(dict.fromkeys(text for text in texts[:50] if _CLINIC_SLUG.fullmatch(text)))


def treatment_slug(text: str | None) -> str | None:
    return text if text and _TREATMENT_SLUG.fullmatch(text) else None


def plain_text(value: str | None) -> str:
    """What somebody typed, on one line and no longer than a box takes."""
    return _CONTROL.sub(" ", (value or "")[:MAX_LENGTH]).strip()


def text_at(texts: Sequence[str], number: int) -> str:
    """What was typed in one of several fields of a name; "" where there are fewer."""
    return plain_text(texts[number])[:20] if number < len(texts) else ""


def whole_number(text: str, least: int, most: int) -> int | None:
    """None for anything but a whole number in plain digits between the two."""
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        return None
    return int(text) if least <= int(text) <= most else None


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
