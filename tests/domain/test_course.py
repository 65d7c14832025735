"""A course from one offer: what adds up, what is left over, and every reason why no total stands."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.money import Money
from webapp.domain.offers import (
    Condition,
    Consultation,
    Eligibility,
    Fee,
    Incomplete,
    LeftOver,
    Line,
    LineKind,
    Mismatch,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    Tax,
    Want,
    course_sum,
    price_of_one,
)
from webapp.domain.units import Quantity, Unit

ON = date(2026, 3, 10)
TWO_ML = Quantity(Decimal(2), Unit.ML)
HEALER = Part("rejuran_healer", Decimal(2), Unit.ML)
BOOSTER = Part("ha_booster_generic", Decimal(2), Unit.ML)
SINGLE = OfferTerms(
    title="Rejuran Healer 2 ml",
    currency="SGD",
    price=Money(38000, "SGD"),
    parts=(HEALER,),
    tax=Tax.INCLUSIVE,
    consultation=Consultation.INCLUDED,
    verified_on=ON - timedelta(days=2),
)
WANT = Want("rejuran_healer", 3, TWO_ML)


def sgd(minor: int) -> Money:
    return Money(minor, "SGD")


def changed(**change: Any) -> OfferTerms:
    return replace(SINGLE, **change)


def test_singles_add_up_to_the_course() -> None:
    bill = course_sum(SINGLE, WANT, ON)
    assert bill.lines == (Line(LineKind.OFFER, 3, sgd(38000), sgd(114000), "Rejuran Healer 2 ml"),)
    assert (bill.total, bill.reasons, bill.left_over, bill.covered) == (sgd(114000), (), (), 3)
    assert bill.complete


def test_what_is_sold_as_three_is_bought_twice_for_four_and_leaves_two() -> None:
    course = changed(price=sgd(99000), parts=(replace(HEALER, sessions=3),))
    bill = course_sum(course, replace(WANT, sessions=4), ON)
    assert (bill.times, bill.total) == (2, sgd(198000))
    assert bill.left_over == (LeftOver(course.parts[0], 2),)


def test_a_combo_leaves_over_the_parts_nobody_asked_for() -> None:
    trio = changed(price=sgd(118000), parts=(replace(HEALER, sessions=3), BOOSTER))
    bill = course_sum(trio, WANT, ON)
    assert bill.total == sgd(118000)
    assert bill.left_over == (LeftOver(BOOSTER, 1),)


def test_sessions_of_two_parts_of_one_treatment_add_up() -> None:
    both = changed(parts=(replace(HEALER, sessions=2, areas=("face",)), replace(HEALER, areas=("neck",))))
    bill = course_sum(both, WANT, ON)
    assert (bill.times, bill.left_over, bill.total) == (1, (), sgd(38000))


def test_two_of_one_ml_are_not_one_of_two_ml() -> None:
    one_ml = changed(parts=(replace(HEALER, quantity=Decimal(1), sessions=2),))
    bill = course_sum(one_ml, replace(WANT, sessions=1), ON)
    assert (bill.mismatch, bill.total, bill.lines) == (Mismatch.QUANTITY, None, ())


@pytest.mark.parametrize("unit", [Unit.VIAL, Unit.SYRINGE, Unit.SHOT, Unit.SESSION])
def test_no_other_unit_is_ml(unit: Unit) -> None:
    assert course_sum(changed(parts=(replace(HEALER, unit=unit),)), WANT, ON).mismatch is Mismatch.QUANTITY
    unknown = replace(HEALER, unit=unit, quantity=None)
    assert course_sum(changed(parts=(unknown,)), WANT, ON).mismatch is Mismatch.QUANTITY


def test_another_treatment_and_the_files_other_match_nothing() -> None:
    assert course_sum(changed(parts=(BOOSTER,)), WANT, ON).mismatch is Mismatch.TREATMENT
    assert (
        course_sum(changed(parts=(replace(HEALER, treatment=None),)), WANT, ON).mismatch is Mismatch.TREATMENT
    )


def test_a_quantity_that_is_not_stated_makes_the_sum_incomplete() -> None:
    bill = course_sum(changed(parts=(Part("rejuran_healer"),)), WANT, ON)
    assert (bill.mismatch, bill.total, bill.reasons) == (None, None, (Incomplete.QUANTITY_UNKNOWN,))
    assert bill.lines
    assert course_sum(changed(parts=(Part("rejuran_healer"),)), Want("rejuran_healer", 1), ON).total is None


def test_a_part_that_states_its_quantity_goes_before_one_that_does_not() -> None:
    bill = course_sum(changed(parts=(Part("rejuran_healer"), HEALER)), replace(WANT, sessions=1), ON)
    assert bill.parts == (HEALER,)
    assert bill.total == sgd(38000)


def test_an_area_is_asked_for_only_when_the_reader_names_one() -> None:
    face = changed(parts=(replace(HEALER, areas=("face",)),))
    assert course_sum(face, WANT, ON).complete
    assert course_sum(face, replace(WANT, area="face"), ON).complete
    assert course_sum(face, replace(WANT, area="neck"), ON).mismatch is Mismatch.AREA
    assert course_sum(SINGLE, replace(WANT, area="neck"), ON).reasons == (Incomplete.AREA_UNKNOWN,)


def test_a_face_and_neck_price_is_not_one_for_the_face() -> None:
    both = changed(parts=(replace(HEALER, areas=("neck", "face")),))
    assert course_sum(both, replace(WANT, area="face"), ON).mismatch is Mismatch.AREA
    assert course_sum(both, replace(WANT, area="face;neck"), ON).complete


@pytest.mark.parametrize(
    ("basis", "part", "one"),
    [
        (PriceBasis.TOTAL, replace(HEALER, sessions=3), sgd(38000)),
        (PriceBasis.PER_SESSION, replace(HEALER, sessions=3), sgd(114000)),
        (PriceBasis.PER_UNIT, replace(HEALER, sessions=3), sgd(228000)),
        (PriceBasis.PER_UNIT, replace(HEALER, quantity=Decimal("2.5")), sgd(95000)),
        (PriceBasis.PER_UNIT, Part("rejuran_healer"), None),
        (PriceBasis.PER_SESSION, Part("rejuran_healer"), sgd(38000)),
    ],
)
def test_the_price_of_one_purchase(basis: PriceBasis, part: Part, one: Money | None) -> None:
    assert price_of_one(changed(price_basis=basis, parts=(part,))) == one


def test_a_price_per_unit_without_its_quantity_has_no_line() -> None:
    bill = course_sum(changed(price_basis=PriceBasis.PER_UNIT, parts=(Part("rejuran_healer"),)), WANT, ON)
    assert (bill.lines, bill.total, bill.reasons) == ((), None, (Incomplete.QUANTITY_UNKNOWN,))


def test_a_price_per_unit_is_rounded_half_up_once_per_session() -> None:
    odd = changed(
        price=sgd(10001), price_basis=PriceBasis.PER_UNIT, parts=(replace(HEALER, quantity=Decimal("2.5")),)
    )
    bill = course_sum(odd, Want("rejuran_healer", 3), ON)
    assert bill.total == sgd(3 * 25003)


def test_exclusive_tax_is_a_line_of_its_own_on_everything() -> None:
    terms = changed(
        tax=Tax.EXCLUSIVE,
        tax_rate=Decimal(9),
        consultation=Consultation.FEE,
        consultation_fee=sgd(5000),
        other_fees=(Fee("medicine", sgd(2050)),),
    )
    bill = course_sum(terms, WANT, ON)
    assert [(line.kind, line.count, line.amount.amount, line.label) for line in bill.lines] == [
        (LineKind.OFFER, 3, 114000, "Rejuran Healer 2 ml"),
        (LineKind.CONSULTATION, 1, 5000, None),
        (LineKind.OTHER_FEE, 3, 6150, "medicine"),
        (LineKind.TAX, 1, 11264, None),  # 9 % of 1,251.50 is 112.635
    ]
    assert bill.lines[-1].rate == Decimal(9)
    assert bill.total == sgd(136414)


def test_a_waived_consultation_costs_nothing_and_shows_its_fee() -> None:
    waived = changed(consultation=Consultation.FEE, consultation_fee=sgd(5000), consultation_waived=True)
    bill = course_sum(waived, WANT, ON)
    assert bill.lines[1] == Line(LineKind.CONSULTATION_WAIVED, 0, sgd(5000), sgd(0))
    assert bill.total == sgd(114000)
    unnamed = course_sum(changed(consultation=None, consultation_waived=True), WANT, ON)
    assert unnamed.lines[1].each is None
    assert unnamed.total == sgd(114000)


def test_a_fee_that_nobody_says_is_waived_is_paid() -> None:
    fee = changed(consultation=Consultation.FEE, consultation_fee=sgd(5000))
    assert course_sum(fee, WANT, ON).total == sgd(119000)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tax": Tax.UNKNOWN}, Incomplete.TAX_UNKNOWN),
        ({"tax": Tax.EXCLUSIVE}, Incomplete.TAX_RATE_UNKNOWN),
        ({"consultation": None}, Incomplete.CONSULTATION_FEE_UNKNOWN),
        ({"consultation": None, "consultation_waived": False}, Incomplete.CONSULTATION_FEE_UNKNOWN),
        ({"price": None, "price_kind": PriceKind.ON_REQUEST}, Incomplete.PRICE_ON_REQUEST),
        ({"parts_complete": False}, Incomplete.PARTS_INCOMPLETE),
        ({"verified_on": None}, Incomplete.PRICE_UNCONFIRMED),
        ({"verified_on": ON - timedelta(days=46)}, Incomplete.PRICE_STALE),
        ({"valid_until": ON - timedelta(days=1)}, Incomplete.PRICE_EXPIRED),
        ({"valid_from": ON + timedelta(days=1)}, Incomplete.PRICE_NOT_YET_VALID),
        ({"price_kind": PriceKind.EVENT, "valid_until": ON - timedelta(days=1)}, Incomplete.EVENT_ENDED),
        (
            {
                "price_kind": PriceKind.EVENT,
                "valid_from": ON + timedelta(days=1),
                "valid_until": ON + timedelta(days=9),
            },
            Incomplete.EVENT_NOT_STARTED,
        ),
        ({"price_kind": PriceKind.EVENT}, Incomplete.EVENT_DATES_UNKNOWN),
    ],
)
def test_every_reason_takes_the_total_away(change: dict[str, Any], reason: Incomplete) -> None:
    bill = course_sum(changed(**change), WANT, ON)
    assert bill.reasons == (reason,)
    assert bill.total is None


@pytest.mark.parametrize(
    "change",
    [
        {
            "numbing": None,
            "injector": None,
            "weekday_only": None,
            "once_per_patient": None,
            "other_fees": None,
        },
        {"verified_on": ON - timedelta(days=45)},
        {"price_kind": PriceKind.EVENT, "valid_until": ON},
        {"eligibility": Eligibility.RETURNING},
    ],
)
def test_what_is_no_reason(change: dict[str, Any]) -> None:
    assert course_sum(changed(**change), WANT, ON).total == sgd(114000)


def test_the_age_of_a_price_is_a_setting() -> None:
    old = changed(verified_on=ON - timedelta(days=60))
    assert not course_sum(old, WANT, ON).complete
    assert course_sum(old, WANT, ON, max_price_age_days=60).complete
    assert course_sum(old, WANT, ON, max_price_age_days=None).complete


@pytest.mark.parametrize("limit", [{"once_per_patient": True}, {"eligibility": Eligibility.FIRST_VISIT}])
def test_what_may_be_bought_once_is_not_multiplied(limit: dict[str, Any]) -> None:
    bill = course_sum(changed(**limit), WANT, ON)
    assert (bill.times, bill.covered, bill.total) == (1, 1, None)
    assert bill.reasons == (Incomplete.CANNOT_REPEAT,)
    enough = course_sum(changed(**limit), replace(WANT, sessions=1), ON)
    assert enough.total == sgd(38000)
    assert enough.conditions in {(Condition.ONCE_PER_PATIENT,), (Condition.FIRST_VISIT_ONLY,)}


def test_several_reasons_stand_in_a_fixed_order() -> None:
    worst = changed(tax=Tax.UNKNOWN, consultation=None, parts=(Part("rejuran_healer"),), verified_on=None)
    assert course_sum(worst, WANT, ON).reasons == (
        Incomplete.PRICE_UNCONFIRMED,
        Incomplete.QUANTITY_UNKNOWN,
        Incomplete.TAX_UNKNOWN,
        Incomplete.CONSULTATION_FEE_UNKNOWN,
    )


def test_nothing_is_wanted_less_than_once() -> None:
    with pytest.raises(ValueError, match="session"):
        Want("rejuran_healer", 0)


@given(
    price=st.integers(1, 10**9),
    held=st.integers(1, 12),
    wanted=st.integers(1, 30),
    fee=st.none() | st.integers(0, 10**6),
    rate=st.none() | st.decimals(0, 30, places=2),
    visit_fees=st.lists(st.integers(0, 10**6), max_size=3),
)
def test_a_bill_adds_up_and_loses_no_session(
    price: int, held: int, wanted: int, fee: int | None, rate: Decimal | None, visit_fees: list[int]
) -> None:
    terms = changed(
        price=sgd(price),
        parts=(replace(HEALER, sessions=held),),
        tax=Tax.INCLUSIVE if rate is None else Tax.EXCLUSIVE,
        tax_rate=rate,
        consultation=Consultation.INCLUDED if fee is None else Consultation.FEE,
        consultation_fee=None if fee is None else sgd(fee),
        other_fees=tuple(Fee("medicine", sgd(amount)) for amount in visit_fees),
    )
    bill = course_sum(terms, replace(WANT, sessions=wanted), ON)
    assert bill.total is not None
    assert bill.total.amount == sum(line.amount.amount for line in bill.lines)
    assert all(line.each is not None and line.each * line.count == line.amount for line in bill.lines)
    net = price * bill.times + (fee or 0) + sum(visit_fees) * wanted
    assert abs(bill.total.amount - net * (1 + (rate or Decimal(0)) / 100)) <= Decimal("0.5")
    assert bill.times * held == wanted + sum(left.sessions for left in bill.left_over)
    assert (bill.times - 1) * held < wanted
