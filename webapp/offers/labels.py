"""The words for the codes of an offer and its bill, in every language; no page spells a code itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.domain.market import Hidden, MarketPolicy, PriceClaim, TaxWords
from webapp.domain.offers import (
    Condition,
    Consultation,
    Eligibility,
    Field,
    Incomplete,
    Injector,
    Line,
    LineKind,
    Mismatch,
    Numbing,
    PriceBasis,
    PriceKind,
    RefundBasis,
    Tax,
)
from webapp.domain.units import Quantity, Unit, number_text

# The domain's sentences about products in the reader's language, by rule.
PRODUCT_RULES = {
    "PRODUCT-DO-NOT-LIST": _l("The market does not allow this treatment to be offered, so it is not listed."),
    "PRODUCT-NOT-REGISTERED": _l(
        "The product is not in the market’s register of medical products, so it is not listed."
    ),
    "PRODUCT-TOPICAL-ONLY": _l("The product may be used on the skin only. As an injection it is refused."),
    "PRODUCT-VERIFY": _l("Whether the market allows this product is not settled. Our staff look at it."),
    "PRODUCT-ALLOWED": _l("A product that the market allows may be listed."),
    "PRODUCT-STATUS-UNKNOWN": _l("Nobody has decided yet whether this product may be listed."),
}


def product_rule_words(rule_id: str, says: str) -> str:
    """The sentence of a rule about products; `says` is its English one."""
    return str(PRODUCT_RULES.get(rule_id, says))


INCOMPLETE = {
    Incomplete.PRICE_ON_REQUEST: _l("The price is told on request only."),
    Incomplete.EVENT_NOT_STARTED: _l("The event price has not begun."),
    Incomplete.EVENT_ENDED: _l("The event price has ended."),
    Incomplete.EVENT_DATES_UNKNOWN: _l("The event price has no stated end."),
    Incomplete.PRICE_NOT_YET_VALID: _l("The price is not valid yet."),
    Incomplete.PRICE_EXPIRED: _l("The price is no longer valid."),
    Incomplete.PRICE_STALE: _l("The price was last confirmed too long ago."),
    Incomplete.PRICE_UNCONFIRMED: _l("The price was never confirmed."),
    Incomplete.QUANTITY_UNKNOWN: _l("How much you get per session is not stated."),
    Incomplete.AREA_UNKNOWN: _l("The area is not stated."),
    Incomplete.PARTS_INCOMPLETE: _l("Not all parts of the combo are stated."),
    Incomplete.TAX_UNKNOWN: _l("Whether tax is in the price is not stated."),
    Incomplete.TAX_RATE_UNKNOWN: _l("Tax comes on top; how much is not stated."),
    Incomplete.CONSULTATION_FEE_UNKNOWN: _l("The consultation fee is not stated."),
    Incomplete.OTHER_FEES_UNKNOWN: _l(
        "Whether needle, medicine, follow-up or anything else costs extra is not stated."
    ),
    Incomplete.NUMBING_UNKNOWN: _l("What numbing cream costs is not stated."),
    Incomplete.WITHDRAWN: _l("The clinic has withdrawn it."),
    Incomplete.CANNOT_REPEAT: _l(
        "The price is for one purchase only and holds fewer sessions than you want."
    ),
}

MISMATCH = {
    Mismatch.TREATMENT: _l("It is for another treatment."),
    Mismatch.QUANTITY: _l("It is for another quantity."),
    Mismatch.AREA: _l("It is for another area."),
}

CONDITIONS = {
    Condition.FIRST_VISIT_ONLY: _l("first visit only"),
    Condition.RETURNING_ONLY: _l("returning patients only"),
    Condition.WEEKDAYS_ONLY: _l("weekdays only"),
    Condition.ONCE_PER_PATIENT: _l("once per patient"),
    Condition.NUMBING_EXTRA: _l("numbing cream costs extra"),
    Condition.OTHER_PRICE_FOR_FOREIGNERS: _l("another price for foreigners"),
    Condition.EXPIRES: _l("sessions expire"),
}

FIELDS = {
    Field.PRICE: _l("price"),
    Field.TAX: _l("tax"),
    Field.TAX_RATE: _l("tax rate"),
    Field.PARTS: _l("all parts"),
    Field.QUANTITY: _l("quantity"),
    Field.AREAS: _l("areas"),
    Field.CONSULTATION_FEE: _l("consultation fee"),
    Field.CONSULTATION_WAIVED: _l("whether the consultation fee is waived"),
    Field.OTHER_FEES: _l("other fees"),
    Field.NUMBING: _l("numbing cream"),
    Field.INJECTOR: _l("who injects"),
    Field.WEEKDAYS: _l("weekdays or any day"),
    Field.ONCE_PER_PATIENT: _l("how often it can be bought"),
    Field.SAME_PRICE_FOR_FOREIGNERS: _l("whether foreigners pay the same"),
    Field.EXPIRY: _l("when unused sessions expire"),
    Field.REFUND: _l("refund of unused sessions"),
    Field.CONFIRMED: _l("when it was last confirmed"),
}

# What a total may lack without being incomplete; it stands beside the total.
UNPRICED = {
    Field.OTHER_FEES: _l("other fees are not stated"),
    Field.NUMBING: _l("the price of numbing cream is not stated"),
}

TAX_WORDS = {
    TaxWords.INCLUSIVE: _l("tax included"),
    TaxWords.EXCLUSIVE: _l("plus tax"),
    TaxWords.EXCLUSIVE_RATE_UNKNOWN: _l("plus tax, rate not stated"),
    TaxWords.NOT_STATED: _l("tax not stated"),
}

PRICE_KIND = {
    PriceKind.REGULAR: _l("Always"),
    PriceKind.EVENT: _l("For a time only (event)"),
    PriceKind.ON_REQUEST: _l("Told on request only"),
}

PRICE_BASIS = {
    PriceBasis.TOTAL: _l("all of it, with all sessions"),
    PriceBasis.PER_SESSION: _l("one session"),
    PriceBasis.PER_UNIT: _l("one unit (ml, vial, shot …)"),
}

ELIGIBILITY = {
    Eligibility.ANY: _l("anyone"),
    Eligibility.FIRST_VISIT: _l("first visit only"),
    Eligibility.RETURNING: _l("returning patients only"),
}

YES_NO = {"yes": _l("Yes"), "no": _l("No")}

TAX = {
    Tax.INCLUSIVE: _l("Tax is included"),
    Tax.EXCLUSIVE: _l("Tax comes on top"),
    Tax.UNKNOWN: _l("Not stated"),
}

CONSULTATION = {
    Consultation.INCLUDED: _l("The consultation is included"),
    Consultation.FEE: _l("The consultation has a fee"),
}

NUMBING = {
    Numbing.INCLUDED: _l("Numbing cream is included"),
    Numbing.EXTRA: _l("Numbing cream costs extra"),
    Numbing.NONE: _l("No numbing cream"),
}

INJECTOR = {
    Injector.DOCTOR: _l("A doctor injects"),
    Injector.NURSE: _l("A nurse injects"),
}

REFUND_BASIS = {
    RefundBasis.NOTHING: _l("Nothing comes back for sessions not taken"),
    RefundBasis.PRO_RATA: _l("Each session not taken comes back at its share of the price"),
    RefundBasis.LESS_SINGLES: _l("The price comes back, less the sessions taken at the single price"),
}

# The words of every value list of an offer, by its type.
WORDS: Mapping[type[StrEnum], Mapping[Any, Any]] = {
    Tax: TAX,
    PriceKind: PRICE_KIND,
    PriceBasis: PRICE_BASIS,
    Eligibility: ELIGIBILITY,
    Consultation: CONSULTATION,
    Numbing: NUMBING,
    Injector: INJECTOR,
    RefundBasis: REFUND_BASIS,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A field of OfferTerms that is one answer: how the clinic's form asks for it, in which of its groups, and under
    which heading a clinic's page shows it; None where the page says it in another way.

    `of_price`: it is shown only beside a price.
    """

    group: str
    question: Any
    heading: Any | None = None
    of_price: bool = False


