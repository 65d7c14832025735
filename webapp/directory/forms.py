"""What the query strings of the directory's pages hold. Whatever cannot be read is left out, never an error."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from webapp.domain.geo import Box, Point, round_to_100m
from webapp.domain.market import Country
from webapp.domain.units import InvalidQuantity, Quantity, UnknownUnit
from webapp.search.one_box import MAX_LENGTH
from webapp.search.queries import MAX_RADIUS_M, Sort

MAX_COMPARED = 5
MAX_SESSIONS = 12
RADII_M = (500, 1_000, 1_500, 3_000, 5_000, 10_000, 25_000)
_MIN_RADIUS_M = 100
_CLINIC_SLUG = re.compile(r"[a-z0-9-]{1,128}", re.ASCII)
_TREATMENT_SLUG = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)
# SLUG:SESSIONS[xQTYUNIT][@AREA], as the JSON API takes it.
_WANT = re.compile(
    r"(?P<slug>[a-z0-9_]{1,64}):(?P<sessions>\d{1,3})(?:x(?P<quantity>[\d.]{1,12}[a-z]{1,10}))?(?:@\w{1,40})?"
)
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


@dataclass(frozen=True, slots=True)
class CompareQuery:
    """The query of /compare. `quantity_given` is False where the catalogue's usual quantity is meant."""

    clinics: Sequence[str]
    too_many: bool
    treatment: str | None
    sessions: int
    quantity: Quantity | None
    quantity_text: str
    quantity_given: bool
    quantity_unread: bool


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


def read_compare(args: Query) -> CompareQuery:
    clinics = clinic_slugs(args.getlist("clinic"))
    want = _WANT.fullmatch(args.get("want", "")[:200])
    treatment = want["slug"] if want else treatment_slug(args.get("treatment"))
    sessions = want["sessions"] if want else args.get("sessions", "")
    text = (want["quantity"] or "") if want else plain_text(args.get("quantity"))[:40]
    quantity = _quantity(text)
    return CompareQuery(
        clinics=clinics[:MAX_COMPARED],
        too_many=len(clinics) > MAX_COMPARED,
        treatment=treatment,
        sessions=_sessions(sessions),
        quantity=quantity,
        quantity_text=text,
        quantity_given=bool(text) or (want is None and "quantity" in args),
        quantity_unread=bool(text) and quantity is None,
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


def _sessions(text: Any) -> int:
    value = _number(str(text))
    return 1 if value is None else int(max(1, min(value, MAX_SESSIONS)))


def _quantity(text: str) -> Quantity | None:
    try:
        return Quantity.parse(text) if text else None
    except (InvalidQuantity, UnknownUnit):
        return None
