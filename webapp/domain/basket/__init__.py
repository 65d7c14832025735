"""The point of the product: what a basket of treatments costs at a clinic, from equal things only.

Read mix.py first (what is asked and answered), then gate.py (what is alike), uses.py and bill.py (what it is
used for and what it adds up to), and solver.py last (how the cheapest is found).
"""

from webapp.domain.basket.bill import Bill, Purchase
from webapp.domain.basket.gate import (
    Difference,
    NotComparable,
    Offered,
    Reader,
    differences,
    not_comparable,
    unmet,
)
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
