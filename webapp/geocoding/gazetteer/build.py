"""Turning the tables of seed/places into one SQLite file with an index of every way a name may be typed."""

import csv
import gzip
import hashlib
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from webapp.domain.geo import Point, distance_m
from webapp.domain.text import (
    fold,
    has_han,
    has_hangul,
    has_kana,
    initials,
    jamo,
    kana_key,
    name_key,
    sound_key,
)
from webapp.geocoding.gazetteer.places import STATION_KINDS
from webapp.geocoding.gazetteer.reading import generic_tail_dropped, normalise, place_key, sorted_words
from webapp.geocoding.gazetteer.roads import road_sound
from webapp.geocoding.gazetteer.streets import street_key

SEED_FILES = (
    "landmarks.csv", "kr_postal.csv.gz", "kr_roads.csv.gz", "outside.csv.gz", "sg_districts.csv", "sg_postal.csv.gz",
)  # fmt: skip
# Part of the hash of contents: raise it when the tables below change their meaning.
SCHEMA_VERSION = "8"

# Degrees of one step in the table of postal codes: 0.00001 is a metre.
UNIT = 0.00001
# How sure a name means the place: its own name, a name people use, a shortened one.
OWN_NAME, ALIAS, SHORTENED = 100, 98, 80
# Which of several places of one name is meant when nothing else is said. In Seoul 강남 is first the district.
_KIND_ORDER = {
    "SG": ("city", "mrt", "lrt", "area", "mall", "medical", "place", "sector", "district"),
    "KR": ("city", "gu", "station", "place", "dong", "mall", "medical"),
}
# Districts of Seoul in the order in which visitors to clinics mean them; the others follow by name.
GU_ORDER = (
    "강남구",
    "서초구",
    "송파구",
    "용산구",
    "중구",
    "마포구",
    "성동구",
    "종로구",
    "광진구",
    "영등포구",
)

