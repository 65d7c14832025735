"""The terms of one offer as its clinic states them; what it does not state is None and listed by `unstated`.

The fields are those of the listing files' offers.csv and offer_parts.csv. A quote's line has the same shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType, NoneType
from typing import Any, get_args, get_type_hints

from webapp.domain.money import CurrencyMismatch, Money, exponent
from webapp.domain.units import Quantity, Unit

# A Korean menu changes when the month turns, so a price is refreshed monthly with some days of grace; a
# listing's other facts live longer. Both are settings; these are the defaults of the field's rules.
PRICE_AGE_DAYS = 45
LISTING_AGE_DAYS = 180


class PriceKind(StrEnum):
    """How the price is asked: always, within dates, or only told to the person who asks."""

    REGULAR = "regular"
    EVENT = "event"
    ON_REQUEST = "on_request"


class PriceBasis(StrEnum):
    """What the price is for: the whole offer with all sessions of its parts, one session, or one unit."""

    TOTAL = "total"
    PER_SESSION = "per_session"
    PER_UNIT = "per_unit"


class Tax(StrEnum):
    """Whether the tax is in the amounts of the offer. Unknown is a word of the value list."""

    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"
    UNKNOWN = "unknown"


class Eligibility(StrEnum):
    """Who may buy it."""

    ANY = "any"
    FIRST_VISIT = "first_visit"
    RETURNING = "returning"


class Consultation(StrEnum):
    """Whether the consultation is in the price or has a fee of its own; None where nobody says."""

    INCLUDED = "included"
    FEE = "fee"


class Numbing(StrEnum):
    """Numbing cream: in the price, paid extra, or not used."""

    INCLUDED = "included"
    EXTRA = "extra"
    NONE = "none"


class Injector(StrEnum):
    """Who injects."""

    DOCTOR = "doctor"
    NURSE = "nurse"


class RefundBasis(StrEnum):
    """What comes back of sessions that were paid for and not taken."""

    NOTHING = "nothing"
    # Each at its share of what was paid.
    PRO_RATA = "pro_rata"
    # What was paid less the sessions taken at the price of a single one.
    LESS_SINGLES = "less_singles"


class EventState(StrEnum):
    """Where a day stands to an offer's dates."""

    ACTIVE = "active"
    NOT_STARTED = "not_started"
    ENDED = "ended"


class Field(StrEnum):
    """Facts that a reader needs and an offer may leave out; shown as "not stated"."""

    PRICE = "price"
    TAX = "tax"
    TAX_RATE = "tax_rate"
    PARTS = "parts"
    QUANTITY = "quantity"
    AREAS = "areas"
    CONSULTATION_FEE = "consultation_fee"
    CONSULTATION_WAIVED = "consultation_waived"
    OTHER_FEES = "other_fees"
    NUMBING = "numbing"
    INJECTOR = "injector"
    WEEKDAYS = "weekday_only"
    ONCE_PER_PATIENT = "once_per_patient"
    SAME_PRICE_FOR_FOREIGNERS = "same_price_for_foreigners"
    EXPIRY = "expires_after_days"
    REFUND = "refund_terms"
    CONFIRMED = "verified_on"


