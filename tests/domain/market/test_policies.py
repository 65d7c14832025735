"""A test per rule of the two markets' rule books."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.market import (
    TAX_RULES,
    Authority,
    ClinicFacts,
    CrossClinicPrices,
    EnquiryRefusal,
    Hidden,
    MarketPolicy,
    PriceLine,
    Switches,
    TaxWords,
    Unclaimed,
    policy,
)
from webapp.domain.money import Money
from webapp.domain.offers import (
    Condition,
    Eligibility,
    Incomplete,
    OfferTerms,
    Part,
    PriceKind,
    Tax,
    Want,
    course_sum,
)
from webapp.domain.units import Unit

ON = date(2026, 3, 10)


@dataclass(frozen=True)
class Facts:
    authority: str = Authority.AUTHORISED
    gst_registered: bool | None = None
    accepts_enquiries: bool = True
    enquiry_email: str | None = "desk@clinic.example"
    enquiry_email_confirmed_on: date | None = date(2026, 1, 5)
    foreign_patient_reg_no: str | None = "A-2026-01"
    paused_until: date | None = None
    sample: bool = False


CLINIC: ClinicFacts = Facts()
SG = policy("SG", Switches.development())
KR = policy("KR", Switches.development())
HEALER = Part("rejuran_healer", Decimal(2), Unit.ML)
EVENT = OfferTerms(
    title="Rejuran Healer 2 cc",
    currency="KRW",
    price=Money(189000, "KRW"),
    parts=(HEALER,),
    tax=Tax.INCLUSIVE,
    price_kind=PriceKind.EVENT,
    regular_price=Money(250000, "KRW"),
    valid_from=date(2026, 3, 1),
    valid_until=date(2026, 3, 31),
    event_target="all patients",
    event_scope="Rejuran Healer 2 cc, face",
    verified_on=ON,
)
SG_EVENT = replace(EVENT, currency="SGD", price=Money(38000, "SGD"), regular_price=Money(45000, "SGD"))
REGULAR = replace(
    SG_EVENT,
    price_kind=PriceKind.REGULAR,
    regular_price=None,
    valid_from=None,
    valid_until=None,
    event_target=None,
    event_scope=None,
)


def line(market: MarketPolicy, terms: OfferTerms, clinic: ClinicFacts = CLINIC, on: date = ON) -> PriceLine:
    return market.price_line(terms, clinic, on)


# --- Singapore


def test_sg_price_one_and_sg_price_period() -> None:
    shown = line(SG, SG_EVENT)
    assert shown.amount == Money(38000, "SGD")
    assert (shown.regular, shown.valid_from, shown.valid_until) == (None, None, None)
    assert (shown.is_event, shown.discount_percent, shown.event_target, shown.event_scope) == (
        False,
        None,
        None,
        None,
    )


def test_a_singapore_price_with_dates_leaves_the_page_by_itself() -> None:
    assert line(SG, SG_EVENT, on=date(2026, 4, 1)).hidden is Hidden.EVENT_ENDED
    assert line(SG, SG_EVENT, on=date(2026, 2, 28)).hidden is Hidden.EVENT_NOT_STARTED
    assert line(SG, replace(SG_EVENT, valid_until=None)).hidden is Hidden.EVENT_TERMS_MISSING


@given(
    kind=st.sampled_from(PriceKind),
    regular=st.none() | st.integers(1, 10**6),
    start=st.none() | st.integers(-40, 40),
    end=st.none() | st.integers(-40, 40),
)
def test_no_singapore_line_shows_was_and_now_or_a_period(
    kind: PriceKind, regular: int | None, start: int | None, end: int | None
) -> None:
    terms = replace(
        SG_EVENT,
        price_kind=kind,
        regular_price=None if regular is None else Money(regular, "SGD"),
        valid_from=None if start is None else ON + timedelta(days=start),
        valid_until=None if end is None else ON + timedelta(days=end),
    )
    shown = line(SG, terms)
    assert (shown.regular, shown.valid_from, shown.valid_until) == (None, None, None)
    assert not shown.is_event
    assert (shown.amount is None) == (shown.hidden is not None)


@given(
    market=st.sampled_from((SG, KR)),
    kind=st.sampled_from(PriceKind),
    tax=st.sampled_from(Tax),
    rate=st.none() | st.just(Decimal(9)),
    clinic=st.builds(Facts, st.sampled_from(Authority), st.none() | st.booleans()),
    scope=st.none() | st.just("face"),
    end=st.none() | st.integers(-40, 40),
)
def test_why_a_price_is_hidden_is_told_without_its_line(
    market: MarketPolicy,
    kind: PriceKind,
    tax: Tax,
    rate: Decimal | None,
    clinic: Facts,
    scope: str | None,
    end: int | None,
) -> None:
    until = None if end is None else ON + timedelta(days=end)
    terms = replace(SG_EVENT, price_kind=kind, tax=tax, tax_rate=rate, event_scope=scope, valid_until=until)
    assert market.price_hidden(terms, clinic, ON) == market.price_line(terms, clinic, ON).hidden


def test_sg_price_gst() -> None:
    exclusive = replace(REGULAR, tax=Tax.EXCLUSIVE, tax_rate=Decimal(9))
    registered = Facts(gst_registered=True)
    shown = line(SG, exclusive, registered)
    assert (shown.amount, shown.tax) == (Money(41420, "SGD"), TaxWords.INCLUSIVE)
    assert line(SG, replace(exclusive, tax_rate=None), registered).hidden is Hidden.TAX_NOT_INCLUDED
    for gst in (None, False):
        shown = line(SG, exclusive, Facts(gst_registered=gst))
        assert (shown.amount, shown.tax) == (Money(38000, "SGD"), TaxWords.EXCLUSIVE)
    assert line(KR, replace(EVENT, tax=Tax.EXCLUSIVE), registered).tax is TaxWords.EXCLUSIVE_RATE_UNKNOWN


# --- Korea


def test_kr_event_terms_are_all_shown() -> None:
    shown = line(KR, EVENT)
    assert shown.amount == Money(189000, "KRW")
    assert shown.regular == Money(250000, "KRW")
    assert (shown.valid_from, shown.valid_until) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (shown.event_target, shown.event_scope) == ("all patients", "Rejuran Healer 2 cc, face")
    assert shown.discount_percent == 24  # 24.4 %: never rounded up


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"event_target": None}, "event_target"),
        ({"event_scope": ""}, "event_scope"),
        ({"valid_from": None}, "valid_from"),
        ({"valid_until": None}, "valid_until"),
        ({"regular_price": None}, "regular_price"),
        ({"regular_price": Money(189000, "KRW")}, "regular_price"),
    ],
)
def test_kr_event_price_without_one_of_its_terms_is_hidden(change: dict[str, Any], missing: str) -> None:
    shown = line(KR, replace(EVENT, **change))
    assert (shown.amount, shown.hidden, shown.missing) == (None, Hidden.EVENT_TERMS_MISSING, (missing,))
    assert shown.regular is None


def test_kr_event_period_hides_the_price_outside_of_it() -> None:
    assert line(KR, EVENT, on=date(2026, 2, 28)).hidden is Hidden.EVENT_NOT_STARTED
    assert line(KR, EVENT, on=date(2026, 3, 1)).amount is not None
    assert line(KR, EVENT, on=date(2026, 3, 31)).amount is not None
    ended = line(KR, EVENT, on=date(2026, 4, 1))
    assert (ended.amount, ended.regular, ended.hidden) == (None, None, Hidden.EVENT_ENDED)


def test_a_regular_korean_price_shows_no_price_before() -> None:
    shown = line(KR, replace(EVENT, price_kind=PriceKind.REGULAR))
    assert shown.amount == Money(189000, "KRW")
    assert shown.regular is None
    assert (
        line(KR, replace(EVENT, price_kind=PriceKind.REGULAR), on=date(2026, 4, 1)).hidden
        is Hidden.NO_LONGER_VALID
    )
    assert (
        line(KR, replace(EVENT, price_kind=PriceKind.REGULAR), on=date(2026, 2, 1)).hidden
        is Hidden.NOT_YET_VALID
    )


# --- both


@pytest.mark.parametrize("market", [SG, KR])
def test_kr_price_tax_is_stated_in_both_markets_and_so_are_conditions(market: MarketPolicy) -> None:
    assert line(market, REGULAR).tax is TaxWords.INCLUSIVE
    assert line(market, replace(REGULAR, tax=Tax.UNKNOWN)).tax is TaxWords.NOT_STATED
    assert line(market, replace(REGULAR, tax=Tax.EXCLUSIVE)).tax is TaxWords.EXCLUSIVE_RATE_UNKNOWN
    first = line(market, replace(REGULAR, eligibility=Eligibility.FIRST_VISIT))
    assert first.conditions == (Condition.FIRST_VISIT_ONLY,)


@pytest.mark.parametrize("market", [SG, KR])
def test_price_confirmed_a_stale_price_is_marked_and_one_on_request_is_none(market: MarketPolicy) -> None:
    asked = replace(REGULAR, price=None, price_kind=PriceKind.ON_REQUEST)
    assert line(market, asked).hidden is Hidden.ON_REQUEST
    old = replace(REGULAR, verified_on=ON - timedelta(days=46))
    shown = line(market, old)
    assert (shown.amount, shown.unconfirmed) == (Money(38000, "SGD"), True)
    assert course_sum(old, Want("rejuran_healer", 1), ON).reasons[0] is Incomplete.PRICE_STALE
    assert not line(market, REGULAR).unconfirmed
    assert line(market, replace(REGULAR, verified_on=None)).unconfirmed


@pytest.mark.parametrize("authority", [a for a in Authority if a is not Authority.AUTHORISED])
@pytest.mark.parametrize("market", [SG, KR])
def test_listing_authority_no_price_of_a_clinic_that_has_not_joined(
    market: MarketPolicy, authority: str
) -> None:
    shown = line(market, REGULAR, Facts(authority=authority))
    assert (shown.amount, shown.hidden) == (None, Hidden.NOT_AUTHORISED)
    assert not market.shows_prices(authority)
    assert not market.cross_clinic_prices(authority)


@pytest.mark.parametrize("country", ["SG", "KR"])
def test_listing_unclaimed(country: str) -> None:
    strict, sourced = policy(country, Switches.safe()), policy(country, Switches.development())
    assert (strict.shows_offers("unclaimed"), sourced.shows_offers("unclaimed")) == (False, True)
    assert (strict.shows_details("unclaimed"), sourced.shows_details("unclaimed")) == (False, True)
    for market in (strict, sourced):
        assert market.shows_offers("authorised")
        assert market.listing_visible("unclaimed")
        assert market.listing_visible("authorised")
        for gone in ("withdrawn", "do_not_list"):
            assert not market.listing_visible(gone)
            assert not market.shows_offers(gone)


def test_the_switches_of_one_market_do_not_move_the_other() -> None:
    only_kr = Switches(unclaimed_kr=Unclaimed.SOURCED)
    assert policy("KR", only_kr).shows_offers("unclaimed")
    assert not policy("SG", only_kr).shows_offers("unclaimed")


def test_safe_values_and_development_values() -> None:
    assert Switches.safe() == Switches(
        unclaimed_sg="strict",
        unclaimed_kr="strict",
        brand_names_sg=False,
        cross_clinic_prices_sg="authorised",
        foreign_enquiries_kr=False,
        operator_registration_kr="",
        distance_order=True,
    )
    assert Switches.development() == Switches(
        unclaimed_sg="sourced",
        unclaimed_kr="sourced",
        brand_names_sg=True,
        cross_clinic_prices_sg="on",
        foreign_enquiries_kr=True,
        operator_registration_kr="",
        distance_order=True,
    )
    for wrong in ({"unclaimed_sg": "open"}, {"unclaimed_kr": ""}, {"cross_clinic_prices_sg": "off"}):
        with pytest.raises(ValueError, match="is not a valid"):
            Switches(**wrong)  # type: ignore[arg-type]


def test_sg_cross_clinic() -> None:
    for word in CrossClinicPrices:
        market = policy("SG", Switches(cross_clinic_prices_sg=word))
        assert market.cross_clinic_prices("authorised")
        assert not market.cross_clinic_prices("unclaimed")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"authority": "unclaimed"}, EnquiryRefusal.NOT_AUTHORISED),
        ({"authority": "withdrawn"}, EnquiryRefusal.NOT_AUTHORISED),
        ({"accepts_enquiries": False}, EnquiryRefusal.NOT_ACCEPTING),
        ({"enquiry_email": None}, EnquiryRefusal.NO_ADDRESS),
        ({"enquiry_email_confirmed_on": None}, EnquiryRefusal.ADDRESS_NOT_CONFIRMED),
    ],
)
def test_enquiries_go_to_clinics_that_joined_and_confirmed_their_address(
    change: dict[str, Any], reason: EnquiryRefusal
) -> None:
    for country in ("SG", "KR"):
        market = policy(country, replace(Switches.development(), operator_registration_kr="M-1"))
        assert market.may_enquire(CLINIC, ON)
        assert market.enquiry_refusal(Facts(**change), ON) is reason


def test_a_pause_ends_by_itself_the_day_after_its_last() -> None:
    for market in (SG, policy("KR", replace(Switches.development(), operator_registration_kr="M-1"))):
        assert market.enquiry_refusal(Facts(paused_until=ON), ON) is EnquiryRefusal.PAUSED
        assert market.may_enquire(Facts(paused_until=ON), ON + timedelta(days=1))


def test_kr_foreign_patients() -> None:
    off = policy("KR", Switches.safe())
    registered = policy("KR", Switches(foreign_enquiries_kr=True, operator_registration_kr="M-1"))
    sample = Facts(sample=True, foreign_patient_reg_no=None)
    assert off.enquiry_refusal(CLINIC, ON) is EnquiryRefusal.FOREIGN_ENQUIRIES_OFF
    assert off.enquiry_refusal(sample, ON) is EnquiryRefusal.FOREIGN_ENQUIRIES_OFF
    # On without the operator's number: sample clinics only.
    assert KR.enquiry_refusal(CLINIC, ON) is EnquiryRefusal.FOREIGN_ENQUIRIES_OFF
    assert KR.may_enquire(sample, ON)
    assert registered.may_enquire(CLINIC, ON)
    unregistered = Facts(foreign_patient_reg_no=None)
    assert registered.enquiry_refusal(unregistered, ON) is EnquiryRefusal.NO_FOREIGN_PATIENT_REGISTRATION
    assert policy("SG", Switches.safe()).may_enquire(unregistered, ON)


def test_sg_brand_names() -> None:
    off = policy("SG", Switches.safe())
    assert not off.treatment_name_is_public("brand_name_public=off")
    assert not off.treatment_name_is_public("verify")
    assert off.treatment_name_is_public("generic name ok")
    assert SG.treatment_name_is_public("brand_name_public=off")
    assert policy("KR", Switches.safe()).treatment_name_is_public("on")


@pytest.mark.parametrize("market", [SG, KR])
def test_every_rule_names_its_source_once(market: MarketPolicy) -> None:
    assert all(rule.id and rule.says.endswith(".") and rule.source for rule in market.rules)
    ids = [rule.id for rule in market.rules]
    assert len(ids) == len(set(ids))
    other = "KR-" if market.country == "SG" else "SG-"
    assert not [rule_id for rule_id in ids if rule_id.startswith(other)]
    assert all(rule.source for rule in TAX_RULES)


def test_a_market_we_have_no_rules_for_is_refused() -> None:
    with pytest.raises(ValueError, match="JP"):
        policy("JP", Switches.safe())
    assert SG.orders_by_distance
    assert not policy("SG", Switches(distance_order=False)).orders_by_distance
