"""The figures asked of the gazetteer: right answers to what patients type, and how fast they come."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from webapp.domain.geo import Point, distance_m
from webapp.geocoding.gazetteer import Gazetteer, PlaceSearch, find, longest_place
from webapp.geocoding.gazetteer.build import read_landmarks
from webapp.geocoding.gazetteer.store import SEED

# Under this confidence an answer counts as none.
NO_ANSWER = 0.65


def answer(gazetteer: Gazetteer, text: str, country: str | None, lang: str) -> PlaceSearch:
    search = find(gazetteer, text, country, lang)
    if search.found:
        return search
    inside, _ = longest_place(gazetteer, text, country, lang)
    return inside if inside.found else search


def is_right(search: PlaceSearch, row: dict[str, str]) -> bool:
    best = search.best
    if row["should_offer_choices"] == "yes":
        offered = {place.key for place in (*search.matches, *search.did_you_mean)}
        if len(offered) < 2:
            return False
    if not row["lat"]:
        return best is None or best.confidence < NO_ANSWER
    accepted = [(row["lat"], row["lon"], row["radius_m"])]
    accepted += [tuple(other.split(",")) for other in row["also_acceptable"].split(";") if other]  # type: ignore[misc]
    return best is not None and any(
        distance_m(best.point, Point(float(lat), float(lng))) <= float(metres)
        for lat, lng, metres in accepted
    )


def test_96_of_100_queries_are_right(gazetteer: Gazetteer, shared: Callable[[str], Path]) -> None:
    with shared("geocoding_queries.csv").open(encoding="utf-8", newline="") as lines:
        # House numbers on a street are the business of address geocoding.
        queries = [row for row in csv.DictReader(lines) if row["kind"] != "address"]
    wrong = [
        row["query"]
        for row in queries
        if not is_right(answer(gazetteer, row["query"], row["region_hint"] or None, row["lang"]), row)
    ]
    assert len(queries) > 100
    assert 1 - len(wrong) / len(queries) >= 0.96, wrong


def test_every_name_in_the_table_finds_its_place(gazetteer: Gazetteer) -> None:
    lost = []
    marks = read_landmarks(SEED / "landmarks.csv")
    for mark in marks:
        for name in filter(
            None, (mark.name_en, mark.name_zh, mark.name_zh_hant, mark.name_ko, *mark.aliases)
        ):
            found = find(gazetteer, name, mark.country).matches
            here = Point(mark.lat, mark.lng)
            if not any(distance_m(place.point, here) <= max(mark.radius_m, 300) for place in found):
                lost.append((mark.kind, name))
    assert lost == []


@pytest.mark.parametrize(("swap", "share"), [(True, 0.9), (False, 0.93)])
def test_one_slip_of_the_finger_is_forgiven(gazetteer: Gazetteer, swap: bool, share: float) -> None:
    """Stations and malls with two neighbouring letters swapped, or one left out, in the middle of the name."""
    marks = [
        mark for mark in read_landmarks(SEED / "landmarks.csv") if mark.kind in ("mrt", "station", "mall")
    ]
    marks = [mark for mark in marks if len(mark.name_en) >= 8 and mark.name_en.isascii()]
    near = 0
    for mark in marks:
        middle = len(mark.name_en) // 2
        a, b, c = mark.name_en[:middle], mark.name_en[middle : middle + 2], mark.name_en[middle + 2 :]
        search = find(gazetteer, a + (b[::-1] if swap else b[1:]) + c, mark.country)
        offered = (*search.matches, *search.did_you_mean)
        near += any(distance_m(place.point, Point(mark.lat, mark.lng)) <= 1_000 for place in offered)
    assert near / len(marks) >= share
