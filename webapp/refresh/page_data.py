"""Contact data and hours from the JSON-LD of a clinic's own page; nothing else on the page is read.

schema.org's words. The page is hostile until read: sizes are bounded by the fetcher, depth is counted before
anything is parsed, and every value must have the shape that our own forms ask for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from webapp.domain.listing_csv import InvalidHours, clean, format_hours, parse_hours, shapes
from webapp.domain.listing_diff import Contact
from webapp.domain.text import fold

MAX_DEPTH = 32
MAX_BLOCKS = 50
MAX_NODES = 5_000
_MAX_NAME, _MAX_ADDRESS, _MAX_UNIT, _MAX_HOURS = 200, 500, 64, 500
_TYPES = frozenset(
    {
        "medicalclinic", "medicalbusiness", "medicalorganization", "localbusiness", "physician", "dermatology",
        "dermatologist", "plasticsurgery", "healthandbeautybusiness", "beautysalon", "dayspa", "hospital",
        "individualphysician", "physiciansoffice",
    }
)  # fmt: skip
_DAYS = {
    "monday": "Mo", "tuesday": "Tu", "wednesday": "We", "thursday": "Th", "friday": "Fr", "saturday": "Sa",
    "sunday": "Su",
}  # fmt: skip
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?(?:[+-]\d{2}:?\d{2}|Z)?", re.ASCII)
# Singapore's way of writing floor and unit.
_UNIT = re.compile(r"#\s?(?:B?\d{1,3})[-–]\d{1,4}[A-Z]?(?:\s?[/&,]\s?\d{1,4}[A-Z]?)*", re.IGNORECASE)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)


class PageUnreadable(Exception):
    """The page tells nothing that could be used; `code` is one of refresh.labels.CODES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_page(body: bytes, content_type: str, *, country: str, listed: Contact) -> Contact:
    """What the page's JSON-LD says of this clinic. Values without a usable shape are left out.

    `country` is "SG" or "KR". `listed` tells the clinic's own entry from those of its branches. Raises
    PageUnreadable with no_json_ld, broken_json_ld, no_clinic or several_clinics.
    """
    nodes, broken = _nodes(_text(body, content_type))
    clinics = [node for node in nodes if _is_clinic(node)]
    if not clinics:
        raise PageUnreadable("broken_json_ld" if broken else "no_clinic" if nodes else "no_json_ld")
    said = list(dict.fromkeys(_contact(node, country) for node in clinics))
    said = [contact for contact in said if contact != Contact()]
    if len(said) > 1:
        said = [contact for contact in said if _is_same_place(contact, listed)]
    if len(said) > 1:
        raise PageUnreadable("several_clinics")
    if not said:
        raise PageUnreadable("several_clinics" if len(clinics) > 1 else "no_clinic")
    return said[0]


def _text(body: bytes, content_type: str) -> str:
    """The page as text: what the header or a meta element says it is, else UTF-8."""
    named = _CHARSET.search(content_type.encode("ascii", "replace")) or _CHARSET.search(body[:4096])
    return body.decode(_ENCODINGS.get(named[1].decode().lower(), "utf-8") if named else "utf-8", "replace")


# The encodings of the pages that we ask, by the labels that pages use. Python knows many more, some of which are
# none for pages (punycode, utf-7) and give the same bytes another meaning.
_ENCODINGS = {
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "cp949": "cp949", "ms949": "cp949",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "windows-1252": "cp1252",
}  # fmt: skip


def _nodes(html: str) -> tuple[list[Mapping[str, Any]], bool]:
    """The objects of every JSON-LD block, @graph and arrays taken apart; and whether a block was broken."""
    nodes: list[Mapping[str, Any]] = []
    broken = False
    for text in islice(_blocks(html), MAX_BLOCKS):
        try:
            parsed = _parse(text)
        except (ValueError, RecursionError):
            broken = True
            continue
        for node in _flat(parsed):
            if len(nodes) >= MAX_NODES:
                return nodes, broken
            nodes.append(node)
    return nodes, broken


def _blocks(html: str) -> Iterator[str]:
    """The texts of the page's JSON-LD scripts, outside comments.

    Not from a tree of the whole page: building one of 80 KB of nested elements took 0.6 s, and four times that at
    each doubling (selectolax 1.0, measured). Only each script's own opening tag goes to the parser.
    """
    at = 0
    while start := _MARK.search(html, at):
        if start[0] == "<!--":
            over = html.find("-->", start.end())
            at = len(html) if over < 0 else over + 3
            continue
        opened = html.find(">", start.end(), start.end() + _LONGEST_TAG) + 1
        end = _END.search(html, start.end())
        if end is None:
            return
        at = end.end()
        if opened and _is_json_ld(html[start.start() : opened]):
            yield html[opened : end.start()]


def _is_json_ld(opening_tag: str) -> bool:
    if "ld+json" not in opening_tag.casefold():
        return False
    tag = LexborHTMLParser(opening_tag).css_first("script")
    kind = (tag.attributes.get("type") or "") if tag is not None else ""
    return kind.partition(";")[0].strip().casefold() == "application/ld+json"


_MARK = re.compile(r"<!--|<script(?=[\s/>])", re.IGNORECASE)
_END = re.compile(r"</script", re.IGNORECASE)
_LONGEST_TAG = 2_000


