"""The two markets' rule books: what a public page may show, who may be asked, what may be listed, which tax.

Rules are data, each with its id and its source; pages ask a MarketPolicy and never look at the country.
"""

from webapp.domain.market.claims import CLAIMS, Allowed, PriceClaim
from webapp.domain.market.policies import CURRENCIES, ClinicFacts, EnquiryRefusal, MarketPolicy, policy
from webapp.domain.market.prices import (
    Hidden,
    PriceLine,
    PublicPriceRules,
    TaxWords,
)
from webapp.domain.market.products import (
    Listable,
    ProductRule,
    Statuses,
    listable,
    mentions_injection,
    status_in,
)
from webapp.domain.market.rules import Authority, Country, Rule
from webapp.domain.market.switches import CrossClinicPrices, Switches, Unclaimed
from webapp.domain.market.tax import TAX_RULES, RefundRule, TaxRule, refund_rule, tax_rule

__all__ = [
    "CLAIMS",
    "CURRENCIES",
    "TAX_RULES",
    "Allowed",
    "Authority",
    "ClinicFacts",
    "Country",
    "CrossClinicPrices",
    "EnquiryRefusal",
    "Hidden",
    "Listable",
    "MarketPolicy",
    "PriceClaim",
    "PriceLine",
    "ProductRule",
    "PublicPriceRules",
    "RefundRule",
    "Rule",
    "Statuses",
    "Switches",
    "TaxRule",
    "TaxWords",
    "Unclaimed",
    "listable",
    "mentions_injection",
    "policy",
    "refund_rule",
    "status_in",
    "tax_rule",
]
