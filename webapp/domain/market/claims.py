"""What may be said beside a public price, per market: "from", "lowest", "save", was and now, a period, a package.

Pages and the comparison ask before they say it; tests/market_rules reads every rendered page for the words.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from webapp.domain.market.rules import FIELD_RULES, KR_ADVERTISING, SG_ADVERTISING, Country, Rule


class PriceClaim(StrEnum):
    """Something a page could say beside an amount that says more than the amount."""

    # The price begins there, and what is bought may cost more.
    FROM = "from"
    # No other price is lower.
    LOWEST = "lowest"
    # So much less than something else: an amount, a rate, "cheaper".
    SAVING = "saving"
    # The price before, or the price usually asked.
    USUAL_PRICE = "usual_price"
    # The days within which the price is asked.
    PERIOD = "period"
    # Several together are a bargain.
    PACKAGE = "package"


class Allowed(StrEnum):
    """Where a claim may stand."""

    NEVER = "never"
    # Only as a term of an event price that carries all of its terms.
    IN_AN_EVENT = "in_an_event"
    # Where it is true for every reader, and what it is reckoned from stands beside it.
    IF_TRUE = "if_true"


SG_ONE = Rule("SG-PRICE-ONE", "One exact price per defined item; no usual price beside it.", SG_ADVERTISING)
SG_PERIOD = Rule("SG-PRICE-PERIOD", "No period stands on a public price.", SG_ADVERTISING)
SG_WORDS = Rule("SG-PRICE-WORDS", "No “from”, “lowest” or “package, save”.", SG_ADVERTISING)
SG_SUM = Rule(
    "SG-PRICE-SUM",
    "The sum of a course, or of several parts, is arithmetic over exact prices: no saving against buying the parts "
    "apart is named.",
    SG_ADVERTISING,
)
KR_TERMS = Rule(
    "KR-EVENT-TERMS",
    "An event price stands only with target, period, scope, price before, price after and rate.",
    KR_ADVERTISING,
)
KR_WORDS = Rule(
    "KR-PRICE-WORDS",
    "No word misleads about a price: “from”, “lowest” or “save” only where true for every reader, and with what it "
    "is reckoned from.",
    f"{KR_ADVERTISING}; {FIELD_RULES}",
)

CLAIMS: Mapping[Country, Mapping[PriceClaim, tuple[Allowed, Rule]]] = MappingProxyType(
    {
        Country.SG: {
            PriceClaim.FROM: (Allowed.NEVER, SG_WORDS),
            PriceClaim.LOWEST: (Allowed.NEVER, SG_WORDS),
            PriceClaim.SAVING: (Allowed.NEVER, SG_SUM),
            PriceClaim.USUAL_PRICE: (Allowed.NEVER, SG_ONE),
            PriceClaim.PERIOD: (Allowed.NEVER, SG_PERIOD),
            PriceClaim.PACKAGE: (Allowed.NEVER, SG_WORDS),
        },
        Country.KR: {
            PriceClaim.FROM: (Allowed.IF_TRUE, KR_WORDS),
            PriceClaim.LOWEST: (Allowed.IF_TRUE, KR_WORDS),
            PriceClaim.SAVING: (Allowed.IF_TRUE, KR_WORDS),
            PriceClaim.USUAL_PRICE: (Allowed.IN_AN_EVENT, KR_TERMS),
            PriceClaim.PERIOD: (Allowed.IN_AN_EVENT, KR_TERMS),
            PriceClaim.PACKAGE: (Allowed.IF_TRUE, KR_WORDS),
        },
    }
)
