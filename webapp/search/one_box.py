"""One box for everything: which treatment and which place the words mean, and what is left of them.

The dictionary decides, never likeness: edit distance alone picked the wrong variant of Rejuran in 58 of 174
spellings, so what is only alike is offered as a family to choose from.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from webapp.domain.text import fold, has_han, has_hangul, has_kana, name_key
from webapp.geocoding import queries as geocoding
from webapp.geocoding.gazetteer import PlaceSearch
from webapp.treatments import queries as treatments

# Longer texts are no search; the rest is not looked at.
MAX_LENGTH = 200
_MAX_WORDS, _MAX_RUN = 24, 7
# Of 100; under it, "larch" would be a misspelt laser.
_ALIKE, _ALIKE_MIN_LENGTH = 78, 5
# A word without spaces around it is looked into only where the script has none, from this length on.
_INSIDE_MIN_LENGTH = 2
# Latin letters and digits are words of their own beside Han, Hangul and kana: 丽珠兰HB附近.
_WORD = re.compile(r"[0-9a-zÀ-ɏ]+|[^\W_0-9a-zÀ-ɏ]+")
_FILLERS = frozenset(
    re.findall(
        r"\S+",
        """near nearby in at around the a an of for and or with to from by me my clinic clinics price prices cost
        costs how much cheap best injection injections treatment treatments booking
        附近 的 在 价格 價格 价钱 多少钱 多少 诊所 診所 医院 医美 打 做 哪里 那里 针 推荐
        가격 비용 근처 주변 클리닉 병원 의원 시술 추천 피부과 잘하는 곳 에서 에 의""",
    )
)
# 2 ml, 3cc, x3: how much is chosen on the page, it names no clinic.
_AMOUNT = re.compile(r"\d{1,4}|\d*(?:ml|cc|x|회|次|支|바이알|vials?|shots?|sessions?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class TreatmentWords:
    """The treatment in a text. `slug` where a name means one; `choices` (slugs) where it means several.

    `suggestions` are slugs of a family whose name is alike; nothing may be chosen from them by itself.
    `matched` is what was understood, `rest` the text without it.
    """

    slug: str | None
    choices: tuple[str, ...]
    suggestions: tuple[str, ...]
    matched: str
    rest: str


@dataclass(frozen=True, slots=True)
class OneBox:
    """What was typed, understood. `place` is None where nothing was said about a place.

    `words` is what names neither a treatment nor a place: perhaps a clinic. `place_text` is the text that was
    read as the place, in the reader's own words.
    """

    treatment: TreatmentWords
    place: PlaceSearch | None
    place_text: str
    words: str


def parse(what: str, where: str = "", country: str | None = None, lang: str = "en") -> OneBox:
    """Understand the text of the two boxes; `where` may be empty, then a place is looked for inside `what`.

    `country` ("SG", "KR" or None) settles place names that exist in both; `lang` (en, zh, ko) is the language
    of the names in the answer. Never raises, whatever the texts hold.
    """
    what, where = what[:MAX_LENGTH].strip(), where[:MAX_LENGTH].strip()
    found = read_treatment(what, treatments.names())
    rest, place, place_text = found.rest, None, ""
    if where:
        place, place_text = geocoding.find_places(where, country, lang), where
    elif rest.strip():
        inside, left = geocoding.longest_place(rest, country, lang)
        if inside.found:
            place, rest = inside, left
            place_text = inside.best.matched_text if inside.best else inside.text
    words = " ".join(_content(rest))
    if found.slug is None and not found.choices and words:
        suggestions = families_alike(words, treatments.names())
        found = TreatmentWords(None, (), suggestions, "", found.rest)
    return OneBox(found, place, place_text, words)


def read_treatment(text: str, names: Iterable[tuple[str, str, str]]) -> TreatmentWords:
    """The longest treatment name in a text. `names` are rows (term, kind, slug) of the dictionary.

    A term that stands for several treatments gives `choices`. No name: slug None, no choices, rest the text.
    """
    dictionary = _dictionary(tuple(sorted(names)))
    text = text[:MAX_LENGTH]
    words = _WORD.findall(fold(text))[:_MAX_WORDS]
    hit = _by_words(words, dictionary) or _inside_words(words, dictionary)
    if hit is None:
        return TreatmentWords(None, (), (), "", text)
    slugs, matched, rest = hit
    if len(slugs) == 1:
        return TreatmentWords(slugs[0], (), (), matched, rest)
    return TreatmentWords(None, slugs, (), matched, rest)


def families_alike(text: str, names: Iterable[tuple[str, str, str]]) -> tuple[str, ...]:
    """Slugs of the families whose names look like the text, each family whole, in a stable order."""
    rows = tuple(sorted(names))
    dictionary = _dictionary(rows)
    words = _WORD.findall(fold(text))[:_MAX_WORDS]
    # Two words may be one name torn apart, so the neighbours are looked at together too.
    typed = {name_key(" ".join(words[i : i + n])) for n in (1, 2, 3) for i in range(len(words) - n + 1)}
    families: set[str] = set()
    for key in typed:
        if len(key) < _ALIKE_MIN_LENGTH - (2 if has_hangul(key) else 0):
            continue
        for spelling, _score, _index in process.extract(
            key, dictionary.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=4
        ):
            families.update(treatments.family(slug) for slug in dictionary[spelling])
    return tuple(dict.fromkeys(slug for _term, _kind, slug in rows if treatments.family(slug) in families))


@lru_cache(maxsize=4)
def _dictionary(rows: tuple[tuple[str, str, str], ...]) -> Mapping[str, tuple[str, ...]]:
    slugs: dict[str, dict[str, None]] = defaultdict(dict)
    for term, _kind, slug in rows:
        if key := name_key(term):
            slugs[key][slug] = None
    return {key: tuple(found) for key, found in slugs.items()}


def _by_words(
    words: list[str], dictionary: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], str, str] | None:
    """The longest run of whole words that is a name."""
    for length in range(min(len(words), _MAX_RUN), 0, -1):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            slugs = dictionary.get(name_key("".join(run)))
            if slugs:
                return slugs, " ".join(run), " ".join(words[:start] + words[start + length :])
    return None


def _inside_words(
    words: list[str], dictionary: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], str, str] | None:
    """The longest name inside a word of a script that writes without spaces (江南丽珠兰多少钱)."""
    best: tuple[int, int, str] | None = None
    for position, word in enumerate(words):
        if not (has_han(word) or has_hangul(word) or has_kana(word)):
            continue
        key = name_key(word)
        for term in dictionary:
            if len(term) >= _INSIDE_MIN_LENGTH and term in key and (best is None or len(term) > len(best[2])):
                best = (position, key.index(term), term)
    if best is None:
        return None
    position, start, term = best
    key = name_key(words[position])
    left = [part for part in (key[:start], key[start + len(term) :]) if part]
    rest = [*words[:position], *left, *words[position + 1 :]]
    return dictionary[term], term, " ".join(rest)


def _content(text: str) -> list[str]:
    """The words of a text that could name something."""
    words = _WORD.findall(fold(text))[:_MAX_WORDS]
    if any(len(word) == 6 and word.isdigit() for word in words):
        return [word for word in words if word not in _FILLERS]
    return [word for word in words if word not in _FILLERS and not _AMOUNT.fullmatch(word)]
