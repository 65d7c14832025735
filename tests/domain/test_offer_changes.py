"""What two versions of an offer say differently, once each."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.money import Money
from webapp.domain.offers import (
    NOT_COMPARED,
    Change,
    Consultation,
    Eligibility,
    Fee,
    Injector,
    Numbing,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    RefundBasis,
    Tax,
    changed_fields,
    changes,
    same_terms,
)
from webapp.domain.units import Quantity, Unit

pytestmark = pytest.mark.once

HEALER = Part("rejuran_healer", Decimal(2), Unit.ML)
TERMS = OfferTerms("Healer", "SGD", Money(50000, "SGD"), (HEALER,), tax=Tax.INCLUSIVE, source="seed")

# Another value for every field that is compared, but for those that only change together with another.
OTHER: dict[str, Any] = {
    "title": "Healer, evening",
    "price": Money(52000, "SGD"),
    "tax": Tax.EXCLUSIVE,
    "price_kind": PriceKind.EVENT,
    "price_basis": PriceBasis.PER_SESSION,
    "tax_rate": Decimal(9),
    "regular_price": Money(60000, "SGD"),
    "valid_from": date(2026, 11, 1),
    "valid_until": date(2026, 11, 30),
    "event_target": "new patients",
    "event_scope": "one session",
    "eligibility": Eligibility.FIRST_VISIT,
    "weekday_only": False,
    "once_per_patient": True,
    "consultation_waived": False,
    "other_fees": (),
    "numbing": Numbing.NONE,
    "injector": Injector.DOCTOR,
    "same_price_for_foreigners": True,
    "parts_complete": False,
    "expires_after_days": 365,
    "refund_basis": RefundBasis.LESS_SINGLES,
    "refund_terms": "none after the first session",
}


def test_every_field_of_an_offer_is_compared_here() -> None:
    elsewhere = {"currency", "consultation", "consultation_fee", "parts"}
    assert set(OTHER) | elsewhere | NOT_COMPARED == {f.name for f in fields(OfferTerms)}


@pytest.mark.parametrize("name", OTHER)
def test_a_field_that_says_something_else_is_named_with_both_values(name: str) -> None:
    now = replace(TERMS, **{name: OTHER[name]})
    assert changes(TERMS, now) == (Change(name, getattr(TERMS, name), OTHER[name]),)
    assert changes(now, TERMS) == (Change(name, OTHER[name], getattr(TERMS, name)),)


def test_where_it_was_read_and_when_it_was_confirmed_is_no_change() -> None:
    assert changes(TERMS, replace(TERMS, source="feed", verified_on=date(2026, 11, 21))) == ()


def test_not_stated_and_no_are_two_things() -> None:
    assert changes(TERMS, replace(TERMS, other_fees=())) == (Change("other_fees", None, ()),)
    assert changes(TERMS, replace(TERMS, weekday_only=False)) == (Change("weekday_only", None, False),)


def test_another_currency_is_said_with_the_amounts() -> None:
    won = replace(TERMS, currency="KRW", price=Money(300000, "KRW"))
    assert changes(TERMS, won) == (Change("price", Money(50000, "SGD"), Money(300000, "KRW")),)


def test_another_currency_is_said_by_itself_where_there_is_no_amount() -> None:
    asked = replace(TERMS, price=None, price_kind=PriceKind.ON_REQUEST)
    assert changes(asked, replace(asked, currency="KRW")) == (Change("currency", "SGD", "KRW"),)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (None, Consultation.INCLUDED),
        (Consultation.INCLUDED, Money(3000, "SGD")),
        (Money(3000, "SGD"), Money(5000, "SGD")),
        (Money(3000, "SGD"), None),
    ],
)
def test_the_consultation_is_one_change(then: Any, now: Any) -> None:
    def saying(value: Any) -> OfferTerms:
        if isinstance(value, Money):
            return replace(TERMS, consultation=Consultation.FEE, consultation_fee=value)
        return replace(TERMS, consultation=value)

    assert changes(saying(then), saying(now)) == (Change("consultation_fee", then, now),)


def of_parts(then: tuple[Part, ...], now: tuple[Part, ...]) -> tuple[Change, ...]:
    return changes(replace(TERMS, parts=then), replace(TERMS, parts=now))


def test_of_the_same_treatments_each_part_says_what_it_changed() -> None:
    booster = Part("ha_booster", Decimal(1), Unit.ML)
    less = replace(HEALER, quantity=Decimal(1))
    more = replace(booster, sessions=3, areas=("face", "neck"), interval_weeks=4, words="by cannula")
    assert of_parts((HEALER, booster), (less, more)) == (
        Change("quantity", Quantity(Decimal(2), Unit.ML), Quantity(Decimal(1), Unit.ML), 0),
        Change("sessions", 1, 3, 1),
        Change("areas", (), ("face", "neck"), 1),
        Change("interval_weeks", None, 4, 1),
        Change("words", None, "by cannula", 1),
    )


def test_two_ml_and_two_vials_are_two_quantities() -> None:
    vials = replace(HEALER, unit=Unit.VIAL)
    (change,) = of_parts((HEALER,), (vials,))
    assert (change.field, change.then, change.now) == ("quantity", HEALER.amount, vials.amount)


def test_a_unit_without_a_number_is_a_change_of_its_own() -> None:
    vial = Part("rejuran_healer", None, Unit.VIAL)
    assert of_parts((vial,), (replace(vial, unit=Unit.SYRINGE),)) == (
        Change("unit", Unit.VIAL, Unit.SYRINGE, 0),
    )


def test_a_part_added_taken_or_put_elsewhere_changes_the_parts() -> None:
    booster = Part("ha_booster", Decimal(1), Unit.ML)
    for now in ((HEALER, booster), (), (booster,)):
        assert of_parts((HEALER,), now) == (Change("parts", (HEALER,), now),)
    assert of_parts((HEALER, booster), (booster, HEALER))[0].field == "parts"


PARTS = st.builds(
    Part,
    treatment=st.sampled_from(["rejuran_healer", "ha_booster", None]),
    quantity=st.sampled_from([Decimal(1), Decimal("2.0"), Decimal(2)]),
    unit=st.sampled_from([Unit.ML, Unit.VIAL]),
    sessions=st.integers(1, 2),
    areas=st.sampled_from([(), ("face",)]),
    interval_weeks=st.sampled_from([None, 4]),
    words=st.sampled_from([None, "words"]),
) | st.builds(Part, treatment=st.just("rejuran_healer"), unit=st.sampled_from([None, Unit.ML, Unit.VIAL]))


@st.composite
def offers(draw: st.DrawFn) -> OfferTerms:
    currency = draw(st.sampled_from(["SGD", "KRW"]))
    money = st.builds(Money, st.sampled_from([100, 200]), st.just(currency))
    price = draw(st.none() | money)
    fee = draw(st.none() | money)
    return OfferTerms(
        title=draw(st.sampled_from(["a", "b"])),
        currency=currency,
        price=price,
        parts=tuple(draw(st.lists(PARTS, max_size=2))),
        price_kind=PriceKind.ON_REQUEST if price is None else PriceKind.REGULAR,
        consultation=Consultation.FEE
        if fee is not None
        else draw(st.sampled_from([None, Consultation.INCLUDED])),
        consultation_fee=fee,
        other_fees=draw(
            st.none() | st.lists(st.builds(Fee, st.just("medicine"), money), max_size=1).map(tuple)
        ),
        source=draw(st.sampled_from(["a", "b"])),
    )


@given(then=offers(), now=offers())
def test_there_are_changes_exactly_where_the_terms_differ(then: OfferTerms, now: OfferTerms) -> None:
    found = changes(then, now)
    bare = [replace(terms, source="", verified_on=None) for terms in (then, now)]
    assert (
        bool(found) == (bare[0] != bare[1]) == (not same_terms(then, now)) == bool(changed_fields(then, now))
    )
    assert all(change.then != change.now for change in found)
    assert len({(change.field, change.part) for change in found}) == len(found)
    assert [replace(change, then=change.now, now=change.then) for change in found] == list(changes(now, then))
