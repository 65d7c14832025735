"""What a course costs when it is bought from one offer: lines that add up, or the reasons why no total can
stand.

Unknown is never zero: a sum that needs what the clinic did not state has `total` None and says why. The
rules: tax is added on the sum of the lines, once, half up at the minor unit; a consultation is paid once per
course; other fees are paid once per wanted session; whole offers are bought, so what is too many is shown as
left over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from webapp.domain.money import Money, total, zero
from webapp.domain.offers.terms import (
    PRICE_AGE_DAYS,
    Condition,
    Consultation,
    Eligibility,
    EventState,
    Field,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    Tax,
    conditions,
    unstated,
)
from webapp.domain.units import Quantity


class Incomplete(StrEnum):
    """Why a sum has no total. Each is a question a reader can put to the clinic, or a fact about the
    dates.
    """

    PRICE_ON_REQUEST = "price_on_request"
    EVENT_NOT_STARTED = "event_not_started"
    EVENT_ENDED = "event_ended"
    EVENT_DATES_UNKNOWN = "event_dates_unknown"
    PRICE_NOT_YET_VALID = "price_not_yet_valid"
    PRICE_EXPIRED = "price_expired"
    PRICE_STALE = "price_stale"
    PRICE_UNCONFIRMED = "price_unconfirmed"
    QUANTITY_UNKNOWN = "quantity_unknown"
    AREA_UNKNOWN = "area_unknown"
    PARTS_INCOMPLETE = "parts_incomplete"
    TAX_UNKNOWN = "tax_unknown"
    TAX_RATE_UNKNOWN = "tax_rate_unknown"
    CONSULTATION_FEE_UNKNOWN = "consultation_fee_unknown"
    # The offer is for the first visit or once per patient and holds fewer sessions than wanted.
    CANNOT_REPEAT = "cannot_repeat"


class Mismatch(StrEnum):
    """Why an offer does not hold what is wanted at all."""

    TREATMENT = "treatment"
    QUANTITY = "quantity"
    AREA = "area"


class LineKind(StrEnum):
    """What a line of the bill is for."""

    OFFER = "offer"
    CONSULTATION = "consultation"
    CONSULTATION_WAIVED = "consultation_waived"
    OTHER_FEE = "other_fee"
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class Want:
    """What a reader wants: a treatment's slug, how many sessions; how much and where if she says so."""

    treatment: str
    sessions: int
    quantity: Quantity | None = None
    area: str | None = None

    def __post_init__(self) -> None:
        if self.sessions < 1:
            raise ValueError("at least one session is wanted")


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
    """The parts that hold what is wanted: slug, quantity and unit equal (and the area, where one is asked
    for).

    2 × 1 ml is not 1 × 2 ml. A part that does not state its quantity is taken only when no other part
    matches; the sum is then incomplete. The same holds for the area.
    """
    of_treatment = [part for part in terms.parts if part.treatment == want.treatment]
    if not of_treatment:
        return Mismatch.TREATMENT
    exact = of_treatment
    if want.quantity is not None:
        exact = [part for part in of_treatment if part.amount == want.quantity]
        exact = exact or [
            part for part in of_treatment if part.amount is None and _may_be(part, want.quantity)
        ]
    if not exact:
        return Mismatch.QUANTITY
    if want.area is not None:
        at_area = [part for part in exact if want.area in part.areas]
        exact = at_area or [part for part in exact if not part.areas]
    return tuple(exact) or Mismatch.AREA


def _may_be(part: Part, quantity: Quantity) -> bool:
    """A part sold by the vial whose number is not stated can still not be an amount of ml."""
    return part.unit is None or part.unit is quantity.unit


def price_of_one(terms: OfferTerms) -> Money | None:
    """The price of buying the offer once, with all sessions of its parts, before tax and fees.

    Per session and per unit are multiplied out (half up at the minor unit); None where that needs a number
    that is not stated.
    """
    if terms.price is None or terms.price_kind is PriceKind.ON_REQUEST:
        return None
    if terms.price_basis is PriceBasis.TOTAL:
        return terms.price
    if not terms.parts:
        return None
    part = terms.parts[0]
    if terms.price_basis is PriceBasis.PER_SESSION:
        return terms.price * part.sessions
    if part.quantity is None:
        return None
    return terms.price.scaled(part.quantity) * part.sessions


