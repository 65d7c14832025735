"""An offer's terms as JSON and back, for what waits for a decision and for versions of offers. Money is
[minor units, currency].
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from webapp.domain.money import Money
from webapp.domain.offers import TERM_TYPES, Fee, OfferTerms, Part
from webapp.domain.units import Unit
from webapp.offers.term_columns import WORDS


def terms_as_json(terms: OfferTerms) -> dict[str, Any]:
    """Every field by its name; `parts` and `other_fees` as lists."""
    return {f.name: _plain(getattr(terms, f.name)) for f in fields(terms)}


def terms_from_json(values: dict[str, Any]) -> OfferTerms:
    """What `terms_as_json` wrote, now or when OfferTerms had fewer fields: those are as if nobody stated them.

    Raises KeyError, TypeError or ValueError for anything else.
    """
    read = dict(values)
    for name, reader in _READERS.items():
        if values.get(name) is not None:
            read[name] = reader(values[name])
    read["parts"] = tuple(_part(part) for part in values["parts"])
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
    read = dict(values)
    for name, reader in _PART_READERS.items():
        if values.get(name) is not None:
            read[name] = reader(values[name])
    return Part(**read)


def _money(value: Sequence[Any]) -> Money:
    return Money(*value)


def _fees(value: Sequence[Any]) -> tuple[Fee, ...]:
    return tuple(Fee(name, _money(amount)) for name, amount in value)


# What is not as JSON has it, by the type of the field; everything else is taken as it stands.
_BY_TYPE: Mapping[Any, Callable[[Any], Any]] = {
    Money: _money,
    Decimal: Decimal,
    date: date.fromisoformat,
    tuple[Fee, ...]: _fees,
}
_READERS: Mapping[str, Callable[[Any], Any]] = {
    **{name: _BY_TYPE[kind] for name, kind in TERM_TYPES.items() if kind in _BY_TYPE},
    **WORDS,
}
_PART_READERS: Mapping[str, Callable[[Any], Any]] = {"quantity": Decimal, "unit": Unit, "areas": tuple}
