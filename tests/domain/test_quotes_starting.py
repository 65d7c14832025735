"""A quote that begins from an offer says what the offer says, and no silence ever makes it cheaper."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.money import CurrencyMismatch, Money
from webapp.domain.offers import (
    Consultation,
    Fee,
    Field,
    Incomplete,
    Injector,
    Numbing,
    OfferTerms,
    Part,
    PriceBasis,
    Purchase,
    Tax,
    Want,
    course_sum,
    price_of_one,
)
from webapp.domain.quotes import (
    How,
    Inclusion,
    PriceRange,
    QuoteLine,
    QuoteState,
    QuoteTerms,
    Stated,
    answer,
    quote_state,
    starting_terms,
)
from webapp.domain.units import Quantity, Unit

pytestmark = pytest.mark.once

ON = date(2026, 3, 10)
TWO_ML = Quantity(Decimal(2), Unit.ML)


def sgd(minor: int) -> Money:
    return Money(minor, "SGD")


amounts = st.integers(0, 10**7).map(sgd)
rates = st.decimals(0, 30, places=1)
fees = st.lists(
    st.builds(Fee, st.sampled_from(["needle", "Medicine", "약값", "kit", "room"]), amounts), max_size=3
).map(tuple)


@st.composite
def offers(draw: st.DrawFn) -> OfferTerms:
    """An offer for the Healer, alone or with something beside it, with anything left open."""
    quantity, unit = draw(st.sampled_from([(None, None), (None, Unit.ML), (Decimal(2), Unit.ML)]))
    healer = Part("rejuran_healer", quantity, unit, draw(st.integers(1, 4)))
    beside = Part("ha_booster_generic", Decimal(1), Unit.ML, draw(st.integers(1, 2)))
    parts = draw(st.sampled_from([(healer,), (healer, beside)]))
    consultation = draw(st.sampled_from([None, *Consultation]))
    bases = [PriceBasis.TOTAL, PriceBasis.PER_SESSION] if len(parts) == 1 else [PriceBasis.TOTAL]
    return OfferTerms(
        title="Offer",
        currency="SGD",
        price=draw(amounts),
        parts=parts,
        tax=draw(st.sampled_from(list(Tax))),
        tax_rate=draw(st.none() | rates),
        price_basis=draw(st.sampled_from(bases)),
        consultation=consultation,
        consultation_fee=draw(amounts) if consultation is Consultation.FEE else None,
        consultation_waived=draw(st.sampled_from([None, True])),
        other_fees=draw(st.none() | fees),
        numbing=draw(st.sampled_from([None, *Numbing])),
        injector=draw(st.sampled_from([None, *Injector])),
        verified_on=ON,
    )


wants = st.builds(Want, st.just("rejuran_healer"), st.integers(1, 9), st.just(TWO_ML))


def quote_from(offer: OfferTerms, want: Want) -> QuoteTerms:
    course = course_sum(offer, want, ON)
    purchase = Purchase("a", offer, course.times, course.covered, price_of_one(offer))
    quote = starting_terms([purchase], "SGD", ON)
    assert quote is not None
    return quote


@given(offers(), wants)
def test_it_adds_up_to_what_the_offer_adds_up_to(offer: OfferTerms, want: Want) -> None:
    course = course_sum(offer, want, ON)
    bill = answer(quote_from(offer, want), [want], ON)
    own = {Incomplete.OTHER_FEES_UNKNOWN, Incomplete.NUMBING_UNKNOWN}
    assert set(course.reasons) == set(bill.reasons) - own
    if bill.total is not None:
        assert bill.total == course.total


@given(offers(), wants)
def test_what_the_offer_leaves_open_the_sheet_leaves_open(offer: OfferTerms, want: Want) -> None:
    quote = quote_from(offer, want)
    assert (quote.other_fees is None) == (offer.other_fees is None)
    assert quote.numbing is None or quote.numbing is offer.numbing
    assert (quote.tax, quote.consultation, quote.injector) == (
        offer.tax, offer.consultation if _consultation_is_known(offer) else None, offer.injector,
    )  # fmt: skip
    bill = answer(quote, [want], ON)
    if offer.other_fees is None:
        assert bill.total is None


def _consultation_is_known(offer: OfferTerms) -> bool:
    return offer.consultation is not None or offer.consultation_waived is True


@st.composite
def quotes(draw: st.DrawFn) -> QuoteTerms:
    """A quote for three sessions with nothing left open."""
    stated = st.one_of(
        st.sampled_from([Stated(How.INCLUDED), Stated(How.NOT_USED)]),
        amounts.map(lambda a: Stated(How.EXTRA, a)),
    )
    exclusive = draw(st.booleans())
    return QuoteTerms(
        currency="SGD",
        lines=(QuoteLine(Part("rejuran_healer", Decimal(2), Unit.ML, 3), draw(amounts)),),
        answered_on=ON,
        tax=Tax.EXCLUSIVE if exclusive else Tax.INCLUSIVE,
        tax_rate=draw(rates),
        consultation=Consultation.INCLUDED,
        inclusions={inclusion: draw(stated) for inclusion in Inclusion},
        named_fees=draw(fees),
        valid_until=ON,
    )


WANT = Want("rejuran_healer", 3, TWO_ML)


@given(quotes(), st.sampled_from(list(Inclusion)))
def test_an_inclusion_that_is_not_stated_takes_the_total_away_and_never_makes_it_smaller(
    quote: QuoteTerms, inclusion: Inclusion
) -> None:
    assert answer(quote, [WANT], ON).total is not None
    without = {one: stated for one, stated in quote.inclusions.items() if one is not inclusion}
    bill = answer(replace(quote, inclusions=without), [WANT], ON)
    assert bill.total is None
    assert bill.reasons
    unpriced = answer(replace(quote, inclusions=without | {inclusion: Stated(How.EXTRA)}), [WANT], ON)
    assert (unpriced.total, unpriced.reasons) == (None, bill.reasons)


@given(quotes())
def test_fees_that_nobody_names_take_the_total_away(quote: QuoteTerms) -> None:
    bill = answer(replace(quote, named_fees=None), [WANT], ON)
    assert (bill.total, bill.reasons) == (None, (Incomplete.OTHER_FEES_UNKNOWN,))


@given(quotes())
def test_an_extra_is_paid_at_every_visit(quote: QuoteTerms) -> None:
    included = replace(quote, inclusions=dict.fromkeys(Inclusion, Stated(How.INCLUDED)))
    extra = replace(
        included, inclusions={**included.inclusions, Inclusion.NEEDLE: Stated(How.EXTRA, sgd(100))}
    )
    one, other = answer(included, [WANT], ON).lines, answer(extra, [WANT], ON).lines
    assert {line.label: line.amount for line in other if line not in one and line.label == "needle"} == {
        "needle": sgd(300)
    }


def test_its_last_day_belongs_to_it_and_one_that_was_taken_back_has_no_total() -> None:
    quote = QuoteTerms(
        "SGD",
        (QuoteLine(Part("rejuran_healer", Decimal(2), Unit.ML, 3), sgd(150000)),),
        ON,
        Tax.INCLUSIVE,
        consultation=Consultation.INCLUDED,
        inclusions=dict.fromkeys(Inclusion, Stated(How.INCLUDED)),
        named_fees=(),
        valid_until=ON,
    )
    later = ON + timedelta(days=1)
    assert [
        quote_state(day, valid_until=ON, is_withdrawn=taken_back)
        for day, taken_back in ((ON, False), (later, False), (ON, True), (later, True))
    ] == [QuoteState.ACTIVE, QuoteState.EXPIRED, QuoteState.WITHDRAWN, QuoteState.WITHDRAWN]
    assert answer(quote, [WANT], ON).total == sgd(150000)
    assert answer(quote, [WANT], later).reasons == (Incomplete.PRICE_EXPIRED,)
    taken_back = replace(quote, withdrawn_on=ON)
    assert answer(taken_back, [WANT], ON).reasons == (Incomplete.WITHDRAWN,)


def test_only_what_the_sheet_asks_is_called_not_stated() -> None:
    quote = QuoteTerms("SGD", (QuoteLine(Part("rejuran_healer", sessions=3), sgd(1)),), ON)
    assert set(answer(quote, [WANT], ON).unstated) == {
        Field.TAX, Field.QUANTITY, Field.AREAS, Field.CONSULTATION_FEE, Field.OTHER_FEES, Field.NUMBING,
        Field.INJECTOR,
    }  # fmt: skip


def test_a_combo_has_its_price_in_its_first_line_and_the_dearest_consultation_is_asked() -> None:
    combo = OfferTerms(
        "Trio and one", "SGD", sgd(118000), (Part("rejuran_healer", sessions=3), Part("profhilo")),
        consultation=Consultation.FEE, consultation_fee=sgd(3000), other_fees=(Fee("needle", sgd(500)),),
        numbing=Numbing.INCLUDED,
    )  # fmt: skip
    single = OfferTerms(
        "One", "SGD", sgd(50000), (Part("rejuran_healer"),),
        consultation=Consultation.FEE, consultation_fee=sgd(5000), other_fees=(Fee("needle", sgd(500)),),
        numbing=Numbing.NONE,
    )  # fmt: skip
    bought = [Purchase("a", combo, 1, 3, combo.price), Purchase("b", single, 2, 2, single.price)]
    quote = starting_terms(bought, "SGD", ON)
    assert quote is not None
    assert [(line.part.treatment, line.part.sessions, line.price.amount) for line in quote.lines] == [
        ("rejuran_healer", 3, 118000), ("profhilo", 1, 0), ("rejuran_healer", 2, 100000),
    ]  # fmt: skip
    assert quote.consultation_fee == sgd(5000)
    assert quote.inclusions[Inclusion.NEEDLE] == Stated(How.EXTRA, sgd(500))
    assert quote.inclusions[Inclusion.MEDICINE] == Stated(How.INCLUDED)
    # The two do not say the same of numbing cream.
    assert quote.numbing is None


def test_terms_on_which_the_offers_differ_are_left_open() -> None:
    one = OfferTerms("One", "SGD", sgd(1), (Part("a"),), Tax.INCLUSIVE, injector=Injector.DOCTOR)
    other = replace(one, tax=Tax.EXCLUSIVE, tax_rate=Decimal(9), injector=Injector.NURSE, other_fees=())
    quote = starting_terms(
        [Purchase("a", one, 1, 1, one.price), Purchase("b", other, 1, 1, other.price)], "SGD", ON
    )
    assert quote is not None
    assert (quote.tax, quote.tax_rate, quote.injector, quote.named_fees) == (Tax.UNKNOWN, None, None, None)


def test_without_a_known_price_there_is_nothing_to_begin_with() -> None:
    offer = OfferTerms("One", "SGD", sgd(1), (Part("a"),), price_basis=PriceBasis.PER_UNIT)
    assert starting_terms([Purchase("a", offer, 1, 1, price_of_one(offer))], "SGD", ON) is None


def test_a_fee_by_the_name_of_an_inclusion_is_one_and_the_next_of_that_name_keeps_its_words() -> None:
    named = (Fee("Needle", sgd(5)), Fee("바늘", sgd(6)), Fee("kit", sgd(7)))
    offer = OfferTerms("One", "SGD", sgd(1), (Part("a"),), other_fees=named)
    quote = starting_terms([Purchase("a", offer, 1, 1, offer.price)], "SGD", ON)
    assert quote is not None
    assert quote.inclusions[Inclusion.NEEDLE] == Stated(How.EXTRA, sgd(5))
    assert quote.named_fees == (Fee("바늘", sgd(6)), Fee("kit", sgd(7)))


def test_what_cannot_be_said() -> None:
    with pytest.raises(ValueError, match="extra"):
        Stated(How.INCLUDED, sgd(1))
    with pytest.raises(ValueError, match="low to high"):
        PriceRange(sgd(2), sgd(1))
    line = QuoteLine(Part("a"), sgd(1))
    with pytest.raises(CurrencyMismatch):
        QuoteTerms("SGD", (line,), ON, inclusions={Inclusion.NEEDLE: Stated(How.EXTRA, Money(1, "KRW"))})
