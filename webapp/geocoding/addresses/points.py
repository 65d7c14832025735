"""The points that an operator loaded, behind an interface: the geocoder knows no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from webapp.domain.geo import Point


@dataclass(frozen=True, slots=True)
class KnownPoint:
    """One point of a list. Empty strings and None where the list says nothing."""

    country: str
    kind: str
    name: str
    gu: str
    number: int | None
    number_rest: str
    dong: str
    lot_main: int | None
    lot_sub: int | None
    postal: str
    lat: float
    lng: float

    @property
    def point(self) -> Point:
        return Point(self.lat, self.lng)


class KnownPoints(Protocol):
    """What may be asked of the operator's points."""

    def named(self, country: str, keys: Sequence[str]) -> list[tuple[str, KnownPoint]]:
        """(key, point) of those whose name has one of these keys (texts.name_keys)."""

    def on_road(self, country: str, road_key: str, low: int, high: int) -> list[KnownPoint]:
        """Those on a road or street whose main number lies from `low` to `high`."""

    def on_lots(self, dong: str, low: int, high: int) -> list[KnownPoint]:
        """Those of a Korean legal dong whose main lot number lies from `low` to `high`."""

    def with_postal(self, country: str, postal: str) -> list[KnownPoint]:
        """Those with this postal code."""


class NoPoints:
    """As shipped: nothing was loaded."""

    def named(self, country: str, keys: Sequence[str]) -> list[tuple[str, KnownPoint]]:
        return []

    def on_road(self, country: str, road_key: str, low: int, high: int) -> list[KnownPoint]:
        return []

    def on_lots(self, dong: str, low: int, high: int) -> list[KnownPoint]:
        return []

    def with_postal(self, country: str, postal: str) -> list[KnownPoint]:
        return []
