"""What may be said beside a price, and how clinics may stand beside each other: a test per rule."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from webapp.domain.exchange import Rate, Rates, rank
from webapp.domain.lint.rules import TEXT_RULES, rules_of
from webapp.domain.market import (
    CLAIMS,
    Allowed,
    Authority,
    Country,
    CrossClinicPrices,
    Hidden,
    MarketPolicy,
    PriceClaim,
    Switches,
    policy,
)
from webapp.domain.money import Money

pytestmark = pytest.mark.once

SG, KR = policy("SG", Switches.development()), policy("KR", Switches.development())
SAFE = [policy(country, Switches.safe()) for country in Country]
EVERY = [SG, KR, *SAFE]


@dataclass(frozen=True)
class Product:
    status_sg: str
    status_kr: str


@pytest.mark.parametrize("claim", [PriceClaim.FROM, PriceClaim.LOWEST, PriceClaim.PACKAGE])
def test_sg_price_words_never_in_singapore(claim: PriceClaim) -> None:
    assert CLAIMS[Country.SG][claim][1].id == "SG-PRICE-WORDS"
    assert not SG.may_say(claim)
    assert not SG.may_say(claim, in_event=True)


def test_sg_price_sum_names_no_saving() -> None:
    assert CLAIMS[Country.SG][PriceClaim.SAVING][1].id == "SG-PRICE-SUM"
    assert not SG.may_say(PriceClaim.SAVING)
    assert not SG.may_say(PriceClaim.SAVING, in_event=True)


@pytest.mark.parametrize(
    ("claim", "rule"),
    [(PriceClaim.USUAL_PRICE, "SG-PRICE-ONE"), (PriceClaim.PERIOD, "SG-PRICE-PERIOD")],
)
def test_sg_price_one_and_sg_price_period_hold_of_events_too(claim: PriceClaim, rule: str) -> None:
    assert CLAIMS[Country.SG][claim] == (Allowed.NEVER, next(r for r in SG.rules if r.id == rule))
    assert not SG.may_say(claim, in_event=True)


@pytest.mark.parametrize("claim", [PriceClaim.USUAL_PRICE, PriceClaim.PERIOD])
def test_kr_event_terms_stand_beside_an_event_price_only(claim: PriceClaim) -> None:
    assert CLAIMS[Country.KR][claim][1].id == "KR-EVENT-TERMS"
    assert (KR.may_say(claim), KR.may_say(claim, in_event=True)) == (False, True)


@pytest.mark.parametrize("claim", [PriceClaim.FROM, PriceClaim.LOWEST, PriceClaim.SAVING, PriceClaim.PACKAGE])
def test_kr_price_words_only_where_true(claim: PriceClaim) -> None:
    assert (CLAIMS[Country.KR][claim][0], CLAIMS[Country.KR][claim][1].id) == (
        Allowed.IF_TRUE,
        "KR-PRICE-WORDS",
    )
    assert KR.may_say(claim)


def test_no_market_forgets_a_claim_and_every_claim_has_a_rule_that_is_listed() -> None:
    for market in EVERY:
        assert set(CLAIMS[market.country]) == set(PriceClaim)
        for _allowed, rule in CLAIMS[market.country].values():
            assert rule in market.rules


@pytest.mark.parametrize("market", EVERY)
def test_order_reader_by_distance_unless_the_operator_says_otherwise(market: MarketPolicy) -> None:
    assert market.orders_by_distance
    assert not replace(market, switches=replace(market.switches, distance_order=False)).orders_by_distance


def test_order_currency_two_currencies_stand_in_one_order_only_by_a_rate_with_day_and_source() -> None:
    day, totals = date(2026, 3, 10), [("orchard", Money(50_000, "SGD")), ("gangnam", Money(300_000, "KRW"))]
    rate = Rate("SGD", "KRW", Decimal(1000), day, "European Central Bank")
    by_it = rank(totals, Rates([rate]), "SGD", day)
    assert [(row.key, row.total.currency) for row in by_it.groups[0]] == [
        ("gangnam", "KRW"),
        ("orchard", "SGD"),
    ]
    assert (by_it.together, by_it.rates) == (True, (rate,))
    without = rank(totals, Rates([]), "SGD", day)
    assert (without.together, [len(group) for group in without.groups]) == (False, [1, 1])


@pytest.mark.parametrize("word", list(CrossClinicPrices))
def test_sg_cross_clinic_the_switch_limits_whose_prices_not_what_is_drawn(word: str) -> None:
    market = policy("SG", Switches(cross_clinic_prices_sg=word))
    assert market.may_show_range
    assert [who for who in Authority if market.cross_clinic_prices(who)] == [Authority.AUTHORISED]


def test_listing_authority_and_the_markets_own_rules_stand_behind_what_is_hidden() -> None:
    behind = {
        market.country: {hidden: market.hidden_by(hidden) for hidden in Hidden if market.hidden_by(hidden)}
        for market in (SG, KR)
    }
    assert behind == {
        "SG": {Hidden.NOT_AUTHORISED: "LISTING-AUTHORITY", Hidden.TAX_NOT_INCLUDED: "SG-PRICE-GST"},
        "KR": {
            Hidden.NOT_AUTHORISED: "LISTING-AUTHORITY",
            Hidden.EVENT_NOT_STARTED: "KR-EVENT-PERIOD",
            Hidden.EVENT_ENDED: "KR-EVENT-PERIOD",
            Hidden.EVENT_TERMS_MISSING: "KR-EVENT-TERMS",
        },
    }
    for market in (SG, KR):
        assert set(behind[market.country].values()) <= {rule.id for rule in market.rules}


def test_text_read_under_the_rules_of_the_market_and_its_switches() -> None:
    brand = "Rejuran Healer 2 ml"
    off, on = policy("SG", Switches.safe()), policy("SG", Switches(brand_names_sg=True))
    assert [finding.rule_id for finding in off.read_text(brand)] == ["SG-BRAND"]
    assert on.read_text(brand) == ()
    assert policy("KR", Switches.safe()).read_text(brand) == ()
    assert [finding.rule_id for finding in KR.read_text("20 % off")] == ["KR-DISCOUNT"]
    assert KR.read_text("20 % off", has_event_terms=True) == ()
    # A discount is forbidden in Singapore with and without terms.
    assert [finding.rule_id for finding in on.read_text("20 % off", has_event_terms=True)] == [
        "SG-PRICEPREFIX"
    ]
    assert {rule.market for rule in rules_of("SG")} == {"SG", None}
    assert {*rules_of("SG"), *rules_of("KR")} == set(TEXT_RULES)


def test_sg_brand_names_by_the_products_own_status() -> None:
    off = policy("SG", Switches.safe())
    brand, generic = Product("brand_name_public=off", "on"), Product("generic name ok", "on")
    assert (off.status(brand), KR.status(brand)) == ("brand_name_public=off", "on")
    assert (off.name_is_public(brand), off.name_is_public(generic)) == (False, True)
    assert SG.name_is_public(brand)
    assert policy("KR", Switches.safe()).name_is_public(brand)
    # What the products table does not know might be any brand.
    assert (off.name_is_public(None), SG.name_is_public(None)) == (False, True)


def test_a_markets_currency() -> None:
    assert (SG.currency, KR.currency) == ("SGD", "KRW")
