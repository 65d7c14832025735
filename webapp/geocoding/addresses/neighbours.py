"""Placing a house number between points of the same road that are known."""

from collections.abc import Callable, Sequence
from math import exp
from statistics import median

from webapp.domain.geo import Point, distance_m
from webapp.geocoding.addresses.located import Located
from webapp.geocoding.addresses.points import KnownPoint

# How many numbers away a known point still says something (places: targets).
REACH = 40
# On one side only: what is as good as having both, and how fast a known point ceases to say anything. Chosen by
# leaving out each of 7,000 known points in turn: between two of one side 11 m (p95 57), beyond one 19 to 48 m.
NEAR, FADES = 10, 30.0
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
        return _answer(country, label, _middle(same), "interpolated", 0.9, 60, same[0].postal)
    numbered = [(point.number, point) for point in known if point.number is not None]
    numbered = [pair for pair in numbered if abs(pair[0] - number) <= REACH]
    beside = [pair for pair in numbered if (pair[0] - number) % 2 == 0]
    for point, sure, radius_m in (
        (_between(number, beside), 0.9, 60),
        (_beyond(number, beside, drawn, NEAR), 0.88, 90),
        (_between(number, numbered), 0.88, 90),
        (_beyond(number, beside, drawn, REACH), 0.86, 130),
        (_beyond(number, numbered, drawn, REACH), 0.86, 130),
    ):
        if point is not None:
            return _answer(country, label, point, "interpolated", sure, radius_m, "")
    return None


def _between(number: int, numbered: Sequence[tuple[int, KnownPoint]]) -> Point | None:
    """Between the nearest known numbers on both sides, along a straight line."""
    below = max((n for n, _ in numbered if n < number), default=None)
    above = min((n for n, _ in numbered if n > number), default=None)
    if below is None or above is None:
        return None
    start, end = _middle_at(below, numbered), _middle_at(above, numbered)
    if distance_m(start, end) > 3 * METRES_PER_NUMBER * (above - below) + 150:
        return None  # not one stretch of road
    share = (number - below) / (above - below)
    return Point(start.lat + share * (end.lat - start.lat), start.lng + share * (end.lng - start.lng))


def _beyond(
    number: int,
    numbered: Sequence[tuple[int, KnownPoint]],
    drawn: Callable[[float], Point | None],
    reach: int,
) -> Point | None:
    """On the road's line, moved as the nearest known number is off it: the further away, the less."""
    nearest = min((n for n, _ in numbered), key=lambda n: abs(n - number), default=None)
    if nearest is None or abs(nearest - number) > reach:
        return None
    at = _middle_at(nearest, numbered)
    line, line_there = drawn(number), drawn(nearest)
    if line is None or line_there is None:
        # A road without a line: near the known number, when that is really near.
        return at if abs(nearest - number) <= NEAR else None
    share = exp(-abs(nearest - number) / FADES)
    return Point(line.lat + share * (at.lat - line_there.lat), line.lng + share * (at.lng - line_there.lng))


def _middle_at(number: int, numbered: Sequence[tuple[int, KnownPoint]]) -> Point:
    return _middle([point for other, point in numbered if other == number])


def _middle(points: Sequence[KnownPoint]) -> Point:
    return Point(median(point.lat for point in points), median(point.lng for point in points))


def _answer(
    country: str, label: str, point: Point, precision: str, sure: float, radius_m: int, postal: str
) -> Located:
    return Located(
        country=country, lat=point.lat, lng=point.lng, precision=precision, confidence=sure, radius_m=radius_m,
        source="imported", matched_text=label, postal=postal,
    )  # fmt: skip
