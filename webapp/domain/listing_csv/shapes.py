"""Shapes of contact details: e-mail, telephone, web address, postal code, language codes, points of a
country.
"""

import re
from urllib.parse import urlsplit

# Boxes around the two countries (south, north, west, east), degrees WGS 84; a check against slips, not a
# border.
COUNTRY_BOXES = {"SG": (1.13, 1.48, 103.55, 104.15), "KR": (33.0, 38.7, 124.5, 132.0)}
# Postal codes: six digits in Singapore; five in Korea since 2015. Both may begin with a zero that lists lose.
POSTAL_DIGITS = {"SG": 6, "KR": 5}
# Names that nobody can own: RFC 2606 and RFC 6761.
RESERVED_HOSTS = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_PHONE_MARKS = re.compile(r"[\s().\-–/]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", re.ASCII)


def email(text: str) -> str | None:
    """An address of the common shape (RFC 5321 lengths), or None. Whether it exists only a mail can tell."""
    local, _, host = text.rpartition("@")
    if (
        len(text) > 254
        or not _EMAIL.fullmatch(text)
        or local.startswith(".")
        or local.endswith(".")
        or ".." in local
    ):
        return None
    if any(label.startswith("-") or label.endswith("-") for label in host.split(".")):
        return None
    return text


def phone(text: str, country: str) -> str | None:
    """The number as E.164 ("+6562351234"), or None. A number without a country code is one of `country`."""
    marks = _PHONE_MARKS.sub("", text.replace("(0)", ""))
    if re.fullmatch(r"\+[1-9][0-9]{7,14}", marks):
        return marks
    if country == "SG" and re.fullmatch(r"[3689][0-9]{7}|1800[0-9]{7}", marks):
        return f"+65{marks}"
    if country == "KR" and re.fullmatch(r"0[1-9][0-9]{7,9}", marks):
        return f"+82{marks[1:]}"
    if country == "KR" and re.fullmatch(r"1[5-9][0-9]{6}", marks):
        return f"+82{marks}"
    return None


def web_host(text: str) -> str | None:
    """The host of a plain http or https address, or None where it is not one."""
    if any(letter.isspace() or letter in '<>"`\\' for letter in text):
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host or port == 0 or "@" in parts.netloc:
        return None
    return host if "." in host.strip(".") or is_reserved(host) else None


def is_reserved(host: str) -> bool:
    """Is the host one that nobody real can own?"""
    name = host.rstrip(".").casefold()
    return any(name == reserved or name.endswith(f".{reserved}") for reserved in RESERVED_HOSTS)


def languages(text: str) -> tuple[str, ...] | None:
    """BCP 47 tags joined by semicolons (or commas), each once; None where one is no tag."""
    tags = [tag.strip() for tag in text.replace(",", ";").split(";") if tag.strip()]
    if not tags or not all(_LANGUAGE.fullmatch(tag) for tag in tags):
        return None
    return tuple(dict.fromkeys(tags))


def postal_code(text: str, country: str) -> str | None:
    """The postal code with all its digits: one lost leading zero is given back; None for anything else."""
    digits = text.removeprefix("S").strip("() ") if country == "SG" else text.replace("-", "")
    wanted = POSTAL_DIGITS[country]
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in {wanted, wanted - 1}:
        return None
    return digits.zfill(wanted)


def inside(lat: float, lng: float, country: str) -> bool:
    """Is the point within the country's box?"""
    south, north, west, east = COUNTRY_BOXES[country]
    return south <= lat <= north and west <= lng <= east
