"""A wanted treatment as it stands in an address: SLUG:SESSIONS[xQTYUNIT][@AREA], `rejuran_healer:3x2ml@face`."""

import re

from webapp.domain.offers import MAX_SESSIONS, Want
from webapp.domain.units import InvalidQuantity, Quantity, UnknownUnit, number_text

# The longest interval, repetition and stay that anybody reckons with.
MAX_WEEKS = 52
MAX_MONTHS = 36
MAX_NIGHTS = 60
# More at once are refused with a message: a basket of ten treatments is a day of consultations, not a comparison.
MAX_WANTS = 4

_WANT = re.compile(
    r"(?P<slug>[a-z0-9_]{1,64}):(?P<sessions>\d{1,3})"
    r"(?:x(?P<quantity>[\d.]{1,12}[a-zA-Z]{1,10}))?(?:@(?P<area>[\w;]{1,80}))?"
)
_AREA = re.compile(r"\w{1,40}(;\w{1,40})*")


class UnreadWant(ValueError):
    """Not of the form above, or with a number that no course has."""


def read_want(text: str) -> Want:
    """One `want` of an address. Raises UnreadWant.

    >>> want = read_want("rejuran_healer:3x2cc@face")
    >>> want.treatment, want.sessions, str(want.quantity), want.area
    ('rejuran_healer', 3, '2 ml', 'face')
    """
    found = _WANT.fullmatch(text[:200])
    if found is None or not 1 <= int(found["sessions"]) <= MAX_SESSIONS:
        raise UnreadWant(text[:80])
    quantity = None
    if found["quantity"]:
        try:
            quantity = Quantity.parse(found["quantity"])
        except (InvalidQuantity, UnknownUnit) as error:
            raise UnreadWant(text[:80]) from error
    area = read_area(found["area"])
    if found["area"] and area is None:
        raise UnreadWant(text[:80])
    return Want(found["slug"], int(found["sessions"]), quantity, area)


def read_area(text: str | None) -> str | None:
    """`face`, or several of one want: `face;neck`, in any order. None where there is none, or none to read."""
    words = (text or "").casefold().replace(",", ";").split(";")
    plain = ";".join(sorted(word.strip().replace(" ", "_") for word in words))
    return plain if _AREA.fullmatch(plain) else None


def quantity_text(quantity: Quantity | None) -> str:
    """As it is typed again: `2 ml`; "" for none."""
    return "" if quantity is None else f"{number_text(quantity.value)} {quantity.unit.value}"


def write_want(want: Want) -> str:
    """What `read_want` reads.

    >>> write_want(read_want("profhilo:2x1syringe"))
    'profhilo:2x1syringe'
    """
    quantity = ""
    if want.quantity is not None:
        quantity = f"x{number_text(want.quantity.value)}{want.quantity.unit.value}"
    return f"{want.treatment}:{want.sessions}{quantity}" + (f"@{want.area}" if want.area else "")
