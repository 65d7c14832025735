"""The point of the product: what a basket of treatments costs at a clinic, from equal things only.

Read mix.py first (what is asked and answered), then gate.py (which offers may serve, by the one rule of
offers/alike.py), uses.py (what a purchase is used for; the bill is offers/bill.py), and solver.py last (how the
cheapest is found). visiting.py divides a basket between two places.

Four sessions from a clinic that sells one for S$650 and three for S$1,800, beside one whose tax nobody states:

>>> from dataclasses import replace
>>> from datetime import date
>>> from decimal import Decimal
>>> from webapp.domain.money import Money
>>> from webapp.domain.offers import Consultation, OfferTerms, Part, Tax, Want
>>> from webapp.domain.units import Quantity, Unit
>>> today, healer = date(2026, 3, 10), Part("rejuran_healer", Decimal(2), Unit.ML)
>>> one = OfferTerms("One session", "SGD", Money(65000, "SGD"), (healer,), Tax.INCLUSIVE,
...     consultation=Consultation.INCLUDED, verified_on=today)
>>> three = replace(one, title="Three", price=Money(180000, "SGD"), parts=(replace(healer, sessions=3),))
>>> vague = replace(one, title="No tax stated", price=Money(10000, "SGD"), tax=Tax.UNKNOWN)
>>> menu = [Offered("a", one), Offered("b", three), Offered("c", vague)]
>>> wanted = [Want("rejuran_healer", 4, Quantity.parse("2 ml"))]
>>> found = cheapest_mix(menu, wanted, today, Reader(first_visit=True))
>>> [(line.count, line.label, line.amount.major()) for line in found.lines], found.total.major()
([(1, 'One session', '650.00'), (1, 'Three', '1800.00')], '2450.00')
>>> [(offer.ref, [reason.value for reason in offer.reasons]) for offer in found.set_aside]
[('c', ['tax_unknown'])]
"""

from webapp.domain.basket.gate import NotComparable, Offered, Reader, not_comparable, unmet
from webapp.domain.basket.mix import (
    Gap,
    Lacking,
    LeftOverOf,
    Mix,
    SetAside,
    UnsettledAmount,
    cheapest_mix,
    mixes,
    stated_amounts,
)
from webapp.domain.basket.solver import MAX_STATES, TooLarge, check_size
from webapp.domain.basket.visiting import on_later_visits, visits, wants_of_visits
from webapp.domain.offers import Bill, Difference, Purchase, differences

__all__ = [
    "MAX_STATES",
    "Bill",
    "Difference",
    "Gap",
    "Lacking",
    "LeftOverOf",
    "Mix",
    "NotComparable",
    "Offered",
    "Purchase",
    "Reader",
    "SetAside",
    "TooLarge",
    "UnsettledAmount",
    "cheapest_mix",
    "check_size",
    "differences",
    "mixes",
    "not_comparable",
    "on_later_visits",
    "stated_amounts",
    "unmet",
    "visits",
    "wants_of_visits",
]
