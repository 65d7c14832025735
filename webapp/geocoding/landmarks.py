"""Stations and districts as dots and names, for the ground of a map that has no tiles."""

import csv
from dataclasses import dataclass
from functools import cache

from config import ROOT
from webapp.domain.geo import Box, Point

_FILE = ROOT / "seed" / "places" / "landmarks.csv"
_STATIONS = frozenset({"mrt", "lrt", "station"})
_DISTRICTS = frozenset({"area", "gu"})


@dataclass(frozen=True, slots=True)
class Landmark:
    """A name on the map; `names` by language code (en, zh, ko). A station, or else a district's middle."""

    names: dict[str, str]
    station: bool
    point: Point


@cache
def _everything() -> tuple[Landmark, ...]:
    found = []
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] not in _STATIONS | _DISTRICTS:
                continue
            english = row["name_en"]
            names = {"en": english, "zh": row["name_zh_hans"] or english, "ko": row["name_ko"] or english}
            point = Point(float(row["lat"]), float(row["lng"]))
            found.append(Landmark(names, row["kind"] in _STATIONS, point))
    return tuple(found)


def landmarks_in(box: Box) -> list[Landmark]:
    """Those inside a frame of latitudes and longitudes, stations first."""
    inside = [landmark for landmark in _everything() if box.contains(landmark.point)]
    return sorted(inside, key=lambda landmark: not landmark.station)
