"""From a submitted text to a place: exact name, postal code, sound, misspelling, or an honest nothing."""

import re
from collections.abc import Iterator

from rapidfuzz import fuzz, process

from webapp.domain.geo import distance_m
from webapp.domain.text import fold, has_han, has_hangul, has_kana, jamo, kana_key, name_key, sound_key
from webapp.geocoding.gazetteer.places import STATION_KINDS, Place, PlaceSearch
from webapp.geocoding.gazetteer.reading import (
    Reading,
    asks_for_own_surroundings,
    korean_postal,
    readings,
    sector_or_district,
    singapore_postal,
    singapore_postal_inside,
    sorted_words,
)
from webapp.geocoding.gazetteer.store import Gazetteer, Hit

# Longer texts are not the name of a place; the rest is not looked at.
MAX_LENGTH = 200
MAX_CHOICES = 8
# A name of its own (90 and more) or a shortened one.
FULL_NAME = 90
CERTAIN, POSTAL, POSTAL_INSIDE, PAIRED = 0.95, 0.97, 0.9, 0.88
SHORTENED, SOUNDS_ALIKE, SHORT_SOUND, AMBIGUOUS, NOT_A_STATION, BEGINNING = 0.82, 0.82, 0.74, 0.75, 0.7, 0.6
SECTOR = 0.6
# Under this an answer comes with others to choose from.
OFFER_OTHERS_BELOW = 0.8
FUZZY_CUTOFF, FUZZY_MIN_LENGTH = 80, 5
# Chinese names are too short for a share of their characters to say much.
ONE_CHARACTER_OFF = 84
SOUND_MIN_LENGTH, KANA_MIN_LENGTH = 5, 4
# Two places of one name this close together are one choice for somebody who looks for a clinic.
SAME_SPOT_M = 1_000


def find(gazetteer: Gazetteer, text: str, country: str | None = None, lang: str = "en") -> PlaceSearch:
    """The places a text means, best first.

    `country` ("SG", "KR" or None) settles what exists in both; a country named in the text wins over it. `lang`
    (en, zh, ko) is the language of the names. Order: exact name or alias, postal code, a pair of names (新沙 江南),
    sound, misspelling (80 of 100 alike, five letters and more), beginning of a name, nothing. Never raises.
    """
    text = text[:MAX_LENGTH]
    if asks_for_own_surroundings(text):
        return PlaceSearch(text, intent="needs_device_location")
    ways = readings(text)
    if not ways[0].key:
        return PlaceSearch(text)
    for step in (
        by_name,
        by_postal,
        by_city_outside,
        by_pair,
        _by_postal_inside,
        by_sound,
        by_spelling,
        _by_beginning,
    ):
        result = step(gazetteer, text, ways, country, lang)
        if result is not None:
            return result
    return PlaceSearch(text, did_you_mean=_elsewhere(gazetteer, ways, lang))


def postal_point(gazetteer: Gazetteer, country: str, postal_code: str) -> Place | None:
    """The point of a postal code of "SG" or "KR" (Seoul), or None when it is malformed or does not exist."""
    code = fold(postal_code).replace(" ", "")
    if country not in ("SG", "KR") or not re.fullmatch(r"\d{6}" if country == "SG" else r"\d{5}", code):
        return None
    return gazetteer.postal(country, code, POSTAL, postal_code)


def by_name(
    gazetteer: Gazetteer, text: str, ways: list[Reading], country: str | None, lang: str
) -> PlaceSearch | None:
    """Places that bear the name, are filed under the code, or have its words in another order."""
    for way in ways:
        for form, key in (("key", way.key), ("code", way.key), ("words", sorted_words(way.text))):
            hits = _in_country(gazetteer, gazetteer.named(form, key), way.country or country)
            if hits:
                return _answer(gazetteer, text, way, hits, lang)
    return None


def by_postal(
    gazetteer: Gazetteer, text: str, ways: list[Reading], country: str | None, lang: str
) -> PlaceSearch | None:
    """A postal code, sector or district by itself; for a code that does not exist, its neighbours as choices."""
    if code := singapore_postal(text):
        place = gazetteer.postal("SG", code, POSTAL, code)
        if place is not None:
            return PlaceSearch(text, (place,))
        near = (
            gazetteer.postal("SG", other, BEGINNING, other)
            for other in gazetteer.postal_neighbours("SG", code, 3)
        )
        return PlaceSearch(text, did_you_mean=tuple(place for place in near if place))
    if code := korean_postal(text):
        place = gazetteer.postal("KR", code, POSTAL, code) if country != "SG" else None
        # A spreadsheet drops the leading zero of 048622.
        place = place or gazetteer.postal("SG", "0" + code, BEGINNING, code)
        return PlaceSearch(text, (place,)) if place else PlaceSearch(text)
    if (area := sector_or_district(text)) and country != "KR":
        numbers = gazetteer.coded(*area)
        return PlaceSearch(text, tuple(gazetteer.place(number, lang, SECTOR, text) for number in numbers))
    return None


