"""What a public price line may show, as data per market, and the one function that reads it."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from webapp.domain.market.claims import KR_TERMS, KR_WORDS, SG_ONE, SG_PERIOD, SG_SUM, SG_WORDS
from webapp.domain.market.rules import KR_ADVERTISING, Country, Rule
from webapp.domain.money import Money
from webapp.domain.offers import (
    Condition,
    EventState,
    OfferTerms,
    PriceBasis,
    PriceKind,
    Tax,
    conditions,
)


class Hidden(StrEnum):
    """Why a public line shows no amount."""

    NOT_AUTHORISED = "not_authorised"
    ON_REQUEST = "on_request"
    EVENT_NOT_STARTED = "event_not_started"
    EVENT_ENDED = "event_ended"
    EVENT_TERMS_MISSING = "event_terms_missing"
    NOT_YET_VALID = "not_yet_valid"
    NO_LONGER_VALID = "no_longer_valid"
    TAX_NOT_INCLUDED = "tax_not_included"


class TaxWords(StrEnum):
    """Which words about tax stand beside the amount."""

    INCLUSIVE = "inclusive"
    # Without tax, the rate is stated.
    EXCLUSIVE = "exclusive"
    # Without tax, how much tax is not stated.
    EXCLUSIVE_RATE_UNKNOWN = "exclusive_rate_unknown"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class PublicPriceRules:
    """One market's rules for a public price.

    `show_event_terms`: an event price stands with target, scope, period, the price before and the rate, and
    only when all are there; otherwise the line is one exact amount and none of these is ever shown.
    `inclusive_if_registered`: a clinic registered for the tax shows its price with it.
    """

    country: Country
    show_event_terms: bool
    inclusive_if_registered: bool
    rules: tuple[Rule, ...]
    # The rule behind a hidden amount; a reason that is not here is what the clinic itself stated.
    hidden_by: tuple[tuple[Hidden, str], ...]


PUBLIC_PRICES: dict[Country, PublicPriceRules] = {
    Country.SG: PublicPriceRules(
        country=Country.SG,
        show_event_terms=False,
        inclusive_if_registered=True,
        rules=(
            SG_ONE,
            SG_PERIOD,
            SG_WORDS,
            SG_SUM,
            Rule(
                "SG-PRICE-GST",
                "A clinic registered for GST shows its price with GST.",
                "Inland Revenue Authority of Singapore, price display",
            ),
        ),
        hidden_by=((Hidden.TAX_NOT_INCLUDED, "SG-PRICE-GST"),),
    ),
    Country.KR: PublicPriceRules(
        country=Country.KR,
        show_event_terms=True,
        inclusive_if_registered=False,
        rules=(
            KR_TERMS,
            Rule(
                "KR-EVENT-PERIOD",
                "An event price is hidden before its start and after its end.",
                KR_ADVERTISING,
            ),
            Rule(
                "KR-PRICE-TAX",
                "Tax is stated; where the clinic does not say, the line says so.",
                KR_ADVERTISING,
            ),
            KR_WORDS,
        ),
        hidden_by=(
            (Hidden.EVENT_NOT_STARTED, "KR-EVENT-PERIOD"),
            (Hidden.EVENT_ENDED, "KR-EVENT-PERIOD"),
            (Hidden.EVENT_TERMS_MISSING, KR_TERMS.id),
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class PriceLine:
    """What a public page may show of one offer's price.

    `amount` None: nothing, for the reason in `hidden` (`missing` names the absent event terms). `regular`,
    `discount_percent`, `valid_from`, `valid_until`, `event_target` and `event_scope` are set only where the
    market wants them beside an event price. `tax_rate` is per cent. `unconfirmed`: show it as such, it has
    left all totals.
    """

    currency: str
    amount: Money | None
    basis: PriceBasis
    hidden: Hidden | None
    missing: tuple[str, ...]
    is_event: bool
    regular: Money | None
    discount_percent: int | None
    valid_from: date | None
    valid_until: date | None
    event_target: str | None
    event_scope: str | None
    tax: TaxWords
    tax_rate: Decimal | None
    confirmed_on: date | None
    unconfirmed: bool
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a line depends on beside the offer: the clinic's standing, the day, and the age a price
    may have.
    """

    shows_prices: bool
    tax_registered: bool | None
    on: date
    max_price_age_days: int


