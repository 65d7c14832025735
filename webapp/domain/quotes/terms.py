"""What a clinic's answer to one person says: its lines, and what is in their price.

The sheet asks for every inclusion, so one that it leaves open is a gap: the sum is then incomplete. (A published offer
was never asked; its open fees are shown beside its total.)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from webapp.domain.money import CurrencyMismatch, Money, total
from webapp.domain.offers import (
    Consultation,
    Fee,
    Field,
    Incomplete,
    Injector,
    Numbing,
    OfferTerms,
    Part,
    Tax,
)


class Inclusion(StrEnum):
    """What comes with a treatment and may cost extra at each visit."""

    NUMBING = "numbing"
    NEEDLE = "needle"
    MEDICINE = "medicine"
    FOLLOW_UP = "follow_up"


# Those that an offer's "other fees" are about; numbing has a field of its own there.
FEE_INCLUSIONS = (Inclusion.NEEDLE, Inclusion.MEDICINE, Inclusion.FOLLOW_UP)


class How(StrEnum):
    """How an inclusion stands to the price."""

    INCLUDED = "included"
    EXTRA = "extra"
    NOT_USED = "not_used"


# What the sheet asks of a clinic: only what was asked can be called "not stated".
ASKED = frozenset(
    {
        Field.TAX,
        Field.TAX_RATE,
        Field.QUANTITY,
        Field.AREAS,
        Field.CONSULTATION_FEE,
        Field.CONSULTATION_WAIVED,
        Field.OTHER_FEES,
        Field.NUMBING,
        Field.INJECTOR,
    }
)

_NUMBING = {
    How.INCLUDED: Numbing.INCLUDED,
    How.EXTRA: Numbing.EXTRA,
    How.NOT_USED: Numbing.NONE,
}


@dataclass(frozen=True, slots=True)
class Stated:
    """What a quote says of one inclusion; `amount` per visit, of an extra only, None where it names none."""

    how: How
    amount: Money | None = None

    def __post_init__(self) -> None:
        if self.amount is not None and self.how is not How.EXTRA:
            raise ValueError("only an extra has an amount")

    @property
    def settles(self) -> bool:
        """Is it known what it costs?"""
        return self.how is not How.EXTRA or self.amount is not None


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Between what and what a treatment usually ends, said before the patient was seen. Raises ValueError."""

    low: Money
    high: Money

    def __post_init__(self) -> None:
        if self.high < self.low:
            raise ValueError("a range goes from low to high")


class QuoteState(StrEnum):
    """Whether a quote holds on a day."""

    ACTIVE = "active"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


def quote_state(on: date, *, valid_until: date | None, is_withdrawn: bool) -> QuoteState:
    """Whether an answer holds on the day `on`, in the clinic's own zone. Its last day belongs to it.

    >>> ends = date(2026, 3, 31)
    >>> quote_state(ends, valid_until=ends, is_withdrawn=False).value
    'active'
    >>> quote_state(date(2026, 4, 1), valid_until=ends, is_withdrawn=False).value
    'expired'
    """
    if is_withdrawn:
        return QuoteState.WITHDRAWN
    if valid_until is not None and valid_until < on:
        return QuoteState.EXPIRED
    return QuoteState.ACTIVE


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One thing quoted: `price` is for the whole line with all its sessions; 0 is "in the other lines'
    price".
    """

    part: Part
    price: Money
    title: str = ""


@dataclass(frozen=True, slots=True)
class QuoteTerms:
    """What a clinic answered. Tax, consultation and inclusions hold for the whole quote; fields as in OfferTerms.

    `inclusions`: one that is missing is "not stated". `named_fees` are fees per visit beside these, in the clinic's
    words; () is "there are no others", None is "not stated". `aftercare` says who sees the patient once she is home,
    `aftercare_language` is BCP 47. `valid_until` is its last day, `withdrawn_on` the day it was taken back.
    """

    currency: str
    lines: tuple[QuoteLine, ...]
    answered_on: date
    tax: Tax = Tax.UNKNOWN
    tax_rate: Decimal | None = None
    consultation: Consultation | None = None
    consultation_fee: Money | None = None
    consultation_waived: bool | None = None
    inclusions: Mapping[Inclusion, Stated] = field(default_factory=lambda: MappingProxyType({}))
    named_fees: tuple[Fee, ...] | None = None
    injector: Injector | None = None
    injector_name: str | None = None
    aftercare: str | None = None
    aftercare_language: str | None = None
    conditions: str | None = None
    valid_until: date | None = None
    withdrawn_on: date | None = None

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("a quote has at least one line")
        for amount in (*(line.price for line in self.lines), *(fee.amount for fee in self.known_fees)):
            if amount.currency != self.currency:
                raise CurrencyMismatch(self.currency, amount.currency)

    @property
    def numbing(self) -> Numbing | None:
        """Numbing cream in the words of an offer."""
        stated = self.inclusions.get(Inclusion.NUMBING)
        return None if stated is None else _NUMBING[stated.how]

    @property
    def known_fees(self) -> tuple[Fee, ...]:
        """Every fee per visit that the quote names with an amount; an inclusion's is called by its code."""
        extras = (
            Fee(inclusion.value, stated.amount)
            for inclusion in Inclusion
            if (stated := self.inclusions.get(inclusion)) is not None and stated.amount is not None
        )
        return (*extras, *(self.named_fees or ()))

    @property
    def other_fees(self) -> tuple[Fee, ...] | None:
        """The known fees, where nothing of them is left open; None is "not stated", as in an offer."""
        settled = self.named_fees is not None and not any(
            inclusion in FEE_INCLUSIONS for inclusion in self.open_inclusions
        )
        return self.known_fees if settled else None

    @property
    def open_inclusions(self) -> tuple[Inclusion, ...]:
        """What the quote does not say, or calls extra without an amount."""
        return tuple(
            inclusion
            for inclusion in Inclusion
            if (stated := self.inclusions.get(inclusion)) is None or not stated.settles
        )

    def as_offer(self) -> OfferTerms:
        """The whole quote as one offer to one person: bought once, all parts complete."""
        return OfferTerms(
            title="",
            currency=self.currency,
            price=total((line.price for line in self.lines), self.currency),
            parts=tuple(line.part for line in self.lines),
            tax=self.tax,
            tax_rate=self.tax_rate,
            valid_until=self.valid_until,
            once_per_patient=True,
            consultation=self.consultation,
            consultation_fee=self.consultation_fee,
            consultation_waived=self.consultation_waived,
            other_fees=self.other_fees,
            numbing=self.numbing,
            injector=self.injector,
            verified_on=self.answered_on,
        )


def own_reasons(quote: QuoteTerms) -> tuple[Incomplete, ...]:
    """What only a quote is asked: its open inclusions, and whether the clinic still stands by it."""
    found: list[Incomplete] = []
    if quote.other_fees is None:
        found.append(Incomplete.OTHER_FEES_UNKNOWN)
    if Inclusion.NUMBING in quote.open_inclusions:
        found.append(Incomplete.NUMBING_UNKNOWN)
    if quote.withdrawn_on is not None:
        found.append(Incomplete.WITHDRAWN)
    return tuple(found)