def _one_character_off(
    gazetteer: Gazetteer, way: Reading, country: str | None
) -> Iterator[tuple[float, int, Hit, Reading]]:
    """Chinese names of three characters and more one of which is another: 诺维那 for 诺维娜."""
    for spelling, hits in gazetteer.han_spellings.items():
        if len(spelling) == len(way.key) and sum(a != b for a, b in zip(spelling, way.key, strict=True)) == 1:
            for hit in _in_country(gazetteer, hits, way.country or country)[:3]:
                yield -ONE_CHARACTER_OFF, hit.rank, hit, way


def by_city_outside(
    gazetteer: Gazetteer, text: str, ways: list[Reading], country: str | None, lang: str
) -> PlaceSearch | None:
    """A city that is not covered."""
    for way in ways:
        if city := gazetteer.outside(way.key):
            return PlaceSearch(text, outside=city)
    return None


def by_pair(
    gazetteer: Gazetteer, text: str, ways: list[Reading], country: str | None, lang: str
) -> PlaceSearch | None:
    """Two names beside each other, of which one lies in or near the other: the smaller place is meant."""
    for way in ways:
        for left, right in _halves(way):
            keys = name_key(left), name_key(right)
            hits = [
                _in_country(gazetteer, gazetteer.named("key", key), way.country or country)[:6]
                for key in keys
            ]
            pairs = [
                (
                    gazetteer.place(one.place, lang, PAIRED, left),
                    gazetteer.place(other.place, lang, PAIRED, right),
                )
                for one in hits[0]
                for other in hits[1]
                if one.place != other.place
            ]
            for one, other in pairs:
                if distance_m(one.point, other.point) <= max(one.radius_m, other.radius_m) + SAME_SPOT_M:
                    return PlaceSearch(text, (min(one, other, key=lambda place: place.radius_m),))
            if not pairs:
                for key in keys:
                    if len(key) >= 4 and (city := gazetteer.outside(key)):
                        return PlaceSearch(text, outside=city)
    return None


def _by_postal_inside(
    gazetteer: Gazetteer, text: str, ways: list[Reading], country: str | None, lang: str
) -> PlaceSearch | None:
    code = singapore_postal_inside(text) if country != "KR" else None
    place = gazetteer.postal("SG", code, POSTAL_INSIDE, code) if code else None
    return PlaceSearch(text, (place,)) if place else None


def by_sound(
    gazetteer: Gazetteer, text: str, ways: list[Reading], country: str | None, lang: str
) -> PlaceSearch | None:
    """Places whose name sounds like it: old romanisations, kana."""
    for way in ways:
        kana = has_kana(way.text)
        form, key, least = (
            ("kana", kana_key(way.text), KANA_MIN_LENGTH)
            if kana
            else ("sound", sound_key(way.text), SOUND_MIN_LENGTH)
        )
        if len(key) < least or has_han(way.text):
            continue
        hits = _in_country(gazetteer, gazetteer.named(form, key), way.country or ("KR" if kana else country))
        if hits:
            sure = SOUNDS_ALIKE if len(key) > SOUND_MIN_LENGTH else SHORT_SOUND
            return _answer(gazetteer, text, way, hits, lang, at_most=sure)
    return None


def by_spelling(
    gazetteer: Gazetteer, text: str, ways: list[Reading], country: str | None, lang: str
) -> PlaceSearch | None:
    """Places whose name is nearly spelled so, best first; the less alike, the less sure."""
    best: list[tuple[float, int, Hit, Reading]] = []
    for way in ways:
        typed = jamo(way.key) if has_hangul(way.key) else way.key
        if has_han(typed):
            best += _one_character_off(gazetteer, way, country)
            continue
        if len(typed) < FUZZY_MIN_LENGTH:
            continue
        alike = process.extract(
            typed, gazetteer.spelling_list, scorer=fuzz.ratio, score_cutoff=FUZZY_CUTOFF, limit=MAX_CHOICES
        )
        for spelling, score, _ in alike:
            # People get the first letter right; a wrong one is another word unless all else agrees.
            if spelling[0] != typed[0] and score < 88:
                continue
            hits = _in_country(gazetteer, gazetteer.spellings[spelling], way.country or country)
            if way.wants_station:
                hits = [
                    hit for hit in hits if gazetteer.country_and_kind(hit.place)[1] in STATION_KINDS
                ] or hits
            best += [(-score, hit.rank, hit, way) for hit in hits[:3]]
    if not best:
        return None
    best.sort(key=lambda found: found[:2])
    places: dict[int, Place] = {}
    for minus_score, _, hit, _ in best:
        confidence = round(0.5 + (-minus_score - FUZZY_CUTOFF) / (100 - FUZZY_CUTOFF) * 0.29, 2)
        places.setdefault(hit.place, gazetteer.place(hit.place, lang, confidence, hit.key))
    first, *others = places.values()
    return PlaceSearch(text, (first,), tuple(others[: MAX_CHOICES - 1]))


