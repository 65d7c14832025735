"""Our own table of landmarks: complete, consistent, and where public lists say it is."""

import csv
import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from webapp.domain.geo import COVERAGE, Point, distance_m
from webapp.domain.text import has_han, has_hangul, name_key, to_simplified
from webapp.geocoding.gazetteer.build import SEED_FILES, Landmark, read_landmarks
from webapp.geocoding.gazetteer.store import SEED

LANDMARKS = read_landmarks(SEED / "landmarks.csv")
KINDS = {"mrt", "lrt", "station", "mall", "medical", "area", "gu", "dong", "city", "place"}
SAME_M = 250


def of(*kinds: str) -> list[Landmark]:
    return [mark for mark in LANDMARKS if mark.kind in kinds]


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


def point(row: dict[str, str]) -> Point:
    return Point(float(row["lat"]), float(row["lon"]))


def apart(mark: Landmark, other: Point) -> float:
    return distance_m(Point(mark.lat, mark.lng), other)


def test_the_table_covers_both_cities() -> None:
    counts = Counter(mark.kind for mark in LANDMARKS)
    assert set(counts) == KINDS
    assert counts["mrt"] + counts["lrt"] >= 184
    assert counts["station"] >= 300
    assert counts["mall"] + counts["medical"] >= 120
    assert counts["gu"] == 25
    # The 467 legal dong, and one administrative dong whose name patients confuse with Gangnam's.
    assert counts["dong"] == 468


def faults(mark: Landmark) -> Iterator[str]:
    if not any(box.contains(Point(mark.lat, mark.lng)) for box in COVERAGE[mark.country]):
        yield "outside the city"
    if not 50 <= mark.radius_m <= 25_000:
        yield "radius"
    if not name_key(mark.name_en) or has_hangul(mark.name_en) or has_han(mark.name_en):
        yield "English name"
    if to_simplified(mark.name_zh) != mark.name_zh:
        yield "Chinese name is not simplified"
    if mark.name_zh_hant and name_key(mark.name_zh_hant) != name_key(mark.name_zh):
        yield "traditional name does not fold to the simplified one"
    if mark.country == "KR" and not has_hangul(mark.name_ko):
        yield "Korean name"
    if mark.kind in ("mall", "medical") and not re.fullmatch(r"\d{6}", mark.postal):
        yield "postal code"
    if len(set(mark.aliases)) != len(mark.aliases):
        yield "alias twice"


def test_every_row_is_sound() -> None:
    assert [(mark.name_en, fault) for mark in LANDMARKS for fault in faults(mark)] == []


def test_no_place_is_listed_twice() -> None:
    keys = Counter((mark.country, mark.kind, mark.name_en, mark.name_ko, mark.code[:5]) for mark in LANDMARKS)
    assert [key for key, count in keys.items() if count > 1] == []


def test_buildings_lie_at_their_postal_code() -> None:
    with gzip.open(SEED / "sg_postal.csv.gz", "rt", encoding="utf-8") as lines:
        codes = {row["postal"]: Point(float(row["lat"]), float(row["lng"])) for row in csv.DictReader(lines)}
    far = [mark.name_en for mark in of("mall", "medical") if apart(mark, codes[mark.postal]) > SAME_M]
    assert far == []


def test_the_seed_is_compact() -> None:
    assert sum((SEED / name).stat().st_size for name in SEED_FILES) < 2_500_000


def test_stations_of_singapore_lie_where_the_transport_authority_says(shared: Callable[[str], Path]) -> None:
    ours = {code: mark for mark in of("mrt", "lrt") for code in mark.code.split("/")}
    listed = list(rows(shared("open/sg_stations.csv")))
    wrong = [
        row["name"]
        for row in listed
        for code in row["codes"].split("/")
        if code not in ours
        or name_key(ours[code].name_en) != name_key(row["name"])
        or apart(ours[code], point(row)) > SAME_M
    ]
    assert listed
    assert wrong == []


def test_stations_of_seoul_lie_where_the_city_says(shared: Callable[[str], Path]) -> None:
    listed = {row["name_ko"]: point(row) for row in rows(shared("open/kr_stations.csv"))}
    renamed = {"불암산": "당고개"}
    wrong = [
        mark.name_ko
        for mark in of("station")
        if apart(mark, listed[renamed.get(mark.name_ko, mark.name_ko)]) > SAME_M
    ]
    assert wrong == []


def test_malls_and_clinic_buildings_lie_where_onemap_says(shared: Callable[[str], Path]) -> None:
    listed: dict[str, list[Point]] = {}
    for row in rows(shared("open/sg_places.csv")):
        listed.setdefault(row["postal"], []).append(point(row))
    checked = [mark for mark in of("mall", "medical") if mark.postal in listed]
    assert len(checked) >= 120
    assert [
        mark.name_en for mark in checked if min(apart(mark, at) for at in listed[mark.postal]) > SAME_M
    ] == []


def test_planning_areas_lie_where_the_master_plan_says(shared: Callable[[str], Path]) -> None:
    ours: dict[str, list[Landmark]] = {}
    for mark in of("area"):
        ours.setdefault(mark.name_en, []).append(mark)
    listed = list(rows(shared("open/sg_planning_areas.csv")))
    assert len(listed) == 55
    assert [
        row["name"] for row in listed if min(apart(mark, point(row)) for mark in ours[row["name"]]) > SAME_M
    ] == []


def test_districts_and_dong_of_seoul_lie_where_the_address_authority_says(
    shared: Callable[[str], Path],
) -> None:
    gu = {mark.code: mark.name_ko for mark in of("gu")}
    listed = {
        (row["gu"] or row["name_ko"], row["name_ko"]): point(row)
        for row in rows(shared("open/kr_seoul_areas.csv"))
    }
    distances = sorted(
        apart(mark, listed[gu[mark.code[:5]], mark.name_ko])
        for mark in of("gu", "dong")
        if (gu[mark.code[:5]], mark.name_ko) in listed
    )
    assert len(distances) == 492
    # Middles of whole areas: two authors cut boundaries a little differently.
    assert distances[len(distances) // 2] <= 100
    assert distances[int(len(distances) * 0.97)] <= SAME_M
    assert distances[-1] <= 1_000
