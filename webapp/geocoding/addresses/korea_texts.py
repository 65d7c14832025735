"""Reading Korean addresses, in Hangul or romanised: road and number, lot, district, dong, what may be a building."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from webapp.domain.text import has_hangul, jamo
from webapp.geocoding.addresses.districts import Districts
from webapp.geocoding.addresses.texts import AddressText
from webapp.geocoding.gazetteer.roads import LETTERS, latin_sound
from webapp.geocoding.gazetteer.store import Gazetteer, PlaceRow

_ROAD = re.compile(
    rf"(?P<road>[가-힣\d.·]*?[가-힣](?:대로|로|\d{{0,3}}길)(?:\s?\d{{1,3}}(?:번)?[{LETTERS}]?길)?)\s*(?:지하\s*)?"
    rf"(?P<main>\d{{1,4}})(?:\s*-\s*(?P<sub>\d{{1,3}}))?(?!\d|번?길|[{LETTERS}]길|가(?![가-힣])|층|호)"
)
_ROAD_ALONE = re.compile(
    rf"[가-힣\d.·]*?[가-힣](?:대로|로|\d{{0,3}}길)(?:\s?\d{{1,3}}(?:번)?[{LETTERS}]?길)?(?=[\s,;]|$)"
)
_LOT = re.compile(
    r"(?P<dong>[가-힣]+\d{0,2}(?:동|가))\s*(?:산\s*)?(?P<main>\d{1,4})(?:\s*-\s*(?P<sub>\d{1,4}))?(?:\s*번지)?(?!\d|층|호)"
)
_DONG = re.compile(r"[가-힣]+\d{0,2}(?:동|가)(?=[\s,;\d]|$)")
_LATIN_KIND = {"daero": "daero", "ro": "ro", "no": "ro", "gil": "gil"}
# A stranger writes "Hakdong st" for Hakdong-ro.
_FOREIGN_KIND = frozenset({"st", "street", "road", "rd", "ave", "avenue", "blvd", "boulevard"})
_LATIN_LETTERS = {
    "ga": "ga", "na": "na", "da": "da", "ra": "ra", "ma": "ma", "ba": "ba", "sa": "sa", "ah": "a", "a": "a",
    "ja": "ja", "cha": "cha", "ka": "ka", "ta": "ta", "pa": "pa", "ha": "ha",
}  # fmt: skip
_NUMBER = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")
_FUZZY = 88


@dataclass(frozen=True, slots=True)
class RoadNumber:
    """A road by its name in the table and the number on it, None when none is given; sure: how sure the name is."""

    name: str
    main: int | None
    sub: int
    sure: float


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot of a legal dong that bears this name, in one gu or another."""

    dong: tuple[PlaceRow, ...]
    main: int
    sub: int


@dataclass(slots=True)
class KoreanText:
    """What a Korean address says. rest: the words that may name a building."""

    gu: PlaceRow | None = None
    dong: tuple[PlaceRow, ...] = ()
    roads: list[RoadNumber] = field(default_factory=list)
    lot: Lot | None = None
    rest: str = ""


def read(gazetteer: Gazetteer, places: Districts, text: AddressText) -> KoreanText:
    """Read an address in whichever script it is written."""
    if has_hangul(text.bare):
        found = _read_hangul(gazetteer, places, text.bare)
        if not found.roads and re.search(r"[a-z]{3}", text.bare):
            # "광평로 281 Gangnam Seoul" mixes both; "Gangnam-daero 1 강남역" is read in Latin letters.
            latin = _read_latin(gazetteer, places, re.sub(r"[가-힣]+", " ", text.bare))
            found.roads, found.gu = latin.roads, found.gu or latin.gu
        elif found.gu is None:
            found.gu = _gu_in_latin(places, text.bare)
    else:
        found = _read_latin(gazetteer, places, text.bare)
    for hint in text.hints:
        dong = places.dong_named(hint.split(" ")[0]) if has_hangul(hint) else _dong_in_latin(places, hint)
        if dong and not found.dong:
            found.dong = tuple(dong)
        gu, _ = places.gu_in(hint)
        found.gu = found.gu or gu
        if not dong and gu is None:
            found.rest += f" , {hint}"
    return found


