"""Points on the earth, how far apart they lie, and the two areas this directory covers."""

from dataclasses import dataclass
from math import asin, cos, degrees, isfinite, radians, sin, sqrt

# Mean radius of the WGS 84 ellipsoid in metres (IUGG). The sphere is off by at most 0.5 %.
EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Point:
    """A place in degrees of WGS 84. Raises ValueError when it is not on the earth."""

    lat: float
    lng: float

    def __post_init__(self) -> None:
        if not (isfinite(self.lat) and isfinite(self.lng)):
            raise ValueError("latitude and longitude must be finite numbers")
        if not (-90 <= self.lat <= 90 and -180 <= self.lng <= 180):
            raise ValueError(f"not a point on the earth: {self.lat}, {self.lng}")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of latitudes and longitudes that does not cross the antimeridian, its edges included."""

    south: float
    west: float
    north: float
    east: float

    def contains(self, point: Point) -> bool:
        return self.south <= point.lat <= self.north and self.west <= point.lng <= self.east


# Singapore in three steps along the strait, so that Johor Bahru and Pasir Gudang stay outside, and the city of
# Seoul with about a kilometre around it.
COVERAGE: dict[str, tuple[Box, ...]] = {
    "SG": (
        Box(south=1.15, west=103.58, north=1.452, east=103.79),
        Box(south=1.15, west=103.79, north=1.475, east=103.86),
        Box(south=1.15, west=103.86, north=1.435, east=104.10),
    ),
    "KR": (Box(south=37.41, west=126.75, north=37.72, east=127.20),),
}


def distance_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres (haversine)."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b.lng - a.lng) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, half)))


def bounding_box(centre: Point, radius_m: float) -> Box:
    """The smallest box that holds every point within `radius_m` metres of `centre`.

    A circle that reaches over a pole or the antimeridian gets every longitude.
    Raises ValueError for a negative radius.
    """
    if not radius_m >= 0:
        raise ValueError("a radius cannot be negative")
    angle = radius_m / EARTH_RADIUS_M
    south, north = centre.lat - degrees(angle), centre.lat + degrees(angle)
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    # The meridian that only touches the circle lies further out than the circle's own east and west points.
    reach = degrees(asin(min(1.0, sin(angle) / cos(radians(centre.lat)))))
    west, east = centre.lng - reach, centre.lng + reach
    if west < -180 or east > 180:
        return Box(south, -180.0, north, 180.0)
    return Box(south, west, north, east)


def round_to_100m(point: Point) -> Point:
    """The point to three decimals (about 100 m): what a URL may show of somebody's position."""
    return Point(round(point.lat, 3), round(point.lng, 3))


def country_at(point: Point) -> str | None:
    """The code "SG" or "KR" when the point lies in the area covered there, else None."""
    for country, boxes in COVERAGE.items():
        if any(box.contains(point) for box in boxes):
            return country
    return None