def reasons_against(
    terms: OfferTerms, parts: Iterable[Part], on: date, max_price_age_days: int | None = PRICE_AGE_DAYS
) -> tuple[Incomplete, ...]:
    """Why the offer's price for `parts` cannot stand in a total on the day `on`; in the order of Incomplete.

    `max_price_age_days` None: freshness is not asked for (a quote has its own validity).
    """
    found: set[Incomplete] = set()
    if terms.price is None or terms.price_kind is PriceKind.ON_REQUEST:
        found.add(Incomplete.PRICE_ON_REQUEST)
    found.update(_against_dates(terms, on))
    if max_price_age_days is not None and terms.is_stale(on, max_price_age_days):
        never = terms.verified_on is None
        found.add(Incomplete.PRICE_UNCONFIRMED if never else Incomplete.PRICE_STALE)
    # Not by `part.amount`: that checks the number anew, for every offer of every clinic that is compared.
    if any(part.quantity is None or part.unit is None for part in parts):
        found.add(Incomplete.QUANTITY_UNKNOWN)
    if not terms.parts_complete:
        found.add(Incomplete.PARTS_INCOMPLETE)
    if terms.tax is Tax.UNKNOWN:
        found.add(Incomplete.TAX_UNKNOWN)
    if terms.tax is Tax.EXCLUSIVE and terms.tax_rate is None:
        found.add(Incomplete.TAX_RATE_UNKNOWN)
    if terms.consultation is None and terms.consultation_waived is not True:
        found.add(Incomplete.CONSULTATION_FEE_UNKNOWN)
    return tuple(reason for reason in Incomplete if reason in found) if found else ()


def _against_dates(terms: OfferTerms, on: date) -> Iterable[Incomplete]:
    event = terms.price_kind is PriceKind.EVENT
    state = terms.event_state(on)
    if state is EventState.NOT_STARTED:
        yield Incomplete.EVENT_NOT_STARTED if event else Incomplete.PRICE_NOT_YET_VALID
    elif state is EventState.ENDED:
        yield Incomplete.EVENT_ENDED if event else Incomplete.PRICE_EXPIRED
    elif event and terms.valid_until is None:
        # An event without an end would never leave a page by itself.
        yield Incomplete.EVENT_DATES_UNKNOWN


def bill_lines(terms: OfferTerms, prices: Iterable[Line], visits: int) -> tuple[Line, ...]:
    """`prices` (what is bought), then consultation, other fees for `visits` visits, and tax on all of it.

    What is not stated has no line. The tax mode of an offer holds for every amount of its row.
    """
    lines = list(prices)
    if terms.consultation_waived is True and terms.consultation is not Consultation.INCLUDED:
        nothing = zero(terms.currency)
        lines.append(Line(LineKind.CONSULTATION_WAIVED, 0, terms.consultation_fee, nothing))
    elif terms.consultation_fee is not None:
        lines.append(Line(LineKind.CONSULTATION, 1, terms.consultation_fee, terms.consultation_fee))
    for fee in terms.other_fees or ():
        lines.append(Line(LineKind.OTHER_FEE, visits, fee.amount, fee.amount * visits, fee.name))
    if terms.tax is Tax.EXCLUSIVE and terms.tax_rate is not None:
        tax = add_up(lines, terms.currency).percent(terms.tax_rate)
        lines.append(Line(LineKind.TAX, 1, tax, tax, rate=terms.tax_rate))
    return tuple(lines)


def add_up(lines: Iterable[Line], currency: str) -> Money:
    """The sum under a bill's rule."""
    return total((line.amount for line in lines), currency)


def course_sum(
    terms: OfferTerms, want: Want, on: date, max_price_age_days: int | None = PRICE_AGE_DAYS
) -> CourseSum:
    """Buy the offer as often as the wanted sessions need, and add it up as of the day `on`.

    An offer for the first visit or once per patient is bought once at most: when that is too little the sum
    is incomplete (CANNOT_REPEAT) and `covered` says how far it goes.
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
    once = terms.once_per_patient is True or terms.eligibility is Eligibility.FIRST_VISIT
    needed = -(-want.sessions // held)
    times = 1 if once else needed
    covered = min(want.sessions, times * held)
    found = set(reasons_against(terms, parts, on, max_price_age_days))
    if want.area is not None and any(not part.areas for part in parts):
        found.add(Incomplete.AREA_UNKNOWN)
    if covered < want.sessions:
        found.add(Incomplete.CANNOT_REPEAT)
    one = price_of_one(terms)
    prices = [Line(LineKind.OFFER, times, one, one * times, terms.title)] if one is not None else []
    # Fees and tax beside a price that nobody knows would look like a bill.
    lines = bill_lines(terms, prices, covered) if prices else ()
    reasons = tuple(reason for reason in Incomplete if reason in found)
    return CourseSum(
        currency=terms.currency,
        mismatch=None,
        parts=parts,
        times=times,
        covered=covered,
        lines=lines,
        total=add_up(lines, terms.currency) if lines and not reasons else None,
        reasons=reasons,
        conditions=conditions(terms),
        left_over=_left_over(terms, parts, times, want.sessions),
        unstated=unstated(terms),
    )


def _left_over(terms: OfferTerms, parts: tuple[Part, ...], times: int, wanted: int) -> tuple[LeftOver, ...]:
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
