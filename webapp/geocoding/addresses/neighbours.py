"""Placing a house number between points of the same road that are known."""

from collections.abc import Callable, Sequence
from statistics import median

from webapp.domain.geo import Point, distance_m
from webapp.geocoding.addresses.located import Located
from webapp.geocoding.addresses.points import KnownPoint

# How many numbers away a known point still says something (places: targets).
REACH = 40
# A Korean number is 10 m of road; a number of Singapore's about 8 m.
METRES_PER_NUMBER = 10


def at_number(
    country: str,
    label: str,
    number: int,
    rest: str,
    known: Sequence[KnownPoint],
    drawn: Callable[[float], Point | None] = lambda number: None,
) -> Located | None:
    """The point of a house number from known points of its road, None when none is within REACH numbers.

    `rest` is what follows the number ("-3", "A"). `drawn` is where the road's own line has a number: with it the
    known points move the line, without it they are joined by straight lines.
    """
    same = [point for point in known if point.number == number]
    exact = [point for point in same if point.number_rest == rest]
    if exact:
        return _answer(country, label, _middle(exact), "building", 0.95, 50, exact[0].postal)
    if same:
        return _answer(country, label, _middle(same), "interpolated", 0.88, 80, same[0].postal)
    beside = [point for point in known if point.number is not None and (point.number - number) % 2 == 0]
    for side, sure in ((beside, 0.87), (list(known), 0.85)):
        near = [p for p in side if p.number is not None and abs(p.number - number) <= REACH]
        found = _between(number, near, drawn)
        if found is not None:
            point, gap = found
            sure -= 0.03 if gap > REACH / 2 else 0
            return _answer(country, label, point, "interpolated", sure, 60 + 4 * gap, "")
    return None


def _between(
    number: int, near: Sequence[KnownPoint], drawn: Callable[[float], Point | None]
) -> tuple[Point, int] | None:
    """The point and how many numbers lie to the nearest known one; a one-sided guess needs the road's line."""
    numbered = [(point.number, point) for point in near if point.number is not None]
    below = max((n for n, _ in numbered if n < number), default=None)
    above = min((n for n, _ in numbered if n > number), default=None)
    anchors = [
        (n, _middle([point for other, point in numbered if other == n]))
        for n in (below, above)
        if n is not None
    ]
    if not anchors:
        return None
    gap = min(abs(n - number) for n, _ in anchors)
    line_here = drawn(number)
    shifts = [(n, at, line) for n, at in anchors if (line := drawn(n)) is not None]
    if len(anchors) == 2:
        (low, start), (high, end) = anchors
        share = (number - low) / (high - low)
        if distance_m(start, end) > 3 * METRES_PER_NUMBER * (high - low) + 150:
            return None  # not one stretch of road
        straight = Point(start.lat + share * (end.lat - start.lat), start.lng + share * (end.lng - start.lng))
        return straight, gap
    if line_here is not None and shifts:
        _, at, line = shifts[0]
        return Point(line_here.lat + at.lat - line.lat, line_here.lng + at.lng - line.lng), gap
    # Beyond the last known number of a road without a line: near it, when it is really near.
    return (anchors[0][1], gap) if gap <= 10 else None


def _middle(points: Sequence[KnownPoint]) -> Point:
    return Point(median(point.lat for point in points), median(point.lng for point in points))


def _answer(
    country: str, label: str, point: Point, precision: str, sure: float, radius_m: int, postal: str
) -> Located:
    return Located(
        country=country, lat=point.lat, lng=point.lng, precision=precision, confidence=sure, radius_m=radius_m,
        source="imported", matched_text=label, postal=postal,
    )  # fmt: skip
