"""What a course costs when it is bought from one offer: a bill that adds up, or the reasons why no total can
stand.

Unknown is never zero: a sum that needs what the clinic did not state has `total` None and says why. Whole offers
are bought, so what is too many is shown as left over. The same rules as in a basket of several offers: what is
alike is in alike.py, when a price stands in price.py, the bill in bill.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from webapp.domain.money import Money
from webapp.domain.offers.alike import Difference, Want, differences, parts_for
from webapp.domain.offers.bill import Line, Purchase, Weighing, bill
from webapp.domain.offers.price import Incomplete, price_of_one, reasons_against
from webapp.domain.offers.terms import (
    PRICE_AGE_DAYS,
    Condition,
    Field,
    OfferTerms,
    Part,
    conditions,
    unstated,
)


class Mismatch(StrEnum):
    """Why an offer does not hold what is wanted at all."""

    TREATMENT = "treatment"
    QUANTITY = "quantity"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class LeftOver:
    """Sessions that are paid for and not wanted."""

    part: Part
    sessions: int


@dataclass(frozen=True, slots=True)
class CourseSum:
    """The bill of a course from one offer.

    `total` is None unless the offer holds what is wanted and `reasons` is empty. `lines` then still show what
    is known. `covered` is how many of the wanted sessions the `times` × offer holds.
    """

    currency: str
    mismatch: Mismatch | None
    parts: tuple[Part, ...]
    times: int
    covered: int
    lines: tuple[Line, ...]
    total: Money | None
    reasons: tuple[Incomplete, ...]
    conditions: tuple[Condition, ...]
    left_over: tuple[LeftOver, ...]
    unstated: tuple[Field, ...]

    @property
    def complete(self) -> bool:
        return self.total is not None


def matching_parts(terms: OfferTerms, want: Want) -> tuple[Part, ...] | Mismatch:
    """The parts that are what is wanted, or what keeps the nearest of them from being it.

    2 × 1 ml is not 1 × 2 ml. A part that leaves its quantity or area open is taken only when no other part
    matches; the sum is then incomplete.
    """
    stated, left_open = parts_for(terms.parts, want)
    if stated or left_open:
        return tuple(terms.parts[index] for index in stated or left_open)
    differ = [found for part in terms.parts if (found := differences(part, want)) is not None]
    if not differ:
        return Mismatch.TREATMENT
    return Mismatch.AREA if (Difference.AREA,) in differ else Mismatch.QUANTITY


def course_sum(
    terms: OfferTerms, want: Want, on: date, max_price_age_days: int | None = PRICE_AGE_DAYS
) -> CourseSum:
    """Buy the offer as often as the wanted sessions need, and add it up as of the day `on`.

    An offer for the first visit or once per patient is bought once at most: when that is too little the sum
    is incomplete (CANNOT_REPEAT) and `covered` says how far it goes.

    >>> healer = Part("rejuran_healer", sessions=3)
    >>> terms = OfferTerms("Three", "SGD", Money(99000, "SGD"), (healer,), verified_on=date(2026, 3, 9))
    >>> course = course_sum(terms, Want("rejuran_healer", 4), date(2026, 3, 10))
    >>> course.times, course.left_over[0].sessions, course.total
    (2, 2, None)
    >>> [reason.value for reason in course.reasons]
    ['quantity_unknown', 'tax_unknown', 'consultation_fee_unknown']
    """
    parts = matching_parts(terms, want)
    if isinstance(parts, Mismatch):
        return CourseSum(
            currency=terms.currency,
            mismatch=parts,
            parts=(),
            times=0,
            covered=0,
            lines=(),
            total=None,
            reasons=(),
            conditions=conditions(terms),
            left_over=(),
            unstated=unstated(terms),
        )
    held = sum(part.sessions for part in parts)
    times = 1 if terms.once else -(-want.sessions // held)
    covered = min(want.sessions, times * held)
    area_open = want.area is not None and any(not part.areas for part in parts)
    reasons = reasons_against(terms, parts, on, max_price_age_days, area_open)
    if covered < want.sessions:
        reasons += (Incomplete.CANNOT_REPEAT,)
    purchase = Purchase("", terms, times, covered, price_of_one(terms))
    sums = bill([purchase], terms.currency, Weighing.of([terms]))
    return CourseSum(
        currency=terms.currency,
        mismatch=None,
        parts=parts,
        times=times,
        covered=covered,
        lines=sums.lines,
        total=None if reasons else sums.total,
        reasons=reasons,
        conditions=conditions(terms),
        left_over=_left_over(terms, parts, times, want.sessions),
        unstated=unstated(terms),
    )


def _left_over(terms: OfferTerms, parts: Sequence[Part], times: int, wanted: int) -> tuple[LeftOver, ...]:
    """Sessions of the wanted treatment beyond the need, and every session of the parts nobody asked for."""
    left: list[LeftOver] = []
    open_need = wanted
    for part in terms.parts:
        bought = part.sessions * times
        used = min(bought, open_need) if part in parts else 0
        open_need -= used
        if bought > used:
            left.append(LeftOver(part, bought - used))
    return tuple(left)
