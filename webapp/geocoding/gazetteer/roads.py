"""The roads of Seoul: names in Hangul or Latin letters made comparable, and where a house number lies on one."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from webapp.domain.geo import Point
from webapp.domain.text import romanise, sound_key

LETTERS = "가나다라마바사아자차카타파하"
_NAME = re.compile(rf"(?P<stem>.+?)(?P<kind>대로|로|길)(?:(?P<branch>\d+)(?:번)?(?P<letter>[{LETTERS}])?길)?")
KINDS = {"대로": "daero", "로": "ro", "길": "gil"}


def road_sound(name: str) -> str:
    """The sound of a road's name in Hangul, equal to `latin_sound` of its romanisation."""
    match = _NAME.fullmatch(name)
    if match is None:
        return sound_key(romanise(name)) + "|"
    letter = romanise(match["letter"]) if match["letter"] else ""
    return latin_sound(romanise(match["stem"]), KINDS[match["kind"]], match["branch"] or "", letter)


def latin_sound(stem: str, kind: str, branch: str = "", letter: str = "") -> str:
    """("eonju", "ro", "173") of "Eonju-ro 173-gil" as one key; `kind` is daero, ro or gil."""
    return f"{sound_key(stem)}|{kind}{branch}{letter}"


@dataclass(frozen=True, slots=True)
class Road:
    """A road within one gu. `line` and `houses` are packed as tools/build_places.py writes them."""

    gu: str
    name: str
    line: str
    houses: str

    @property
    def nodes(self) -> tuple[tuple[int, float, float], ...]:
        """(house number, latitude, longitude) along the road, by number; empty where it is not known."""
        return _nodes(self.line)

    def point(self, number: float) -> Point | None:
        """Where a house number lies along the line; before its beginning and after its end: the end."""
        nodes = self.nodes
        if not nodes:
            return None
        if number <= nodes[0][0]:
            return Point(nodes[0][1], nodes[0][2])
        for (low, lat, lng), (high, to_lat, to_lng) in pairwise(nodes):
            if number <= high:
                share = (number - low) / (high - low)
                return Point(lat + share * (to_lat - lat), lng + share * (to_lng - lng))
        return Point(nodes[-1][1], nodes[-1][2])

    def zone(self, number: int, sub: int = 0) -> str | None:
        """The postcode of a house, or None when there is no such house."""
        return _zones(self.houses).get((number, sub))

    def zone_of_number(self, number: int) -> str | None:
        """The postcode of the house, or of any with the same main number, or None."""
        zones = _zones(self.houses)
        if (number, 0) in zones:
            return zones[number, 0]
        return next((zone for (main, _), zone in zones.items() if main == number), None)

    @property
    def numbers(self) -> tuple[int, int]:
        """The lowest and the highest main number."""
        mains = [main for main, _ in _zones(self.houses)]
        return min(mains), max(mains)


@lru_cache(maxsize=512)
def _nodes(line: str) -> tuple[tuple[int, float, float], ...]:
    number, lat, lng = 0, 0, 0
    found = []
    for node in line.split():
        more = [int(part) for part in node.split(",")]
        number, lat, lng = number + more[0], lat + more[1], lng + more[2]
        found.append((number, lat / 10_000, lng / 10_000))
    return tuple(found)


@lru_cache(maxsize=512)
def _zones(houses: str) -> dict[tuple[int, int], str]:
    found = {}
    for packed in houses.split(";"):
        zone, *words = packed.split(" ")
        main = 0
        for word in words:
            step, *subs = word.split(".")
            main += int(step)
            for sub in subs or ("0",):
                found[main, int(sub)] = zone
    return found