class Condition(StrEnum):
    """What the price is tied to: asked of the reader and shown, but no reason to call a sum incomplete."""

    FIRST_VISIT_ONLY = "first_visit_only"
    RETURNING_ONLY = "returning_only"
    WEEKDAYS_ONLY = "weekdays_only"
    ONCE_PER_PATIENT = "once_per_patient"
    NUMBING_EXTRA = "numbing_extra"
    OTHER_PRICE_FOR_FOREIGNERS = "other_price_for_foreigners"
    EXPIRES = "expires"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing an offer holds. `treatment` is a slug, or None for the files' `other`, which matches nothing.

    `quantity` (in `unit`) is for one session; None is "not stated". `areas` empty is "not stated".
    """

    treatment: str | None
    quantity: Decimal | None = None
    unit: Unit | None = None
    sessions: int = 1
    areas: tuple[str, ...] = ()
    interval_weeks: int | None = None
    words: str | None = None

    def __post_init__(self) -> None:
        if self.sessions < 1:
            raise ValueError("a part has at least one session")
        if self.quantity is not None and self.unit is None:
            raise ValueError("a quantity has a unit")

    @property
    def amount(self) -> Quantity | None:
        """How much in one session, or None where number or unit is not stated."""
        if self.quantity is None or self.unit is None:
            return None
        return Quantity(self.quantity, self.unit)


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee beside the price, in the clinic's words ("medicine"), once per visit."""

    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """Everything one offer states. Raises CurrencyMismatch when its amounts are not all in `currency`.

    `tax_rate` is per cent (9 for 9 %). `consultation_fee` is set where `consultation` is FEE. `other_fees`
    None is "not stated", () is "none". `refund_terms` are the clinic's words, `refund_basis` is what they come to, as
    the clinic answered. `valid_from` and `valid_until` are both inside the offer's time.
    """

    title: str
    currency: str
    price: Money | None
    parts: tuple[Part, ...]
    tax: Tax = Tax.UNKNOWN
    price_kind: PriceKind = PriceKind.REGULAR
    price_basis: PriceBasis = PriceBasis.TOTAL
    tax_rate: Decimal | None = None
    regular_price: Money | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    event_target: str | None = None
    event_scope: str | None = None
    eligibility: Eligibility = Eligibility.ANY
    weekday_only: bool | None = None
    once_per_patient: bool | None = None
    consultation: Consultation | None = None
    consultation_fee: Money | None = None
    consultation_waived: bool | None = None
    other_fees: tuple[Fee, ...] | None = None
    numbing: Numbing | None = None
    injector: Injector | None = None
    same_price_for_foreigners: bool | None = None
    parts_complete: bool = True
    expires_after_days: int | None = None
    refund_terms: str | None = None
    refund_basis: RefundBasis | None = None
    source: str = ""
    verified_on: date | None = None

    def __post_init__(self) -> None:
        exponent(self.currency)
        fees = [fee.amount for fee in self.other_fees or ()]
        for amount in (self.price, self.regular_price, self.consultation_fee, *fees):
            if amount is not None and amount.currency != self.currency:
                raise CurrencyMismatch(self.currency, amount.currency)
        if self.price is None and self.price_kind is not PriceKind.ON_REQUEST:
            raise ValueError("only a price on request is empty")
        if (self.consultation is Consultation.FEE) != (self.consultation_fee is not None):
            raise ValueError("a consultation fee and its amount go together")
        if self.price_basis is not PriceBasis.TOTAL and len(self.parts) > 1:
            raise ValueError("a price per session or per unit is for one part only")

    @property
    def is_prepaid(self) -> bool:
        """Are several sessions bought at once?"""
        return sum(part.sessions for part in self.parts) > 1

    @property
    def is_combo(self) -> bool:
        """Two parts and more, or one that says itself that parts are missing."""
        return len(self.parts) > 1 or not self.parts_complete

    @property
    def once(self) -> bool:
        """May one person buy it once at most?"""
        return self.once_per_patient is True or self.eligibility is Eligibility.FIRST_VISIT

    def event_state(self, on: date) -> EventState:
        """Where the day `on` (in the clinic's own zone) stands to the offer's dates: the first and the last
        belong to it, open ends count as open.
        """
        if self.valid_from is not None and on < self.valid_from:
            return EventState.NOT_STARTED
        if self.valid_until is not None and on > self.valid_until:
            return EventState.ENDED
        return EventState.ACTIVE

    def is_stale(self, on: date, max_age_days: int = PRICE_AGE_DAYS) -> bool:
        """See `is_stale`."""
        return is_stale(self.verified_on, on, max_age_days)


def _stated(hint: Any) -> Any:
    """The type of a field where something is stated: of `Tax | None` it is Tax."""
    stated = [kind for kind in get_args(hint) if kind is not NoneType]
    return stated[0] if NoneType in get_args(hint) else hint


