"""From the grid of Korea's address service (EPSG:5179, Korea 2000 / Unified CS) to degrees of WGS 84.

Inverse transverse Mercator by J. P. Snyder, "Map Projections: A Working Manual", U.S. Geological Survey
Professional Paper 1395 (1987), equations 3-26 and 8-17 to 8-25; parameters from the EPSG registry. Korea 2000 and
WGS 84 agree within a metre.
"""

from math import cos, degrees, radians, sin, sqrt, tan

from webapp.domain.geo import Point

# GRS 80.
_A, _F = 6_378_137.0, 1 / 298.257222101
_E2 = _F * (2 - _F)
# Latitude and longitude of origin, scale, false easting and northing of EPSG:5179.
_LAT_0, _LNG_0, _K_0 = radians(38.0), radians(127.5), 0.9996
_EAST_0, _NORTH_0 = 1_000_000.0, 2_000_000.0


def from_grid(east: float, north: float) -> Point:
    """The point of easting and northing in metres. Raises ValueError when that is not on the earth."""
    second = _E2 / (1 - _E2)
    e1 = (1 - sqrt(1 - _E2)) / (1 + sqrt(1 - _E2))
    mu = (_meridian(_LAT_0) + (north - _NORTH_0) / _K_0) / (
        _A * (1 - _E2 / 4 - 3 * _E2**2 / 64 - 5 * _E2**3 / 256)
    )
    foot = (
        mu
        + (3 * e1 / 2 - 27 * e1**3 / 32) * sin(2 * mu)
        + (21 * e1**2 / 16 - 55 * e1**4 / 32) * sin(4 * mu)
        + (151 * e1**3 / 96) * sin(6 * mu)
        + (1097 * e1**4 / 512) * sin(8 * mu)
    )
    c, t = second * cos(foot) ** 2, tan(foot) ** 2
    across = _A / sqrt(1 - _E2 * sin(foot) ** 2)
    along = _A * (1 - _E2) / (1 - _E2 * sin(foot) ** 2) ** 1.5
    d = (east - _EAST_0) / (across * _K_0)
    lat = foot - (across * tan(foot) / along) * (
        d**2 / 2
        - (5 + 3 * t + 10 * c - 4 * c**2 - 9 * second) * d**4 / 24
        + (61 + 90 * t + 298 * c + 45 * t**2 - 252 * second - 3 * c**2) * d**6 / 720
    )
    lng = _LNG_0 + (
        d - (1 + 2 * t + c) * d**3 / 6 + (5 - 2 * c + 28 * t - 3 * c**2 + 8 * second + 24 * t**2) * d**5 / 120
    ) / cos(foot)
    return Point(degrees(lat), degrees(lng))


def _meridian(lat: float) -> float:
    """Metres along the meridian from the equator (equation 3-21)."""
    return _A * (
        (1 - _E2 / 4 - 3 * _E2**2 / 64 - 5 * _E2**3 / 256) * lat
        - (3 * _E2 / 8 + 3 * _E2**2 / 32 + 45 * _E2**3 / 1024) * sin(2 * lat)
        + (15 * _E2**2 / 256 + 45 * _E2**3 / 1024) * sin(4 * lat)
        - (35 * _E2**3 / 3072) * sin(6 * lat)
    )
