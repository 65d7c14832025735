"""What the gazetteer answers with: a place, and the outcome of a search for one."""

from dataclasses import dataclass, field

from webapp.domain.geo import Point

# How far around a place a search for clinics reaches, in metres; an area and a city reach their own extent.
SEARCH_RADIUS_M = {
    "postal": 1_000, "medical": 1_000, "mrt": 1_000, "lrt": 1_000, "station": 1_000,
    "mall": 1_500, "dong": 1_500, "place": 1_500, "sector": 2_000,
}  # fmt: skip
STATION_KINDS = frozenset({"mrt", "lrt", "station"})
_PRECISION = {
    "postal": "building", "medical": "building", "mall": "building", "mrt": "building", "lrt": "building",
    "station": "building", "city": "city",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """One place as an answer to a text.

    name is in the reader's language where it is known, name_local as signs on the spot have it. kind: mrt, lrt,
    station, mall, medical, area, gu, dong, place, city, postal, sector or district. lat and lng in degrees (WGS 84).
    radius_m: how far from the point the meant spot may lie. search_radius_m: how far a search for clinics around it
    reaches at first. precision: building, postcode, area or city. confidence: 0 to 1 that this is what was meant.
    """

    key: str
    name: str
    name_local: str
    within: str
    kind: str
    country: str
    lat: float
    lng: float
    radius_m: int
    precision: str
    confidence: float
    source: str
    matched_text: str
    postal: str = ""
    code: str = ""

    @property
    def point(self) -> Point:
        return Point(self.lat, self.lng)

    @property
    def search_radius_m(self) -> int:
        return SEARCH_RADIUS_M.get(self.kind) or max(1_500, self.radius_m)


@dataclass(frozen=True, slots=True)
class PlaceSearch:
    """What came of a text.

    matches: best first; more than one when the text means several places. did_you_mean: others to offer when
    the best is not certain (confidence under 0.8) or nothing was found. outside: the name of a city that is not
    covered, or "". intent: "needs_device_location" when the reader asked for her own surroundings, else "place".
    """

    text: str
    matches: tuple[Place, ...] = ()
    did_you_mean: tuple[Place, ...] = ()
    outside: str = ""
    intent: str = "place"
    ambiguous: bool = field(default=False)

    @property
    def best(self) -> Place | None:
        return self.matches[0] if self.matches else None

    @property
    def found(self) -> bool:
        """True when there is an answer of any sort: a place, a city outside, or a wish for one's surroundings."""
        return bool(self.matches or self.outside or self.intent != "place")


def precision_of(kind: str, country: str) -> str:
    """How exact a point of a kind is; a Korean postcode is a zone of several streets."""
    if kind == "postal" and country == "KR":
        return "postcode"
    return _PRECISION.get(kind, "area")
