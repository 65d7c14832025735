"""Addresses of Singapore: postal code, block or number with street, name of a building, and whether they agree."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from rapidfuzz import fuzz, process

from webapp.domain.geo import Point, distance_m
from webapp.domain.text import spans
from webapp.geocoding.addresses import buildings
from webapp.geocoding.addresses.buildings import Building
from webapp.geocoding.addresses.located import CONFLICT_M, Choice, Located
from webapp.geocoding.addresses.neighbours import REACH, at_number
from webapp.geocoding.addresses.points import KnownPoints
from webapp.geocoding.addresses.texts import AddressText
from webapp.geocoding.gazetteer.store import Gazetteer
from webapp.geocoding.gazetteer.streets import street_words

# A corner building stands on two streets, and its postal code is filed under one of them.
_CORNER_M = 300.0
_NUMBER = re.compile(r"(\d{1,4})([a-z]{0,2})")
_BEFORE_NUMBER = frozenset({"block", "blk", "bk", "no", "number", "at"})
_GENERIC = frozenset({
    "street", "road", "avenue", "drive", "crescent", "close", "lane", "link", "walk", "terrace", "heights",
    "grove", "view", "park", "place", "way", "rise", "hill", "garden", "gardens", "green", "central",
    "north", "south", "east", "west", "jalan", "lorong", "upper", "lower", "boulevard", "circle", "loop",
    "square", "industrial", "estate", "sector", "plain", "field", "quay", "court",
})  # fmt: skip
_LONGEST_STREET = 7
_ALIKE, _WORD_ALIKE = 86, 80


@dataclass(frozen=True, slots=True)
class _Street:
    """A street named in the text: its key and name, the words it stands in, and the number beside it."""

    key: str
    name: str
    codes: tuple[tuple[str, Point], ...]
    start: int
    end: int
    number: int | None
    letter: str
    exact: bool

    @property
    def label(self) -> str:
        number = f"{self.number}{self.letter.upper()} " if self.number is not None else ""
        return f"{number}{self.name}"


def locate(gazetteer: Gazetteer, points: KnownPoints, text: AddressText) -> Located | None:
    """Where an address of Singapore lies; None when nothing of it is known."""
    postal = _postal(gazetteer, points, text)
    street = _street(gazetteer, text)
    building = _building(gazetteer, points, text, street)
    on_street = _on_street(points, street) if street else None
    if postal is None:
        missing = bool(text.sg_postals)
        return _without_postal(on_street, street, building, missing=missing)
    return _with_postal(postal, on_street, street, building)


def _with_postal(
    postal: Located, on_street: Located | None, street: _Street | None, building: Building | None
) -> Located:
    """The postal code's point, as sure as the rest of the address agrees with it."""
    if street is None:
        if building is not None and distance_m(building.located.point, postal.point) > CONFLICT_M:
            return postal.contradicted(_choice(building.located, "building"))
        return postal
    nearest = min((distance_m(postal.point, at) for _, at in street.codes), default=0.0)
    is_on_it = any(code == postal.postal for code, _ in street.codes)
    if nearest > CONFLICT_M:
        if not street.exact:
            return postal.at_most(0.75)
        return postal.contradicted(_choice(on_street, "address")) if on_street else postal.contradicted()
    if on_street is not None and on_street.precision in ("building", "interpolated"):
        apart = distance_m(on_street.point, postal.point)
        if apart > CONFLICT_M:
            return postal.contradicted(_choice(on_street, "address"))
        if apart > _CORNER_M and on_street.confidence >= 0.85:
            return postal.at_most(0.72)
    if is_on_it:
        return replace(postal, confidence=0.97, matched_text=f"{street.label} {postal.postal}")
    return postal.at_most(0.92 if nearest <= _CORNER_M else 0.76)