_SCHEMA = """
CREATE TABLE place (
    id INTEGER PRIMARY KEY, country TEXT, kind TEXT, code TEXT, name_en TEXT, name_zh TEXT, name_ko TEXT,
    within_en TEXT, within_zh TEXT, within_ko TEXT, postal TEXT, lat REAL, lng REAL, radius_m INTEGER, rank INTEGER
);
CREATE TABLE name (form TEXT, key TEXT, place INTEGER, weight INTEGER, PRIMARY KEY (form, key, place)) WITHOUT ROWID;
CREATE TABLE postal (
    country TEXT, code TEXT, lat INTEGER, lng INTEGER, street INTEGER, PRIMARY KEY (country, code)
) WITHOUT ROWID;
CREATE TABLE street (id INTEGER PRIMARY KEY, country TEXT, name TEXT, key TEXT, codes TEXT);
CREATE TABLE road (id INTEGER PRIMARY KEY, gu TEXT, name TEXT, sound TEXT, line TEXT, houses TEXT);
CREATE TABLE outside (key TEXT PRIMARY KEY, city TEXT, country TEXT) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
# Made after the rows, which is faster.
_INDEXES = """
CREATE INDEX street_by_key ON street (key);
CREATE INDEX road_by_name ON road (name);
CREATE INDEX road_by_sound ON road (sound);
"""


@dataclass(frozen=True, slots=True)
class Landmark:
    """A row of landmarks.csv, typed."""

    country: str
    kind: str
    code: str
    name_en: str
    name_zh: str
    name_zh_hant: str
    name_ko: str
    postal: str
    lat: float
    lng: float
    radius_m: int
    aliases: tuple[str, ...]
    checked_against: tuple[str, ...]


def read_landmarks(path: Path) -> list[Landmark]:
    """The rows of landmarks.csv. Raises ValueError naming the line that cannot be read."""
    found = []
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            try:
                found.append(
                    Landmark(
                        row["country"], row["kind"], row["code"], row["name_en"], row["name_zh_hans"],
                        row["name_zh_hant"], row["name_ko"], row["postal"], float(row["lat"]), float(row["lng"]),
                        int(row["radius_m"]), _split(row["aliases"]), _split(row["checked_against"]),
                    )
                )  # fmt: skip
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path.name}, line {number}: {error}") from error
    return found


def content_hash(seed: Path) -> str:
    """A fingerprint of the seed files and of the shape of the index. Raises OSError when a file is missing."""
    digest = hashlib.sha256(SCHEMA_VERSION.encode())
    for name in SEED_FILES:
        digest.update(name.encode() + b"\0" + (seed / name).read_bytes())
    return digest.hexdigest()


def build(seed: Path, target: Path) -> None:
    """Write the index to `target` in one step: readers see the old file or the whole new one, never a part.

    Several processes may do this at once; each writes a file of its own and the last rename wins, with equal
    contents. Raises OSError or ValueError when the seed files cannot be read.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=target.name, suffix=".part", dir=target.parent)
    os.close(handle)
    try:
        with closing(sqlite3.connect(temporary)) as database:
            database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
            with database:
                _fill(database, seed)
            database.executescript(_INDEXES + "ANALYZE;")
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _fill(database: sqlite3.Connection, seed: Path) -> None:
    codes = list(_postal_codes(seed))
    _insert_codes_and_streets(database, codes)
    _insert_roads(database, seed)
    landmarks = read_landmarks(seed / "landmarks.csv")
    gu_names = {mark.code: mark for mark in landmarks if mark.kind == "gu"}
    for number, mark in enumerate(landmarks, start=1):
        gu = gu_names.get(mark.code[:5]) if mark.kind == "dong" else None
        _insert_place(database, number, mark, gu)
        if mark.kind in STATION_KINDS and mark.code:
            _insert_codes(database, number, mark.code)
        sounded = mark.kind not in ("mall", "medical")
        _insert_names(database, number, _surfaces(mark, gu), sounded=sounded)
    singapore = {code: Point(lat, lng) for country, code, lat, lng, _ in codes if country == "SG"}
    number = len(landmarks)
    for mark, names in _sectors_and_districts(seed, singapore):
        number += 1
        _insert_place(database, number, mark, None)
        _insert_names(database, number, ((name, OWN_NAME) for name in names), sounded=False)
    database.executemany(
        "INSERT OR IGNORE INTO outside VALUES (?, ?, ?)",
        ((place_key(row["name"]), row["city"], row["country"]) for row in _rows(seed / "outside.csv.gz")),
    )
    database.execute("INSERT INTO meta VALUES ('hash', ?)", (content_hash(seed),))


def _insert_codes_and_streets(
    database: sqlite3.Connection, codes: list[tuple[str, str, float, float, str]]
) -> None:
    """Postal codes and the streets (in Seoul the gu) that they are on."""
    on: dict[tuple[str, str], list[str]] = {}
    for country, code, _, _, street in codes:
        on.setdefault((country, street), []).append(code)
    numbers = {pair: number for number, pair in enumerate(on, 1)}
    # A list in the street's row takes half the room of an index on the codes.
    database.executemany(
        "INSERT INTO street VALUES (?, ?, ?, ?, ?)",
        (
            (numbers[country, name], country, name, street_key(name), " ".join(listed))
            for (country, name), listed in on.items()
        ),
    )
    database.executemany(
        "INSERT INTO postal VALUES (?, ?, ?, ?, ?)",
        (
            (country, code, round(lat / UNIT), round(lng / UNIT), numbers[country, street])
            for country, code, lat, lng, street in codes
        ),
    )


def _insert_roads(database: sqlite3.Connection, seed: Path) -> None:
    """The roads of Seoul; their lines and houses stay packed until one is asked for (roads.py)."""
    database.executemany(
        "INSERT INTO road (gu, name, sound, line, houses) VALUES (?, ?, ?, ?, ?)",
        (
            (row["gu"], row["road"], road_sound(row["road"]), row["line"], row["houses"])
            for row in _rows(seed / "kr_roads.csv.gz")
        ),
    )


