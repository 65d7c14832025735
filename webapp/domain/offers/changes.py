"""What is different between two versions of an offer, field by field: for a saved comparison, a feed's proposal, a
dry run.

Where a price was read and when somebody last confirmed it is not part of what the offer says.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any

from webapp.domain.offers.terms import OfferTerms, Part

NOT_COMPARED = frozenset({"source", "verified_on"})
# Said together with another field: an amount carries its currency, and a consultation with a fee is its amount.
_WITHIN = {"currency": "price", "consultation": "consultation_fee"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that says something else, by the listing files' name of it ("price", "tax", "quantity", "areas").

    `then` and `now` are its values as OfferTerms and Part have them; None is "not stated". "consultation_fee" is a
    Money, Consultation.INCLUDED or None; "quantity" is a Quantity or None. `part` is the place of the part that the
    field belongs to, from 0. "parts" is the whole of them, where it is no longer the same treatments in their order.
    """

    field: str
    then: Any
    now: Any
    part: int | None = None


def changed_fields(then: OfferTerms, now: OfferTerms) -> tuple[str, ...]:
    """The names of the fields of OfferTerms that differ, in its order."""
    return tuple(
        f.name
        for f in fields(OfferTerms)
        if f.name not in NOT_COMPARED and getattr(then, f.name) != getattr(now, f.name)
    )


def same_terms(then: OfferTerms, now: OfferTerms) -> bool:
    """Do they say the same?"""
    return not changed_fields(then, now)


def changes(then: OfferTerms, now: OfferTerms) -> tuple[Change, ...]:
    """Everything that says something else, once, in the order of OfferTerms and, within, of the parts.

    >>> from webapp.domain.money import Money
    >>> then = OfferTerms("Healer", "SGD", Money(50000, "SGD"), (Part("rejuran_healer", sessions=3),))
    >>> now = OfferTerms("Healer", "SGD", Money(52000, "SGD"), (Part("rejuran_healer", sessions=2),))
    >>> [(change.field, change.part) for change in changes(then, now)]
    [('price', None), ('sessions', 0)]
    """
    return tuple(chain.from_iterable(_of_field(name, then, now) for name in changed_fields(then, now)))


def _of_field(name: str, then: OfferTerms, now: OfferTerms) -> Iterable[Change]:
    if name == "parts":
        yield from _of_parts(then.parts, now.parts)
    elif name == "consultation_fee":
        yield Change(name, _consultation(then), _consultation(now))
    elif name == "currency" and _unpriced(then, now):
        yield Change(name, then.currency, now.currency)
    elif name == "consultation" and then.consultation_fee == now.consultation_fee:
        # From included to not stated, or back: no amount says it.
        yield Change(_WITHIN[name], _consultation(then), _consultation(now))
    elif name not in _WITHIN:
        yield Change(name, getattr(then, name), getattr(now, name))


def _unpriced(then: OfferTerms, now: OfferTerms) -> bool:
    return then.price is None and now.price is None


def _consultation(terms: OfferTerms) -> Any:
    return terms.consultation_fee if terms.consultation_fee is not None else terms.consultation


def _of_parts(then: tuple[Part, ...], now: tuple[Part, ...]) -> Iterable[Change]:
    if [part.treatment for part in then] != [part.treatment for part in now]:
        yield Change("parts", then, now)
        return
    for number, (before, after) in enumerate(zip(then, now, strict=True)):
        if before.amount != after.amount:
            yield Change("quantity", before.amount, after.amount, number)
        elif before.unit is not after.unit:
            # A vial or a syringe of which nobody says how much.
            yield Change("unit", before.unit, after.unit, number)
        for name in _OF_A_PART:
            if getattr(before, name) != getattr(after, name):
                yield Change(name, getattr(before, name), getattr(after, name), number)


_OF_A_PART = tuple(f.name for f in fields(Part) if f.name not in {"treatment", "quantity", "unit"})