# In the order in which they are asked and shown.
ANSWERS: Mapping[str, Answer] = {
    "numbing": Answer("terms", _l("Numbing cream"), _l("Numbing")),
    "injector": Answer("terms", _l("Who injects"), _l("Who injects")),
    # The next three are among the conditions of a price.
    "eligibility": Answer("terms", _l("Who may buy it")),
    "weekday_only": Answer("terms", _l("Weekdays only?")),
    "once_per_patient": Answer("terms", _l("Once per patient only?")),
    "same_price_for_foreigners": Answer(
        "terms", _l("Do foreigners pay the same?"), _l("Foreign patients"), of_price=True
    ),
    "expires_after_days": Answer(
        "prepaid", _l("Unused sessions expire after how many days"), _l("Sessions expire"), of_price=True
    ),
    "refund_basis": Answer(
        "prepaid", _l("What comes back of unused sessions"), _l("If you stop early"), of_price=True
    ),
    "refund_terms": Answer("prepaid", _l("Refund of unused sessions"), _l("Refund"), of_price=True),
}


def answers_of(group: str) -> tuple[str, ...]:
    """The fields of one group."""
    return tuple(name for name, answer in ANSWERS.items() if answer.group == group)


def answer_words(name: str, value: Any) -> str | None:
    """What a clinic's page says for an answer; None where nothing is stated, or it is said in another way."""
    match name, value:
        case _, None:
            return None
        case "same_price_for_foreigners", _:
            # Another price for them is a condition.
            return _("pay the same") if value else None
        case "expires_after_days", _:
            return ngettext("%(num)s day after purchase", "%(num)s days after purchase", value)
        case _ if type(value) in WORDS:
            return str(WORDS[type(value)][value])
        case _:
            return str(value)


