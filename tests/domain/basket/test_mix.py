"""Baskets at one clinic: what is bought, what is left over, and every reason why no total stands."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.domain.basket.clinic_menus import (
    BOOSTER,
    EYE,
    HEALER,
    ON,
    TWO_ML,
    WANT_BOOSTER,
    WANT_HEALER,
    bought,
    mix,
    offer,
    times,
)
from webapp.domain.basket import (
    Difference,
    Gap,
    Lacking,
    LeftOverOf,
    Reader,
    SetAside,
    TooLarge,
    UnsettledAmount,
    cheapest_mix,
    mixes,
    stated_amounts,
)
from webapp.domain.money import CurrencyMismatch, Money
from webapp.domain.offers import (
    Condition,
    Consultation,
    Eligibility,
    Fee,
    Field,
    Incomplete,
    LineKind,
    Numbing,
    PriceBasis,
    PriceKind,
    Tax,
    Want,
    course_sum,
)
from webapp.domain.units import Quantity, Unit


def sgd(minor: int) -> Money:
    return Money(minor, "SGD")


def test_the_course_of_three_loses_where_three_singles_cost_less() -> None:
    found = mix(offer("course", 200000, times(HEALER, 3)), offer("single", 65000))
    assert (bought(found), found.total) == ({"single": 3}, sgd(195000))


def test_two_treatments_in_one_combo_serve_both_wants() -> None:
    found = mix(
        offer("both", 90000, HEALER, BOOSTER),
        offer("healer", 65000),
        offer("booster", 40000, BOOSTER),
        wants=(WANT_HEALER, WANT_BOOSTER),
    )
    assert (bought(found), found.total) == ({"both": 1, "healer": 2}, sgd(220000))


def test_another_variant_of_the_family_is_not_comparable_and_a_stranger_is_not_mentioned() -> None:
    families = {"rejuran_healer": "rejuran", "rejuran_eye": "rejuran"}
    menu = [offer("eye", 1, EYE), offer("booster", 1, BOOSTER)]
    found = cheapest_mix(menu, (WANT_HEALER,), ON, Reader(), families=families)
    assert [(row.ref, row.differs_in) for row in found.not_comparable] == [
        ("eye", (Difference.VARIANT, Difference.QUANTITY))
    ]
    assert found.gaps == (Gap(WANT_HEALER, 3, Lacking.NOT_COMPARABLE),)
    assert mix(*menu).gaps == (Gap(WANT_HEALER, 3, Lacking.NOT_OFFERED),)


def test_an_area_is_equal_not_merely_among_those_named() -> None:
    want = replace(WANT_HEALER, area="face", sessions=1)
    face = offer("face", 65000, replace(HEALER, areas=("face",)))
    both = offer("both", 60000, replace(HEALER, areas=("face", "neck")))
    silent = offer("silent", 50000)
    found = mix(face, both, silent, wants=(want,))
    assert bought(found) == {"face": 1}
    assert [(row.ref, row.differs_in) for row in found.not_comparable] == [("both", (Difference.AREA,))]
    assert found.set_aside == (SetAside("silent", (Incomplete.AREA_UNKNOWN,), ()),)
    assert bought(mix(face, both, silent, wants=(replace(want, area="face;neck"),))) == {"both": 1}
    assert bought(mix(face, both, silent, wants=(replace(want, area=None),))) == {"silent": 1}


def test_a_price_without_tax_is_compared_with_its_tax() -> None:
    found = mix(
        offer("with", 65000),
        offer("without", 60000, tax=Tax.EXCLUSIVE, tax_rate=Decimal(9)),
        wants=(replace(WANT_HEALER, sessions=1),),
    )
    assert (bought(found), found.total) == ({"with": 1}, sgd(65000))
    cheaper = mix(
        offer("with", 65000),
        offer("without", 59600, tax=Tax.EXCLUSIVE, tax_rate=Decimal(9)),
        wants=(replace(WANT_HEALER, sessions=1),),
    )
    assert (bought(cheaper), cheaper.total) == ({"without": 1}, sgd(64964))


def test_tax_is_rounded_once_per_rate_on_the_sum() -> None:
    found = mix(offer("single", 33, tax=Tax.EXCLUSIVE, tax_rate=Decimal(9)))
    # 9 % of 0.99 is 0.0891: three taxes of 0.03 each would be right only by chance, half up on the sum is 0.09.
    assert [(line.kind, line.amount.amount) for line in found.lines] == [
        (LineKind.OFFER, 99),
        (LineKind.TAX, 9),
    ]
    assert found.total == sgd(108)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"consultation": None}, Incomplete.CONSULTATION_FEE_UNKNOWN),
        ({"tax": Tax.EXCLUSIVE, "tax_rate": None}, Incomplete.TAX_RATE_UNKNOWN),
        ({"parts": (replace(HEALER, quantity=None, unit=None),)}, Incomplete.QUANTITY_UNKNOWN),
        ({"price_kind": PriceKind.ON_REQUEST, "price": None}, Incomplete.PRICE_ON_REQUEST),
        ({"verified_on": ON - timedelta(days=46)}, Incomplete.PRICE_STALE),
        ({"verified_on": None}, Incomplete.PRICE_UNCONFIRMED),
        ({"parts_complete": False}, Incomplete.PARTS_INCOMPLETE),
        (
            {"price_kind": PriceKind.EVENT, "valid_until": ON - timedelta(days=1)},
            Incomplete.EVENT_ENDED,
        ),
        (
            {"price_kind": PriceKind.EVENT, "valid_from": ON + timedelta(days=1)},
            Incomplete.EVENT_NOT_STARTED,
        ),
    ],
)
def test_what_is_open_leaves_the_total_and_says_why(change: dict[str, object], reason: Incomplete) -> None:
    open_offer = offer("open", 1, **change)
    beside = mix(open_offer, offer("stated", 65000))
    assert (bought(beside), beside.total) == ({"stated": 3}, sgd(195000))
    assert beside.set_aside == (SetAside("open", (reason,), ()),)
    alone = mix(open_offer)
    assert (alone.total, alone.reasons, alone.gaps) == (None, (reason,), ())
    assert bought(alone) == {"open": 3}


def test_an_incomplete_combo_is_never_used_silently() -> None:
    combo = offer("trio", 1000, HEALER, BOOSTER, parts_complete=False)
    found = mix(combo, offer("single", 65000))
    assert bought(found) == {"single": 3}
    assert found.set_aside == (SetAside("trio", (Incomplete.PARTS_INCOMPLETE,), ()),)


def test_the_age_of_a_price_is_the_callers_to_set() -> None:
    old = offer("old", 50000, verified_on=date(2025, 1, 1))
    assert cheapest_mix([old], (WANT_HEALER,), ON, Reader(), 45).total is None
    assert cheapest_mix([old], (WANT_HEALER,), ON, Reader(), None).total == sgd(150000)


def test_what_is_for_the_first_visit_is_bought_once_and_only_by_who_says_so() -> None:
    first = offer("first", 30000, eligibility=Eligibility.FIRST_VISIT)
    menu = (first, offer("single", 65000))
    assert bought(mix(*menu, reader=Reader(first_visit=True))) == {"first": 1, "single": 2}
    assert bought(mix(*menu, reader=Reader(first_visit=False))) == {"single": 3}
    silent = mix(*menu)
    assert bought(silent) == {"single": 3}
    assert silent.set_aside == (SetAside("first", (), (Condition.FIRST_VISIT_ONLY,)),)
    alone = mix(first)
    assert alone.gaps == (Gap(WANT_HEALER, 3, Lacking.NOT_FOR_READER),)


def test_what_a_returning_patient_pays_is_not_for_a_first_visit() -> None:
    returning = offer("returning", 30000, eligibility=Eligibility.RETURNING)
    assert mix(returning, reader=Reader(first_visit=False)).total == sgd(90000)
    assert mix(returning, reader=Reader(first_visit=True)).total is None
    assert mix(returning).total is None


def test_weekdays_and_prices_for_residents_are_asked_for() -> None:
    weekday = offer("weekday", 30000, weekday_only=True)
    residents = offer("residents", 20000, same_price_for_foreigners=False)
    menu = (weekday, residents, offer("single", 65000))
    assert bought(mix(*menu)) == {"single": 3}
    assert bought(mix(*menu, reader=Reader(weekdays=True))) == {"weekday": 3}
    assert bought(mix(*menu, reader=Reader(weekdays=True, foreign=False))) == {"residents": 3}
    assert bought(mix(*menu, reader=Reader(weekdays=False, foreign=True))) == {"single": 3}


def test_once_per_patient_covers_what_it_can_and_the_rest_is_a_gap() -> None:
    once = offer("once", 30000, times(HEALER, 2), once_per_patient=True)
    found = mix(once)
    assert (found.total, bought(found)) == (None, {"once": 1})
    assert found.gaps == (Gap(WANT_HEALER, 1, Lacking.CANNOT_REPEAT),)
    assert mix(once, offer("single", 65000)).total == sgd(95000)


def test_two_offers_for_once_are_both_bought() -> None:
    menu = [offer(ref, 30000, once_per_patient=True) for ref in ("a", "b", "c")]
    assert mix(*menu).total == sgd(90000)
    assert mix(*menu[:2]).gaps == (Gap(WANT_HEALER, 1, Lacking.CANNOT_REPEAT),)


def test_a_consultation_is_paid_once_and_its_fee_is_part_of_the_choice() -> None:
    fee = {"consultation": Consultation.FEE, "consultation_fee": sgd(9000)}
    with_fee = offer("fee", 62000, **fee)
    found = mix(with_fee, offer("single", 65000))
    # 3 × 620 + 90 = 1,950 is no better than 3 × 650; for four sessions the fee pays.
    assert found.total == sgd(195000)
    four = mix(with_fee, offer("single", 65000), wants=(replace(WANT_HEALER, sessions=4),))
    assert (bought(four), four.total) == ({"fee": 4}, sgd(257000))
    assert [(line.kind, line.count, line.amount.amount) for line in four.lines] == [
        (LineKind.OFFER, 4, 248000),
        (LineKind.CONSULTATION, 1, 9000),
    ]


def test_the_dearest_consultation_of_what_is_bought_is_charged_once() -> None:
    fee = {"consultation": Consultation.FEE}
    found = mix(
        offer("a", 62000, consultation_fee=sgd(5000), **fee),
        offer("b", 40000, BOOSTER, consultation_fee=sgd(8000), **fee),
        offer("waived", 1, EYE, consultation_fee=sgd(9000), consultation_waived=True, **fee),
        wants=(WANT_HEALER, WANT_BOOSTER, Want("rejuran_eye", 1, Quantity(Decimal(1), Unit.ML))),
    )
    assert [line.amount.amount for line in found.lines if line.kind is LineKind.CONSULTATION] == [8000]
    assert found.total == sgd(186000 + 40000 + 1 + 8000)


def test_a_waived_consultation_is_shown_and_costs_nothing() -> None:
    waived = offer(
        "single",
        65000,
        consultation=Consultation.FEE,
        consultation_fee=sgd(9000),
        consultation_waived=True,
    )
    found = mix(waived)
    assert found.total == sgd(195000)
    assert found.lines[-1].kind is LineKind.CONSULTATION_WAIVED
    assert found.lines[-1].each == sgd(9000)


def test_other_fees_are_paid_per_visit_taken_and_not_for_what_is_left_over() -> None:
    course = offer("course", 100000, times(HEALER, 3), other_fees=(Fee("medicine", sgd(2000)),))
    found = mix(course, wants=(replace(WANT_HEALER, sessions=4),))
    assert bought(found) == {"course": 2}
    assert [(line.label, line.count) for line in found.lines] == [("course", 2), ("medicine", 4)]
    assert found.total == sgd(208000)
    assert found.left_over == (LeftOverOf("course", times(HEALER, 3), 2),)


def test_fees_per_visit_decide_between_two_prices() -> None:
    cheap = offer("cheap", 60000, other_fees=(Fee("needle", sgd(6000)),))
    assert bought(mix(cheap, offer("single", 65000))) == {"single": 3}


def test_the_parts_of_one_offer_are_taken_in_the_same_visits() -> None:
    both = offer("both", 90000, times(HEALER, 3), BOOSTER, other_fees=(Fee("medicine", sgd(1000)),))
    found = mix(both, wants=(WANT_HEALER, WANT_BOOSTER))
    assert found.total == sgd(93000)


def test_fees_alike_share_a_line_and_fees_apart_do_not() -> None:
    fee = (Fee("medicine", sgd(1000)),)
    found = mix(
        offer("healer", 60000, other_fees=fee),
        offer("booster", 40000, BOOSTER, other_fees=fee),
        offer("eye", 40000, EYE, other_fees=(Fee("medicine", sgd(1500)),)),
        wants=(WANT_HEALER, WANT_BOOSTER, Want("rejuran_eye", 1, Quantity(Decimal(1), Unit.ML))),
    )
    fees = [(line.count, line.amount.amount) for line in found.lines if line.kind is LineKind.OTHER_FEE]
    assert sorted(fees) == [(1, 1500), (4, 4000)]


def test_per_session_and_per_unit_prices_are_multiplied_out() -> None:
    by_ml = offer("ml", 30000, price_basis=PriceBasis.PER_UNIT)
    by_session = offer("three", 55000, times(HEALER, 3), price_basis=PriceBasis.PER_SESSION)
    assert mix(by_ml).total == sgd(180000)
    assert mix(by_session).total == sgd(165000)


def test_numbing_that_is_extra_is_shown_and_priced_where_a_fee_is_named() -> None:
    extra = offer("single", 65000, numbing=Numbing.EXTRA, other_fees=(Fee("numbing cream", sgd(3000)),))
    found = mix(extra)
    assert found.total == sgd(204000)
    assert (found.conditions, found.unpriced) == ((Condition.NUMBING_EXTRA,), ())
    silent = mix(offer("single", 65000, numbing=Numbing.EXTRA))
    assert silent.complete
    assert silent.unpriced == (Field.OTHER_FEES, Field.NUMBING)
    assert mix(offer("single", 65000, numbing=Numbing.INCLUDED, other_fees=())).unpriced == ()


def test_a_part_that_is_open_spoils_only_the_mix_that_needs_it() -> None:
    vague = offer("both", 60000, HEALER, replace(BOOSTER, quantity=None, unit=None))
    wants = (replace(WANT_HEALER, sessions=1), WANT_BOOSTER)
    with_booster = mix(vague, offer("booster", 40000, BOOSTER), wants=wants)
    assert (bought(with_booster), with_booster.total) == ({"booster": 1, "both": 1}, sgd(100000))
    assert with_booster.set_aside == (SetAside("both", (Incomplete.QUANTITY_UNKNOWN,), ()),)
    alone = mix(vague, wants=wants)
    assert (bought(alone), alone.total, alone.reasons) == ({"both": 1}, None, (Incomplete.QUANTITY_UNKNOWN,))


def test_a_session_that_could_serve_two_wants_serves_one() -> None:
    anywhere = replace(WANT_HEALER, sessions=1)
    neck = replace(WANT_HEALER, sessions=2, area="neck")
    course = offer("neck", 100000, times(replace(HEALER, areas=("neck",)), 3))
    found = mix(course, offer("single", 65000), wants=(anywhere, neck))
    assert (bought(found), found.total, found.left_over) == ({"neck": 1}, sgd(100000), ())


def test_what_cannot_be_covered_is_a_gap_beside_what_can() -> None:
    found = mix(offer("single", 65000), wants=(WANT_HEALER, WANT_BOOSTER))
    assert found.total is None
    assert bought(found) == {"single": 3}
    assert [line.amount for line in found.lines] == [sgd(195000)]
    assert found.gaps == (Gap(WANT_BOOSTER, 1, Lacking.NOT_OFFERED),)


def test_a_mix_that_leaves_less_open_goes_before_a_cheaper_one() -> None:
    found = mix(
        offer("unknown", 1, HEALER, BOOSTER, tax=Tax.UNKNOWN),
        offer("single", 65000),
        wants=(WANT_HEALER, WANT_BOOSTER),
    )
    assert bought(found) == {"single": 2, "unknown": 1}
    assert found.reasons == (Incomplete.TAX_UNKNOWN,)


def test_a_price_that_is_known_goes_before_one_on_request() -> None:
    asked = offer("a", 1, price=None, price_kind=PriceKind.ON_REQUEST)
    found = mix(asked, offer("b", 65000, tax=Tax.UNKNOWN))
    assert (bought(found), found.reasons) == ({"b": 3}, (Incomplete.TAX_UNKNOWN,))


def test_currencies_never_mix() -> None:
    won = offer("won", 300000, currency="KRW")
    dollars = offer("dollars", 65000)
    with pytest.raises(CurrencyMismatch):
        mix(won, dollars)
    both = mixes([won, dollars], (WANT_HEALER,), ON, Reader())
    assert [found.total for found in both] == [Money(900000, "KRW"), sgd(195000)]
    assert mixes([], (WANT_HEALER,), ON, Reader())[0].gaps == (Gap(WANT_HEALER, 3, Lacking.NOT_OFFERED),)


def test_how_much_of_a_total_is_tax() -> None:
    assert mix(offer("single", 10900)).tax == sgd(2700)
    assert mix(offer("single", 10900, tax_rate=None)).tax is None


def test_too_large_a_basket_is_refused() -> None:
    slugs = [f"t{number}" for number in range(6)]
    with pytest.raises(TooLarge):
        mix(offer("single", 65000), wants=tuple(Want(slug, 6, TWO_ML) for slug in slugs))


def test_an_amount_is_settled_before_anything_is_compared() -> None:
    menu = [offer("a", 1), offer("b", 1), offer("c", 1, replace(HEALER, quantity=Decimal(4)))]
    with pytest.raises(UnsettledAmount):
        mix(*menu, wants=(Want("rejuran_healer", 3),))
    assert stated_amounts(menu, "rejuran_healer") == (TWO_ML, Quantity(Decimal(4), Unit.ML))


def test_one_offer_adds_up_as_its_own_course_does() -> None:
    single = offer(
        "single",
        61234,
        tax=Tax.EXCLUSIVE,
        consultation=Consultation.FEE,
        consultation_fee=sgd(5000),
        other_fees=(Fee("medicine", sgd(1250)), Fee("cream", sgd(333))),
    )
    course = course_sum(single.terms, WANT_HEALER, ON)
    found = mix(single)
    assert (found.total, found.lines) == (course.total, course.lines)


def test_the_answer_does_not_depend_on_the_order_of_the_menu() -> None:
    menu = [offer("b", 65000), offer("a", 65000), offer("c", 130000, times(HEALER, 2))]
    assert mix(*menu) == mix(*reversed(menu))
    # Equal sums: the fewer purchases the better.
    assert bought(mix(*menu)) == {"a": 1, "c": 1}
