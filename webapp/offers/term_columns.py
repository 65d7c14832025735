"""How an offer's row holds the fields of OfferTerms: each in the column of its name, but for what stands here.

Parts are rows of their own, and other fees are a list of pairs; queries and writers see to these two.
"""

from collections.abc import Mapping
from enum import StrEnum

from webapp.domain.money import Money
from webapp.domain.offers import TERM_TYPES

# A sum of money is an amount in minor units; the row has one currency for all of them.
AMOUNTS: Mapping[str, str] = {name: f"{name}_amount" for name, kind in TERM_TYPES.items() if kind is Money}
SAME_NAME = tuple(name for name in TERM_TYPES if name not in {*AMOUNTS, "parts", "other_fees"})
# A word of a list is held as text.
WORDS: Mapping[str, type[StrEnum]] = {
    name: kind for name, kind in TERM_TYPES.items() if isinstance(kind, type) and issubclass(kind, StrEnum)
}
