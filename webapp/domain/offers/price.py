"""What buying an offer once costs, and why its price cannot stand in a total on a day."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from webapp.domain.money import Money
from webapp.domain.offers.terms import (
    PRICE_AGE_DAYS,
    EventState,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    Tax,
)


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
    # Asked of a quote only: of a published offer both are shown beside the total.
    OTHER_FEES_UNKNOWN = "other_fees_unknown"
    NUMBING_UNKNOWN = "numbing_unknown"
    # The clinic took its quote back.
    WITHDRAWN = "withdrawn"


def price_of_one(terms: OfferTerms) -> Money | None:
    """The price of buying the offer once, with all sessions of its parts, before tax and fees.

    Per session and per unit are multiplied out (half up at the minor unit); None where that needs a number
    that is not stated.

    >>> from decimal import Decimal
    >>> from webapp.domain.units import Unit
    >>> two_ml = Part("rejuran_healer", Decimal(2), Unit.ML, sessions=3)
    >>> price_of_one(OfferTerms("", "SGD", Money(19000, "SGD"), (two_ml,), price_basis=PriceBasis.PER_UNIT)).major()
    '1140.00'
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
    terms: OfferTerms,
    parts: Sequence[Part],
    on: date,
    max_price_age_days: int | None = PRICE_AGE_DAYS,
    area_open: bool = False,
) -> tuple[Incomplete, ...]:
    """Why the offer's price for `parts` cannot stand in a total on the day `on`; in the order of Incomplete.

    `max_price_age_days` None: freshness is not asked for (a quote has its own validity). `area_open`: an
    area is asked for that the parts do not state.

    >>> old = OfferTerms("", "SGD", Money(19000, "SGD"), (), consultation_waived=True, verified_on=date(2026, 1, 1))
    >>> [reason.value for reason in reasons_against(old, (), date(2026, 3, 10))]
    ['price_stale', 'tax_unknown']
    """
    # In the order of Incomplete, so that nothing needs sorting: this is asked for every offer that is compared.
    found: list[Incomplete] = []
    if terms.price is None or terms.price_kind is PriceKind.ON_REQUEST:
        found.append(Incomplete.PRICE_ON_REQUEST)
    against_dates = _against_dates(terms, on)
    if against_dates is not None:
        found.append(against_dates)
    if max_price_age_days is not None and terms.is_stale(on, max_price_age_days):
        never = terms.verified_on is None
        found.append(Incomplete.PRICE_UNCONFIRMED if never else Incomplete.PRICE_STALE)
    # Not by `part.amount`: that checks the number anew, for every offer of every clinic that is compared.
    if None in [part.unit if part.quantity is not None else None for part in parts]:
        found.append(Incomplete.QUANTITY_UNKNOWN)
    if area_open:
        found.append(Incomplete.AREA_UNKNOWN)
    if not terms.parts_complete:
        found.append(Incomplete.PARTS_INCOMPLETE)
    if terms.tax is Tax.UNKNOWN:
        found.append(Incomplete.TAX_UNKNOWN)
    if terms.tax is Tax.EXCLUSIVE and terms.tax_rate is None:
        found.append(Incomplete.TAX_RATE_UNKNOWN)
    if terms.consultation is None and terms.consultation_waived is not True:
        found.append(Incomplete.CONSULTATION_FEE_UNKNOWN)
    return tuple(found)


def _against_dates(terms: OfferTerms, on: date) -> Incomplete | None:
    event = terms.price_kind is PriceKind.EVENT
    state = terms.event_state(on)
    if state is EventState.NOT_STARTED:
        return Incomplete.EVENT_NOT_STARTED if event else Incomplete.PRICE_NOT_YET_VALID
    if state is EventState.ENDED:
        return Incomplete.EVENT_ENDED if event else Incomplete.PRICE_EXPIRED
    # An event without an end would never leave a page by itself.
    return Incomplete.EVENT_DATES_UNKNOWN if event and terms.valid_until is None else None
