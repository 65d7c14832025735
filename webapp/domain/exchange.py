"""Exchange rates with their day and source, and the only order in which two currencies may stand together.

A rate is never assumed: without one nothing is converted, and sums of two currencies are not ranked against
each other. A pair that the source does not publish is computed once through a currency that it does, to six
significant figures, and that very number is shown and used in both directions: a reader with a calculator
comes to the same cent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Generic, TypeVar

from webapp.domain.money import Money, exponent, half_up

# The European Central Bank publishes on working days; a week bridges every long weekend it keeps.
RATE_AGE_DAYS = 7
# The figures of a rate published in euro, and what Council Regulation (EC) No 1103/97 asks of conversions.
SIGNIFICANT_FIGURES = 6

Key = TypeVar("Key")


class NoRate(LookupError):
    """No rate between two currencies is known, directly or through a third."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"no rate between {one} and {other}")
        self.one = one
        self.other = other


@dataclass(frozen=True, slots=True)
class Rate:
    """One major unit of `base` is `rate` major units of `quote` (ISO 4217), as `source` gave it for `as_of`."""

    base: str
    quote: str
    rate: Decimal
    as_of: date
    source: str

    def __post_init__(self) -> None:
        exponent(self.base)
        exponent(self.quote)
        if self.base == self.quote:
            raise ValueError("a rate is between two currencies")
        if not self.rate.is_finite() or self.rate <= 0:
            raise ValueError("a rate is a number above zero")

    @property
    def pair(self) -> str:
        """`SGD/KRW`: won for one dollar."""
        return f"{self.base}/{self.quote}"

    def is_stale(self, on: date, max_age_days: int = RATE_AGE_DAYS) -> bool:
        """More than `max_age_days` days before `on`. A stale rate still converts, and is marked."""
        return (on - self.as_of).days > max_age_days


@dataclass(frozen=True, slots=True)
class Converted:
    """A sum in another currency, and the rate behind it; None where it was in that currency already."""

    money: Money
    rate: Rate | None