def _insert_place(database: sqlite3.Connection, number: int, mark: Landmark, gu: Landmark | None) -> None:
    city = ("Singapore", "新加坡", "싱가포르") if mark.country == "SG" else ("Seoul", "首尔", "서울")
    within = (gu.name_en, gu.name_zh, gu.name_ko) if gu else ("", "", "") if mark.kind == "city" else city
    order = _KIND_ORDER[mark.country]
    rank = order.index(mark.kind) * 100 if mark.kind in order else 9_900
    if district := gu or (mark if mark.kind == "gu" else None):
        rank += GU_ORDER.index(district.name_ko) if district.name_ko in GU_ORDER else len(GU_ORDER)
    database.execute(
        "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, mark.country, mark.kind, mark.code, mark.name_en, mark.name_zh, mark.name_ko, *within,
         mark.postal, mark.lat, mark.lng, mark.radius_m, rank),
    )  # fmt: skip


def _surfaces(mark: Landmark, gu: Landmark | None) -> Iterator[tuple[str, int]]:
    """Every way the place's name is written, with how surely it means this place."""
    own = [name for name in (mark.name_en, mark.name_zh, mark.name_zh_hant, mark.name_ko) if name]
    for name in own:
        yield name, OWN_NAME
    for name in mark.aliases:
        yield name, ALIAS
    if mark.kind in STATION_KINDS:
        yield from _station_names(mark)
    elif mark.kind in ("gu", "dong"):
        yield from _administrative_names(mark, gu)
    elif mark.kind in ("mall", "medical"):
        for name in (*own, *mark.aliases):
            if stem := generic_tail_dropped(place_key(name)):
                yield stem, SHORTENED
    for name in (*own, *mark.aliases):
        if normalise(name).startswith("the "):
            yield normalise(name)[4:], SHORTENED


def _station_names(mark: Landmark) -> Iterator[tuple[str, int]]:
    """Names with the word for a station, for somebody who is still typing it."""
    if mark.country == "SG":
        yield f"{mark.name_en} {mark.kind}", OWN_NAME
        yield f"{mark.name_en} {mark.kind} station", OWN_NAME
    elif not mark.name_en.endswith("Station"):
        yield f"{mark.name_en} station", OWN_NAME
    for name in (mark.name_en, *mark.aliases):
        if name.endswith(" University"):
            yield name.removesuffix(" University"), SHORTENED
    for chinese in {mark.name_zh, mark.name_zh_hant} - {""}:
        if not chinese.endswith("站"):
            yield chinese + "站", OWN_NAME
            yield chinese + "地铁站", OWN_NAME
    if mark.name_ko and mark.country == "KR" and not mark.name_ko.endswith("역"):
        yield mark.name_ko + "역", OWN_NAME


def _administrative_names(mark: Landmark, gu: Landmark | None) -> Iterator[tuple[str, int]]:
    """A district or legal dong without its suffix, and a dong together with its district."""
    for name, suffix in ((mark.name_en, "-gu"), (mark.name_en, "-dong"), (mark.name_ko, "구"), (mark.name_ko, "동"),
                         (mark.name_zh, "区"), (mark.name_zh, "洞")):  # fmt: skip
        stem = name.removesuffix(suffix)
        # Of a name of one syllable (항동, Hang-dong) nothing recognisable would be left.
        if stem != name and len(mark.name_ko) > 2:
            yield stem, SHORTENED
    if gu:
        for name, outer in (
            (mark.name_en, gu.name_en),
            (mark.name_ko, gu.name_ko),
            (mark.name_zh, gu.name_zh),
        ):
            if name and outer:
                stem = outer.removesuffix("-gu")
                yield from (
                    (pair, OWN_NAME) for pair in (f"{outer} {name}", f"{name} {outer}", f"{name} {stem}")
                )