# What each field holds where it is stated. Tables, JSON and forms read and write the fields by these types.
TERM_TYPES: Mapping[str, Any] = MappingProxyType(
    {name: _stated(hint) for name, hint in get_type_hints(OfferTerms).items()}
)


def is_stale(verified_on: date | None, on: date, max_age_days: int) -> bool:
    """Unconfirmed: never verified, or more than `max_age_days` days before `on`."""
    return verified_on is None or (on - verified_on).days > max_age_days


def conditions(terms: OfferTerms) -> tuple[Condition, ...]:
    """What the price is tied to, in the order of Condition."""
    held = (
        (Condition.FIRST_VISIT_ONLY, terms.eligibility is Eligibility.FIRST_VISIT),
        (Condition.RETURNING_ONLY, terms.eligibility is Eligibility.RETURNING),
        (Condition.WEEKDAYS_ONLY, terms.weekday_only is True),
        (Condition.ONCE_PER_PATIENT, terms.once_per_patient is True),
        (Condition.NUMBING_EXTRA, terms.numbing is Numbing.EXTRA),
        (Condition.OTHER_PRICE_FOR_FOREIGNERS, terms.same_price_for_foreigners is False),
        (Condition.EXPIRES, terms.expires_after_days is not None and terms.is_prepaid),
    )
    return tuple([condition for condition, holds in held if holds])


def unpriced(terms: OfferTerms) -> tuple[Field, ...]:
    """Of the inclusions that matter, what its price may lack: other fees, numbing cream; in the order of Field.

    Numbing cream that costs extra is priced where fees are stated: it is one of them.

    >>> extra = OfferTerms("", "SGD", Money(38000, "SGD"), (), other_fees=(), numbing=Numbing.EXTRA)
    >>> [field.value for field in unpriced(extra)]
    ['numbing']
    """
    lacking = (
        (Field.OTHER_FEES, terms.other_fees is None),
        (
            Field.NUMBING,
            terms.numbing is None or (terms.numbing is Numbing.EXTRA and not terms.other_fees),
        ),
    )
    return tuple(field for field, is_missing in lacking if is_missing)


def unstated(terms: OfferTerms) -> tuple[Field, ...]:
    """What the offer leaves open, in the order of Field, for "not stated" on a page.

    Only what applies: expiry and refund where more than one session is bought at once, a waiver only of a
    fee.

    >>> terms = OfferTerms("Healer", "SGD", Money(38000, "SGD"), (Part("rejuran_healer"),), Tax.INCLUSIVE)
    >>> [field.value for field in unstated(terms)][:4]
    ['quantity', 'areas', 'consultation_fee', 'other_fees']
    """
    prepaid = terms.is_prepaid
    fee = terms.consultation is Consultation.FEE
    missing = (
        (Field.PRICE, terms.price is None),
        (Field.TAX, terms.tax is Tax.UNKNOWN),
        (Field.TAX_RATE, terms.tax is Tax.EXCLUSIVE and terms.tax_rate is None),
        (Field.PARTS, not terms.parts_complete or not terms.parts),
        (Field.QUANTITY, any(part.quantity is None or part.unit is None for part in terms.parts)),
        (Field.AREAS, any(not part.areas for part in terms.parts)),
        (Field.CONSULTATION_FEE, terms.consultation is None and terms.consultation_waived is not True),
        (Field.CONSULTATION_WAIVED, fee and terms.consultation_waived is None),
        (Field.OTHER_FEES, terms.other_fees is None),
        (Field.NUMBING, terms.numbing is None),
        (Field.INJECTOR, terms.injector is None),
        (Field.WEEKDAYS, terms.weekday_only is None),
        (Field.ONCE_PER_PATIENT, terms.once_per_patient is None),
        (Field.SAME_PRICE_FOR_FOREIGNERS, terms.same_price_for_foreigners is None),
        (Field.EXPIRY, prepaid and terms.expires_after_days is None),
        (Field.REFUND, prepaid and terms.refund_terms is None and terms.refund_basis is None),
        (Field.CONFIRMED, terms.verified_on is None),
    )
    return tuple([field for field, is_missing in missing if is_missing])
