"""The operator's points in memory, for tests of the geocoder that need no database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from webapp.domain.geo import Point
from webapp.geocoding.addresses import KnownPoint
from webapp.geocoding.gazetteer import Gazetteer, postal_point
from webapp.geocoding.points_file import PointRow, PointsFile, read_points


def read(gazetteer: Gazetteer, data: bytes) -> PointsFile:
    """Read a list, postal codes looked up in the gazetteer."""

    def point_of(country: str, code: str) -> Point | None:
        place = postal_point(gazetteer, country, code)
        return place.point if place else None

    return read_points(data, point_of)


@dataclass
class InMemory:
    """addresses.KnownPoints over a list of rows."""

    rows: list[PointRow] = field(default_factory=list)

    @classmethod
    def of_files(cls, gazetteer: Gazetteer, *paths: Path) -> "InMemory":
        return cls([row for path in paths for row in read(gazetteer, path.read_bytes()).rows])

    def named(self, country: str, keys: Sequence[str]) -> list[tuple[str, KnownPoint]]:
        return [
            (row.name_key, _known(row))
            for row in self.rows
            if row.name_key and row.name_key in keys and row.country == country
        ]

    def on_road(self, country: str, road_key: str, low: int, high: int) -> list[KnownPoint]:
        return [
            _known(row)
            for row in self.rows
            if (row.country, row.road_key) == (country, road_key)
            and row.number is not None
            and low <= row.number <= high
        ]

    def on_lots(self, dong: str, low: int, high: int) -> list[KnownPoint]:
        return [
            _known(row)
            for row in self.rows
            if row.dong == dong and row.lot_main is not None and low <= row.lot_main <= high
        ]

    def with_postal(self, country: str, postal: str) -> list[KnownPoint]:
        return [_known(row) for row in self.rows if (row.country, row.postal) == (country, postal)]


def _known(row: PointRow) -> KnownPoint:
    return KnownPoint(
        row.country, row.kind, row.name, row.gu, row.number, row.number_rest, row.dong or "", row.lot_main,
        row.lot_sub, row.postal or "", row.lat, row.lng,
    )  # fmt: skip
