"""Units that treatments are sold in. None converts into another: no number of shots or vials is a number of
ml.

The one equality is a spelling: `cc` is a millilitre (cubic centimetre) by definition of the litre.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

# What the columns hold: up to three decimals and under ten million.
MAX_DECIMALS = 3
MAX_VALUE = Decimal(1_000_000)

_NUMBER = re.compile(r"\d{1,10}(\.\d{1,10})?", re.ASCII)
_QUANTITY = re.compile(r"(?P<number>\d[\d.]*)\s*(?P<unit>[A-Za-z]+)", re.ASCII)


class Unit(StrEnum):
    """The contract's value list of `unit`."""

    ML = "ml"
    SYRINGE = "syringe"
    VIAL = "vial"
    SHOT = "shot"
    SESSION = "session"


class UnknownUnit(ValueError):
    """The word is none of our units."""


class InvalidQuantity(ValueError):
    """Not a number above zero with at most three decimals."""


def parse_unit(text: str) -> Unit:
    """Read a unit: the words of Unit, their plurals, `cc` (and ㏄, ㎖). Raises UnknownUnit.

    >>> parse_unit("cc") is Unit.ML, parse_unit("vials") is Unit.ML
    (True, False)
    """
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    if word == "cc":
        return Unit.ML
    for unit in Unit:
        if word == unit.value or (unit is not Unit.ML and word == f"{unit.value}s"):
            return unit
    raise UnknownUnit(text[:40])


def parse_number(text: str) -> Decimal:
    """Read how much: "2", "2.5", above 0, up to three decimals. Raises InvalidQuantity."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not _NUMBER.fullmatch(plain):
        raise InvalidQuantity(text[:40])
    return _checked(Decimal(plain))


def _checked(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 < value < MAX_VALUE:
        raise InvalidQuantity(str(value)[:40])
    plain = value.normalize()
    places = plain.as_tuple().exponent
    if isinstance(places, int) and -places > MAX_DECIMALS:
        raise InvalidQuantity(str(value)[:40])
    return plain


def number_text(value: Decimal) -> str:
    """A number without trailing zeros or an exponent: "2", "2.5", "100"."""
    return format(value.normalize(), "f")


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much of something in one session, as the clinic states it.

    >>> str(Quantity.parse("2.50 cc")), str(Quantity.parse("100 shots"))
    ('2.5 ml', '100 shots')
    >>> Quantity.parse("2 ml") == Quantity.parse("2.0ml")
    True
    """

    value: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _checked(self.value))

    @classmethod
    def parse(cls, text: str) -> "Quantity":
        """Read "2 ml", "2cc", "100 shots". Raises InvalidQuantity or UnknownUnit."""
        match = _QUANTITY.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if match is None:
            raise InvalidQuantity(text[:40])
        return cls(parse_number(match["number"]), parse_unit(match["unit"]))

    def __str__(self) -> str:
        """English, for logs and files; pages format through Babel."""
        plural = "s" if self.unit is not Unit.ML and self.value != 1 else ""
        return f"{number_text(self.value)} {self.unit.value}{plural}"