def _read_hangul(gazetteer: Gazetteer, places: Districts, bare: str) -> KoreanText:
    gu, rest = places.gu_in(bare)
    found = KoreanText(gu=gu)
    for match in _ROAD.finditer(rest):
        name = _known_road(gazetteer, match["road"])
        if name is not None:
            found.roads.append(RoadNumber(name, int(match["main"]), int(match["sub"] or 0), 1.0))
            rest = f"{rest[: match.start()]} , {rest[match.end() :]}"
            break
    if not found.roads:
        for match in _LOT.finditer(rest):
            if dong := places.dong_named(match["dong"]):
                found.lot = Lot(tuple(dong), int(match["main"]), int(match["sub"] or 0))
                rest = f"{rest[: match.start()]} , {rest[match.end() :]}"
                break
    if not found.roads and found.lot is None:
        found.roads = list(_misspelled(gazetteer, rest)) or list(_without_number(gazetteer, rest))
    for match in _DONG.finditer(rest):
        if dong := places.dong_named(match[0]):
            found.dong = tuple(dong)
            rest = f"{rest[: match.start()]} , {rest[match.end() :]}"
            break
    if found.lot is not None:
        found.dong = found.dong or found.lot.dong
    if found.gu is None and not found.roads:
        first = rest.split()
        if first and (short := places.gu_short(first[0])):
            found.gu = short
            rest = " ".join(first[1:])
    found.rest = re.sub(r"번지|(?:번|외)(?=[\s,;]|$)", " ", rest)
    return found


def _known_road(gazetteer: Gazetteer, written: str) -> str | None:
    """The road of the table that the text ends in; a dong or a gu may be glued before it."""
    name = re.sub(r"번(?=[가-하]?길$)|\s", "", written)
    for start in range(len(name) - 1):
        if name[start:] in gazetteer.road_names:
            return name[start:]
    return None


def _misspelled(gazetteer: Gazetteer, rest: str) -> Iterator[RoadNumber]:
    for match in _ROAD.finditer(rest):
        written = re.sub(r"\s", "", match["road"])
        if len(written) < 4:
            continue
        typed = jamo(written)
        digits = re.findall(r"\d+", written)
        alike = process.extract(
            typed, gazetteer.road_letters, scorer=fuzz.ratio, score_cutoff=_FUZZY, limit=4
        )
        for name in (name for _, _, name in alike if re.findall(r"\d+", name) == digits):
            yield RoadNumber(name, int(match["main"]), int(match["sub"] or 0), 0.8)
            return


def _without_number(gazetteer: Gazetteer, rest: str) -> Iterator[RoadNumber]:
    for match in _ROAD_ALONE.finditer(rest):
        if name := _known_road(gazetteer, match[0]):
            yield RoadNumber(name, None, 0, 1.0)
            return


def _read_latin(gazetteer: Gazetteer, places: Districts, bare: str) -> KoreanText:
    words = _latin_words(bare)
    found = KoreanText(gu=_gu_in_latin(places, bare))
    used: set[int] = set()
    for position, word in enumerate(words):
        for stem, kind, start in _stems(words, position):
            after, branch, letter = _branch(words, position + 1)
            names = _sounding(gazetteer, stem, kind, branch, letter)
            if not names:
                continue
            main, sub, at = _number_beside(words, start, after)
            found.roads += [RoadNumber(name, main, sub, sure) for name, sure in names]
            used |= set(range(start, after)) | ({at} if at is not None else set())
            break
        if found.roads:
            break
        if word in ("dong", "ga") and position and not words[position - 1].isdigit():
            used |= _read_latin_dong(places, found, words, position)
        elif word.endswith("dong") and len(word) > 6 and (dong := places.dong_sounding(word[:-4])):
            found.dong = tuple(dong)
            main, sub, at = _number_beside(words, position, position + 1)
            if main is not None:
                found.lot = Lot(tuple(dong), main, sub)
            used |= {position} | ({at} if at is not None else set())
    for position, word in enumerate(words):
        if word == "gu" and position and places.gu_sounding(words[position - 1]):
            used |= {position - 1, position}
    found.rest = " ".join(word for i, word in enumerate(words) if i not in used)
    return found


def _read_latin_dong(places: Districts, found: KoreanText, words: list[str], position: int) -> set[int]:
    for start in range(max(0, position - 2), position):
        if dong := places.dong_sounding("".join(words[start:position])):
            found.dong = tuple(dong)
            main, sub, at = _number_beside(words, start, position + 1)
            if main is not None:
                found.lot = Lot(tuple(dong), main, sub)
            return set(range(start, position + 1)) | ({at} if at is not None else set())
    return set()


def _latin_words(bare: str) -> list[str]:
    """Words and numbers: a hyphen stays only between two numbers, and 151gil becomes 151 gil."""
    plain = re.sub(r"(?<!\d)-|-(?!\d)", " ", bare.replace(".", " "))
    plain = re.sub(r"(?<=\d)(?=(?:beon|[a-z]{1,3})? ?gil\b)|(?<=[a-z])(?=\d)", " ", plain)
    plain = re.sub(r"(?<=\d) ?beon ?(?=gil)", " ", plain)
    return re.findall(r"\d+(?:-\d+)?[a-z]*|[^\W\d_]+", plain)[:24]