def _insert_names(
    database: sqlite3.Connection, number: int, surfaces: Iterable[tuple[str, int]], *, sounded: bool
) -> None:
    """File every key of a place. Buildings have no sound keys: their short names sound like ordinary words."""
    keys: dict[tuple[str, str], int] = {}

    def file(form: str, key: str, weight: int) -> None:
        if key:
            keys[form, key] = max(weight, keys.get((form, key), 0))

    for surface, weight in surfaces:
        key = place_key(surface)
        file("key", key, weight)
        file("key", name_key(surface), weight)
        if " " in sorted_words(surface):
            file("words", sorted_words(surface), weight)
        folded = normalise(surface)
        for gap in re.finditer(r"[\s\-(]+", folded):
            file("later", name_key(folded[gap.end() :]), weight)
        if has_hangul(surface):
            file("jamo", jamo(key), weight)
            file("initials", initials(key), weight)
        if not sounded:
            continue
        if (len(fold(surface)) > 3 and not has_han(surface) and not has_kana(surface)) or has_hangul(surface):
            file("sound", sound_key(folded), weight)
            file("kana", kana_key(folded), weight)
        elif has_kana(surface):
            file("kana", kana_key(surface), weight)
    database.executemany(
        "INSERT INTO name VALUES (?, ?, ?, ?)",
        ((form, key, number, weight) for (form, key), weight in keys.items()),
    )


def _insert_codes(database: sqlite3.Connection, number: int, code: str) -> None:
    """File a station under its codes, NS21 and DT11 and the two together; apart from names, which N begins too."""
    codes = {place_key(part) for part in (code, *code.split("/"))}
    database.executemany(
        "INSERT INTO name VALUES ('code', ?, ?, ?)", ((key, number, OWN_NAME) for key in sorted(codes))
    )


def _sectors_and_districts(seed: Path, codes: dict[str, Point]) -> Iterator[tuple[Landmark, tuple[str, ...]]]:
    """Singapore's postal sectors (first two digits) and districts, at the middle of their postal codes."""
    members: dict[str, list[Point]] = {}
    for code, point in codes.items():
        members.setdefault(code[:2], []).append(point)
    named = list(_rows(seed / "sg_districts.csv"))
    for row in named:
        for sector in row["sectors"].split(";"):
            if sector in members:
                yield (
                    _postal_area(
                        "sector", sector, f"Postal sector {sector}: {row['name_en']}", row, members[sector]
                    ),
                    (f"postal sector {sector}", f"sector {sector}"),
                )
        points = [point for sector in row["sectors"].split(";") for point in members.get(sector, ())]
        if not points:
            continue
        number = row["district"]
        yield (
            _postal_area("district", number, f"District {number}: {row['name_en']}", row, points),
            (f"district {number}", f"postal district {number}", f"D{number}", f"D{int(number):02d}"),
        )


def _postal_area(kind: str, code: str, name: str, row: dict[str, str], points: list[Point]) -> Landmark:
    middle = Point(median(point.lat for point in points), median(point.lng for point in points))
    reach = sorted(distance_m(middle, point) for point in points)[int(len(points) * 0.9)]
    return Landmark("SG", kind, code, name, f"{code} {row['name_zh_hans']}", "", "", "", round(middle.lat, 4),
                    round(middle.lng, 4), max(500, round(reach)), (), ())  # fmt: skip


def _postal_codes(seed: Path) -> Iterator[tuple[str, str, float, float, str]]:
    for row in _rows(seed / "sg_postal.csv.gz"):
        yield "SG", row["postal"], float(row["lat"]), float(row["lng"]), row["street"]
    for row in _rows(seed / "kr_postal.csv.gz"):
        yield "KR", row["postal"], float(row["lat"]), float(row["lng"]), row["gu"]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)
    else:
        with path.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)


def _split(listed: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in listed.split(";") if part.strip())
