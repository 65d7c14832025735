"""What differs between a listing and its clinic's own feed or page, and which of it is believed."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.listing_diff import (
    Bound,
    Contact,
    OfferChange,
    contact_differences,
    keep_what_is_not_told,
    offer_differences,
)
from webapp.domain.money import Money
from webapp.domain.offers import Consultation, Fee, Numbing, OfferTerms, Part, PriceBasis, Tax
from webapp.domain.units import Unit

pytestmark = pytest.mark.once

HEALER = Part("rejuran_healer", Decimal(2), Unit.ML)
TERMS = OfferTerms("Healer", "SGD", Money(50000, "SGD"), (HEALER,), tax=Tax.INCLUSIVE, source="seed")


def priced(amount: int, currency: str = "SGD", **more: Any) -> OfferTerms:
    return replace(TERMS, price=Money(amount, currency), currency=currency, **more)


def only(listed: OfferTerms, found: OfferTerms, small_change: int = 20) -> Any:
    (difference,) = offer_differences({"a": listed}, {"a": found}, small_change=small_change).differences
    return difference


def test_source_and_date_are_no_difference() -> None:
    diff = offer_differences({"a": TERMS}, {"a": replace(TERMS, source="feed", verified_on=None)})
    assert (diff.differences, diff.unchanged, diff.refused) == ([], 1, [])


def test_new_changed_and_missing_offers_are_told_by_their_refs() -> None:
    diff = offer_differences({"a": TERMS, "b": TERMS}, {"c": TERMS, "a": priced(55000)})
    assert [(found.change, found.ref) for found in diff.differences] == [
        (OfferChange.ADD, "c"),
        (OfferChange.CHANGE, "a"),
        (OfferChange.RETIRE, "b"),
    ]
    assert [found.fields for found in diff.differences] == [(), ("price",), ()]
    assert not any(found.small for found in diff.differences if found.change is not OfferChange.CHANGE)


@pytest.mark.parametrize(
    ("found", "small"),
    [(60000, True), (60001, False), (40000, True), (39999, False), (50001, True), (100000, False)],
)
def test_small_is_a_fifth_either_way(found: int, small: bool) -> None:
    assert only(TERMS, priced(found)).small is small


def test_small_is_a_setting_and_may_be_nothing() -> None:
    assert not only(TERMS, priced(50001), small_change=0).small
    assert only(TERMS, priced(75000), small_change=50).small


@pytest.mark.parametrize(
    "more",
    [{"title": "Healer new"}, {"tax": Tax.UNKNOWN}, {"parts": (replace(HEALER, quantity=Decimal(3)),)}, {"parts": ()},
     {"numbing": Numbing.INCLUDED}, {"regular_price": Money(60000, "SGD")}],
)  # fmt: skip
def test_more_than_the_price_is_not_small(more: dict[str, Any]) -> None:
    assert not only(TERMS, priced(51000, **more)).small
    assert not only(TERMS, replace(TERMS, **more)).small


@pytest.mark.parametrize(
    ("found", "bound"),
    [
        (500000, Bound.RATIO),
        (499999, None),
        (5000, Bound.RATIO),
        (5001, None),
        (1, Bound.RATIO),
        (10**12, Bound.RATIO),
    ],
)
def test_ten_times_is_out_of_bounds(found: int, bound: Bound | None) -> None:
    assert only(TERMS, priced(found)).out_of_bounds is bound


def test_ten_times_the_price_before_an_event_counts_too() -> None:
    listed = priced(50000, regular_price=Money(60000, "SGD"))
    found = priced(50000, regular_price=Money(600000, "SGD"))
    assert only(listed, found).out_of_bounds is Bound.RATIO


def test_another_currency_is_out_of_bounds_whatever_the_number() -> None:
    difference = only(TERMS, priced(50000, "KRW"))
    assert (difference.out_of_bounds, difference.small) == (Bound.CURRENCY, False)


@pytest.mark.parametrize("amount", [0, -1, -50000])
def test_a_price_of_nothing_is_refused_and_does_not_retire_the_offer(amount: int) -> None:
    diff = offer_differences({"a": TERMS}, {"a": priced(amount), "b": priced(amount)})
    assert (diff.differences, diff.refused) == ([], ["a", "b"])


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_small_is_never_out_of_bounds(listed: int, found: int) -> None:
    for difference in offer_differences({"a": priced(listed)}, {"a": priced(found)}).differences:
        assert not (difference.small and difference.out_of_bounds)
        assert difference.small == (abs(found - listed) * 5 <= listed)


def test_what_the_feed_has_no_column_for_stays_as_listed() -> None:
    listed = replace(
        TERMS,
        numbing=Numbing.INCLUDED,
        consultation=Consultation.FEE,
        consultation_fee=Money(3000, "SGD"),
        other_fees=(Fee("needle", Money(1000, "SGD")),),
        parts=(replace(HEALER, areas=("face",), words="2 cc"),),
    )
    columns = {"offer_ref", "title", "price", "currency", "tax", "treatment", "quantity", "unit"}
    found = keep_what_is_not_told(listed, priced(51000), columns)
    assert found == replace(listed, price=Money(51000, "SGD"), source="seed")
    # A column that is there and empty says "not stated".
    assert keep_what_is_not_told(listed, priced(51000), columns | {"numbing"}).numbing is None


def test_a_kept_basis_that_contradicts_what_was_found_is_not_kept() -> None:
    listed = replace(TERMS, price_basis=PriceBasis.PER_SESSION)
    combo = replace(TERMS, parts=(*TERMS.parts, Part("ha_booster_generic")))
    assert keep_what_is_not_told(listed, combo, {"price", "treatment"}) == combo


def test_nothing_in_the_old_currency_is_kept() -> None:
    listed = replace(
        TERMS,
        consultation=Consultation.FEE,
        consultation_fee=Money(3000, "SGD"),
        regular_price=Money(60000, "SGD"),
    )
    found = keep_what_is_not_told(listed, priced(500000, "KRW"), {"title", "price", "currency"})
    assert (found.consultation_fee, found.regular_price, found.currency) == (None, None, "KRW")


def test_parts_are_matched_by_place_and_treatment() -> None:
    eye = Part("rejuran_eye", Decimal(1), Unit.ML, areas=("eyes",))
    listed = replace(TERMS, parts=(replace(HEALER, areas=("face",)), eye))
    columns = {"title", "price", "currency", "treatment", "quantity", "unit"}
    swapped = keep_what_is_not_told(
        listed, replace(TERMS, parts=(Part("rejuran_eye"), HEALER, HEALER)), columns
    )
    assert [part.areas for part in swapped.parts] == [(), (), ()]
    same = keep_what_is_not_told(listed, replace(TERMS, parts=(HEALER,)), columns)
    assert [part.areas for part in same.parts] == [("face",)]


CONTACT = Contact(
    "Larch & Linden", "+6562351234", "290 Orchard Road, Paragon", "#14-31", "238859", "Mo-Fr 10:00-19:00"
)


@pytest.mark.parametrize(
    "found",
    [
        Contact(),
        CONTACT,
        Contact(name="LARCH & LINDEN"),
        Contact(name="落椴皮肤诊所"),
        Contact(hours="Mo,Tu,We,Th,Fr 10:00-19:00"),
        Contact(hours="Mo-We 10:00-19:00; Th-Fr 10:00-19:00"),
        Contact(address="290 Orchard Rd", postal_code="238859"),
        Contact(address="290 Orchard Rd. #14-31 Paragon, Singapore 238859"),
        Contact(address="Paragon", unit="#14-31"),
    ],
)
def test_the_same_in_other_words_is_no_difference(found: Contact) -> None:
    assert contact_differences(CONTACT, found, other_names=["落椴皮肤诊所"]) == {}


@pytest.mark.parametrize(
    ("found", "fact", "after"),
    [
        (Contact(name="Larch & Oak"), "name", {"name": "Larch & Oak"}),
        (Contact(phone="+6569999999"), "phone", {"phone": "+6569999999"}),
        (Contact(hours="Mo-Fr 10:00-20:00"), "hours", {"hours": "Mo-Fr 10:00-20:00"}),
        (
            Contact(address="501 Orchard Road", unit="#02-01", postal_code="238880"),
            "address",
            {"address": "501 Orchard Road", "unit": "#02-01", "postal_code": "238880"},
        ),
        (Contact(address="291 Orchard Road"), "address", {"address": "291 Orchard Road"}),
    ],
)
def test_what_differs_is_told_with_the_columns_to_write(
    found: Contact, fact: str, after: dict[str, str]
) -> None:
    assert contact_differences(CONTACT, found) == {fact: after}


def test_a_fact_that_the_listing_has_not_is_a_difference() -> None:
    assert set(contact_differences(Contact(name="Larch & Linden"), CONTACT)) == {"phone", "hours", "address"}