def _without_postal(
    on_street: Located | None, street: _Street | None, building: Building | None, *, missing: bool
) -> Located | None:
    """Street and number, or the building, or both; `missing`: a postal code was given that does not exist."""
    if building is not None and (on_street is None or street is None):
        return building.located.at_most(0.78 if missing else 1)
    if on_street is None:
        return None
    found = on_street
    if building is not None and street is not None:
        apart = min(
            (distance_m(building.located.point, at) for _, at in street.codes),
            default=distance_m(building.located.point, on_street.point),
        )
        if apart > CONFLICT_M:
            return on_street.contradicted(_choice(building.located, "building"))
        if on_street.precision not in ("building", "interpolated") and apart <= _CORNER_M:
            found = building.located
    return found.at_most(0.78 if missing else 1)


def _postal(gazetteer: Gazetteer, points: KnownPoints, text: AddressText) -> Located | None:
    for code in reversed(text.sg_postals):
        place = gazetteer.postal("SG", code, 0.95, code)
        if place is not None:
            return Located("SG", place.lat, place.lng, "building", 0.95, 40, "gazetteer", code, code)
        known = points.with_postal("SG", code)
        if known:
            lat, lng = median(p.lat for p in known), median(p.lng for p in known)
            return Located("SG", lat, lng, "building", 0.95, 50, "imported", code, code)
    return None


def _street(gazetteer: Gazetteer, text: AddressText) -> _Street | None:
    words = street_words(text.bare)[:24]
    known = gazetteer.street_key_set
    best: _Street | None = None
    for start, end in spans(words):
        if end - start > _LONGEST_STREET or not _may_be_street(words[start:end]):
            continue
        key = " ".join(sorted(words[start:end]))
        # "Toa Payoh Lor 4" is Lorong 4 Toa Payoh, but a "Road Shanghai" is no Shanghai Road.
        turned = "lorong" in words[start:end] or any(word.isdigit() for word in words[start:end])
        if key in known and (turned or " ".join(words[start:end]) in gazetteer.street_spellings):
            found = _made(gazetteer, key, words, start, end, exact=True)
            if found.number is not None:
                return found
            if best is None or best.end - best.start == end - start:
                best = best or found
    # "Ubbi Ave 1" is Ubi where Singapore is named; of an unknown country a name of three letters may be anything.
    return best or _misspelled(gazetteer, words, 3 if text.says == "SG" or text.sg_postals else 5)


def names_street(gazetteer: Gazetteer, text: AddressText) -> bool:
    """Does the address name a street of Singapore, spelled as it is?"""
    street = _street(gazetteer, text)
    return street is not None and street.exact


def _may_be_street(words: Sequence[str]) -> bool:
    return any(len(word) >= 3 and word.isalpha() and word not in _GENERIC for word in words)


def _misspelled(gazetteer: Gazetteer, words: list[str], least: int) -> _Street | None:
    """The street most like the words after a number: the same numbers in its name, every word of its own alike.

    `least`: how many letters its own words have together.
    """
    best: tuple[float, str, int, int] | None = None
    for start in range(1, len(words)):
        if not _NUMBER.fullmatch(words[start - 1]):
            continue
        for end in range(min(len(words), start + 6), start, -1):
            run = words[start:end]
            if len("".join(run)) < 6 or not _may_be_street(run):
                continue
            digits = sorted(word for word in run if word.isdigit())
            for score, key in _like(gazetteer, run):
                theirs = key.split()
                if sorted(word for word in theirs if word.isdigit()) != digits:
                    continue
                own = [word for word in theirs if not word.isdigit() and word not in _GENERIC]
                if all(_alike(word, run) for word in own) and sum(map(len, own)) >= least:
                    best = max(best, (score, key, start, end)) if best else (score, key, start, end)
    if best is None:
        return None
    return _made(gazetteer, best[1], words, best[2], best[3], exact=False)


def _like(gazetteer: Gazetteer, run: Sequence[str]) -> Iterator[tuple[float, str]]:
    """(how alike, key) of the streets spelled nearly so, in the order in which they are written and in any."""
    for typed, known in ((" ".join(run), gazetteer.street_spellings), (" ".join(sorted(run)), None)):
        listed: Sequence[str] = list(known) if known is not None else gazetteer.street_keys
        alike = process.extract(typed, listed, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=4)
        yield from ((score, known[found] if known is not None else found) for found, score, _ in alike)


def _alike(word: str, run: Sequence[str]) -> bool:
    return any(other[0] == word[0] and fuzz.ratio(word, other) >= _WORD_ALIKE for other in run)


