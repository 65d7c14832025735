"""Distances, boxes and rounding on the earth."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.geo import Point, bounding_box, country_at, distance_m, round_to_100m

NOVENA = Point(1.32044, 103.84383)
GANGNAM = Point(37.49717, 127.02793)

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def test_a_degree_of_latitude_is_about_111_km() -> None:
    assert distance_m(Point(1, 103), Point(2, 103)) == pytest.approx(111_195, abs=5)


def test_a_degree_of_longitude_shrinks_with_latitude() -> None:
    at_equator = distance_m(Point(0, 103), Point(0, 104))
    at_seoul = distance_m(Point(37.5, 127), Point(37.5, 128))
    assert at_seoul / at_equator == pytest.approx(math.cos(math.radians(37.5)), abs=1e-4)


def test_singapore_and_seoul_are_4670_km_apart() -> None:
    assert distance_m(NOVENA, GANGNAM) == pytest.approx(4_671_000, rel=0.005)


@given(points, points)
def test_distance_is_symmetric_and_never_over_half_the_earth(a: Point, b: Point) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-6)
    assert 0 <= distance_m(a, b) <= 20_015_200


@pytest.mark.parametrize("lat, lng", [(91, 0), (-91, 0), (0, 181), (0, -181), (math.nan, 0), (0, math.inf)])
def test_a_point_that_is_not_on_the_earth_is_refused(lat: float, lng: float) -> None:
    with pytest.raises(ValueError, match=r"not a point on the earth|finite"):
        Point(lat, lng)


@given(st.floats(-80, 80), st.floats(-170, 170), st.floats(0, 50_000), st.floats(0, 2 * math.pi))
def test_the_box_holds_the_whole_circle(lat: float, lng: float, radius: float, bearing: float) -> None:
    centre = Point(lat, lng)
    box = bounding_box(centre, radius)
    angle = radius / 6_371_008.8
    phi = math.radians(lat)
    edge_lat = math.asin(
        math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing)
    )
    edge_lng = math.radians(lng) + math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(phi),
        math.cos(angle) - math.sin(phi) * math.sin(edge_lat),
    )
    slack = 1e-7
    assert box.south - slack <= math.degrees(edge_lat) <= box.north + slack
    assert box.west - slack <= math.degrees(edge_lng) <= box.east + slack


def test_a_circle_over_the_pole_or_the_antimeridian_gets_every_longitude() -> None:
    assert bounding_box(Point(89.99, 0), 5_000).east == 180
    assert bounding_box(Point(0, 179.99), 5_000).west == -180


def test_a_negative_radius_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        bounding_box(NOVENA, -1)


def test_a_position_is_rounded_to_about_100_m() -> None:
    rounded = round_to_100m(Point(1.304567, 103.832999))
    assert rounded == Point(1.305, 103.833)
    assert distance_m(rounded, Point(1.304567, 103.832999)) < 80


def test_the_country_of_a_point() -> None:
    assert country_at(NOVENA) == "SG"
    assert country_at(GANGNAM) == "KR"
    assert country_at(Point(35.1796, 129.0756)) is None  # Busan
    assert country_at(Point(1.4620, 103.7640)) is None  # Johor Bahru, across the strait