def _by_beginning(
    gazetteer: Gazetteer, text: str, ways: list[Reading], country: str | None, lang: str
) -> PlaceSearch | None:
    """A name that was not typed to its end: an answer when all that begin so lie together, else suggestions."""
    for way in reversed(ways):
        wide = has_han(way.key) or has_hangul(way.key) or has_kana(way.key)
        if len(way.key) < (2 if wide else 4):
            continue
        form, prefix = ("jamo", jamo(way.key)) if has_hangul(way.key) else ("key", way.key)
        hits = _in_country(gazetteer, gazetteer.beginning(form, prefix, 12), way.country or country)
        if not hits:
            continue
        places = [gazetteer.place(hit.place, lang, BEGINNING, text) for hit in hits[:MAX_CHOICES]]
        together = all(distance_m(places[0].point, place.point) <= 1.5 * SAME_SPOT_M for place in places)
        if together and 2 * len(prefix) >= len(hits[0].key):
            return PlaceSearch(text, (places[0],), tuple(places[1:]))
        return PlaceSearch(text, did_you_mean=tuple(places))
    return None


def _answer(
    gazetteer: Gazetteer, text: str, way: Reading, hits: list[Hit], lang: str, at_most: float = 1.0
) -> PlaceSearch:
    confidence = CERTAIN
    if way.wants_station:
        stations = [hit for hit in hits if gazetteer.country_and_kind(hit.place)[1] in STATION_KINDS]
        confidence = CERTAIN if stations else NOT_A_STATION
        hits = stations or hits
    if hits[0].weight < FULL_NAME:
        confidence = min(confidence, SHORTENED)
    else:
        # "Bedok" is the place, not Bedok Mall for short; 신사 may well be short for 신사동.
        hits = [hit for hit in hits if hit.weight >= FULL_NAME or not _is_building(gazetteer, hit)]
    confidence = min(confidence, at_most)
    places = [gazetteer.place(hit.place, lang, confidence, way.text) for hit in hits[:MAX_CHOICES]]
    full = [place for hit, place in zip(hits, places, strict=False) if hit.weight >= FULL_NAME] or places
    rivals = [place for place in full[1:] if not _together(full[0], place)]
    if rivals:
        confidence = min(confidence, AMBIGUOUS)
        places = [gazetteer.place(hit.place, lang, confidence, way.text) for hit in hits[:MAX_CHOICES]]
    others = tuple(places[1:]) if confidence < OFFER_OTHERS_BELOW else ()
    return PlaceSearch(text, tuple(places), others, ambiguous=bool(rivals))


def _together(one: Place, other: Place) -> bool:
    """True when a reader need not choose: the same spot, or a station in the area that is named after it."""
    apart = distance_m(one.point, other.point)
    if one.country != other.country:
        return False
    same_kind = one.kind == other.kind
    return apart <= SAME_SPOT_M or (not same_kind and apart <= max(one.radius_m, other.radius_m))


def _is_building(gazetteer: Gazetteer, hit: Hit) -> bool:
    return gazetteer.country_and_kind(hit.place)[1] in ("mall", "medical")


def _in_country(gazetteer: Gazetteer, hits: list[Hit], country: str | None) -> list[Hit]:
    if country is None:
        return hits
    return [hit for hit in hits if gazetteer.country_and_kind(hit.place)[0] == country]


def _elsewhere(gazetteer: Gazetteer, ways: list[Reading], lang: str) -> tuple[Place, ...]:
    """Places of that name in the other country, when the reader asked in the wrong one."""
    for way in ways:
        if hits := gazetteer.named("key", way.key):
            return tuple(gazetteer.place(hit.place, lang, BEGINNING, way.text) for hit in hits[:3])
    return ()


def _halves(way: Reading) -> Iterator[tuple[str, str]]:
    words = [word for word in re.split(r"[\s,/()]+", way.text) if word]
    if 1 < len(words) <= 8:
        for cut in range(1, len(words)):
            yield " ".join(words[:cut]), " ".join(words[cut:])
    elif len(words) == 1 and (has_han(way.key) or has_hangul(way.key)) and 4 <= len(way.key) <= 16:
        for cut in range(2, len(way.key) - 1):
            yield way.key[:cut], way.key[cut:]
