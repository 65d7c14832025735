"""A clinic's structured answer to one person: what it says (terms), how a sheet begins from what the clinic offers
(starting), and what it adds up to, beside everything that was asked, by the same rules as an offer (answer).

A quote is private: nothing here turns it into a public price.
"""

from webapp.domain.quotes.answer import (
    Covered,
    QuoteAnswer,
    Relation,
    answer,
    as_answered,
    relation,
    things_quoted,
)
from webapp.domain.quotes.starting import starting_terms
from webapp.domain.quotes.terms import (
    FEE_INCLUSIONS,
    How,
    Inclusion,
    PriceRange,
    QuoteLine,
    QuoteState,
    QuoteTerms,
    Stated,
    quote_state,
)

__all__ = [
    "FEE_INCLUSIONS",
    "Covered",
    "How",
    "Inclusion",
    "PriceRange",
    "QuoteAnswer",
    "QuoteLine",
    "QuoteState",
    "QuoteTerms",
    "Relation",
    "Stated",
    "answer",
    "as_answered",
    "quote_state",
    "relation",
    "starting_terms",
    "things_quoted",
]
