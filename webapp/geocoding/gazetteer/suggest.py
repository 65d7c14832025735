"""Up to eight places for a text that is still being typed; never leaves the machine."""

from collections.abc import Iterator

from webapp.domain.text import fold, has_hangul, has_kana, initials, is_initials, jamo, kana_key, sound_key
from webapp.geocoding.gazetteer.places import Place
from webapp.geocoding.gazetteer.reading import place_key, readings
from webapp.geocoding.gazetteer.search import MAX_LENGTH, find
from webapp.geocoding.gazetteer.store import Gazetteer, Hit

MAX_ROWS = 8
# A suggestion is no decision, so its confidence only orders: what was typed whole before what it begins.
WHOLE, BEGINS, WORD_BEGINS, SOUNDS = 0.95, 0.8, 0.7, 0.6


def suggest(gazetteer: Gazetteer, text: str, lang: str = "en", limit: int = MAX_ROWS) -> list[Place]:
    """Up to `limit` places whose name begins so, in any script, or whose postal code does; best first.

    A half-typed Hangul syllable, first consonants (ㄱㄴ), kana, old romanisations and, at last, misspellings count.
    """
    text = text[:MAX_LENGTH]
    folded = fold(text)
    found: dict[int, Place] = {}
    rows: list[Place] = []
    for confidence, hits in _sources(gazetteer, folded):
        for hit in hits:
            if hit.place not in found:
                found[hit.place] = gazetteer.place(hit.place, lang, confidence, hit.key)
                rows.append(found[hit.place])
        if len(rows) >= limit:
            return rows[:limit]
    rows += _postal_rows(gazetteer, folded, limit - len(rows))
    if not rows and len(folded) >= 5:
        search = find(gazetteer, text, None, lang)
        rows = [*search.matches, *search.did_you_mean]
    return list({place.key: place for place in rows}.values())[:limit]


def _sources(gazetteer: Gazetteer, folded: str) -> Iterator[tuple[float, list[Hit]]]:
    key = place_key(folded)
    if not key:
        return
    if is_initials(folded):
        yield BEGINS, gazetteer.beginning("initials", initials(folded))
        return
    yield WHOLE, gazetteer.named("key", key) or gazetteer.named("code", key)
    for reading in readings(folded)[1:]:
        yield WHOLE, gazetteer.named("key", reading.key)
    if has_hangul(key):
        yield BEGINS, gazetteer.beginning("jamo", jamo(key))
    elif not key.isdigit() or len(key) < 2:
        yield BEGINS, gazetteer.beginning("key", key)
    if any(char.isdigit() for char in key) and not key.isdigit():
        yield BEGINS, gazetteer.beginning("code", key)
    if len(key) >= 3 and not key.isdigit():
        yield WORD_BEGINS, gazetteer.beginning("later", key)
    if has_kana(key):
        if len(kana_key(key)) >= 2:
            yield SOUNDS, gazetteer.beginning("kana", kana_key(key))
    elif len(sound_key(key)) >= 3:
        yield SOUNDS, gazetteer.beginning("sound", sound_key(key))


def _postal_rows(gazetteer: Gazetteer, folded: str, room: int) -> list[Place]:
    """The sector of two digits, then codes that begin so."""
    digits = folded.removeprefix("s").replace(" ", "").strip("()")
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 6):
        return []
    rows = []
    if len(digits) == 2:
        rows += [
            gazetteer.place(number, "en", BEGINS, digits) for number in gazetteer.coded("sector", digits)
        ]
    if len(digits) >= 3:
        for country in ("SG", "KR"):
            for code in gazetteer.postal_codes(country, digits, max(0, room - len(rows))):
                place = gazetteer.postal(country, code, BEGINS, digits)
                if place:
                    rows.append(place)
    return rows
