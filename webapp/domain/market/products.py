"""Product × market: what a market forbids is refused with the rule's id, what is unsettled is flagged to
staff.

The status words are those of the reviewed products table, one column per market.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from webapp.domain.market.rules import FIELD_RULES, Country, Rule

# "injection" in the three languages of the site; 주사 also stands in 연어주사, 针 in 婴儿针.
_INJECTION = re.compile(r"\binject\w*|주사|注射|打针|针剂|婴儿针|少女针", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|no|non|never|without)(?:\s+(?:an?|by))?[\s-]+$|(?:不|非|无需)$", re.IGNORECASE
)


class Statuses(Protocol):
    """A product of the reviewed table: its status words per market."""

    @property
    def status_sg(self) -> str: ...
    @property
    def status_kr(self) -> str: ...


def status_in(product: Statuses, country: str) -> str:
    """The status words of a product in "SG" or "KR". Raises ValueError for another country."""
    return product.status_sg if Country(country) is Country.SG else product.status_kr


@dataclass(frozen=True, slots=True)
class ProductRule:
    """What a status means. `starts` are the beginnings of the status words that it covers, casefolded."""

    rule: Rule
    starts: tuple[str, ...]
    refused: bool = False
    # Refused only as an injection; the same product on the skin may be listed.
    refused_as_injection: bool = False
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Listable:
    """May it be listed? `flagged`: yes, and staff look at it. `rule` says why it is refused or flagged."""

    allowed: bool
    flagged: bool = False
    rule: Rule | None = None


# The order matters: the first whose beginning fits decides ("no (not found)" is refused, "no" too).
PRODUCT_RULES: tuple[ProductRule, ...] = (
    ProductRule(
        Rule(
            "PRODUCT-DO-NOT-LIST",
            "The market does not allow this treatment to be offered, so it is not listed.",
            f"{FIELD_RULES}; for Singapore the Medical Council's list B (mesotherapy)",
        ),
        ("do not list",),
        refused=True,
    ),
    ProductRule(
        Rule(
            "PRODUCT-NOT-REGISTERED",
            "The product is not found in the market's register of medical products, so it is not listed.",
            FIELD_RULES,
        ),
        ("no",),
        refused=True,
    ),
    ProductRule(
        Rule(
            "PRODUCT-TOPICAL-ONLY",
            "The product may be used on the skin only; as an injection it is refused in both markets.",
            FIELD_RULES,
        ),
        ("topical only",),
        refused_as_injection=True,
    ),
    ProductRule(
        Rule(
            "PRODUCT-VERIFY",
            "Not settled whether the market allows this product; staff check the regulator's register.",
            FIELD_RULES,
        ),
        ("verify",),
        flagged=True,
    ),
    ProductRule(
        Rule("PRODUCT-ALLOWED", "The product may be listed.", FIELD_RULES),
        ("on", "generic name ok", "brand_name_public=off"),
    ),
)

STATUS_UNKNOWN = Rule(
    "PRODUCT-STATUS-UNKNOWN",
    "The products table has a status that no rule reads, so the product is refused until a person decides.",
    FIELD_RULES,
)

# In the order in which they are asked; a status that none of them reads is the last.
RULES_OF_PRODUCTS = (*(product_rule.rule for product_rule in PRODUCT_RULES), STATUS_UNKNOWN)


def listable(status: str, as_injection: bool) -> Listable:
    """May a product with this status (a market's column of the products table) be listed?

    `as_injection`: the offer is an injection of it. A status that no rule reads is refused.
    """
    word = status.strip().casefold()
    for product_rule in PRODUCT_RULES:
        if not any(_begins(word, start) for start in product_rule.starts):
            continue
        if product_rule.refused or (product_rule.refused_as_injection and as_injection):
            return Listable(False, rule=product_rule.rule)
        if product_rule.flagged:
            return Listable(True, flagged=True, rule=product_rule.rule)
        return Listable(True)
    return Listable(False, rule=STATUS_UNKNOWN)


def _begins(word: str, start: str) -> bool:
    """Whole words only: "none of these" does not begin with "no"."""
    return word == start or (word.startswith(start) and not word[len(start)].isalnum())


def mentions_injection(text: str) -> bool:
    """Do a clinic's words call the treatment an injection? "not injected" and "without injection" do not."""
    return any(not _DENIED.search(text[: match.start()]) for match in _INJECTION.finditer(text))
