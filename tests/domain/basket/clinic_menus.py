"""Offers and wants for tests of baskets: short to write, every field a clinic must state is stated."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from webapp.domain.basket import Mix, Offered, Reader, cheapest_mix
from webapp.domain.money import Money
from webapp.domain.offers import Consultation, OfferTerms, Part, Tax, Want
from webapp.domain.units import Quantity, Unit

ON = date(2026, 3, 10)
TWO_ML = Quantity(Decimal(2), Unit.ML)
HEALER = Part("rejuran_healer", Decimal(2), Unit.ML)
BOOSTER = Part("ha_booster_generic", Decimal(2), Unit.ML)
EYE = Part("rejuran_eye", Decimal(1), Unit.ML)
WANT_HEALER = Want("rejuran_healer", 3, TWO_ML)
WANT_BOOSTER = Want("ha_booster_generic", 1, TWO_ML)
ANYONE = Reader()
BASE = OfferTerms(
    title="",
    currency="SGD",
    price=Money(0, "SGD"),
    parts=(HEALER,),
    tax=Tax.INCLUSIVE,
    tax_rate=Decimal(9),
    consultation=Consultation.INCLUDED,
    verified_on=ON - timedelta(days=2),
)


def offer(ref: str, amount: int, *parts: Part, **change: Any) -> Offered:
    """An offer of `parts` (one Healer 2 ml if none) for `amount` minor units, in SGD unless said otherwise."""
    currency = change.pop("currency", "SGD")
    terms = replace(
        BASE, title=ref, currency=currency, price=Money(amount, currency), parts=parts or (HEALER,)
    )
    return Offered(ref, replace(terms, **change))


def times(part: Part, sessions: int) -> Part:
    return replace(part, sessions=sessions)


def mix(*offers: Offered, wants: tuple[Want, ...] = (WANT_HEALER,), reader: Reader = ANYONE) -> Mix:
    return cheapest_mix(offers, wants, ON, reader)


def bought(found: Mix) -> dict[str, int]:
    return {purchase.ref: purchase.count for purchase in found.purchases}
