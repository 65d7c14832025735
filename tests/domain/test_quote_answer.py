"""A quote beside several wants agrees with the course of one offer and with the basket."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.basket import Lacking, Offered, Reader, cheapest_mix
from webapp.domain.money import Money
from webapp.domain.offers import (
    Consultation,
    Incomplete,
    Mismatch,
    Part,
    Tax,
    Want,
    course_sum,
)
from webapp.domain.quotes import (
    How,
    Inclusion,
    QuoteLine,
    QuoteTerms,
    Relation,
    Stated,
    answer,
    relation,
)
from webapp.domain.units import Quantity, Unit

pytestmark = pytest.mark.once

ON = date(2026, 3, 10)
TWO_ML = Quantity.parse("2 ml")
HEALER = Part("rejuran_healer", Decimal(2), Unit.ML, sessions=3)
BOOSTER = Part("ha_booster_generic", Decimal(2), Unit.ML)


def quoted(*parts: Part, **more: object) -> QuoteTerms:
    """All inclusions stated, tax in, S$500 a line."""
    said = QuoteTerms(
        currency="SGD",
        lines=tuple(QuoteLine(part, Money(50000, "SGD"), "A line") for part in parts),
        answered_on=ON,
        tax=Tax.INCLUSIVE,
        tax_rate=Decimal(9),
        consultation=Consultation.INCLUDED,
        inclusions={
            Inclusion.NUMBING: Stated(How.INCLUDED),
            Inclusion.NEEDLE: Stated(How.INCLUDED),
            Inclusion.MEDICINE: Stated(How.EXTRA, Money(1500, "SGD")),
            Inclusion.FOLLOW_UP: Stated(How.INCLUDED),
        },
        named_fees=(),
    )
    return replace(said, **more)  # type: ignore[arg-type]


def test_every_want_has_to_be_covered() -> None:
    both = [Want("rejuran_healer", 3, TWO_ML), Want("ha_booster_generic", 1, TWO_ML)]
    found = answer(quoted(HEALER, BOOSTER), both, ON)
    assert (found.total, found.covers_all) == (Money(104500, "SGD"), True)
    assert [(one.sessions, one.short) for one in found.covered] == [(3, 0), (1, 0)]
    half = answer(quoted(HEALER), both, ON)
    assert (half.total, half.reasons) == (None, ())
    assert [(one.sessions, one.mismatch) for one in half.covered] == [(3, None), (0, Mismatch.TREATMENT)]


def test_what_is_too_much_and_what_nobody_asked_for_are_told_apart() -> None:
    found = answer(quoted(HEALER, BOOSTER), [Want("rejuran_healer", 2, TWO_ML)], ON)
    assert [(left.part.treatment, left.sessions) for left in found.left_over] == [("rejuran_healer", 1)]
    assert [(left.part.treatment, left.sessions) for left in found.not_asked] == [("ha_booster_generic", 1)]
    # Two visits: medicine is paid twice.
    assert found.total == Money(103000, "SGD")


def test_a_want_without_an_amount_is_covered_by_any_but_one_with_it_only_by_its_own() -> None:
    one_ml = replace(HEALER, quantity=Decimal(1))
    assert answer(quoted(one_ml), [Want("rejuran_healer", 3)], ON).complete
    found = answer(quoted(one_ml), [Want("rejuran_healer", 3, TWO_ML)], ON)
    assert (found.total, found.covered[0].mismatch) == (None, Mismatch.QUANTITY)


def test_parts_go_where_nothing_else_serves() -> None:
    # The first want would take the only part that serves the second one, if nobody moved it.
    anywhere = replace(HEALER, sessions=2, areas=("face",))
    neck = replace(HEALER, sessions=2, areas=("neck",))
    wants = [Want("rejuran_healer", 2, TWO_ML), Want("rejuran_healer", 2, TWO_ML, "face")]
    found = answer(quoted(anywhere, neck), wants, ON)
    assert [one.sessions for one in found.covered] == [2, 2]
    assert found.complete


def test_open_terms_and_its_end_take_the_total_away() -> None:
    wants = [Want("rejuran_healer", 3, TWO_ML)]
    assert answer(quoted(HEALER, inclusions={}), wants, ON).reasons == (
        Incomplete.OTHER_FEES_UNKNOWN,
        Incomplete.NUMBING_UNKNOWN,
    )
    ended = answer(quoted(HEALER, valid_until=date(2026, 3, 9)), wants, ON)
    assert (ended.total, ended.reasons) == (None, (Incomplete.PRICE_EXPIRED,))
    assert answer(quoted(HEALER, withdrawn_on=ON), wants, ON).reasons == (Incomplete.WITHDRAWN,)
    nothing_like_it = answer(quoted(BOOSTER, tax=Tax.UNKNOWN), wants, ON)
    assert nothing_like_it.reasons == (Incomplete.TAX_UNKNOWN,)


def test_without_wants_it_is_added_up_as_it_stands() -> None:
    found = answer(quoted(HEALER, BOOSTER), (), ON)
    assert (found.total, found.left_over, found.not_asked) == (Money(104500, "SGD"), (), ())


@pytest.mark.parametrize(
    ("amount", "beside", "expected"),
    [
        (Money(100, "SGD"), Money(100, "SGD"), Relation.SAME),
        (Money(101, "SGD"), Money(100, "SGD"), Relation.ABOVE),
        (Money(99, "SGD"), Money(100, "SGD"), Relation.BELOW),
        (Money(100, "KRW"), Money(100, "SGD"), Relation.NOT_COMPARABLE),
        (None, Money(100, "SGD"), Relation.NOT_COMPARABLE),
        (Money(100, "SGD"), None, Relation.NOT_COMPARABLE),
    ],
)
def test_amounts_are_held_against_each_other_in_one_currency_only(
    amount: Money | None, beside: Money | None, expected: Relation
) -> None:
    assert relation(amount, beside) is expected


_slugs = st.sampled_from(["rejuran_healer", "ha_booster_generic", "profhilo"])
_amounts = st.sampled_from([Decimal(1), Decimal(2), None])
_areas = st.sampled_from([(), ("face",), ("face", "neck")])
_parts = st.builds(
    lambda slug, amount, sessions, areas: Part(
        slug, amount, None if amount is None else Unit.ML, sessions, areas
    ),
    _slugs,
    _amounts,
    st.integers(1, 4),
    _areas,
)
_wants = st.builds(
    Want,
    _slugs,
    st.integers(1, 4),
    st.sampled_from([Quantity.parse("1 ml"), TWO_ML]),
    st.sampled_from([None, "face", "face;neck"]),
)
_quotes = st.builds(
    lambda parts, tax, consultation, until: quoted(
        *parts, tax=tax, consultation=consultation, valid_until=until
    ),
    st.lists(_parts, min_size=1, max_size=4),
    st.sampled_from(list(Tax)),
    st.sampled_from([Consultation.INCLUDED, None]),
    st.sampled_from([None, ON, date(2026, 3, 9)]),
)


@given(_quotes, _wants, st.booleans())
def test_for_one_want_it_agrees_with_the_course_of_one_offer(
    quote: QuoteTerms, want: Want, settled: bool
) -> None:
    want = want if settled else replace(want, quantity=None)
    found = answer(quote, [want], ON)
    course = course_sum(quote.as_offer(), want, ON, max_price_age_days=None)
    short = Incomplete.CANNOT_REPEAT in course.reasons
    assert found.total == course.total
    assert (found.covered[0].sessions, found.covered[0].mismatch) == (course.covered, course.mismatch)
    assert found.covers_all is (course.mismatch is None and not short)
    if course.mismatch is None:
        assert found.reasons == tuple(one for one in course.reasons if one is not Incomplete.CANNOT_REPEAT)
        beyond = {(left.part, left.sessions) for left in (*found.left_over, *found.not_asked)}
        assert beyond == {(left.part, left.sessions) for left in course.left_over}


@given(_quotes, st.lists(_wants, min_size=1, max_size=3))
def test_for_several_wants_it_agrees_with_the_basket(quote: QuoteTerms, wants: list[Want]) -> None:
    found = answer(quote, wants, ON)
    mix = cheapest_mix([Offered("quote", quote.as_offer())], wants, ON, Reader(), None)
    if mix.complete or found.complete:
        assert (found.total, found.tax) == (mix.total, mix.tax)
    assert found.covers_all is (not mix.gaps)
    assert sum(one.short for one in found.covered) == sum(gap.sessions for gap in mix.gaps)
    for gap in mix.gaps:
        held = any(one.want == gap.want and one.mismatch is None for one in found.covered)
        assert held is (gap.why is Lacking.CANNOT_REPEAT)
