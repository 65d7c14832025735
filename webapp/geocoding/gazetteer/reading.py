"""Taking apart what a reader types for a place: station words, exits, abbreviations, country words, postal codes."""

import re
from dataclasses import dataclass

from webapp.domain.text import fold, name_key, to_simplified

# Abbreviations of Singapore's addresses and of everyday writing, word by word.
_SHORT = {
    "rd": "road", "st": "street", "ave": "avenue", "av": "avenue", "dr": "drive", "cres": "crescent",
    "blvd": "boulevard", "bvd": "boulevard", "ctr": "centre", "center": "centre", "cntr": "centre", "cen": "centre",
    "pl": "place", "plc": "place", "pt": "point", "sq": "square", "pk": "park", "gdn": "garden", "gdns": "gardens",
    "hosp": "hospital", "bldg": "building", "mt": "mount", "jln": "jalan", "bt": "bukit", "tg": "tanjong",
    "tanjung": "tanjong", "lor": "lorong", "kg": "kampong", "upp": "upper", "sg.": "sungei", "nth": "north",
    "sth": "south", "univ": "university", "intl": "international", "natl": "national", "stn": "station",
    "&": "and", "+": "plus",
}  # fmt: skip
_STATION = re.compile(
    r"(?:\b(?:mrt/lrt|mrt|lrt|subway|metro|train|tube)(?:\s+(?:station|stn|stop))?\b|\b(?:station|stn)\b"
    r"|地下?铁站|捷运站|轻轨站|地铁|捷运|车站|驿$|驿(?=\s)|站$|站(?=\s)|駅|지하철역|지하철|전철역"
    r"|(?<=[가-힣\d])\s?역(?=$|\s|[^가-힣]))"
)
_EXIT = re.compile(
    r"(?:제?\s*\d{1,2}(?:-\d)?\s*번\s*출구|[a-h]\s*출구|출구"
    r"|\bexit\s*(?:no\.?\s*|number\s*)?[a-z]?\d{0,2}[a-z]?\b|\b\d{1,2}(?:st|nd|rd|th)?\s*exit\b"
    r"|(?:第|[a-z])?\s*\d{0,2}\s*(?:号|番)?\s*(?:出口|出入口)|\d{1,2}\s*号口|(?<![a-z])[a-h]\s*口)"
)
# A unit inside a building says nothing about where the building is.
_UNIT = re.compile(
    r"#\s*[a-z]?\d\w*\s*-\s*\w+(?:\s*/\s*#?[\w-]+)*|\b(?:unit|suite|room)\s*#?\d[\w-]*|\b(?:level|lvl|floor)\s*[a-z]?\d{1,2}\b"
    r"|\b(?:b\d|\d{1,2}(?:st|nd|rd|th)?\s*(?:f|fl|floor))\b|(?:지하\s*)?\d{1,3}\s*층|\d{1,4}\s*호(?![선가-힣])|\d{1,2}\s*楼"
)
# Administrative dong are parts of a legal one: 논현1동 lies in 논현동.
_PART_OF_DONG = re.compile(r"(?<=[가-힣])\d(?=동(?:\s|$))|\s?\d(?=-dong\b)")
_COUNTRY_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("SG", re.compile(r"\b(?:singapore|s'pore|spore|sg)\b|新加坡|星加坡|싱가포르|싱가폴|シンガポール")),
    (
        "KR",
        re.compile(
            r"\b(?:seoul(?: city(?=\s*(?:,|$)))?|(?:south |republic of )?korea|kr)\b"
            r"|首尔(?:市|特别市)?|汉城|韩国|대한민국|한국|서울(?:특별시|시)?(?=\s|,|$|[가-힣]{2})|ソウル|韓国"
        ),
    ),
)
_AROUND = re.compile(
    r"^(?:near(?: to|by)?|close to|next to|beside|in|at|around|within|the area of|by|the)\s+"
    r"|\s+(?:area|district|vicinity|nearby|neighbou?rhood|town)$"
    r"|\s+(?:shopping mall|shopping centre|mall|building|hotel)$"
    r"|(?:附近|周边|周围|一带|商圈|旁边|附近的|근처|주변|인근|부근|쪽|周辺|付近|近く|の近く)$"
    r"|^(?:在|位于)"
)
_NEAR_ME = re.compile(
    r"(?:near(?:by|est)?|close|closest|around|next)(?: to| by)?(?: me| here| my (?:location|place|home|hotel|house))"
    r"|nearby|near ?me|nearest|closest|around here|(?:use )?(?:my|current) (?:current )?location|where i am"
    r"|(?:我|我的)?(?:附近|周围|周边|身边|旁边)|离我(?:最)?近|我的位置|当前位置|最近的?"
    r"|(?:내|제|우리)\s?(?:주변|근처|위치|집 근처)|현재\s?위치|(?:여기\s?)?(?:근처|주변)|가까운\s?곳|가장 가까운"
    r"|現在地|现在地|近く|この近く|私の近く"
)
_SAYS_ME = re.compile(r"\bme\b|\bmy\b|\bhere\b|current|nearby|我|私|내|제 |우리|현재|여기|가까운|现在地")
_GENERIC_TAIL = (
    "medicalcentre", "shoppingcentre", "shoppingmall", "specialistcentre", "shoppersmall", "mall", "centre",
    "plaza", "building", "complex", "towers", "tower", "hospital", "house",
)  # fmt: skip
_SG_POSTAL_ONLY = re.compile(
    r"(?:(?:singapore|s'pore|spore|sg|s|postal(?: code)?|post ?code|zip(?: code)?|邮编|邮区|新加坡|싱가포르|우편번호)"
    r"[\s:,.-]*)*\(?\s*(\d{3})\s?(\d{3})\s*\)?[\s,.]*(?:singapore|s'pore|spore|sg)?"
)
_SG_POSTAL_INSIDE = re.compile(r"(?:(?<![\d#\-/])|(?<=\bs))(?<!#)(\d{6})(?![\d\-/])")
_KR_POSTAL_ONLY = re.compile(
    r"(?:(?:seoul|korea|서울|우편번호|postal(?: code)?|post ?code|kr)[\s:,.-]*)*\(?(\d{5})\)?"
)
_SECTOR = re.compile(r"(?:(?:postal )?sector\s*|s|singapore\s*)?(\d{2})")
_DISTRICT = re.compile(r"(?:(?:postal )?district\s*|d)0?(\d{1,2})|(?:第)?0?(\d{1,2})\s*邮区")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way of reading a text: its folded words, whether a station was named, and the country it names."""

    text: str
    key: str
    wants_station: bool = False
    country: str | None = None


def normalise(text: str) -> str:
    """Folded, Han simplified, abbreviations written out word by word ("Tg Pagar" → "tanjong pagar")."""
    plain = to_simplified(fold(text)).replace("@", " ")
    words = re.sub(r"\+(?=\s|$)", " plus", plain).split()  # Bugis+
    return " ".join(_SHORT.get(word.rstrip("."), word) for word in words)


def place_key(text: str) -> str:
    """The key under which a name is filed and looked up."""
    return name_key(normalise(text))


def sorted_words(text: str) -> str:
    """The words in alphabetical order, so that "somerset 313" finds "313@Somerset"."""
    return " ".join(sorted(re.findall(r"[^\W_]+", normalise(text))))


def readings(text: str) -> list[Reading]:
    """The ways to read a text, the least changed first; later ones have exits, station and country words removed."""
    whole = normalise(text)
    found = [Reading(whole, name_key(whole))]

    def offer(candidate: str, station: bool, country: str | None) -> None:
        reading = Reading(candidate, name_key(candidate), station, country)
        if reading.key and all(
            (reading.key, station, country) != (known.key, known.wants_station, known.country)
            for known in found
        ):
            found.append(reading)

    inside = _tidy(_UNIT.sub(" ", _PART_OF_DONG.sub("", whole)))
    offer(inside, False, None)
    without_exit = _tidy(_EXIT.sub(" ", inside))
    station = without_exit != inside
    if station:
        offer(without_exit, True, None)
    bare = _tidy(_STATION.sub(" ", without_exit))
    if bare != without_exit:
        station = True
        offer(bare, True, None)
    for code, words in (None, None), *_COUNTRY_WORDS:
        rest = _tidy(words.sub(" ", bare)) if words else bare
        if code and (rest == bare or not name_key(rest)):
            continue
        offer(rest, station, code)
        around = rest
        while (shorter := _tidy(_AROUND.sub("", around))) != around:
            around = shorter
        offer(around, station, code)
    return found


def asks_for_own_surroundings(text: str) -> bool:
    """True for "near me" and its like, with nothing else said."""
    folded = to_simplified(fold(text)).strip(" .!?,")
    return bool(_NEAR_ME.fullmatch(folded))


def own_surroundings(text: str) -> tuple[str, bool]:
    """The text without a "near me" in it, and whether there was one.

    附近 and 근처 after a name mean near that name, so by themselves they count at the very start only.
    """
    folded = to_simplified(fold(text))
    for match in _NEAR_ME.finditer(folded):
        if (match.start() == 0 and re.match("[一-龥]", match.group())) or _SAYS_ME.search(match.group()):
            break
    else:
        return text, False
    return _tidy(folded[: match.start()] + " " + folded[match.end() :]), True


def generic_tail_dropped(key: str) -> str | None:
    """The key of a building without "shopping centre" and the like, when something of its own remains."""
    for tail in _GENERIC_TAIL:
        stem = key.removesuffix(tail)
        if stem != key and len(stem) >= 4 and not stem.isdigit():
            return stem
    return None


def singapore_postal(text: str) -> str | None:
    """The postal code when the text is one and nothing else; spaces, S( ) and the country are allowed."""
    match = _SG_POSTAL_ONLY.fullmatch(fold(text))
    return match.group(1) + match.group(2) if match else None


def singapore_postal_inside(text: str) -> str | None:
    """The last postal code in a longer text: six digits that touch neither '#' nor another number."""
    found = _SG_POSTAL_INSIDE.findall(fold(text))
    return found[-1] if found else None


def korean_postal(text: str) -> str | None:
    """The five-digit postcode when the text is one and nothing else."""
    match = _KR_POSTAL_ONLY.fullmatch(fold(text))
    return match.group(1) if match else None


def sector_or_district(text: str) -> tuple[str, str] | None:
    """("sector", "23") for a Singapore postal sector, ("district", "9") for a postal district, else None."""
    folded = to_simplified(fold(text))
    if match := _DISTRICT.fullmatch(folded):
        return "district", match.group(1) or match.group(2)
    if match := _SECTOR.fullmatch(folded):
        return "sector", match.group(1)
    return None


def _tidy(text: str) -> str:
    return re.sub(r"[\s,]+", " ", text).strip(" ,.-()")
