"""What is different in words, and what of it a market lets a public page say."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from webapp.domain.listing_csv.headings import HEADINGS
from webapp.domain.market import Country, PriceLine, Switches, policy
from webapp.domain.money import Money
from webapp.domain.offers import (
    NOT_COMPARED,
    Consultation,
    Eligibility,
    Fee,
    Injector,
    Numbing,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    Tax,
)
from webapp.domain.units import Unit
from webapp.offers.change_words import differences, public_differences

TODAY = date(2026, 11, 21)
HEALER = Part("rejuran_healer", Decimal(2), Unit.ML)
TERMS = OfferTerms(
    "Healer", "SGD", Money(50000, "SGD"), (HEALER,), tax=Tax.INCLUSIVE, consultation=Consultation.INCLUDED,
    other_fees=(), numbing=Numbing.NONE, injector=Injector.DOCTOR, weekday_only=True, verified_on=TODAY,
)  # fmt: skip
WON = replace(TERMS, currency="KRW", price=Money(300000, "KRW"))
EVENT: dict[str, Any] = {
    "price_kind": PriceKind.EVENT, "valid_from": date(2026, 11, 1), "valid_until": date(2026, 11, 30),
    "event_target": "new patients", "event_scope": "one session", "regular_price": Money(350000, "KRW"),
}  # fmt: skip


class Clinic:
    authority = "authorised"
    gst_registered = True


@pytest.fixture(autouse=True)
def speaking(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def part_words(part: Part) -> str:
    return f"{part.treatment} {part.amount} × {part.sessions}" + (f" ({part.words})" if part.words else "")


def said(before: OfferTerms, after: OfferTerms) -> list[tuple[str, str | None, str]]:
    return [(line.label, line.before, line.after) for line in differences(before, after, part_words)]


def told(country: Country, before: OfferTerms, after: OfferTerms) -> dict[str, tuple[str | None, str]]:
    rules = policy(country, Switches())
    line: PriceLine = rules.price_line(after, Clinic(), TODAY)
    found = public_differences(before, after, line, rules, part_words)
    return {difference.field: (difference.before, difference.after) for difference in found}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"title": "Glow"}, ("Title", "Healer", "Glow")),
        ({"price": Money(52050, "SGD")}, ("Price", "S$500", "S$520.50")),
        ({"tax": Tax.EXCLUSIVE}, ("Tax", "Tax is included", "Tax comes on top")),
        ({"tax_rate": Decimal("9.00")}, ("Tax rate", "", "9")),
        ({"price_basis": PriceBasis.PER_SESSION}, ("Price is for", "all of it, with all sessions", "one session")),
        ({"eligibility": Eligibility.FIRST_VISIT}, ("Who may buy", "anyone", "first visit only")),
        ({"weekday_only": False}, ("Weekdays only", "Yes", "No")),
        ({"weekday_only": None}, ("Weekdays only", "Yes", "")),
        ({"consultation": None}, ("Consultation fee", "The consultation is included", "")),
        (
            {"consultation": Consultation.FEE, "consultation_fee": Money(3000, "SGD")},
            ("Consultation fee", "The consultation is included", "S$30"),
        ),
        ({"other_fees": (Fee("needle", Money(2000, "SGD")),)}, ("Other fees", "none", "needle S$20")),
        ({"other_fees": None}, ("Other fees", "none", "")),
        ({"numbing": Numbing.EXTRA}, ("Numbing", "No numbing cream", "Numbing cream costs extra")),
        ({"injector": Injector.NURSE}, ("Who injects", "A doctor injects", "A nurse injects")),
        ({"valid_until": date(2026, 12, 1)}, ("Valid until", "", "1 December 2026")),
        ({"expires_after_days": 90}, ("Expires after days", "", "90")),
        ({"refund_terms": "half"}, ("Refund terms", "", "half")),
        (
            {"parts": (replace(HEALER, sessions=3),)},
            ("What it holds", "rejuran_healer 2 ml × 1", "rejuran_healer 2 ml × 3"),
        ),
    ],
)  # fmt: skip
def test_each_field_in_words(change: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert said(TERMS, replace(TERMS, **change)) == [expected]


def test_a_price_on_request_is_said_as_such() -> None:
    asked = replace(TERMS, price=None, price_kind=PriceKind.ON_REQUEST)
    assert said(TERMS, asked) == [
        ("Price", "S$500", "on request"),
        ("Kind of price", "Always", "Told on request only"),
    ]


def test_the_parts_are_one_line_whatever_changed_in_them() -> None:
    other = Part("ha_booster", Decimal(1), Unit.ML)
    now = replace(TERMS, parts=(replace(HEALER, quantity=Decimal(1), sessions=2), other))
    assert said(replace(TERMS, parts=(HEALER, other)), now) == [
        (
            "What it holds",
            "rejuran_healer 2 ml × 1; ha_booster 1 ml × 1",
            "rejuran_healer 1 ml × 2; ha_booster 1 ml × 1",
        )
    ]


@pytest.mark.once
def test_every_field_has_a_name_in_every_language() -> None:
    named = {f.name for f in fields(OfferTerms)} - NOT_COMPARED - {"parts", "consultation"}
    assert named <= set(HEADINGS)


@pytest.mark.parametrize(("country", "terms"), [(Country.SG, TERMS), (Country.KR, WON)])
def test_a_public_page_says_the_price_of_today_and_not_that_of_before(
    country: Country, terms: OfferTerms
) -> None:
    amount = Money(45000 if country is Country.SG else 250000, terms.currency)
    (price,) = told(country, terms, replace(terms, price=amount)).items()
    assert price == ("price", (None, "S$450" if country is Country.SG else "₩250,000"))


def test_in_singapore_nothing_is_said_of_a_period_or_a_usual_price() -> None:
    event = replace(TERMS, **(EVENT | {"regular_price": Money(60000, "SGD")}))
    assert told(Country.SG, TERMS, event) == {}
    assert told(Country.SG, event, TERMS) == {}


def test_in_korea_the_terms_of_an_event_stand_beside_its_price() -> None:
    event = replace(WON, **EVENT)
    longer = replace(event, valid_until=date(2026, 12, 15), event_scope="two sessions")
    assert told(Country.KR, event, longer) == {
        "valid_until": ("30 November 2026", "15 December 2026"),
        # What it covered before is a free text.
        "event_scope": (None, "two sessions"),
    }
    assert told(Country.KR, event, replace(longer, event_target=None)) == {}


def test_the_amount_is_that_of_the_price_line() -> None:
    """A clinic registered for the tax shows its price with it."""
    more = replace(TERMS, price=Money(60000, "SGD"), tax=Tax.EXCLUSIVE, tax_rate=Decimal(9))
    assert told(Country.SG, TERMS, more)["price"] == (None, "S$654")


def test_where_the_line_shows_no_amount_none_is_said() -> None:
    ended = replace(
        TERMS, price=Money(45000, "SGD"), valid_until=date(2026, 11, 20), other_fees=None, weekday_only=False
    )
    assert told(Country.SG, TERMS, ended) == {"weekday_only": ("Yes", "No")}


def test_texts_of_before_are_not_said_again() -> None:
    worded = replace(TERMS, refund_terms="we are the best", parts=(replace(HEALER, words="the very best"),))
    assert told(Country.SG, worded, replace(TERMS, refund_terms="half")) == {"refund_terms": (None, "half")}
    more = replace(TERMS, refund_terms="we are the best", parts=(replace(HEALER, sessions=2),))
    assert told(Country.SG, worded, more) == {
        "parts": ("rejuran_healer 2 ml × 1", "rejuran_healer 2 ml × 2"),
    }


def test_titles_are_the_pages_own() -> None:
    assert told(Country.SG, TERMS, replace(TERMS, title="Glow")) == {}
