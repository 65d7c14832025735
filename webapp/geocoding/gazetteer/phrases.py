"""Finding the place inside a longer text: "rejuran near gangnam station", 乌节路附近的水光针, 강남역 리쥬란."""

import re

from webapp.domain.text import fold, has_han, has_hangul, has_kana, name_key
from webapp.geocoding.gazetteer.places import PlaceSearch
from webapp.geocoding.gazetteer.reading import asks_for_own_surroundings, own_surroundings, readings
from webapp.geocoding.gazetteer.search import (
    MAX_LENGTH,
    SHORTENED,
    by_city_outside,
    by_name,
    by_pair,
    by_postal,
    by_sound,
    by_spelling,
)
from webapp.geocoding.gazetteer.store import Gazetteer

# Words that bind a name to the rest when no space does: 江南附近的…, 강남역 근처에서 ….
_BINDING = re.compile(r"附近|周边|一带|旁边|근처에서|근처|주변|에서|에 있는|(?<= )的|(?<= )에\b")
_CONNECTOR = re.compile(
    r"(?:near|nearby|in|at|around|beside|by|to|from|close|next|inside|within|along|the|@|附近|在)"
)
MAX_WORDS = 14


def longest_place(
    gazetteer: Gazetteer, text: str, country: str | None = None, lang: str = "en"
) -> tuple[PlaceSearch, str]:
    """The best place phrase inside a longer text, and the folded rest without it and its "near", "in", 附近.

    "rejuran near gangnam station" gives Gangnam Station and "rejuran". The search is empty and the rest the whole
    folded text when there is no place in it.
    """
    text = text[:MAX_LENGTH]
    whole = _certain(gazetteer, text, country, lang)
    if whole is not None:
        return whole, ""
    rest, own = own_surroundings(text)
    if own:
        return PlaceSearch(text, intent="needs_device_location"), rest
    words = fold(text).replace("@", " @ ").replace(",", " ").split()[:MAX_WORDS]
    for loose in (False, True):
        for start, end in _runs(len(words)):
            found = _phrase(gazetteer, words, start, end, country, lang, loose=loose)
            if found is not None:
                return found, _rest(words, start, end)
        if not loose:
            for position, word in enumerate(words):
                part = _inside_word(gazetteer, word, country, lang)
                if part is not None:
                    return part[0], _rest([*words[:position], part[1], *words[position + 1 :]], -1, -1)
    return PlaceSearch(text), " ".join(words)


def _certain(gazetteer: Gazetteer, text: str, country: str | None, lang: str) -> PlaceSearch | None:
    """An answer by name, postal code or pair only."""
    if asks_for_own_surroundings(text):
        return PlaceSearch(text, intent="needs_device_location")
    ways = readings(text)
    if not ways[0].key:
        return None
    for step in (by_name, by_postal, by_city_outside):
        result = step(gazetteer, text, ways, country, lang)
        if result is not None and result.found:
            return result
    # Of a pair only places count: "rejuran in bangkok" is a city outside and something that is left over.
    pair = by_pair(gazetteer, text, ways, country, lang)
    return pair if pair is not None and pair.matches else None


def _phrase(
    gazetteer: Gazetteer,
    words: list[str],
    start: int,
    end: int,
    country: str | None,
    lang: str,
    *,
    loose: bool,
) -> PlaceSearch | None:
    """What a run of words means as a place. Loose: after a connector or with a station word, spelled anyhow."""
    run = words[start:end]
    if all(_CONNECTOR.fullmatch(word) for word in run):
        return None
    phrase = " ".join(run)
    key = name_key(phrase)
    wide = has_han(key) or has_hangul(key) or has_kana(key)
    if len(key) < (2 if wide else 3) or (key.isdigit() and len(key) != 6):
        return None
    introduced = (start > 0 and bool(_CONNECTOR.fullmatch(words[start - 1]))) or bool(
        _CONNECTOR.fullmatch(run[0])
    )
    ways = readings(phrase)
    if loose:
        if not introduced and not any(way.wants_station for way in ways):
            return None
        return by_sound(gazetteer, phrase, ways, country, lang) or by_spelling(
            gazetteer, phrase, ways, country, lang
        )
    result = by_name(gazetteer, phrase, ways, country, lang)
    if result is None and len(key) == 6 and key.isdigit():
        result = by_postal(gazetteer, phrase, ways, country, lang)
    if result is None and (introduced or end == len(words)) and len(key) >= (2 if wide else 4):
        result = by_city_outside(gazetteer, phrase, ways, country, lang)
    if result is None or not result.found:
        return None
    # "central" or "plus" in a sentence is a word, not a building, unless something says that a place follows.
    if result.best and len(run) == 1 and not introduced and result.best.confidence <= SHORTENED and not wide:
        return None if result.best.confidence == SHORTENED else result
    return result


def _inside_word(
    gazetteer: Gazetteer, word: str, country: str | None, lang: str
) -> tuple[PlaceSearch, str] | None:
    """The longest place name in a word written without spaces (江南附近水光针, 강남역리쥬란), and the rest of it.

    In Hangul only at the start of the word: inside one, syllables of ordinary words make the names of stations.
    """
    if not (has_han(word) or has_hangul(word)):
        return None
    hangul = has_hangul(word)
    for length in range(min(len(word) - 1, 14), 1, -1):
        for start in range(1 if hangul else len(word) - length + 1):
            part = word[start : start + length]
            if any(not char.isalnum() for char in part):
                continue
            found = by_name(gazetteer, part, readings(part), country, lang)
            if found is not None:
                rest = word[:start] + " " + word[start + length :]
                return found, _BINDING.sub(" ", rest).strip()
    return None


def _runs(count: int) -> list[tuple[int, int]]:
    runs = [(start, end) for start in range(count) for end in range(start + 1, min(count, start + 8) + 1)]
    return sorted(runs, key=lambda run: (run[0] - run[1], -run[0]))


def _rest(words: list[str], start: int, end: int) -> str:
    before, after = words[: max(start, 0)], words[max(end, 0) :]
    while start > 0 and before and _CONNECTOR.fullmatch(before[-1]):
        before.pop()
    return " ".join([*before, *after]).strip()