class Rates:
    """The rates of one day's table. Raises ValueError when a pair stands in it twice, either way round."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._by_pair: dict[frozenset[str], Rate] = {}
        for rate in rates:
            pair = frozenset((rate.base, rate.quote))
            if pair in self._by_pair:
                raise ValueError(f"{rate.pair} is given twice")
            self._by_pair[pair] = rate

    def between(self, one: str, other: str) -> Rate:
        """The rate between two currencies: as published, or through the one currency both have a rate with.

        A computed rate has the larger currency as its base, so that its figures carry; its day is the older
        of the two behind it. Raises NoRate.
        """
        published = self._by_pair.get(frozenset((one, other)))
        if published is not None:
            return published
        for middle in sorted({code for pair in self._by_pair for code in pair} - {one, other}):
            first = self._by_pair.get(frozenset((one, middle)))
            second = self._by_pair.get(frozenset((middle, other)))
            if first is not None and second is not None:
                return _through(one, other, first, second)
        raise NoRate(one, other)

    def convert(self, money: Money, currency: str) -> Converted:
        """`money` in `currency`, half up at its minor unit. Raises NoRate, or UnknownCurrency.

        >>> rates = Rates([Rate("SGD", "KRW", Decimal(1000), date(2026, 3, 9), "an example")])
        >>> rates.convert(Money(300_000, "KRW"), "SGD").money, rates.convert(Money(50_000, "SGD"), "KRW").money
        (Money(amount=30000, currency='SGD'), Money(amount=500000, currency='KRW'))
        """
        if money.currency == currency:
            return Converted(money, None)
        exponent(currency)
        rate = self.between(money.currency, currency)
        major = Fraction(money.amount, 10 ** exponent(money.currency)) * _factor(rate, money.currency)
        return Converted(Money(half_up(major * 10 ** exponent(currency)), currency), rate)


@dataclass(frozen=True, slots=True)
class Ranked(Generic[Key]):
    """A total with its rank from 1; equal amounts share a rank. `converted` is what it was ranked by."""

    key: Key
    total: Money
    converted: Converted
    rank: int


@dataclass(frozen=True, slots=True)
class Ranking(Generic[Key]):
    """Totals by amount, cheapest first.

    `groups` is one group where everything could be brought to `currency`. If any rate is missing there is a
    group per currency, each ranked in itself only, the group in `currency` first; `missing` names the pairs.
    `rates` are those that were used, `stale` those of them that are old. `incomplete` have no total.
    """

    currency: str
    groups: tuple[tuple[Ranked[Key], ...], ...]
    incomplete: tuple[Key, ...]
    rates: tuple[Rate, ...]
    stale: tuple[Rate, ...]
    missing: tuple[tuple[str, str], ...]

    @property
    def together(self) -> bool:
        """Do all totals stand in one order?"""
        return not self.missing


def rank(
    totals: Sequence[tuple[Key, Money | None]],
    rates: Rates,
    currency: str,
    on: date,
    max_age_days: int = RATE_AGE_DAYS,
) -> Ranking[Key]:
    """Order totals by what they are in `currency` (ISO 4217), equal ones as they came.

    A total that is None is incomplete and gets no rank. Without a rate for every currency among them, totals
    of different currencies are not ranked against each other.

    >>> totals = [("orchard", Money(50_000, "SGD")), ("gangnam", Money(300_000, "KRW"))]
    >>> today = date(2026, 3, 10)
    >>> len(rank(totals, Rates([]), "SGD", today).groups)
    2
    >>> rates = Rates([Rate("SGD", "KRW", Decimal(1000), date(2026, 3, 9), "an example")])
    >>> [(row.key, row.rank) for row in rank(totals, rates, "SGD", today).groups[0]]
    [('gangnam', 1), ('orchard', 2)]
    """
    known = [(key, total) for key, total in totals if total is not None]
    incomplete = tuple(key for key, total in totals if total is None)
    codes = sorted({total.currency for _, total in known}, key=lambda code: (code != currency, code))
    used: dict[str, Rate] = {}
    missing: list[tuple[str, str]] = []
    for code in codes:
        if code != currency:
            try:
                used[code] = rates.between(code, currency)
            except NoRate:
                missing.append((code, currency))
    # One currency among itself needs no rate, whatever it is shown in.
    if missing and len(codes) == 1:
        missing = []
    if missing or not all(code in used or code == currency for code in codes):
        groups = [
            [(key, total, Converted(total, None)) for key, total in known if total.currency == code]
            for code in codes
        ]
        used = {}
    else:
        groups = [[(key, total, rates.convert(total, currency)) for key, total in known]]
    return Ranking(
        currency=currency,
        groups=tuple(_in_order(group) for group in groups if group),
        incomplete=incomplete,
        rates=tuple(used.values()),
        stale=tuple(rate for rate in used.values() if rate.is_stale(on, max_age_days)),
        missing=tuple(missing),
    )


def _in_order(group: Sequence[tuple[Key, Money, Converted]]) -> tuple[Ranked[Key], ...]:
    amounts = sorted(converted.money.amount for _, _, converted in group)
    in_order = sorted(group, key=lambda row: row[2].money.amount)
    return tuple(
        Ranked(key, total, converted, amounts.index(converted.money.amount) + 1)
        for key, total, converted in in_order
    )


def _factor(rate: Rate, currency: str) -> Fraction:
    """Major units of the other currency for one of `currency`."""
    return Fraction(rate.rate) if rate.base == currency else 1 / Fraction(rate.rate)


def _through(one: str, other: str, first: Rate, second: Rate) -> Rate:
    middle = first.quote if first.base == one else first.base
    exact = _factor(first, one) * _factor(second, middle)
    base, quote = (one, other) if exact >= 1 else (other, one)
    source = first.source if first.source == second.source else f"{first.source}; {second.source}"
    return Rate(base, quote, _significant(max(exact, 1 / exact)), min(first.as_of, second.as_of), source)


def _significant(value: Fraction) -> Decimal:
    """A number from 1 on, half up to SIGNIFICANT_FIGURES figures."""
    places = SIGNIFICANT_FIGURES - len(str(int(value)))
    scaled = half_up(value * Fraction(10) ** places)
    return Decimal(scaled).scaleb(-places).normalize()
