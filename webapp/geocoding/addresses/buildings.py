"""The building that an address names: of the gazetteer's own landmarks, or of the operator's lists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from rapidfuzz import fuzz, process

from webapp.domain.geo import Point, distance_m
from webapp.domain.text import name_key, spans
from webapp.geocoding.addresses.located import GUESS, Choice, Located
from webapp.geocoding.addresses.points import KnownPoint, KnownPoints
from webapp.geocoding.addresses.texts import building_key
from webapp.geocoding.gazetteer.places import STATION_KINDS, Place
from webapp.geocoding.gazetteer.reading import place_key
from webapp.geocoding.gazetteer.store import Gazetteer

# Kinds of places that an address can lie in, and how sure a name inside an address is.
_HOUSES = {"mall": 0.9, "medical": 0.9, "place": GUESS} | dict.fromkeys(STATION_KINDS, GUESS)
# A station is an address where it is called one: "Esplanade MRT Station #B1-02".
_STATION = re.compile(r"\bmrt\b|\blrt\b|station|\bstn\b|역")
_IN_STATION = 0.72
# Words that alone name no building.
_GENERIC = frozenset({
    "the", "medical", "centre", "center", "shopping", "mall", "plaza", "building", "tower", "hospital", "clinic",
    "specialist", "specialists", "house", "complex", "point", "office", "block", "square",
})  # fmt: skip
_FULL_NAME = 98
_SHORTENED, _MISSPELLED = 0.8, 0.76
_ALIKE = 87
_LONGEST = 7
# Points of one name this close together are one building, in metres.
_ONE_BUILDING_M = 250.0
# Tower B, Block 2, North Wing: which part of a building is meant, not another name.
_PART = re.compile(
    r"\b(?:tower|twr|block|blk|bldg|wing|lobby|podium|annex|annexe)\s+(?:[a-z]|\d{1,2})\b"
    r"|\b(?:north|south|east|west)\s+(?:tower|wing|lobby)\b"
)


@dataclass(frozen=True, slots=True)
class Building:
    """A building found, and which words of the text (start, end) named it."""

    located: Located
    start: int
    end: int
    words: int


def words_of(text: str) -> list[str]:
    """The words of a text, apart at spaces, commas and semicolons."""
    return [word for word in re.split(r"[\s,;]+", _PART.sub(" ", text)) if word.strip("-.&@/")]


def landmark(gazetteer: Gazetteer, country: str, words: list[str]) -> Building | None:
    """The landmark with the longest name among the words."""
    for start, end in spans(words[:24]):
        if end - start > _LONGEST:
            continue
        phrase = " ".join(words[start:end])
        key = place_key(phrase)
        if len(key) < (2 if not key.isascii() else 4) or key.isdigit():
            continue
        for hit in gazetteer.named("key", key):
            in_country, kind = gazetteer.country_and_kind(hit.place)
            if in_country != country or kind not in _HOUSES:
                continue
            if hit.weight < _FULL_NAME and end - start < len(words):
                continue
            sure = _HOUSES[kind] if hit.weight >= _FULL_NAME else min(_SHORTENED, _HOUSES[kind])
            if kind in STATION_KINDS and _STATION.search(" ".join(words)):
                sure = _IN_STATION
            place = gazetteer.place(hit.place, "en", sure, phrase)
            return Building(_located(place), start, end, end - start)
    return None


def misspelled_landmark(gazetteer: Gazetteer, country: str, words: list[str]) -> Building | None:
    """A landmark that all the words together nearly spell, or all but the last or first one."""
    runs = [(0, len(words))]
    if len(words) > 2:
        runs += [(0, len(words) - 1), (1, len(words))]
    for start, end in runs:
        key = place_key(" ".join(words[start:end]))
        if len(key) < 7 or not key.isascii() or _GENERIC.issuperset(words[start:end]):
            continue
        for spelling, _, _ in process.extract(
            key, gazetteer.spelling_list, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=3
        ):
            for hit in gazetteer.spellings[spelling]:
                in_country, kind = gazetteer.country_and_kind(hit.place)
                # Junction 8 is no misspelled Junction 10.
                alike = spelling[0] == key[0] and _digits(spelling) == _digits(key)
                alike = alike and hit.weight >= _FULL_NAME
                if in_country == country and kind in ("mall", "medical") and alike:
                    place = gazetteer.place(hit.place, "en", _MISSPELLED, hit.key)
                    return Building(_located(place), start, end, end - start)
    return None


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def of_the_operator(
    points: KnownPoints, country: str, words: list[str], near: Point | None = None, within_m: float = 0.0
) -> Building | None:
    """The building of the operator's lists with the longest name among the words.

    Where several bear the name, the one `near` a point that the address also names is meant, up to `within_m`
    metres; without such a point it is a guess, with the others as choices.
    """
    keys: dict[str, tuple[int, int]] = {}
    for start, end in spans(words[:24]):
        key = building_key(" ".join(words[start:end]))
        if end - start <= _LONGEST and len(key) >= (3 if not key.isascii() else 5) and not key.isdigit():
            keys.setdefault(key, (start, end))
    if not keys:
        return None
    found = points.named(country, list(keys))
    for key, (start, end) in keys.items():
        same = [point for found_key, point in found if found_key == key]
        if same:
            return Building(_of_several(same, near, within_m), start, end, end - start)
    return None


def name_keys(name: str) -> Iterator[str]:
    """The keys under which a building of a list is filed: its name, and the part before a bracket."""
    yield building_key(name)
    short = re.split(r"[(\[（]", name)[0]
    if len(name_key(short)) >= 4 and short != name:
        yield building_key(short)


def _of_several(same: list[KnownPoint], near: Point | None, within_m: float) -> Located:
    groups: list[list[KnownPoint]] = []
    for point in same:
        group = next((g for g in groups if distance_m(g[0].point, point.point) <= _ONE_BUILDING_M), None)
        if group is None:
            groups.append([point])
        else:
            group.append(point)
    sure = 0.9
    if near is not None:
        groups.sort(key=lambda group: distance_m(group[0].point, near))
        far = distance_m(groups[0][0].point, near)
        rival = len(groups) > 1 and distance_m(groups[1][0].point, near) <= within_m
        sure = 0.55 if far > within_m else 0.6 if rival else 0.9
    elif len(groups) > 1:
        sure = 0.55
    first = groups[0][0]
    others = tuple(Choice(g[0].name, g[0].kind, g[0].lat, g[0].lng) for g in groups[1:8])
    return Located(
        country=first.country,
        lat=median(point.lat for point in groups[0]),
        lng=median(point.lng for point in groups[0]),
        precision="building", confidence=sure, radius_m=60, source="imported", matched_text=first.name,
        postal=first.postal, choices=others if sure < 0.7 else (),
    )  # fmt: skip


def _located(place: Place) -> Located:
    return Located(
        country=place.country, lat=place.lat, lng=place.lng,
        precision="building" if place.kind in ("mall", "medical") or place.confidence > GUESS else "area",
        confidence=place.confidence, radius_m=min(place.radius_m, 150) if place.kind != "place" else place.radius_m,
        source="gazetteer", matched_text=place.name, postal=place.postal,
    )  # fmt: skip
