"""Offer terms: what is a combo, when a price holds, when it is stale, and what is listed as not stated."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from webapp.domain.money import CurrencyMismatch, Money, UnknownCurrency
from webapp.domain.offers import (
    LISTING_AGE_DAYS,
    PRICE_AGE_DAYS,
    Condition,
    Consultation,
    Eligibility,
    EventState,
    Fee,
    Field,
    Injector,
    Numbing,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    Tax,
    conditions,
    is_stale,
    unstated,
)
from webapp.domain.units import Quantity, Unit

ON = date(2026, 3, 10)
HEALER = Part("rejuran_healer", Decimal(2), Unit.ML, areas=("face",))
STATED = OfferTerms(
    title="Rejuran Healer 2 ml",
    currency="SGD",
    price=Money(38000, "SGD"),
    parts=(HEALER,),
    tax=Tax.INCLUSIVE,
    weekday_only=False,
    once_per_patient=False,
    consultation=Consultation.INCLUDED,
    other_fees=(),
    numbing=Numbing.INCLUDED,
    injector=Injector.DOCTOR,
    same_price_for_foreigners=True,
    source="the clinic's price list",
    verified_on=ON,
)


def test_an_offer_that_states_everything_leaves_nothing_open() -> None:
    assert unstated(STATED) == ()
    assert conditions(STATED) == ()


def test_what_an_offer_does_not_state_is_listed_in_a_fixed_order() -> None:
    bare = OfferTerms("Rejuran", "SGD", Money(38000, "SGD"), (Part("rejuran_healer"),))
    assert unstated(bare) == (
        Field.TAX,
        Field.QUANTITY,
        Field.AREAS,
        Field.CONSULTATION_FEE,
        Field.OTHER_FEES,
        Field.NUMBING,
        Field.INJECTOR,
        Field.WEEKDAYS,
        Field.ONCE_PER_PATIENT,
        Field.SAME_PRICE_FOR_FOREIGNERS,
        Field.CONFIRMED,
    )


def test_expiry_and_refund_matter_only_where_sessions_are_prepaid() -> None:
    course = replace(STATED, parts=(replace(HEALER, sessions=3),))
    assert unstated(course) == (Field.EXPIRY, Field.REFUND)
    assert unstated(replace(course, expires_after_days=365, refund_terms="none")) == ()
    assert conditions(replace(course, expires_after_days=365)) == (Condition.EXPIRES,)


def test_a_waiver_is_asked_for_only_where_there_is_a_fee() -> None:
    fee = replace(STATED, consultation=Consultation.FEE, consultation_fee=Money(5000, "SGD"))
    assert unstated(fee) == (Field.CONSULTATION_WAIVED,)
    assert unstated(replace(fee, consultation_waived=False)) == ()
    assert unstated(replace(STATED, consultation=None, consultation_waived=True)) == ()


def test_exclusive_tax_needs_its_rate() -> None:
    assert unstated(replace(STATED, tax=Tax.EXCLUSIVE)) == (Field.TAX_RATE,)
    assert unstated(replace(STATED, tax=Tax.EXCLUSIVE, tax_rate=Decimal(9))) == ()


def test_two_parts_are_a_combo_and_so_is_one_that_hides_the_rest() -> None:
    assert not STATED.is_combo
    assert replace(STATED, parts=(HEALER, Part("ha_booster_generic"))).is_combo
    hidden = replace(STATED, parts_complete=False)
    assert hidden.is_combo
    assert unstated(hidden) == (Field.PARTS,)


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        ({"eligibility": Eligibility.FIRST_VISIT}, Condition.FIRST_VISIT_ONLY),
        ({"eligibility": Eligibility.RETURNING}, Condition.RETURNING_ONLY),
        ({"weekday_only": True}, Condition.WEEKDAYS_ONLY),
        ({"once_per_patient": True}, Condition.ONCE_PER_PATIENT),
        ({"numbing": Numbing.EXTRA}, Condition.NUMBING_EXTRA),
        ({"same_price_for_foreigners": False}, Condition.OTHER_PRICE_FOR_FOREIGNERS),
    ],
)
def test_conditions_are_named(change: dict[str, object], condition: Condition) -> None:
    assert conditions(replace(STATED, **change)) == (condition,)  # type: ignore[arg-type]


def test_the_first_and_the_last_day_belong_to_an_event() -> None:
    event = replace(
        STATED, price_kind=PriceKind.EVENT, valid_from=date(2026, 3, 1), valid_until=date(2026, 3, 31)
    )
    assert event.event_state(date(2026, 2, 28)) is EventState.NOT_STARTED
    assert event.event_state(date(2026, 3, 1)) is EventState.ACTIVE
    assert event.event_state(date(2026, 3, 31)) is EventState.ACTIVE
    assert event.event_state(date(2026, 4, 1)) is EventState.ENDED
    assert STATED.event_state(date(1990, 1, 1)) is EventState.ACTIVE


@pytest.mark.parametrize("age", [PRICE_AGE_DAYS, LISTING_AGE_DAYS])
def test_a_fact_is_stale_on_the_day_after_its_age(age: int) -> None:
    assert not is_stale(ON - timedelta(days=age), ON, age)
    assert is_stale(ON - timedelta(days=age + 1), ON, age)


def test_a_fact_that_nobody_confirmed_is_stale() -> None:
    assert is_stale(None, ON, 45)
    assert replace(STATED, verified_on=None).is_stale(ON)
    assert not STATED.is_stale(ON)


def test_ages_are_those_of_the_fields_rules() -> None:
    assert (PRICE_AGE_DAYS, LISTING_AGE_DAYS) == (45, 180)


@pytest.mark.parametrize(
    "change",
    [
        {"price": Money(250000, "KRW")},
        {"regular_price": Money(250000, "KRW")},
        {"other_fees": (Fee("medicine", Money(20000, "KRW")),)},
        {"consultation": Consultation.FEE, "consultation_fee": Money(10000, "KRW")},
    ],
)
def test_one_offer_has_one_currency(change: dict[str, object]) -> None:
    with pytest.raises(CurrencyMismatch):
        replace(STATED, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"price": None},
        {"consultation": Consultation.FEE},
        {"consultation_fee": Money(5000, "SGD")},
        {"price_basis": PriceBasis.PER_UNIT, "parts": (HEALER, HEALER)},
    ],
)
def test_terms_that_contradict_themselves_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        replace(STATED, **change)  # type: ignore[arg-type]


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnknownCurrency):
        OfferTerms("x", "XXX", None, (), price_kind=PriceKind.ON_REQUEST)


def test_a_part_has_sessions_and_a_quantity_has_a_unit() -> None:
    with pytest.raises(ValueError, match="session"):
        Part("rejuran_healer", sessions=0)
    with pytest.raises(ValueError, match="unit"):
        Part("rejuran_healer", quantity=Decimal(2))
    assert HEALER.amount == Quantity(Decimal(2), Unit.ML)
    assert Part("rejuran_healer", unit=Unit.SYRINGE).amount is None
