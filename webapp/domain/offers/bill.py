"""The bill of what is bought at one clinic, the one there is: lines that add up to the total, to the minor unit.

One consultation is paid for the whole course. Offers that state different fees for it: the highest of those
bought is charged, since no clinic says that buying a second offer waives the first one's fee. Other fees are
paid per visit of the offer that states them. Tax is added once per rate, on the sum of what is stated without
it, half up; what is stated with tax is never taxed again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from webapp.domain.money import Money, total, zero
from webapp.domain.offers.terms import Consultation, OfferTerms, Tax

_NOTHING = Decimal(0)


class LineKind(StrEnum):
    """What a line of the bill is for."""

    OFFER = "offer"
    CONSULTATION = "consultation"
    CONSULTATION_WAIVED = "consultation_waived"
    OTHER_FEE = "other_fee"
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill: `count` × `each` = `amount`. A waived consultation has count 0, and each if
    stated.
    """

    kind: LineKind
    count: int
    each: Money | None
    amount: Money
    # The clinic's own words: the offer's title, the fee's name.
    label: str | None = None
    # Per cent, for tax.
    rate: Decimal | None = None


def add_up(lines: Iterable[Line], currency: str) -> Money:
    """The sum under a bill's rule."""
    return total([line.amount for line in lines], currency)


@dataclass(frozen=True, slots=True)
class Purchase:
    """An offer bought `count` times, for `visits` visits. `each` is one purchase before tax; None: not known."""

    ref: str
    terms: OfferTerms
    count: int
    visits: int
    each: Money | None

    @property
    def amount(self) -> Money | None:
        return None if self.each is None else self.each * self.count


@dataclass(frozen=True, slots=True)
class Bill:
    """Lines and their sum. `tax` is how much of the sum is tax, None where an offer's rate is not stated."""

    lines: tuple[Line, ...]
    total: Money
    tax: Money | None


@dataclass(frozen=True, slots=True)
class Weighing:
    """Makes amounts of different tax modes comparable as whole numbers: minor units × `factor`, never rounded.

    `places` are the decimals of the rates; None: every offer has one rate, so tax changes no order.
    """

    places: int | None

    @classmethod
    def of(cls, offers: Iterable[OfferTerms]) -> "Weighing":
        rates = {added_rate(terms) for terms in offers}
        return cls(max(map(_places, rates)) if len(rates) > 1 else None)

    def factor(self, terms: OfferTerms) -> int:
        """What one minor unit of this offer's amounts weighs."""
        return 1 if self.places is None else int((100 + added_rate(terms)).scaleb(self.places))


def added_rate(terms: OfferTerms) -> Decimal:
    """The rate, per cent, that comes on top of the offer's amounts; 0 also where it is not stated."""
    return terms.tax_rate if terms.tax is Tax.EXCLUSIVE and terms.tax_rate is not None else _NOTHING


def consultation_fee(terms: OfferTerms) -> int:
    """What the offer asks for the consultation, in minor units; 0 when included or waived (or not stated)."""
    if terms.consultation_fee is None or terms.consultation_waived is True:
        return 0
    return terms.consultation_fee.amount


def fee_per_visit(terms: OfferTerms) -> int:
    """The sum of the offer's other fees, in minor units; 0 where none are stated."""
    return sum([fee.amount.amount for fee in terms.other_fees or ()])


def bill(purchases: Sequence[Purchase], currency: str, weighing: Weighing) -> Bill:
    """The lines of all purchases: offers, consultation, other fees, tax. What is not known has no line.

    Where no purchase has a price there is no line at all: fees beside it would look like a bill.

    >>> terms = OfferTerms("Healer", "SGD", Money(38000, "SGD"), (), Tax.EXCLUSIVE, tax_rate=Decimal(9))
    >>> answer = bill([Purchase("a", terms, 3, 3, terms.price)], "SGD", Weighing.of([terms]))
    >>> [(line.kind.value, line.count, line.amount.major()) for line in answer.lines], answer.total.major()
    ([('offer', 3, '1140.00'), ('tax', 1, '102.60')], '1242.60')
    """
    # Each line with the terms whose tax mode holds for it.
    entries: list[tuple[Line, OfferTerms]] = []
    priced: list[Purchase] = []
    for purchase in purchases:
        if (amount := purchase.amount) is not None:
            line = Line(LineKind.OFFER, purchase.count, purchase.each, amount, purchase.terms.title)
            entries.append((line, purchase.terms))
            priced.append(purchase)
    entries.extend(_consultation([purchase.terms for purchase in priced], weighing))
    entries.extend(_other_fees(priced))
    lines = [line for line, _ in entries]
    # The sums that a tax is in, or comes on top of, per rate. None: a rate that nobody states.
    within: dict[Decimal | None, list[Money]] = {}
    without: dict[Decimal | None, list[Money]] = {}
    for line, terms in entries:
        sums = without if terms.tax is Tax.EXCLUSIVE else within
        sums.setdefault(terms.tax_rate if terms.tax is not Tax.UNKNOWN else None, []).append(line.amount)
    for rate, amounts in without.items():
        if rate is not None:
            tax = total(amounts, currency).percent(rate)
            lines.append(Line(LineKind.TAX, 1, tax, tax, rate=rate))
    known = None not in within and None not in without
    taxes = [line.amount for line in lines if line.kind is LineKind.TAX]
    taxes += [
        total(amounts, currency).scaled(rate / (100 + rate))
        for rate, amounts in within.items()
        if rate is not None
    ]
    return Bill(tuple(lines), add_up(lines, currency), total(taxes, currency) if known else None)


def _consultation(offers: Sequence[OfferTerms], weighing: Weighing) -> Iterable[tuple[Line, OfferTerms]]:
    """The dearest consultation; where every one is waived or free, the line that says so."""
    stated = [terms for terms in offers if terms.consultation is not Consultation.INCLUDED]
    dearest = max(stated, key=lambda terms: weighing.factor(terms) * consultation_fee(terms), default=None)
    if dearest is None:
        return
    fee, waived = dearest.consultation_fee, [terms for terms in stated if terms.consultation_waived is True]
    if fee is not None and (consultation_fee(dearest) or not waived):
        yield Line(LineKind.CONSULTATION, 1, fee, fee), dearest
    elif waived:
        nothing = zero(waived[0].currency)
        yield Line(LineKind.CONSULTATION_WAIVED, 0, waived[0].consultation_fee, nothing), waived[0]


def _other_fees(purchases: Sequence[Purchase]) -> Iterable[tuple[Line, OfferTerms]]:
    """One line per fee: offers that state the same fee under the same name and tax share it."""
    visits: dict[tuple[str, Money, Tax, Decimal | None], tuple[int, OfferTerms]] = {}
    for purchase in purchases:
        terms = purchase.terms
        for fee in terms.other_fees or ():
            key = (fee.name, fee.amount, terms.tax, terms.tax_rate)
            visits[key] = (visits.get(key, (0, terms))[0] + purchase.visits, terms)
    for (name, amount, _, _), (count, terms) in visits.items():
        yield Line(LineKind.OTHER_FEE, count, amount, amount * count, name), terms


def _places(rate: Decimal) -> int:
    exponent = rate.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
