"""The words of the price list's pages: why the public sees no price, and what the rules say."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.domain.lint import Finding
from webapp.domain.market import Country, Hidden, Rule
from webapp.moderation.labels import rule_why
from webapp.offers.labels import product_rule_words

# What to do about a price that the public does not see.
ADVICE = {
    Hidden.NOT_AUTHORISED: _l("Agree to be listed under “Authority”, and the price is shown."),
    Hidden.ON_REQUEST: _l("Give a price, and it is shown."),
    Hidden.EVENT_NOT_STARTED: _l("It appears by itself on its first day."),
    Hidden.EVENT_ENDED: _l("Give it a new period, or retire it."),
    Hidden.EVENT_TERMS_MISSING: _l("Fill in what is missing, and the price is shown."),
    Hidden.NOT_YET_VALID: _l("It appears by itself on its first day."),
    Hidden.NO_LONGER_VALID: _l("Give it a new last day, or none, or retire it."),
    Hidden.TAX_NOT_INCLUDED: _l("Give the price with tax, or the rate of the tax, and it is shown."),
}

MISSING_TERMS = {
    "event_target": _l("for whom it is"),
    "event_scope": _l("what it covers"),
    "valid_from": _l("first day"),
    "valid_until": _l("last day"),
    "regular_price": _l("a higher price before"),
}


def rule_words(rule: Rule) -> str:
    """What a rule about products says, with its id."""
    return _("%(says)s (rule %(rule)s)", says=product_rule_words(rule.id, rule.says), rule=rule.id)


def market_hints(
    country: Country, *, event_terms: bool, brand_names: bool, registered: bool | None
) -> dict[str, str]:
    """What the market does with a field of the offer form, by the field: shown beside it.

    `event_terms`: the market wants an event's terms beside its price; `brand_names`: products may be named;
    `registered`: the clinic is registered for the tax.
    """
    hints: dict[str, str] = {}
    if event_terms:
        wanted = _("An event price is shown only with this (rule KR-EVENT-TERMS).")
        hints |= dict.fromkeys(
            ("regular_price", "event_target", "event_scope", "valid_from", "valid_until"), wanted
        )
        hints["tax"] = _("Stands beside the price (rule KR-PRICE-TAX).")
        return hints
    unseen = _("Kept for you. No public page in Singapore shows it (rule %(rule)s).", rule="%s")
    hints |= dict.fromkeys(("regular_price", "event_target", "event_scope"), unseen % "SG-PRICE-ONE")
    period = _("The price leaves the page after it; the period itself is not shown (rule SG-PRICE-PERIOD).")
    hints |= {"valid_from": "", "valid_until": period}
    if registered:
        hints["tax"] = _("You are registered for GST, so the public price is with GST (rule SG-PRICE-GST).")
    elif registered is False:
        hints["tax"] = _("You are not registered for GST: choose “included” and no rate.")
    if not brand_names:
        hints["title"] = _(
            "Public pages name the kind of product in place of a brand (rule SG-BRAND-NAMES). Patients who look for"
            " the brand still find you."
        )
    return {name: words for name, words in hints.items() if words}


def finding_words(finding: Finding) -> str:
    """What a rule about words found, why, and its id."""
    return _(
        "“%(matched)s”: %(why)s (rule %(rule)s)",
        matched=finding.matched,
        why=rule_why(finding.rule_id, finding.why),
        rule=finding.rule_id,
    )
