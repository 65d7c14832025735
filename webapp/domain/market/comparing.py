"""How clinics may stand beside each other: in which order, with which figures, in which currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from webapp.domain.market.rules import FIELD_RULES, Country, Rule

ORDER_RULES = (
    Rule(
        "ORDER-READER",
        "Results stand by distance from the place that the reader names, else by name; by price only when the reader "
        "asks for it. Nothing buys a place.",
        FIELD_RULES,
    ),
    Rule(
        "ORDER-CURRENCY",
        "Sums in two currencies are put in an order, or converted, only by a rate with its day and source; the sum "
        "in the clinic's own currency stands beside it.",
        FIELD_RULES,
    ),
)
SG_CROSS_CLINIC = Rule(
    "SG-CROSS-CLINIC", "Prices stand beside other clinics' only for clinics that joined.", FIELD_RULES
)


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """One market's rules for clinics side by side. Whose prices may stand there is `cross_clinic_prices`.

    `on_one_axis`: the sums of several clinics drawn as a range bar. That clinics may be ordered by price when the
    reader asks, and a sum stand in another currency beside its own, is the same in both markets: `ORDER_RULES`.
    """

    on_one_axis: bool
    rules: tuple[Rule, ...]


# An axis and an order say no more than the same sums in a table: the words are what the claims limit.
COMPARISONS: Mapping[Country, ComparisonRules] = MappingProxyType(
    {
        Country.SG: ComparisonRules(True, (*ORDER_RULES, SG_CROSS_CLINIC)),
        Country.KR: ComparisonRules(True, ORDER_RULES),
    }
)
