"""Terms as JSON and back, also when they were written before OfferTerms had all of its fields."""

import json
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest

from webapp.domain.money import Money
from webapp.domain.offers import (
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
)
from webapp.domain.units import Unit
from webapp.offers.terms_json import terms_as_json, terms_from_json

pytestmark = pytest.mark.once

BARE = OfferTerms("Healer", "SGD", Money(50000, "SGD"), (Part("rejuran_healer"),))
FULL = OfferTerms(
    title="Healer",
    currency="KRW",
    price=Money(300000, "KRW"),
    parts=(Part("rejuran_healer", Decimal("2.5"), Unit.ML, 3, ("face", "neck"), 4, "by hand"), Part(None)),
    tax=Tax.EXCLUSIVE,
    price_kind=PriceKind.EVENT,
    price_basis=PriceBasis.TOTAL,
    tax_rate=Decimal("10.5"),
    regular_price=Money(350000, "KRW"),
    valid_from=date(2026, 11, 1),
    valid_until=date(2026, 11, 30),
    event_target="new patients",
    event_scope="three sessions",
    eligibility=Eligibility.FIRST_VISIT,
    weekday_only=True,
    once_per_patient=False,
    consultation=Consultation.FEE,
    consultation_fee=Money(10000, "KRW"),
    consultation_waived=True,
    other_fees=(Fee("needle", Money(5000, "KRW")),),
    numbing=Numbing.EXTRA,
    injector=Injector.DOCTOR,
    same_price_for_foreigners=False,
    parts_complete=False,
    expires_after_days=365,
    refund_terms="the sessions left",
    refund_basis=RefundBasis.PRO_RATA,
    source="a file",
    verified_on=date(2026, 11, 2),
)


def test_nothing_in_the_full_offer_is_left_at_its_default() -> None:
    alike = {f.name for f in fields(OfferTerms) if getattr(FULL, f.name) == getattr(BARE, f.name)}
    assert alike == {"title", "price_basis"}


@pytest.mark.parametrize("terms", [BARE, FULL, replace(FULL, other_fees=())])
def test_what_is_written_is_read_again(terms: OfferTerms) -> None:
    assert terms_from_json(json.loads(json.dumps(terms_as_json(terms)))) == terms


def test_a_field_that_was_not_there_yet_is_as_if_nobody_stated_it() -> None:
    """The test is of every field that a future one may resemble: all that have a default."""
    needed = {"title", "currency", "price", "parts"}
    old = {name: value for name, value in terms_as_json(FULL).items() if name in needed}
    old["parts"] = [{"treatment": "rejuran_healer"}]
    assert terms_from_json(old) == replace(BARE, title=FULL.title, currency=FULL.currency, price=FULL.price)


@pytest.mark.parametrize("missing", ["title", "currency", "price", "parts"])
def test_what_an_offer_cannot_be_without_is_asked_for(missing: str) -> None:
    values = terms_as_json(BARE)
    del values[missing]
    with pytest.raises((KeyError, TypeError)):
        terms_from_json(values)


def test_what_no_offer_has_is_refused() -> None:
    with pytest.raises(TypeError):
        terms_from_json({**terms_as_json(BARE), "colour": "red"})
    with pytest.raises(ValueError, match="sometimes"):
        terms_from_json({**terms_as_json(BARE), "tax": "sometimes"})
