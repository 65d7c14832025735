"""An offer's terms as JSON and back, for what waits for a decision. Money is [minor units, currency]."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from webapp.domain.money import Money
from webapp.domain.offers import (
    Consultation,
    Eligibility,
    Fee,
    Injector,
    Numbing,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    Tax,
)
from webapp.domain.units import Unit

_WORDS = {
    "tax": Tax,
    "price_kind": PriceKind,
    "price_basis": PriceBasis,
    "eligibility": Eligibility,
    "consultation": Consultation,
    "numbing": Numbing,
    "injector": Injector,
}
_MONEY = ("price", "regular_price", "consultation_fee")
_DAYS = ("valid_from", "valid_until", "verified_on")


def terms_as_json(terms: OfferTerms) -> dict[str, Any]:
    """Every field by its name; `parts` and `other_fees` as lists."""
    return {f.name: _plain(getattr(terms, f.name)) for f in fields(terms)}


def terms_from_json(values: dict[str, Any]) -> OfferTerms:
    """What `terms_as_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    read: dict[str, Any] = dict(values)
    for name, kind in _WORDS.items():
        read[name] = None if values[name] is None else kind(values[name])
    for name in _MONEY:
        read[name] = None if values[name] is None else Money(*values[name])
    for name in _DAYS:
        read[name] = None if values[name] is None else date.fromisoformat(values[name])
    read["tax_rate"] = _number(values["tax_rate"])
    read["parts"] = tuple(_part(part) for part in values["parts"])
    fees = values["other_fees"]
    read["other_fees"] = None if fees is None else tuple(Fee(name, Money(*amount)) for name, amount in fees)
    return OfferTerms(**read)


def _plain(value: Any) -> Any:
    match value:
        case Money(amount, currency):
            return [amount, currency]
        case Decimal():
            return format(value.normalize(), "f")
        case date():
            return value.isoformat()
        case Fee(name, amount):
            return [name, _plain(amount)]
        case Part():
            return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
        case tuple():
            return [_plain(item) for item in value]
        case str():
            return str(value)
        case _:
            return value


def _part(values: dict[str, Any]) -> Part:
    return Part(
        treatment=values["treatment"],
        quantity=_number(values["quantity"]),
        unit=Unit(values["unit"]) if values["unit"] else None,
        sessions=values["sessions"],
        areas=tuple(values["areas"]),
        interval_weeks=values["interval_weeks"],
        words=values["words"],
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
