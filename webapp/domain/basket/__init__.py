"""The point of the product: what a basket of treatments costs at a clinic, from equal things only.

Read mix.py first (what is asked and answered), then gate.py (which offers may serve, by the one rule of
offers/alike.py), uses.py (what a purchase is used for; the bill is offers/bill.py), and solver.py last (how the
cheapest is found). visiting.py divides a basket between two places.
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
from webapp.domain.basket.solver import MAX_STATES, TooLarge
from webapp.domain.basket.visiting import visits, wants_of_visits
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
    "differences",
    "mixes",
    "not_comparable",
    "stated_amounts",
    "unmet",
    "visits",
    "wants_of_visits",
]