def price_line(rules: PublicPriceRules, terms: OfferTerms, occasion: Occasion) -> PriceLine:
    """The public line of an offer under a market's rules."""
    missing = _missing_event_terms(rules, terms)
    hidden = _hidden(rules, terms, occasion, missing)
    amount, tax = (None, _tax_words(terms)) if hidden else _amount(rules, terms, occasion)
    event = rules.show_event_terms and terms.price_kind is PriceKind.EVENT and amount is not None
    return PriceLine(
        currency=terms.currency,
        amount=amount,
        basis=terms.price_basis,
        hidden=hidden,
        missing=missing if hidden is Hidden.EVENT_TERMS_MISSING else (),
        is_event=event,
        regular=terms.regular_price if event else None,
        discount_percent=discount_percent(terms) if event else None,
        valid_from=terms.valid_from if event else None,
        valid_until=terms.valid_until if event else None,
        event_target=terms.event_target if event else None,
        event_scope=terms.event_scope if event else None,
        tax=tax,
        tax_rate=terms.tax_rate,
        confirmed_on=terms.verified_on,
        unconfirmed=terms.is_stale(occasion.on, occasion.max_price_age_days),
        conditions=conditions(terms),
    )


def price_hidden(rules: PublicPriceRules, terms: OfferTerms, occasion: Occasion) -> Hidden | None:
    """What `price_line` says in `hidden`, for who reckons with many prices and shows few."""
    return _hidden(rules, terms, occasion, _missing_event_terms(rules, terms))


def discount_percent(terms: OfferTerms) -> int | None:
    """How much lower than the regular price, in whole per cent, rounded down: a rate never promises
    too much.
    """
    if terms.price is None or terms.regular_price is None or terms.price >= terms.regular_price:
        return None
    lower = Decimal((terms.regular_price - terms.price).amount) * 100 / terms.regular_price.amount
    return int(lower.to_integral_value(rounding=ROUND_DOWN))


def _missing_event_terms(rules: PublicPriceRules, terms: OfferTerms) -> tuple[str, ...]:
    """Fields an event price lacks in a market that demands them (KR-EVENT-TERMS)."""
    if not rules.show_event_terms or terms.price_kind is not PriceKind.EVENT:
        return ()
    there = {
        "event_target": bool(terms.event_target),
        "valid_from": terms.valid_from is not None,
        "valid_until": terms.valid_until is not None,
        "event_scope": bool(terms.event_scope),
        # A "price before" that is not higher is no discount and cannot carry a rate.
        "regular_price": discount_percent(terms) is not None,
    }
    return tuple(field for field, present in there.items() if not present)


def _hidden(
    rules: PublicPriceRules, terms: OfferTerms, occasion: Occasion, missing: tuple[str, ...]
) -> Hidden | None:
    if not occasion.shows_prices:
        return Hidden.NOT_AUTHORISED
    if terms.price is None or terms.price_kind is PriceKind.ON_REQUEST:
        return Hidden.ON_REQUEST
    event = terms.price_kind is PriceKind.EVENT
    state = terms.event_state(occasion.on)
    if state is EventState.NOT_STARTED:
        return Hidden.EVENT_NOT_STARTED if event else Hidden.NOT_YET_VALID
    if state is EventState.ENDED:
        return Hidden.EVENT_ENDED if event else Hidden.NO_LONGER_VALID
    # Without an end the amount would never leave the page by itself, in either market.
    if missing or (event and terms.valid_until is None):
        return Hidden.EVENT_TERMS_MISSING
    if _must_include(rules, terms, occasion) and terms.tax_rate is None:
        return Hidden.TAX_NOT_INCLUDED
    return None


def _must_include(rules: PublicPriceRules, terms: OfferTerms, occasion: Occasion) -> bool:
    return rules.inclusive_if_registered and occasion.tax_registered is True and terms.tax is Tax.EXCLUSIVE


def _amount(rules: PublicPriceRules, terms: OfferTerms, occasion: Occasion) -> tuple[Money | None, TaxWords]:
    """The amount as stated, or with the stated tax where the market wants it included."""
    if terms.price is not None and terms.tax_rate is not None and _must_include(rules, terms, occasion):
        return terms.price + terms.price.percent(terms.tax_rate), TaxWords.INCLUSIVE
    return terms.price, _tax_words(terms)


def _tax_words(terms: OfferTerms) -> TaxWords:
    if terms.tax is Tax.INCLUSIVE:
        return TaxWords.INCLUSIVE
    if terms.tax is Tax.UNKNOWN:
        return TaxWords.NOT_STATED
    return TaxWords.EXCLUSIVE_RATE_UNKNOWN if terms.tax_rate is None else TaxWords.EXCLUSIVE
