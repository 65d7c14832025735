"""The gazetteer's file, opened read-only and built on first use; one connection per thread, small lists in memory."""

import os
import sqlite3
import threading
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from webapp.domain.geo import Point, distance_m
from webapp.domain.text import jamo
from webapp.geocoding.gazetteer.build import UNIT, build, content_hash
from webapp.geocoding.gazetteer.places import Place, precision_of
from webapp.geocoding.gazetteer.roads import Road
from webapp.geocoding.gazetteer.streets import street_words

SEED = Path(__file__).resolve().parents[3] / "seed" / "places"
# A postal code is one building; our copy's median error is 5 m, 95 % lie within 39 m. A Korean zone is a block.
_POSTAL_RADIUS_M = {"SG": 40, "KR": 250}


@dataclass(frozen=True, slots=True)
class Hit:
    """A name that fits: the place's number, how surely the name means it, and its order among places."""

    place: int
    weight: int
    rank: int
    key: str


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place as it is kept, in all languages."""

    id: int
    country: str
    kind: str
    code: str
    name_en: str
    name_zh: str
    name_ko: str
    within_en: str
    within_zh: str
    within_ko: str
    postal: str
    lat: float
    lng: float
    radius_m: int


class Gazetteer:
    """Look-ups in one built file. Safe to share between threads and across a fork."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    @property
    def _database(self) -> sqlite3.Connection:
        # A connection must not cross a fork, so the process is part of what makes it ours.
        if getattr(self._local, "process", None) != os.getpid():
            self._local.connection = sqlite3.connect(f"{self.path.as_uri()}?mode=ro&immutable=1", uri=True)
            self._local.process = os.getpid()
        connection: sqlite3.Connection = self._local.connection
        return connection

    def named(self, form: str, key: str) -> list[Hit]:
        """Places filed under exactly this key, best first."""
        rows = self._database.execute(
            "SELECT name.place, name.weight, place.rank, name.key FROM name JOIN place ON place.id = name.place"
            " WHERE form = ? AND key = ? ORDER BY weight < 90, rank, weight DESC, place",
            (form, key),
        )
        return [Hit(*row) for row in rows]

    def beginning(self, form: str, prefix: str, limit: int = 60) -> list[Hit]:
        """Places filed under a key that begins so: the shortest keys first, in the order of kinds among equals."""
        rows = self._database.execute(
            "SELECT name.place, max(name.weight), place.rank, min(name.key) FROM name"
            " JOIN place ON place.id = name.place"
            " WHERE form = ? AND key >= ? AND key < ? GROUP BY name.place"
            " ORDER BY min(length(key)) + rank / 100, rank, name.place LIMIT ?",
            (form, prefix, prefix + "\U0010ffff", limit),
        )
        return [Hit(*row) for row in rows]

    def place(self, number: int, lang: str, confidence: float, matched_text: str) -> Place:
        """The place with names for a reader of `lang` (en, zh or ko; others get English)."""
        row = self._places[number]
        local = row.name_ko if row.country == "KR" else row.name_en
        return Place(
            key=f"{row.country}-{number}",
            name={"zh": row.name_zh, "ko": row.name_ko}.get(lang) or row.name_en,
            name_local=local or row.name_en,
            within={"zh": row.within_zh, "ko": row.within_ko}.get(lang) or row.within_en,
            kind=row.kind, country=row.country, lat=row.lat, lng=row.lng, radius_m=row.radius_m,
            precision=precision_of(row.kind, row.country), confidence=confidence, source="gazetteer",
            matched_text=matched_text, postal=row.postal, code=row.code,
        )  # fmt: skip

    def country_and_kind(self, number: int) -> tuple[str, str]:
        row = self._places[number]
        return row.country, row.kind

    def postal(self, country: str, code: str, confidence: float, matched_text: str) -> Place | None:
        """The point of a postal code, or None when there is no such code."""
        row = self._database.execute(
            "SELECT lat, lng, name FROM postal JOIN street ON street.id = postal.street"
            " WHERE postal.country = ? AND code = ?",
            (country, code),
        ).fetchone()
        if row is None:
            return None
        return Place(
            key=f"{country}-P{code}", name=code, name_local=code, within=row[2], kind="postal", country=country,
            lat=_degrees(row[0]), lng=_degrees(row[1]), radius_m=_POSTAL_RADIUS_M[country],
            precision=precision_of("postal", country), confidence=confidence, source="gazetteer",
            matched_text=matched_text, postal=code,
        )  # fmt: skip

    def postal_codes(self, country: str, prefix: str, limit: int) -> list[str]:
        """The first codes that begin with `prefix`."""
        rows = self._database.execute(
            "SELECT code FROM postal WHERE country = ? AND code >= ? AND code < ? ORDER BY code LIMIT ?",
            (country, prefix, prefix + ":", limit),
        )
        return [row[0] for row in rows]

    def postal_neighbours(self, country: str, code: str, count: int) -> list[str]:
        """The existing codes next to a code that does not exist, nearest by number first."""
        below = self._database.execute(
            "SELECT code FROM postal WHERE country = ? AND code < ? ORDER BY code DESC LIMIT ?",
            (country, code, count),
        )
        above = self._database.execute(
            "SELECT code FROM postal WHERE country = ? AND code > ? ORDER BY code LIMIT ?",
            (country, code, count),
        )
        found = [row[0] for row in below] + [row[0] for row in above]
        return sorted(found, key=lambda other: (abs(int(other) - int(code)), other))[:count]

    def streets(self, key: str) -> list[tuple[int, str]]:
        """(number, name) of the streets of Singapore with this key (streets.street_key)."""
        rows = self._database.execute("SELECT id, name FROM street WHERE key = ? AND country = 'SG'", (key,))
        return list(rows)

    @cached_property
    def street_keys(self) -> list[str]:
        """The key of every street of Singapore, to compare misspellings with."""
        rows = self._database.execute("SELECT DISTINCT key FROM street WHERE country = 'SG' ORDER BY key")
        return [row[0] for row in rows]

    @cached_property
    def street_spellings(self) -> dict[str, str]:
        """The key of every street by its words in their own order."""
        rows = self._database.execute("SELECT name, key FROM street WHERE country = 'SG' ORDER BY id")
        return {" ".join(street_words(name)): key for name, key in rows}

    @cached_property
    def street_key_set(self) -> frozenset[str]:
        return frozenset(self.street_keys)

    def codes_on(self, street: int) -> list[tuple[str, Point]]:
        """The postal codes on a street of Singapore and where they are."""
        (listed,) = self._database.execute("SELECT codes FROM street WHERE id = ?", (street,)).fetchone()
        codes = listed.split(" ")
        rows = self._database.execute(
            "SELECT code, lat, lng FROM postal"  # noqa: S608 - as many question marks as there are codes
            f" WHERE country = 'SG' AND code IN ({','.join('?' * len(codes))}) ORDER BY code",
            codes,
        )
        return [(code, Point(_degrees(lat), _degrees(lng))) for code, lat, lng in rows]

    def roads(self, name: str) -> list[Road]:
        """The roads of Seoul with this name, one per gu."""
        rows = self._database.execute(
            "SELECT gu, name, line, houses FROM road WHERE name = ? ORDER BY gu", (name,)
        )
        return [Road(*row) for row in rows]

    def road_names_sounding(self, sound: str) -> list[str]:
        """The names of roads with this sound (roads.road_sound)."""
        rows = self._database.execute(
            "SELECT DISTINCT name FROM road WHERE sound = ? ORDER BY name", (sound,)
        )
        return [row[0] for row in rows]

    @cached_property
    def road_names(self) -> dict[str, str]:
        """The sound of every road's name, to compare misspellings with."""
        return dict(self._database.execute("SELECT DISTINCT name, sound FROM road ORDER BY name"))

    @cached_property
    def road_letters(self) -> dict[str, str]:
        """Every road's name, with its Hangul taken apart."""
        return {name: jamo(name) for name in self.road_names}

    @cached_property
    def road_sounds(self) -> list[str]:
        return sorted(set(self.road_names.values()))

    def places_of_kind(self, kind: str) -> list[PlaceRow]:
        """Every place of a kind."""
        return [row for row in self._places.values() if row.kind == kind]

    def outside(self, key: str) -> str | None:
        """The name of a city that is not covered, or None."""
        row = self._database.execute("SELECT city FROM outside WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def coded(self, kind: str, code: str) -> list[int]:
        """The numbers of places of a kind by their code, for postal sectors and districts."""
        return [number for number, row in self._places.items() if row.kind == kind and row.code == code]

    def nearest(self, point: Point, kinds: Collection[str], within_m: float) -> int | None:
        """The number of the place of these kinds that lies nearest to the point, None beyond `within_m` metres."""
        apart = [
            (distance_m(point, Point(row.lat, row.lng)), number)
            for number, row in self._places.items()
            if row.kind in kinds
        ]
        found = min(apart, default=None)
        return found[1] if found and found[0] <= within_m else None

    @cached_property
    def spellings(self) -> dict[str, list[Hit]]:
        """Every key of five letters or more (Hangul taken apart) with its places, to compare misspellings with."""
        found: dict[str, list[Hit]] = {}
        rows = self._database.execute(
            "SELECT name.place, name.weight, place.rank, name.key FROM name JOIN place ON place.id = name.place"
            " WHERE form IN ('key', 'jamo') AND length(key) >= 5 ORDER BY weight < 90, rank, weight DESC, place"
        )
        for row in rows:
            found.setdefault(row[3], []).append(Hit(*row))
        return found

    @cached_property
    def han_spellings(self) -> dict[str, list[Hit]]:
        """Every Chinese key of three to six characters with its places, to compare misspellings with."""
        found: dict[str, list[Hit]] = {}
        rows = self._database.execute(
            "SELECT name.place, name.weight, place.rank, name.key FROM name JOIN place ON place.id = name.place"
            " WHERE form = 'key' AND length(key) BETWEEN 3 AND 6 AND key >= '一' AND key < '가'"
            " ORDER BY weight < 90, rank, weight DESC, place"
        )
        for row in rows:
            found.setdefault(row[3], []).append(Hit(*row))
        return found

    @cached_property
    def spelling_list(self) -> list[str]:
        return list(self.spellings)

    @cached_property
    def _places(self) -> dict[int, PlaceRow]:
        rows = self._database.execute(
            "SELECT id, country, kind, code, name_en, name_zh, name_ko, within_en, within_zh, within_ko, postal,"
            " lat, lng, radius_m FROM place"
        )
        return {row[0]: PlaceRow(*row) for row in rows}


def _degrees(units: int) -> float:
    return round(units * UNIT, 5)


_opened: dict[Path, Gazetteer] = {}
_opening = threading.Lock()


def open_gazetteer(path: Path, seed: Path = SEED) -> Gazetteer:
    """The gazetteer at `path`, built from `seed` first when the file is missing or made of other data.

    Raises OSError when neither can be read or written.
    """
    path = path.resolve()
    with _opening:
        known = _opened.get(path)
        if known is None:
            if _hash_of(path) != content_hash(seed):
                build(seed, path)
            known = _opened[path] = Gazetteer(path)
        return known


def _hash_of(path: Path) -> str | None:
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            row = database.execute("SELECT value FROM meta WHERE key = 'hash'").fetchone()
    except sqlite3.DatabaseError:
        return None  # not ours, or cut off: it is built anew
    return row[0] if row else None