def _stems(words: list[str], position: int) -> Iterator[tuple[str, str, int]]:
    """(stem, kind, first word) of the roads that the word at `position` may end: "Eonju ro", "Gangnamdaero"."""
    word = words[position]
    if (
        word in _LATIN_KIND
        or word in _FOREIGN_KIND
        or (word == "dae" and words[position + 1 : position + 2] == ["ro"])
    ):
        for start in range(max(0, position - 3), position):
            run = words[start:position]
            if all(part.isalpha() for part in run):
                yield "".join(run), _LATIN_KIND.get(word, ""), start
        # Namdaemunsijang4-gil: the number is a part of the name.
        if word == "gil" and position > 1 and words[position - 1].isdigit() and words[position - 2].isalpha():
            yield words[position - 2] + words[position - 1], "gil", position - 2
        return
    for ending in ("daero", "ro", "gil"):
        if word.endswith(ending) and len(word) >= len(ending) + 3 and word.isalpha():
            yield word.removesuffix(ending), ending, position
            # "Seocho jungangro": the stem in two words.
            if position and words[position - 1].isalpha():
                yield words[position - 1] + word.removesuffix(ending), ending, position - 1
            return


def _branch(words: list[str], after: int) -> tuple[int, str, str]:
    """A side road behind the road's name: (position after it, number, letter)."""
    rest = words[after : after + 3]
    if len(rest) >= 2 and rest[0].isdigit() and rest[1] == "gil":
        return after + 2, rest[0], ""
    if len(rest) >= 3 and rest[0].isdigit() and rest[1] in _LATIN_LETTERS and rest[2] == "gil":
        return after + 3, rest[0], _LATIN_LETTERS[rest[1]]
    if len(rest) >= 2 and rest[0].isdigit() and rest[1].endswith("gil") and rest[1][:-3] in _LATIN_LETTERS:
        return after + 2, rest[0], _LATIN_LETTERS[rest[1][:-3]]
    return after, "", ""


def _sounding(
    gazetteer: Gazetteer, stem: str, kind: str, branch: str, letter: str
) -> list[tuple[str, float]]:
    """Roads that sound so, with how sure; of another kind when the writer named none or a wrong one."""
    kinds = [kind] if kind else []
    others = [other for other in ("ro", "daero", "gil") if other not in kinds]
    for one, sure in [(one, 1.0) for one in kinds] + [(one, 0.9 if not kind else 0.85) for one in others]:
        if names := gazetteer.road_names_sounding(latin_sound(stem, one, branch, letter)):
            return [(name, sure) for name in names]
    if len(stem) < 5:
        return []
    wanted = latin_sound(stem, kind or "ro", branch, letter)
    ending = wanted[wanted.index("|") :]
    alike = process.extract(wanted, gazetteer.road_sounds, scorer=fuzz.ratio, score_cutoff=_FUZZY, limit=6)
    return [
        (name, 0.8)
        for sound, _, _ in alike[:6]
        if sound.endswith(ending) and sound[0] == wanted[0]
        for name in gazetteer.road_names_sounding(sound)
    ][:2]


def _number_beside(words: list[str], start: int, after: int) -> tuple[int | None, int, int | None]:
    """The house number behind a road's name, else before it: (main, sub, its position)."""
    for at in (after, start - 1):
        if 0 <= at < len(words) and (match := _NUMBER.fullmatch(words[at])):
            return int(match[1]), int(match[2] or 0), at
    return None, 0, None


def _gu_in_latin(places: Districts, bare: str) -> PlaceRow | None:
    words = _latin_words(bare)
    for position, word in enumerate(words):
        if word == "gu" and position and (gu := places.gu_sounding(words[position - 1])):
            return gu
        if word.endswith("gu") and len(word) > 5 and (gu := places.gu_sounding(word[:-2])):
            return gu
    # Alone, "Gangnam" behind the road's name is the district as well.
    for position, word in enumerate(words):
        follows = words[position + 1] if position + 1 < len(words) else ""
        if follows in _LATIN_KIND or follows in _FOREIGN_KIND or follows == "dae" or not word.isalpha():
            continue
        if len(word) >= 5 and (gu := places.gu_sounding(word)):
            return gu
    return None


def _dong_in_latin(places: Districts, hint: str) -> list[PlaceRow]:
    match = re.fullmatch(r"([a-z' ]+?)[\s-]*dong", hint)
    return places.dong_sounding(match[1]) if match else []