def _made(
    gazetteer: Gazetteer, key: str, words: Sequence[str], start: int, end: int, *, exact: bool
) -> _Street:
    before = start - 1
    while before >= 0 and words[before] in _BEFORE_NUMBER:
        before -= 1
    number = _NUMBER.fullmatch(words[before]) if before >= 0 else None
    if number is None and end < len(words):
        number = _NUMBER.fullmatch(words[end])
    streets = gazetteer.streets(key)
    codes = tuple(pair for number_of_street, _ in streets for pair in gazetteer.codes_on(number_of_street))
    return _Street(
        key, streets[0][1], codes, start, end,
        int(number[1]) if number else None, number[2] if number else "", exact,
    )  # fmt: skip


def _on_street(points: KnownPoints, street: _Street) -> Located | None:
    """The house on the street: of the operator's lists, by an HDB postal code, between neighbours, or the street."""
    at_most = 1.0 if street.exact else 0.82
    if street.number is not None:
        known = points.on_road("SG", street.key, street.number - REACH, street.number + REACH)
        found = at_number("SG", street.label, street.number, street.letter, known) if known else None
        if found is not None and found.precision == "building":
            return found.at_most(at_most)
        house = _by_block(street) or found
        if house is not None:
            return house.at_most(at_most)
    if not street.codes:
        return None
    middle = Point(median(at.lat for _, at in street.codes), median(at.lng for _, at in street.codes))
    reach = sorted(distance_m(middle, at) for _, at in street.codes)[int(len(street.codes) * 0.9)]
    sure = 0.55 if reach > 300 else 0.66 if reach > 150 or street.number is None else 0.75
    return Located(
        "SG",
        middle.lat,
        middle.lng,
        "street",
        min(sure, at_most),
        max(60, round(reach)),
        "gazetteer",
        street.name,
    )


def _by_block(street: _Street) -> Located | None:
    """The postal code whose last three digits are the block's number, where the code looks like one of HDB.

    Its third digit is 0, or 1 to 6 for blocks with a letter and for later ones: true of three codes in four.
    """
    if street.number is None or not 0 < street.number < 1000:
        return None
    ending = f"{street.number:03d}"
    rows = {code: at for code, at in street.codes if code.endswith(ending) and code[2] in "0123456"}
    wanted = str(ord(street.letter) - ord("a") + 1) if len(street.letter) == 1 else "0"
    chosen = next((code for code in rows if code[2] == wanted), None)
    sure = 0.87
    if chosen is None:
        order = "0123456" if not street.letter else "1234560"
        chosen = min(rows, key=lambda code: order.index(code[2]), default=None)
        sure = 0.8
    if chosen is None:
        return None
    far = max(distance_m(rows[chosen], at) for at in rows.values())
    at = rows[chosen]
    return Located(
        "SG", at.lat, at.lng, "building", sure if far <= 400 else 0.72, 60, "gazetteer",
        f"{street.label} {chosen}", chosen,
    )  # fmt: skip


def _building(
    gazetteer: Gazetteer, points: KnownPoints, text: AddressText, street: _Street | None
) -> Building | None:
    for part in (text.bare, *text.hints, text.named):
        words = buildings.words_of(part)
        if not words:
            continue
        own = buildings.landmark(gazetteer, "SG", words)
        listed = buildings.of_the_operator(points, "SG", words)
        found = max(filter(None, (own, listed)), key=lambda one: one.words, default=None)
        if found is None and street is None:
            found = buildings.misspelled_landmark(gazetteer, "SG", words)
        # "Orchard" in "290 Orchard Road" names no building: the street's words are the street's.
        if found is None or (part == text.named != text.bare and found.words < 2):
            continue
        if street is None or not _inside(found, street, words):
            return found
    return None


def _inside(building: Building, street: _Street, words: Sequence[str]) -> bool:
    named = street_words(" ".join(words[building.start : building.end]))
    return set(named) <= set(street.key.split())


def _choice(found: Located, kind: str) -> Choice:
    return Choice(found.matched_text, kind, found.lat, found.lng)
