"""Undresses a text: look-alike letters, invisible marks, accents, spaced-out words, and where each letter was typed."""

import re
import unicodedata
from dataclasses import dataclass

# Letters of other alphabets that are drawn like Latin ones (Unicode TR 39, the common ones), small and capital apart:
# the capital of η looks like H.
_LOOK_ALIKE = str.maketrans(
    "асеорхуіјѕԁԛԝһԍвнткмАВЕКМНОРСТУХЅІЈαορτυνικεβγΑΒΕΖΗΙΚΜΝΟΡΤΥΧᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıɑɡøłđ",
    "aceopxyijsdqwhgbhtkmabekmhopctyxsijaoptuvikebyabezhikmnoptyxabcdeghijklmnoprstuvwyziagold",
)
_SIMPLER = str.maketrans(
    "價優費評見證網紅術後對專醫麗蘭喬藍體針無險獎積現禮贈領權頂級進緊緻鬆認準稅於勝過別類診療銷時選獲減買團殺滿實蹟斷創個層塗顏蓮絲緹貝點薦員識碼號",
    "价优费评见证网红术后对专医丽兰乔蓝体针无险奖积现礼赠领权顶级进紧致松认准税于胜过别类诊疗销时选获减买团杀满实迹断创个层涂颜莲丝缇贝点荐员识码号",
)
_PLAIN_MARKS = str.maketrans("’‘´`‐‑‒–—−", "''''------")
# What a sly writer puts for a letter, where it stands between two letters.
_FOR_A_LETTER = str.maketrans("013457@$€", "oieastase")
_BETWEEN_LETTERS = re.compile(r"(?<=[a-z])[013457@$€](?=[a-z])")
# Shows as nothing, or only changes how its neighbour is drawn.
_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Cc"})
# Fillers and blanks that Unicode counts as letters.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# A letter carries a few marks at most; a thousand are there to cost time.
_MARKS = 8
# How many letters a sign may stand for (㏂ is a.m.).
_SIGN = 4
# Signs that say a word.
_PICTURES = str.maketrans({"🆓": "free", "💯": "100%", "🎁": "gift", "🔝": "top"})
# b e s t, b.e.s.t: three single letters or more; and what stands between two Chinese characters.
_SPACED_OUT = re.compile(r"(?<![a-z0-9])[a-z](?:[ ._*·~-]{1,2}[a-z](?![a-z0-9'])){2,}")
_BETWEEN_HAN = re.compile("(?<=[\u4e00-\u9fff])[ ._*·~-]{1,3}(?=[\u4e00-\u9fff])")
_SEPARATORS = frozenset(" ._*·~-")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`places[i]` is where the letter `text[i]` was typed, as (start, end) in what was typed."""

    text: str
    places: tuple[tuple[int, int], ...]

    def where(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` (not empty) was typed."""
        return self.places[start][0], self.places[end - 1][1]

    @property
    def with_letters(self) -> str:
        """The text with letters for the digits and signs that stand for them; as long as `text`."""
        return _BETWEEN_LETTERS.sub(lambda match: match[0].translate(_FOR_A_LETTER), self.text)


def clean(text: str) -> Cleaned:
    """Lower case, compatibility forms made ordinary, one space for any run of spaces, and undressed as above."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for cluster, start, end in _clusters(text):
        for letter in _ordinary(cluster):
            if letter.isspace():
                if not letters or letters[-1] == " ":
                    continue
                letter = " "
            letters.append(letter)
            places.append((start, end))
    plain = "".join(letters)
    dropped = {match.start() + at for match in _SPACED_OUT.finditer(plain) for at in _separators(match[0])}
    dropped |= {at for match in _BETWEEN_HAN.finditer(plain) for at in range(*match.span())}
    if dropped:
        plain = "".join(letter for at, letter in enumerate(plain) if at not in dropped)
        places = [place for at, place in enumerate(places) if at not in dropped]
    return Cleaned(plain, tuple(places))


def _clusters(text: str) -> list[tuple[str, int, int]]:
    """Each letter with the marks and inner Hangul letters that follow it, and where it was typed."""
    clusters: list[tuple[str, int, int]] = []
    for place, char in enumerate(text):
        if not char.isspace() and (char in _BLANKS or unicodedata.category(char) in {"Cf", "Cc"}):
            continue
        if clusters and _follows(char):
            cluster, start, _end = clusters[-1]
            if len(cluster) < _MARKS:
                clusters[-1] = (cluster + char, start, place + 1)
            continue
        clusters.append((char, place, place + 1))
    return clusters


def _follows(char: str) -> bool:
    return char >= "\u0300" and (
        unicodedata.category(char) in {"Mn", "Me"}
        or "\u1161" <= char <= "\u11ff"
        or "\ud7b0" <= char <= "\ud7ff"
    )


def _ordinary(cluster: str) -> str:
    """A cluster as rules are written for: 최 whole, é without its accent, Cyrillic о as Latin o."""
    if cluster.isascii():
        return cluster.lower()
    whole = unicodedata.normalize("NFKC", cluster.translate(_PLAIN_MARKS).translate(_PICTURES)).translate(
        _LOOK_ALIKE
    )
    out: list[str] = []
    for letter in whole.casefold().translate(_LOOK_ALIKE).translate(_SIMPLER):
        if "가" <= letter <= "힣":
            out.append(letter)
            continue
        bare = unicodedata.normalize("NFD", letter)
        out += [part for part in bare if part.isspace() or unicodedata.category(part) not in _INVISIBLE]
    # A few signs stand for a whole phrase (ﷺ for eighteen letters); a text of them would grow beyond its bound.
    return "".join(out[:_SIGN])


def _separators(run: str) -> list[int]:
    return [at for at, letter in enumerate(run) if letter in _SEPARATORS]
