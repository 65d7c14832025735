"""Taking an address apart, whatever its country: unit and floor go, what stands in parentheses becomes a hint."""

import re
from dataclasses import dataclass

from webapp.domain.text import fold, has_hangul, name_key

MAX_LENGTH = 300

# Where inside a building says nothing about where the building is, and no provider is told.
_UNIT = re.compile(
    r"#\s*[a-z]{0,2}\d*[a-z]?\s*-\s*[a-z]?\d[\w]*(?:\s*/\s*#?\s*[a-z]?\d[\w-]*"
    r"|\s*[,&-]\s*#?\s*[a-z]?\d[\w]*(?=[\s,/&)]|$)(?!\s+[a-z]))*"
    r"|#\s*[a-z]?\d[\w/-]*"
    r"|\b(?:unit|suite|ste|room|rm|apt|apartment)\s*(?:no\.?\s*)?#?\s*[a-z]?\d[\w/-]*"
    r"|\b(?:level|lvl|floor|flr|storey)s?\s*#?\s*(?:[a-z]?\d{1,2}|one|two|three|four|five)\b(?!\s*-?\s*gil)"
    r"|\b\d{1,2}(?:st|nd|rd|th)?\s*-?\s*(?:floor|flr|flrs|fl|storey|level)\b(?!\s*#?\d)"
    r"|\b(?:b\d{1,2}|\d{1,2})\s*f(?:/\s*\d{1,2}\s*f)?\b|\bb\d{1,2}\b|\b(?:ground|basement)(?:\s+(?:floor|level))?\b"
    r"|(?:지하|지상)?\s*(?:\d{1,2}[,~·-]){0,4}\d{1,2}\s*층(?:\s*(?:일부|전체|전층))?"
    r"|(?:제?[a-z]?\d{1,4}(?:-\d{1,3})?[,~·]){0,6}제?[a-z]?\d{1,4}(?:-\d{1,3})?\s*호(?![선텔가-힣])"
    r"|(?<![가-힣])\d{1,4}\s*동(?=\s*\d{1,4}\s*호|\s*,|\s*$|\s+[a-z]?\d)|\b일부\b"
)
_BRACKETS = re.compile(r"[(\[{<（]([^()\[\]{}<>（）]*)[)\]}>）]")
# S(329563), Singapore 520139, SG 120452, s082001, 238 859 after the country; not #01-259, not a part of a number.
_SG_NAMED = re.compile(
    r"(?:\b(?:singapore|s'pore|spore|sgp|sg|s|postal(?:\s*code)?|post\s*code|zip(?:\s*code)?)|新加坡|싱가포르)"
    r"[\s:.,#-]*[(\[]?\s*(\d{3}\s?\d{3})(?![\d])\s*[)\]]?"
)
_SG_BARE = re.compile(r"(?<![\d#\-/.])[(\[]?(\d{6})[)\]]?(?![\d\-/])")
_KR_POSTAL = re.compile(r"(?<![\d#\-/.])[(\[]?(?:우\s*[)\]]?\s*)?(\d{5})[)\]]?(?![\d\-/])")
_KR_OLD_POSTAL = re.compile(r"(?<!\d)\d{3}-\d{3}(?!\d)")
_SG_WORDS = re.compile(r"\b(?:singapore|s'pore|spore|republic of singapore|sgp)\b|新加坡|싱가포르")
_KR_WORDS = re.compile(
    r"\b(?:republic of korea|south korea|s\.?\s?korea|korea|rok)\b|대한민국|한국|韩国"
    r"|\bseoul(?:-si|\s+si|\s+city|teukbyeolsi)?\b|서울\s?특별시|서울시?(?=[\s,;(]|$|[가-힣]{1,4}구)|首尔(?:市|特别市)?"
)


@dataclass(frozen=True, slots=True)
class AddressText:
    """An address taken apart. Everything is folded.

    whole: all of it; bare: without unit, floor, postal codes, country and parentheses; hints: what stood in
    parentheses; named: `bare` with the country, which may be a part of a building's name; sg_postals and
    kr_postals: digits that may be postal codes, the likeliest last; says: the country that its words or script
    name.
    """

    whole: str
    bare: str
    hints: tuple[str, ...]
    named: str
    sg_postals: tuple[str, ...]
    kr_postals: tuple[str, ...]
    says: str | None


def take_apart(text: str) -> AddressText:
    """Take an address of any sort apart. Never fails; what cannot be read stays in `bare`."""
    whole = re.sub(r"\s*,(?:\s*,)+\s*", ", ", fold(text[:MAX_LENGTH]))
    says = "SG" if _SG_WORDS.search(whole) else "KR" if _KR_WORDS.search(whole) or has_hangul(whole) else None
    rest = _UNIT.sub(" ", whole)
    stated_codes = [re.sub(r"\s", "", code) for code in _SG_NAMED.findall(rest)]
    rest = _SG_NAMED.sub(" ; ", rest)
    rest = _KR_OLD_POSTAL.sub(" ", rest) if says == "KR" else rest
    bare_codes = _SG_BARE.findall(rest)
    rest = _SG_BARE.sub(" ; ", rest)
    korean = _KR_POSTAL.findall(rest)
    rest = _KR_POSTAL.sub(" ; ", rest)
    hints: list[str] = []
    while brackets := _BRACKETS.search(rest):
        hints += [part.strip() for part in re.split(r"[,;/]", brackets[1]) if part.strip()]
        rest = rest[: brackets.start()] + " , " + rest[brackets.end() :]
    named = _tidy(rest)
    rest = _SG_WORDS.sub(" ; ", rest)
    rest = _KR_WORDS.sub(lambda found: " " if has_hangul(found[0]) else " ; ", rest)
    return AddressText(
        whole, _tidy(rest), tuple(hints), named, (*bare_codes, *stated_codes), tuple(korean), says
    )


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[()\[\]{}]", " ", text)).strip(" ,;.-")


def for_a_provider(text: str) -> str:
    """The address as a provider gets it: without the unit, on one line."""
    return re.sub(r"\s*([,;])[\s,;]*", r"\1 ", _UNIT.sub(" ", fold(text[:MAX_LENGTH]))).strip(" ,;")


def building_key(text: str) -> str:
    """The key under which a building of the operator's lists is filed."""
    return name_key(re.sub(r"\(주\)|주식회사|㈜", "", fold(text)))[:200]
