"""A clinic's structured answer to one person, added up by the same rules as a published offer.

A quote is private: nothing here turns it into a public price.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from webapp.domain.money import Money, total
from webapp.domain.offers import (
    Consultation,
    CourseSum,
    Fee,
    Injector,
    Numbing,
    OfferTerms,
    Part,
    Purchase,
    Tax,
    Want,
    Weighing,
    bill,
    course_sum,
    reasons_against,
    unstated,
)


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
    """What a clinic answered. Tax, consultation and fees hold for the whole quote; fields as in
    OfferTerms.
    """

    currency: str
    lines: tuple[QuoteLine, ...]
    answered_on: date
    tax: Tax = Tax.UNKNOWN
    tax_rate: Decimal | None = None
    consultation: Consultation | None = None
    consultation_fee: Money | None = None
    consultation_waived: bool | None = None
    other_fees: tuple[Fee, ...] | None = None
    numbing: Numbing | None = None
    injector: Injector | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("a quote has at least one line")

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


def quote_sum(quote: QuoteTerms, want: Want | None, on: date) -> CourseSum:
    """Add a quote up on the day `on`, line by line, beside what was asked for.

    The lines of the bill are always the quote's own. With `want`, `covered`, `left_over` and CANNOT_REPEAT
    say how far the quote answers it, and a quote for something else has a `mismatch` and no total. With None
    (the clinic proposed what it thinks right) it is added up as it stands, a visit for each session of its
    longest part.
    """
    offer = quote.as_offer()
    longest = max(part.sessions for part in offer.parts)
    # A quote is worth its own validity, not the age of a public price.
    measured = course_sum(offer, want, on, max_price_age_days=None) if want is not None else None
    if measured is not None and measured.mismatch is None:
        reasons = measured.reasons
        visits = measured.covered
    else:
        reasons = reasons_against(offer, offer.parts, on, max_price_age_days=None)
        visits = longest
    # The lines are taken in the same visits, so the fees of these are asked with the first.
    purchases = [
        Purchase("", replace(offer, title=line.title), 1, 0 if number else visits, line.price)
        for number, line in enumerate(quote.lines)
    ]
    sums = bill(purchases, quote.currency, Weighing.of([offer]))
    stands = not reasons and (measured is None or measured.mismatch is None)
    return CourseSum(
        currency=quote.currency,
        mismatch=measured.mismatch if measured is not None else None,
        parts=measured.parts if measured is not None else offer.parts,
        times=1,
        covered=measured.covered if measured is not None else longest,
        lines=sums.lines,
        total=sums.total if stands else None,
        reasons=reasons,
        conditions=(),
        left_over=measured.left_over if measured is not None else (),
        unstated=unstated(offer),
    )