HIDDEN = {
    Hidden.NOT_AUTHORISED: _l("This clinic has not joined, so no price is shown."),
    Hidden.ON_REQUEST: _l("Price on request"),
    Hidden.EVENT_NOT_STARTED: _l("The event price has not begun."),
    Hidden.EVENT_ENDED: _l("The event price has ended."),
    Hidden.EVENT_TERMS_MISSING: _l("The event price is not shown: its terms are not complete."),
    Hidden.NOT_YET_VALID: _l("The price is not valid yet."),
    Hidden.NO_LONGER_VALID: _l("The price is no longer valid."),
    Hidden.TAX_NOT_INCLUDED: _l(
        "The price is not shown: it leaves out the tax that this clinic must include."
    ),
}

# What Singapore's pages say in place of a period (SG-PRICE-PERIOD).
_NO_PRICE_TODAY = _l("No price is stated for today.")
_OF_A_PERIOD = frozenset(
    {
        Hidden.EVENT_NOT_STARTED,
        Hidden.EVENT_ENDED,
        Hidden.EVENT_TERMS_MISSING,
        Hidden.NOT_YET_VALID,
        Hidden.NO_LONGER_VALID,
        Incomplete.EVENT_NOT_STARTED,
        Incomplete.EVENT_ENDED,
        Incomplete.EVENT_DATES_UNKNOWN,
        Incomplete.PRICE_NOT_YET_VALID,
        Incomplete.PRICE_EXPIRED,
    }
)


def public_reason(reason: Hidden | Incomplete, policy: MarketPolicy) -> str:
    """Why a public page shows no amount or no sum, without a word on a period where the market wants none."""
    if reason in _OF_A_PERIOD and not policy.may_say(PriceClaim.PERIOD, in_event=True):
        return str(_NO_PRICE_TODAY)
    return str(HIDDEN[reason] if isinstance(reason, Hidden) else INCOMPLETE[reason])


AREAS = {
    "face": _l("face"),
    "neck": _l("neck"),
    "eyes": _l("eyes"),
    "eye": _l("eye area"),
    "under_eyes": _l("under the eyes"),
    "hands": _l("hands"),
    "cheeks": _l("cheeks"),
    "forehead": _l("forehead"),
    "nose": _l("nose"),
    "decolletage": _l("décolletage"),
    "scalp": _l("scalp"),
    "scar": _l("scars"),
    "body": _l("body"),
}

UNITS = {
    Unit.ML: _l("ml"),
    Unit.SYRINGE: _l("syringe"),
    Unit.VIAL: _l("vial"),
    Unit.SHOT: _l("shot"),
    Unit.SESSION: _l("session"),
}


def area_names(areas: tuple[str, ...]) -> list[str]:
    """Face, neck; a word of the clinic's own stays as it is."""
    return [str(AREAS.get(area, area.replace("_", " "))) for area in areas]


def area_options() -> list[tuple[str, str]]:
    """What a reader can ask for by area: (code, words)."""
    return [(code, str(words)) for code, words in AREAS.items() if code not in ("eye",)]


def quantity_words(quantity: Quantity | None) -> str | None:
    """2 ml, 1 vial, 100 shots; None where nothing is stated, which a page writes as "not stated"."""
    if quantity is None:
        return None
    number = number_text(quantity.value)
    count = 1 if quantity.value == 1 else 2
    match quantity.unit:
        case Unit.ML:
            return _("%(number)s ml", number=number)
        case Unit.SYRINGE:
            return ngettext("%(number)s syringe", "%(number)s syringes", count, number=number)
        case Unit.VIAL:
            return ngettext("%(number)s vial", "%(number)s vials", count, number=number)
        case Unit.SHOT:
            return ngettext("%(number)s shot", "%(number)s shots", count, number=number)
        case Unit.SESSION:
            return ngettext("%(number)s session", "%(number)s sessions", count, number=number)


def line_words(line: Line) -> str:
    """What a line of a bill is for."""
    match line.kind:
        case LineKind.OFFER:
            return line.label or _("Treatment")
        case LineKind.CONSULTATION:
            return _("Consultation")
        case LineKind.CONSULTATION_WAIVED:
            return _("Consultation, waived with the treatment")
        case LineKind.OTHER_FEE:
            return line.label or _("Other fee")
        case LineKind.TAX:
            return _("Tax, %(rate)s %%", rate=number_text(line.rate) if line.rate is not None else "")
