"""The words for what the moderation room decides, in the reader's language."""

from flask_babel import lazy_gettext as _l

# Why a rule of the text lint stands, by its id; the rules themselves say it in English (domain.lint).
WHY = {
    "SG-LAUD": _l("praise and superlatives: a person reads it first"),
    "SG-RESULT": _l("a result promised, or promised by a time: a person reads it first"),
    "SG-PRICEPREFIX": _l(
        "one exact price stands for one defined item: no “from”, no price before, no free or limited offer"
    ),
    "SG-PACKAGE": _l("a package named together with a price advantage"),
    "SG-GIFT": _l("gifts, vouchers, points and rewards for referrals"),
    "SG-TESTI": _l("reviews, ratings, testimonials and endorsements"),
    "SG-BA": _l("pictures of before and after, or of after alone"),
    "SG-COMPARE": _l("a comparison with other providers"),
    "SG-TITLE": _l("aesthetic medicine is not a recognised specialty in Singapore"),
    "SG-BRAND": _l(
        "products for professional use are not advertised to the public by name; say the class of product"
    ),
    "SG-LISTB": _l("procedures of low evidence (list B) are not offered"),
    "KR-LAUD": _l("claims of being the best, first or only: a person reads it first"),
    "KR-RESULT": _l("an effect guaranteed, or side effects denied"),
    "KR-TESTI": _l("patients' experience that may mislead about the effect"),
    "KR-COMPARE": _l("a comparison with, or a word against, other providers"),
    "KR-DISCOUNT": _l(
        "a discount stands only with target, period, scope, the prices before and after, and the rate: fill in the"
        " fields of an event price. Draws, first-come offers and free gifts are inducement"
    ),
    "KR-INDUCEMENT": _l(
        "draws, first-come offers, free treatments, gifts and rewards for referrals are inducement, whatever their"
        " terms"
    ),
    "KR-VATREFUND": _l("the refund of VAT to patients from abroad ended on 31 December 2025"),
    "KR-EXOINJ": _l("exosome products are cosmetics; as an injection they are not allowed"),
    "ALL-FDA": _l(
        "polynucleotides are not approved by the United States' FDA; name the regulator that registered the product"
    ),
    "ALL-LIFT": _l("polynucleotides do not lift sagging tissue, as our sources say"),
}


def rule_why(rule_id: str, found: str) -> str:
    """Why a rule of the text lint stands; for one that there is no longer, what was `found` to say then."""
    return str(WHY.get(rule_id, found))
