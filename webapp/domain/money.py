"""Money: a whole number of a currency's smallest unit, never a float, never mixed with another currency.

Rounding happens in `percent`, `scaled` and `half_up` only, and is always half up at the smallest unit.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

# Decimals of each currency's minor unit, ISO 4217 (list one). A currency that is not here is refused: its
# decimals would be a guess.
EXPONENTS: Mapping[str, int] = MappingProxyType(
    {
        "AED": 2, "AUD": 2, "BND": 2, "CAD": 2, "CHF": 2, "CNY": 2, "EUR": 2, "GBP": 2, "HKD": 2, "IDR": 2,
        "INR": 2, "JPY": 0, "KRW": 0, "KWD": 3, "MOP": 2, "MYR": 2, "NZD": 2, "PHP": 2, "SGD": 2, "THB": 2,
        "TWD": 2, "USD": 2, "VND": 0,
    }
)  # fmt: skip

# No treatment costs ten billion dollars: what exceeds it is a slip or an attack, and it fits a 64-bit column.
MAX_MINOR = 10**12

# Western grouping only. "1.380" is not read as thousands: in another country's habit it is 1.38.
_AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<decimals>\d+))?", re.ASCII)
_SIGNS = frozenset("-−–")


class MoneyError(ValueError):
    """A sum of money that cannot be read or computed."""


class UnknownCurrency(MoneyError):
    """The code is not an ISO 4217 currency whose decimals we know."""

    def __init__(self, code: str) -> None:
        super().__init__(f"unknown currency {code!r}")
        self.code = code


class CurrencyMismatch(MoneyError):
    """Two currencies met in one sum or one comparison; that needs a dated rate, never a guess."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right} cannot be added or compared")
        self.left = left
        self.right = right


class AmountFault(StrEnum):
    """Why a text is not an amount."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    TOO_MANY_DECIMALS = "too_many_decimals"
    TOO_LARGE = "too_large"


class InvalidAmount(MoneyError):
    """A text that is not an amount of its currency; `fault` says why."""

    def __init__(self, text: str, currency: str, fault: AmountFault) -> None:
        super().__init__(f"{text[:40]!r} is not an amount in {currency}: {fault.value}")
        self.text = text
        self.currency = currency
        self.fault = fault


def exponent(currency: str) -> int:
    """Decimals of `currency` (ISO 4217): 2 for SGD, 0 for KRW. Raises UnknownCurrency."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` in minor units (cents; whole won) of `currency` (ISO 4217, upper case).

    >>> Money(38000, "SGD") + Money(5000, "SGD")
    Money(amount=43000, currency='SGD')
    >>> (Money(250000, "KRW") * 3).major()
    '750000'
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, int):
            raise MoneyError("an amount is a whole number of minor units")
        exponent(self.currency)

    def __add__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, times: int) -> "Money":
        if isinstance(times, bool) or not isinstance(times, int):
            return NotImplemented
        return Money(self.amount * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._same(other)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.amount

    def percent(self, rate: Decimal) -> "Money":
        """`rate` per cent of this (9 for 9 %), half up at the minor unit.

        >>> Money(50, "SGD").percent(Decimal(9))
        Money(amount=5, currency='SGD')
        """
        return self.scaled(rate / 100)

    def scaled(self, factor: Decimal) -> "Money":
        """This times an exact decimal (2.5 for 2.5 ml at a price per ml), half up at the minor unit."""
        exact = Decimal(self.amount) * factor
        return Money(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)), self.currency)

    def major(self) -> str:
        """Major units with the currency's own decimals: "380.00" in SGD, "250000" in KRW. No grouping."""
        places = exponent(self.currency)
        sign = "-" if self.amount < 0 else ""
        digits = str(abs(self.amount)).rjust(places + 1, "0")
        return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero.

    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2))
    (3, -3)
    """
    size = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return size if value >= 0 else -size


def zero(currency: str) -> Money:
    """Nothing, in a currency. For sums; an amount that nobody stated is None and never this."""
    return Money(0, currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of `amounts`, all of `currency`. Raises CurrencyMismatch."""
    whole = 0
    for amount in amounts:
        if amount.currency != currency:
            raise CurrencyMismatch(currency, amount.currency)
        whole += amount.amount
    return Money(whole, currency)


def parse_major(text: str, currency: str) -> Money:
    """Read an amount in major units: "380", "1,380.00", full-width digits too.

    >>> parse_major("1,380.50", "SGD"), parse_major("250,000", "KRW")
    (Money(amount=138050, currency='SGD'), Money(amount=250000, currency='KRW'))

    Raises UnknownCurrency, or InvalidAmount for what is empty, not a plain number, negative, above MAX_MINOR
    minor units, or has more decimals than the currency (zeros too: some write 250,000 won as "250.000").
    """
    places = exponent(currency)
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        raise InvalidAmount(text, currency, AmountFault.EMPTY)
    if plain[0] in _SIGNS and _AMOUNT.fullmatch(plain[1:].strip()):
        raise InvalidAmount(text, currency, AmountFault.NEGATIVE)
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        raise InvalidAmount(text, currency, AmountFault.NOT_A_NUMBER)
    whole = match["whole"].replace(",", "").lstrip("0") or "0"
    decimals = match["decimals"] or ""
    if len(decimals) > places:
        raise InvalidAmount(text, currency, AmountFault.TOO_MANY_DECIMALS)
    # The length is looked at before int(), which is slow and refuses texts of thousands of digits.
    if len(whole) > len(str(MAX_MINOR)):
        raise InvalidAmount(text, currency, AmountFault.TOO_LARGE)
    minor = int(whole) * 10**places + int(decimals.ljust(places, "0") or "0")
    if minor > MAX_MINOR:
        raise InvalidAmount(text, currency, AmountFault.TOO_LARGE)
    return Money(minor, currency)
