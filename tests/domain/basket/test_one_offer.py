"""A basket at a clinic with one offer is the course bought from that offer: one gate, one bill."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.basket.clinic_menus import BASE, BOOSTER, EYE, HEALER, ON, TWO_ML, times
from webapp.domain.basket import Lacking, Offered, Reader, cheapest_mix
from webapp.domain.money import Money
from webapp.domain.offers import (
    Consultation,
    Eligibility,
    Fee,
    Incomplete,
    Mismatch,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    Tax,
    Want,
    course_sum,
)
from webapp.domain.units import Unit

pytestmark = pytest.mark.once

amounts = st.integers(0, 10**6).map(lambda minor: Money(minor, "SGD"))
days = st.sampled_from([None, ON - timedelta(days=46), ON - timedelta(days=1), ON, ON + timedelta(days=1)])
parts = st.builds(
    lambda part, sessions, areas: replace(times(part, sessions), areas=areas),
    st.sampled_from(
        [
            HEALER,
            HEALER,
            BOOSTER,
            EYE,
            Part("rejuran_healer"),
            replace(HEALER, quantity=Decimal(1)),
            replace(HEALER, quantity=None, unit=Unit.VIAL),
        ]
    ),
    st.integers(1, 5),
    st.sampled_from([(), (), ("face",), ("neck", "face")]),
)


@st.composite
def offers(draw: st.DrawFn) -> OfferTerms:
    """One offer with every field that a sum may hang on."""
    held = tuple(draw(st.lists(parts, min_size=1, max_size=3)))
    kind = draw(st.sampled_from([*PriceKind, PriceKind.REGULAR, PriceKind.REGULAR]))
    consultation = draw(st.sampled_from([*Consultation, None]))
    return replace(
        BASE,
        title="offer",
        parts=held,
        parts_complete=draw(st.sampled_from([True, True, True, False])),
        price=None if kind is PriceKind.ON_REQUEST else draw(amounts),
        price_kind=kind,
        price_basis=draw(st.sampled_from(PriceBasis)) if len(held) == 1 else PriceBasis.TOTAL,
        valid_from=draw(days),
        valid_until=draw(days),
        verified_on=draw(days),
        tax=draw(st.sampled_from(Tax)),
        tax_rate=draw(st.sampled_from([None, Decimal(9), Decimal("8.5")])),
        consultation=consultation,
        consultation_fee=draw(amounts) if consultation is Consultation.FEE else None,
        consultation_waived=draw(st.sampled_from([None, True, False])),
        other_fees=draw(
            st.none() | st.lists(st.builds(Fee, st.sampled_from(["a", "b"]), amounts), max_size=2).map(tuple)
        ),
        eligibility=draw(st.sampled_from(Eligibility)),
        once_per_patient=draw(st.sampled_from([None, False, True])),
    )


@given(offers(), st.integers(1, 7), st.sampled_from([None, None, "face", "face;neck"]))
@settings(max_examples=1_000, deadline=None, derandomize=True)
def test_a_basket_of_one_offer_is_the_course_from_it(
    terms: OfferTerms, sessions: int, area: str | None
) -> None:
    want = Want("rejuran_healer", sessions, TWO_ML, area)
    reader = Reader(first_visit=terms.eligibility is not Eligibility.RETURNING, weekdays=True, foreign=False)
    course = course_sum(terms, want, ON)
    mix = cheapest_mix([Offered("offer", terms)], [want], ON, reader)
    assert mix.total == course.total
    if course.mismatch is not None:
        stranger = course.mismatch is Mismatch.TREATMENT
        assert [gap.why for gap in mix.gaps] == [Lacking.NOT_OFFERED if stranger else Lacking.NOT_COMPARABLE]
        assert mix.purchases == ()
        return
    # What may be bought once says so as a reason in a course, as a gap beside other offers in a basket.
    short = course.covered < sessions
    assert [gap.why for gap in mix.gaps] == [Lacking.CANNOT_REPEAT] * short
    assert (*mix.reasons, *[Incomplete.CANNOT_REPEAT] * short) == course.reasons
    assert mix.lines == course.lines
    assert [(purchase.count, purchase.visits) for purchase in mix.purchases] == [
        (course.times, course.covered)
    ]
    assert sum(left.sessions for left in mix.left_over) == sum(left.sessions for left in course.left_over)
    assert (mix.conditions, mix.unstated) == (course.conditions, course.unstated)