def _parse(text: str) -> Any:
    """JSON without NaN and Infinity, no deeper than MAX_DEPTH. Raises ValueError or RecursionError."""
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip()
    depth = 0
    for mark in re.finditer(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', text, re.DOTALL):
        if mark[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError("too deep")
        elif mark[0] in "]}":
            depth -= 1
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _flat(value: Any) -> Iterator[Mapping[str, Any]]:
    """The entities on the page's own level: those of @graph and of arrays, and what a page is about."""
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "about", "publisher", "department", "subOrganization"):
            if isinstance(value.get(name), (dict, list)):
                yield from _flat(value[name])


def _is_clinic(node: Mapping[str, Any]) -> bool:
    return any(_last(kind).casefold() in _TYPES for kind in _texts(node.get("@type")))


def _contact(node: Mapping[str, Any], country: str) -> Contact:
    address, unit, postal_code = _address(node.get("address"), country)
    return Contact(
        name=_short(_first(node.get("name")), _MAX_NAME),
        phone=_phone(node, country),
        address=address,
        unit=unit,
        postal_code=postal_code,
        hours=_hours(node),
    )


def _is_same_place(contact: Contact, listed: Contact) -> bool:
    """One of several entries is the clinic's own when it has its telephone or postal code, or both have none."""
    if contact.phone and contact.phone == listed.phone:
        return True
    if contact.postal_code and contact.postal_code == listed.postal_code:
        return contact.unit is None or listed.unit is None or fold(contact.unit) == fold(listed.unit)
    return False


def _phone(node: Mapping[str, Any], country: str) -> str | None:
    for text in _texts(node.get("telephone")):
        number = shapes.phone(clean(text)[:40], country)
        if number:
            return number
    return None


def _address(value: Any, country: str) -> tuple[str | None, str | None, str | None]:
    """(address, unit, postal code), as our columns hold them."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, str):
        return _short(value, _MAX_ADDRESS), None, None
    if not isinstance(value, dict):
        return None, None, None
    street = _short(_first(value.get("streetAddress")), _MAX_ADDRESS)
    if street is None:
        return None, None, None
    unit = None
    if country == "SG" and (match := _UNIT.search(street)):
        unit = _short(match[0], _MAX_UNIT)
        street = _short(
            re.sub(r"(?:\s*,\s*){2,}", ", ", street.replace(match[0], "")).strip(" ,"), _MAX_ADDRESS
        )
    if country == "KR":
        # 서울특별시 강남구 stand in fields of their own, and an address without them is none.
        region = [_short(_first(value.get(name)), 100) for name in ("addressRegion", "addressLocality")]
        missing = [word for word in region if word and street and fold(word) not in fold(street)]
        street = " ".join([*missing, street or ""])
    postal_code = shapes.postal_code(clean(_first(value.get("postalCode")) or ""), country)
    return street, unit, postal_code


def _hours(node: Mapping[str, Any]) -> str | None:
    """`openingHours`, or the specification of the regular week, in our words; None where any of it is unclear."""
    spans = [clean(text) for text in _texts(node.get("openingHours"))]
    specified = node.get("openingHoursSpecification")
    if not spans and specified is not None:
        rows = specified if isinstance(specified, list) else [specified]
        found = [_specified(row) for row in rows[:50] if not _is_for_a_time(row)]
        if None in found:
            return None
        spans = [span for span in found if span]
    text = "; ".join(span.strip(" ;") for span in spans if span)
    if not text or len(text) > _MAX_HOURS:
        return None
    try:
        return format_hours(parse_hours(text))
    except InvalidHours:
        return None


def _is_for_a_time(row: Any) -> bool:
    """Holidays and seasons are not the regular week."""
    return isinstance(row, dict) and ("validFrom" in row or "validThrough" in row)


def _specified(row: Any) -> str | None:
    """One OpeningHoursSpecification: "" for a closed day, None where it cannot be read."""
    if not isinstance(row, dict):
        return None
    names = [_last(name).casefold() for name in _texts(row.get("dayOfWeek"))]
    days = [_DAYS[name] for name in names if name in _DAYS]
    if not days:
        # Public holidays have no place in a week; a row without a day is unclear.
        return "" if names and all(name == "publicholidays" for name in names) else None
    opens, closes = _clock(row.get("opens")), _clock(row.get("closes"))
    if row.get("opens") is None and row.get("closes") is None:
        return ""
    if opens is None or closes is None:
        return None
    if opens == closes:
        # "00:00" to "00:00" is how search engines want a closed day to be written.
        return "" if opens == "00:00" else None
    return f"{','.join(dict.fromkeys(days))} {opens}-{'24:00' if closes in {'00:00', '23:59'} else closes}"


def _clock(value: Any) -> str | None:
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    return f"{int(match[1]):02d}:{match[2]}" if match else None


def _texts(value: Any) -> list[str]:
    """One text or several; anything else is none."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values[:50] if isinstance(item, str)]


def _first(value: Any) -> str | None:
    return next(iter(_texts(value)), None)


def _last(name: str) -> str:
    """The word of "https://schema.org/Monday" or "schema:Monday"."""
    return re.split(r"[/#:]", name.strip().rstrip("/"))[-1]


def _short(text: str | None, most: int) -> str | None:
    """A text on one line, None where it is empty or longer than any honest one."""
    plain = " ".join(clean(text or "").split())
    return plain if 0 < len(plain) <= most else None
