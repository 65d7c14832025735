"""Writing systems made comparable: folding, Hangul letters, romanisation, kana, Han variants, sound keys.

A reader types 강ㄴ, Kangnam, 江南站 or カンナム and means one place. Pure functions of the text.
"""

import re
import unicodedata
from functools import lru_cache

from webapp.domain.han_variants import SIMPLIFIED, TRADITIONAL

_QUOTES = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'",
        "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "、": ",", "，": ",", "。": ".", "・": " ", "·": " ", "\u00ad": None,
    }
)  # fmt: skip
# Zero-width and direction marks come along when text is pasted from a web page; they are never meant.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]")
_CONTROL_OR_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_TO_SIMPLIFIED = str.maketrans(TRADITIONAL, SIMPLIFIED)

_HANGUL_FIRST, _HANGUL_LAST = 0xAC00, 0xD7A3
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_MEDIALS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS: tuple[str, ...] = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")


def _table(pairs: str) -> dict[str, str]:
    """A dictionary from words in turn; "-" stands for nothing."""
    words = ["" if word == "-" else word for word in pairs.split()]
    return dict(zip(words[::2], words[1::2], strict=True))


# What a two-letter vowel or final is typed as, key by key: 과 passes through 고 on every Korean keyboard.
_TYPED = _table(
    "ㅘ ㅗㅏ ㅙ ㅗㅐ ㅚ ㅗㅣ ㅝ ㅜㅓ ㅞ ㅜㅔ ㅟ ㅜㅣ ㅢ ㅡㅣ ㄳ ㄱㅅ ㄵ ㄴㅈ ㄶ ㄴㅎ "
    "ㄺ ㄹㄱ ㄻ ㄹㅁ ㄼ ㄹㅂ ㄽ ㄹㅅ ㄾ ㄹㅌ ㄿ ㄹㅍ ㅀ ㄹㅎ ㅄ ㅂㅅ"
)

# Revised Romanisation of Korean (Ministry of Culture and Tourism, notice 2000-8).
_ROMAN_INITIAL = _table(
    "ㄱ g ㄲ kk ㄴ n ㄷ d ㄸ tt ㄹ r ㅁ m ㅂ b ㅃ pp ㅅ s ㅆ ss ㅇ - ㅈ j ㅉ jj ㅊ ch ㅋ k ㅌ t ㅍ p ㅎ h"
)
_ROMAN_MEDIAL = _table(
    "ㅏ a ㅐ ae ㅑ ya ㅒ yae ㅓ eo ㅔ e ㅕ yeo ㅖ ye ㅗ o ㅘ wa ㅙ wae ㅚ oe ㅛ yo ㅜ u "
    "ㅝ wo ㅞ we ㅟ wi ㅠ yu ㅡ eu ㅢ ui ㅣ i"
)
_CLOSED = _table(
    "- - ㄱ k ㄲ k ㅋ k ㄳ k ㄺ k ㄴ n ㄵ n ㄶ n ㄷ t ㅅ t ㅆ t ㅈ t ㅊ t ㅌ t ㅎ t "
    "ㄹ l ㄼ l ㄽ l ㄾ l ㅀ l ㅁ m ㄻ m ㅂ p ㅍ p ㅄ p ㄿ p ㅇ ng"
)
_BEFORE_VOWEL = _table(
    "- - ㄱ g ㄲ kk ㅋ k ㄳ ks ㄺ lg ㄴ n ㄵ nj ㄶ n ㄷ d ㅅ s ㅆ ss ㅈ j ㅊ ch ㅌ t ㅎ - "
    "ㄹ r ㄼ lb ㄽ ls ㄾ lt ㅀ r ㅁ m ㄻ lm ㅂ b ㅍ p ㅄ ps ㄿ lp ㅇ ng"
)
# Sounds that change where two syllables meet: 종로 Jongno, 왕십리 Wangsimni, 선릉 Seolleung.
_MEETING = _table(
    "k+n ngn k+r ngn k+m ngm t+n nn t+r nn t+m nm p+n mn p+r mn p+m mm m+r mn ng+r ngn n+r ll l+n ll l+r ll"
)

