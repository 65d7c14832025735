"""The figures asked of address geocoding, as shipped and with an operator's lists loaded, and how fast it is."""

import csv
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from tests.geocoding.known import InMemory
from webapp.domain.geo import Point, distance_m
from webapp.geocoding.addresses import KnownPoints, Located, NoPoints, locate
from webapp.geocoding.gazetteer import Gazetteer

pytestmark = pytest.mark.once

# Under this confidence an answer counts as none; from that one on it is meant to be right.
NO_ANSWER, CONFIDENT = 0.65, 0.8
FAR_OFF_M = 500
LISTS = (
    "kr_gangnam_buildings.csv",
    "kr_seoul_pharmacy_anchors.csv",
    "sg_places.csv",
    "sg_known_numbers.csv",
)


@dataclass(frozen=True)
class Row:
    """An address with its answer; `metres` from the truth, None where there is none or no answer."""

    case: dict[str, str]
    found: Located | None
    metres: float | None

    @property
    def is_right(self) -> bool:
        found, wanted = self.found, self.case["expected_precision"]
        unsure = found is None or found.confidence < NO_ANSWER
        if wanted == "none":
            return unsure
        if wanted == "review":
            return found is None or unsure or found.needs_review
        return self.metres is not None and self.metres <= float(self.case["accept_m"])


@dataclass(frozen=True)
class Figures:
    """What came of all addresses."""

    rows: list[Row]

    @property
    def right(self) -> float:
        return sum(row.is_right for row in self.rows) / len(self.rows)

    @property
    def wrong(self) -> list[str]:
        return [row.case["input"] for row in self.rows if not row.is_right]

    @property
    def distances(self) -> list[float]:
        """Metres off, of the addresses that were answered."""
        return sorted(
            row.metres
            for row in self.rows
            if row.metres is not None
            and row.found is not None
            and row.found.confidence >= NO_ANSWER
            and row.case["expected_precision"] not in ("none", "review")
        )

    @property
    def p95(self) -> float:
        return self.distances[int(0.95 * len(self.distances))]

    @property
    def confidently_wrong(self) -> list[str]:
        return [
            row.case["input"]
            for row in self.rows
            if row.found is not None
            and row.found.confidence >= CONFIDENT
            and (row.metres is None or row.metres > FAR_OFF_M)
        ]


def figures(gazetteer: Gazetteer, cases: list[dict[str, str]], points: KnownPoints, *, hint: bool) -> Figures:
    rows = []
    for case in cases:
        found = locate(gazetteer, case["input"], (case["country"] or None) if hint else None, points)
        metres = None
        if found is not None and case["true_lat"]:
            truth = Point(float(case["true_lat"]), float(case["true_lon"]))
            metres = distance_m(found.point, truth)
        rows.append(Row(case, found, metres))
    return Figures(rows)


@pytest.fixture(scope="module")
def cases(shared: Callable[[str], Path]) -> list[dict[str, str]]:
    with shared("geocoding_addresses.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def loaded(gazetteer: Gazetteer, shared: Callable[[str], Path]) -> InMemory:
    return InMemory.of_files(gazetteer, *(shared(f"open/{name}") for name in LISTS))


@pytest.mark.parametrize("hint", [True, False], ids=["country given", "country not given"])
def test_as_shipped(gazetteer: Gazetteer, cases: list[dict[str, str]], hint: bool) -> None:
    found = figures(gazetteer, cases, NoPoints(), hint=hint)
    assert len(found.rows) > 190
    assert found.right >= 0.88, found.wrong
    assert median(found.distances) <= 30
    assert found.p95 <= 250
    assert len(found.confidently_wrong) <= 0.01 * len(found.rows), found.confidently_wrong


@pytest.mark.parametrize("hint", [True, False], ids=["country given", "country not given"])
def test_with_the_lists_loaded(
    gazetteer: Gazetteer, cases: list[dict[str, str]], loaded: InMemory, hint: bool
) -> None:
    found = figures(gazetteer, cases, loaded, hint=hint)
    assert found.right >= 0.97, found.wrong
    assert median(found.distances) <= 15
    assert found.p95 <= 130
    assert len(found.confidently_wrong) <= 0.01 * len(found.rows), found.confidently_wrong


def test_what_lies_elsewhere_is_refused_and_what_contradicts_itself_is_flagged(
    gazetteer: Gazetteer, cases: list[dict[str, str]], loaded: InMemory
) -> None:
    special = [case for case in cases if case["expected_precision"] in ("none", "review")]
    assert len(special) >= 7
    for points in (NoPoints(), loaded):
        assert figures(gazetteer, special, points, hint=True).wrong == []
    flagged = [
        row.found for row in figures(gazetteer, special, NoPoints(), hint=True).rows if row.metres is not None
    ]
    assert all(found is not None and found.conflict and found.choices for found in flagged)


def test_a_dong_is_never_called_an_address(gazetteer: Gazetteer, cases: list[dict[str, str]]) -> None:
    areas = [case for case in cases if case["expected_precision"] == "area"]
    assert areas
    for case in areas:
        found = locate(gazetteer, case["input"], case["country"])
        assert found is not None
        assert found.precision == "area"
        assert found.needs_review


def test_nineteen_of_twenty_take_less_than_5_ms(gazetteer: Gazetteer, cases: list[dict[str, str]]) -> None:
    for case in cases:
        locate(gazetteer, case["input"])
    taken = []
    for case in cases:
        # Of the processor, because the machine may be busy with other tests.
        began = time.process_time()
        locate(gazetteer, case["input"])
        taken.append(time.process_time() - began)
    assert sorted(taken)[int(0.95 * len(taken))] < 0.005
