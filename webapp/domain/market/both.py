"""Rules that stand in both markets: who is listed, what no page of ours holds, when a price is too old."""

from webapp.domain.market.rules import FIELD_RULES, KR_ADVERTISING, SG_ADVERTISING, Rule

AUTHORITY_RULES = (
    Rule(
        "LISTING-AUTHORITY",
        "Enquiries and prices only where the clinic has joined; a clinic that withdrew or asked not to be "
        "listed is not shown.",
        FIELD_RULES,
    ),
    Rule(
        "LISTING-UNCLAIMED",
        "Of a clinic that has not joined: contact details; with the switch “sourced” also what it published "
        "itself, with source and date, without price and enquiry.",
        FIELD_RULES,
    ),
)
# No field, no column and no page knows these; tests/market_rules reads every page and document for them.
NEVER_RULES = (
    Rule(
        "NEVER-REVIEWS",
        "No reviews, ratings, testimonials or pictures of before and after; no gifts, points or vouchers; nothing "
        "“popular” or “best”.",
        f"{SG_ADVERTISING}; {KR_ADVERTISING}",
    ),
    Rule(
        "NEVER-COMMISSION",
        "No commission, no success fee, no charge for an enquiry, no paid place.",
        "Korea, Medical Service Act, article 27 (3)",
    ),
)
PRICE_CONFIRMED = Rule(
    "PRICE-CONFIRMED",
    "A price that nobody confirmed for too long is marked as unconfirmed and leaves totals and orders.",
    FIELD_RULES,
)
TEXT_READ = Rule(
    "TEXT-READ",
    "Every word of a clinic's own is read under its market's rules for texts: refused, kept for a person, or public.",
    FIELD_RULES,
)