_KANA = _table(
    "ア a イ i ウ u エ e オ o カ ka キ ki ク ku ケ ke コ ko サ sa シ si ス su セ se ソ so "
    "タ ta チ chi ツ chu テ te ト to ナ na ニ ni ヌ nu ネ ne ノ no ハ ha ヒ hi フ hu ヘ he "
    "ホ ho マ ma ミ mi ム mu メ me モ mo ヤ ya ユ yu ヨ yo ラ ra リ ri ル ru レ re ロ ro "
    "ワ wa ヲ o ン n ガ ga ギ gi グ gu ゲ ge ゴ go ザ ja ジ ji ズ ju ゼ je ゾ jo ダ da "
    "ヂ ji ヅ ju デ de ド do バ ba ビ bi ブ bu ベ be ボ bo パ pa ピ pi プ pu ペ pe ポ po ヴ bu"
)
_SMALL_KANA = _table("ャ ya ュ yu ョ yo ァ a ィ i ゥ u ェ e ォ o ヮ wa")


def fold(text: str) -> str:
    """The text in one spelling for comparison: NFKC, casefold, plain quotes and dashes, single spaces.

    Full-width letters, half-width kana, loose Hangul letters and curly quotes become the ordinary ones;
    marks that cannot be seen disappear. Never fails, whatever the text holds.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_QUOTES)).translate(_QUOTES)
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", plain).casefold())
    return _CONTROL_OR_SPACE.sub(" ", plain).strip()


def to_simplified(text: str) -> str:
    """Traditional Chinese, Hanja and shinjitai of place names as simplified Chinese: 江南區 → 江南区.

    Only the characters of `han_variants` are known; others stay.
    """
    return text.translate(_TO_SIMPLIFIED)


def name_key(text: str) -> str:
    """A name without case, accents, spaces, punctuation, Han simplified: "one-north" is "One North".

    Empty when the text holds neither letters nor digits.
    """
    kept = []
    for char in unicodedata.normalize("NFD", to_simplified(fold(text))):
        if char.isalnum() or unicodedata.category(char) == "Mc":
            kept.append(char)
        elif "\u3099" <= char <= "\u309a" or "\u1161" <= char <= "\u11ff":
            kept.append(char)  # kana voicing and the inner letters of a Hangul syllable
    return unicodedata.normalize("NFC", "".join(kept))


def has_hangul(text: str) -> bool:
    """True when the text holds a Hangul syllable or letter."""
    return any(_is_syllable(char) or "ㄱ" <= char <= "ㆎ" or "\u1100" <= char <= "\u11ff" for char in text)


def has_han(text: str) -> bool:
    """True when the text holds a Chinese character (Hanzi, Hanja or Kanji)."""
    return any("\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" for char in text)


def has_kana(text: str) -> bool:
    """True when the text holds Japanese hiragana or katakana."""
    return any("\u3041" <= char <= "\u30ff" for char in text)


def jamo(text: str) -> str:
    """Hangul taken apart into the letters as they are typed: 강남 → ㄱㅏㅇㄴㅏㅁ; everything else stays.

    A half-typed 강ㄴ is thereby a prefix of 강남.
    """
    out = []
    for char in text:
        if _is_syllable(char):
            initial, medial, final = _letters(char)
            out += [initial, _TYPED.get(medial, medial), _TYPED.get(final, final)]
        else:
            # NFKC turns the letters a keyboard gives (ㄴ) into conjoining ones.
            out.append(_keyboard_letter(char))
    return "".join(_TYPED.get(char, char) for char in out)


def initials(text: str) -> str:
    """The first letters of Hangul syllables, typed for short: 강남역 → ㄱㄴㅇ; other characters stay."""
    return "".join(_letters(char)[0] if _is_syllable(char) else _keyboard_letter(char) for char in text)


def is_initials(text: str) -> bool:
    """True for two or more bare Hangul consonants and nothing else."""
    typed = jamo(text)
    return len(typed) > 1 and all(char in _INITIALS for char in typed)


@lru_cache(maxsize=4096)
def romanise(text: str) -> str:
    """Hangul in the Revised Romanisation with the sound changes inside a word, lower case: 선릉 → seolleung.

    Characters that are not Hangul stay. Source: Ministry of Culture and Tourism, notice 2000-8.
    """
    out: list[str] = []
    previous = ""  # the final letter still to be written, decided by what follows it
    pending = False
    for char in text:
        if not _is_syllable(char):
            if pending:
                out.append(_CLOSED[previous])
            out.append(char)
            previous, pending = "", False
            continue
        initial, medial, final = _letters(char)
        if pending:
            out.append(_join(previous, initial))
        else:
            out.append(_ROMAN_INITIAL[initial])
        out.append(_ROMAN_MEDIAL[medial])
        previous, pending = final, True
    if pending:
        out.append(_CLOSED[previous])
    return "".join(out)


def kana_to_latin(text: str) -> str:
    """Kana in Latin letters, long marks dropped: カンナム → kannamu. Other characters stay."""
    out: list[str] = []
    doubled = False
    for char in unicodedata.normalize("NFKC", text):
        kana = chr(ord(char) + 0x60) if "\u3041" <= char <= "\u3096" else char
        if kana in _SMALL_KANA and out:
            # キョ is kyo, チョ is cho: the small sign replaces the vowel before it.
            small = _SMALL_KANA[kana]
            previous = out.pop()
            stem = "w" if previous == "u" else previous[:-1]  # ウォ is wo
            out.append(stem + (small[1:] if stem.endswith(("ch", "j")) and small[0] == "y" else small))
        elif kana == "ッ":
            doubled = True
        elif kana == "ー":
            continue
        else:
            sound = _KANA.get(kana, kana)
            out.append(sound[0] + sound if doubled and kana in _KANA else sound)
            doubled = False
    return "".join(out)


_SOUND_STEPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[^a-z0-9]", ""),
        (r"sh", "s"), (r"t?ch|dj", "j"), (r"ph", "p"), (r"ck|q", "k"), (r"x", "ks"), (r"wh", "w"),
        (r"z", "j"),
        (r"c(?=[eiy])", "s"), (r"c", "k"), (r"f", "p"), (r"v", "b"),
        (r"yeo|you|yu", "yo"), (r"eo|eu|oo|ou|u", "o"), (r"ae|ai|ay", "e"), (r"ee", "i"),
        (r"(?<=[^aeiou])y$", "i"),
        (r"ng", "N"), (r"g", "k"), (r"d", "t"), (r"b", "p"), (r"r", "l"),
        (r"nl|ln", "ll"), (r"Nl", "Nn"), (r"ml", "mn"),
        (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


@lru_cache(maxsize=16384)
def sound_key(text: str) -> str:
    """A skeleton in which spellings that sound alike are equal: Kangnam, Gang-nam and 강남 give one key.

    g/k, d/t, b/p, l/r, eo/eu/u/o, sh/s, ch/j, f/p, ae/e and doubled letters fall together, and with them the
    romanisations of before 2000 and today's. Hangul is romanised first. Empty when nothing can be sounded
    (Han, symbols).
    """
    key = unicodedata.normalize("NFD", romanise(fold(text)))
    for pattern, replacement in _SOUND_STEPS:
        key = pattern.sub(replacement, key)
    return key


@lru_cache(maxsize=16384)
def kana_key(text: str) -> str:
    """A coarser skeleton for Japanese readings of Korean names: カンナム and 강남 give one key.

    Kana cannot end a syllable in k, m, p or l and writes n and ng as ン: o/u sounds and that difference go.
    """
    return re.sub(r"(.)\1+", r"\1", sound_key(kana_to_latin(fold(text))).replace("N", "n").replace("o", ""))


def _is_syllable(char: str) -> bool:
    return _HANGUL_FIRST <= ord(char) <= _HANGUL_LAST


def _letters(syllable: str) -> tuple[str, str, str]:
    index = ord(syllable) - _HANGUL_FIRST
    return _INITIALS[index // 588], _MEDIALS[index % 588 // 28], _FINALS[index % 28]


def _keyboard_letter(char: str) -> str:
    """The stand-alone letter for a conjoining one (NFKC makes ᄂ of ㄴ); other characters as they are."""
    code = ord(char)
    if 0x1100 <= code <= 0x1112:
        return _INITIALS[code - 0x1100]
    if 0x1161 <= code <= 0x1175:
        return _MEDIALS[code - 0x1161]
    if 0x11A8 <= code <= 0x11C2:
        return _FINALS[code - 0x11A7]
    return char


def _join(final: str, initial: str) -> str:
    if initial == "ㅇ":
        return _BEFORE_VOWEL[final]
    closed, onset = _CLOSED[final], _ROMAN_INITIAL[initial]
    if final in "ㅎㄶㅀ" and final and onset in ("g", "d", "j"):
        return closed.replace("t", "") + {"g": "k", "d": "t", "j": "ch"}[onset]
    return _MEETING.get(f"{closed}+{onset}", closed + onset)


def tokens(text: str) -> list[str]:
    """The words of a folded text: runs of letters and digits, apart at spaces and punctuation."""
    return re.findall(r"[^\W_]+", fold(text))


def spans(words: list[str]) -> list[tuple[int, int]]:
    """Every run of neighbouring words as (start, end), longest first, of equal length the later first."""
    count = len(words)
    runs = [(start, end) for start in range(count) for end in range(start + 1, count + 1)]
    return sorted(runs, key=lambda run: (run[0] - run[1], -run[0]))
