"""What is held beside each other on the patient's page: clinics' quotes, price lists and what she was told elsewhere,
judged alike, put in an order, and never lost on the way.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.quotes.given import asked, own_page, quote
from tests.quotes.test_patient_page import order_of
from tests.reading import Page, words
from webapp.enquiries import links
from webapp.enquiries.models import Enquiry
from webapp.fx.models import ExchangeRate
from webapp.i18n import utc_now

TOLD = {
    "who": "Aunt", "treatment": "rejuran_healer", "quantity": "2 ml", "sessions": "3", "price": "1,400",
    "currency": "SGD", "basis": "total", "tax": "inclusive", "consultation": "included", "fees": "0",
    "numbing": "included",
}  # fmt: skip
TOO_MANY = "Too many treatments and sessions to add up here."


@pytest.fixture
def browser(app: Flask, isolated: None) -> FlaskClient:
    return app.test_client()


def form(*quotes: dict[str, str]) -> dict[str, str]:
    """The fields of the form, each quote different from TOLD only where it says so."""
    return {
        f"quotes-{number}-{name}": value
        for number, changes in enumerate(quotes)
        for name, value in (TOLD | changes).items()
    }


def two(session: Session, *prices: int, **wants: Any) -> Enquiry:
    """Two clinics asked for one course; the first ones quote these prices."""
    enquiry = asked(
        session,
        factories.clinic(session, name="First"),
        factories.clinic(session, name="Second"),
        wants=[wants],
    )
    for recipient, price in zip(enquiry.recipients, prices, strict=False):
        quote(session, recipient, price)
    return enquiry


def beside(browser: FlaskClient, session: Session, enquiry: Enquiry, *quotes: dict[str, str]) -> Page:
    """Her page with these quotes of hers, by total."""
    return Page(browser, f"{own_page(session, enquiry)}/beside?by=total&currency=SGD", form(*quotes)).check()


def cells(page: Page, title: str) -> dict[str, str]:
    """What a row of the comparison says of each side, with all that stands beneath."""
    rows = [row for row in page.with_class("criteria")[0] if words(row[0]) == title]
    return {words(cell[0]): " ".join(words(part) for part in cell[1:]) for row in rows for cell in row[1]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"numbing": ""}, "What numbing cream costs is not stated."),
        ({"numbing": "extra"}, "What numbing cream costs is not stated."),
        ({"fees": ""}, "Whether needle, medicine, follow-up or anything else costs extra is not stated."),
    ],
)
def test_what_a_clinics_quote_is_asked_hers_is_asked_too(
    browser: FlaskClient, session: Session, changes: dict[str, str], reason: str
) -> None:
    page = beside(browser, session, two(session, 141_000), changes)
    assert order_of(page.text, "Aunt", "First") == ["First", "Aunt"]
    assert cells(page, "Total for what you asked")["Aunt"] == f"incomplete {reason}"


def test_numbing_cream_that_costs_extra_is_known_with_the_fees(
    browser: FlaskClient, session: Session
) -> None:
    page = beside(browser, session, two(session, 141_000), {"numbing": "extra", "fees": "3"})
    assert order_of(page.text, "Aunt", "First") == ["Aunt", "First"]
    assert cells(page, "Total for what you asked")["Aunt"] == "S$1,409"


def test_of_two_that_she_was_told_by_one_name_the_complete_one_counts_and_its_terms_stand(
    browser: FlaskClient, session: Session
) -> None:
    dear = {"tax": "exclusive", "tax_rate": "9"}
    vague = {"price": "900", "numbing": "", "consultation": ""}
    page = beside(browser, session, two(session, 150_000), TOLD, dear | {"price": "1,000"}, vague)
    assert cells(page, "Total for what you asked")["Aunt"] == "S$1,090"
    assert cells(page, "Tax")["Aunt"] == "on top, 9 %"
    assert cells(page, "Consultation")["Aunt"] == "Included"


def test_two_that_are_added_up_say_each_what_they_say(browser: FlaskClient, session: Session) -> None:
    other = factories.treatment(session, "rejuran_s").id
    enquiry = asked(session, factories.clinic(session), wants=[{}, {"treatment_id": other, "sessions": 1}])
    page = beside(
        browser,
        session,
        enquiry,
        {},
        {"treatment": "rejuran_s", "sessions": "1", "price": "100", "tax": "exclusive", "tax_rate": "9"},
    )
    assert cells(page, "Total for what you asked")["Aunt"] == "S$1,509"
    assert cells(page, "Tax")["Aunt"] == "in the price; on top, 9 %"


def test_she_puts_them_in_order_without_losing_what_she_typed(browser: FlaskClient, session: Session) -> None:
    page = own_page(session, two(session, 150_000))
    assert "by total in" not in Page(browser, page).text, "one total needs no order"
    shown = Page(browser, f"{page}/beside", form({})).check()
    pressed = [one for one in shown.all("button", form="own-quotes") if one.get("formaction")]
    assert [words(one) for one in pressed] == ["by total in SGD"]
    assert [one.get("id") for one in shown.all("form") if one.get("id") == "own-quotes"] == ["own-quotes"]
    # What the Enter key presses is the first button of the form, and that changes no order.
    first = shown.all("button", form="own-quotes")[0]
    assert (first.get("formaction"), first.get("hidden")) == (None, "")
    assert order_of(shown.text, "Aunt", "First") == ["First", "Aunt"]
    sorted_page = Page(browser, (pressed[0].get("formaction") or "").split("#")[0], form({})).check()
    assert order_of(sorted_page.text, "Aunt", "First") == ["Aunt", "First"]
    (back,) = [one for one in sorted_page.all("button", form="own-quotes") if one.get("formaction")]
    again = Page(browser, (back.get("formaction") or "").split("#")[0], form({})).check()
    assert order_of(again.text, "Aunt", "First") == ["First", "Aunt"]


def test_an_area_that_she_asked_for_is_asked_of_her_own_quotes(
    browser: FlaskClient, session: Session
) -> None:
    enquiry = two(session, area="face;neck")
    quote(session, enquiry.recipients[0], lines=[{"area": "face;neck"}])
    page = own_page(session, enquiry)
    (select,) = Page(browser, page).all("select", name="quotes-0-area")
    assert next(one.get("value") for one in select) == ""
    assert [words(one) for one in select if one.get("value") == "face;neck"] == ["face, neck"]
    for area, said in (
        ("face;neck", "S$1,400"),
        ("", "incomplete The area is not stated."),
        ("face", "incomplete It is not for the same as you asked."),
    ):
        found = Page(browser, f"{page}/beside", form({"area": area})).check()
        assert cells(found, "Total for what you asked")["Aunt"] == said
    wrong = Page(browser, f"{page}/beside", form({"area": "<b>"}))
    assert wrong.status == 422
    assert "Choose an area of the list." in wrong.text


def test_without_an_area_asked_for_there_is_no_question(browser: FlaskClient, session: Session) -> None:
    page = own_page(session, two(session, 150_000))
    assert Page(browser, page).all("select", name="quotes-0-area") == []
    # What she chose before stays hers.
    kept = Page(browser, f"{page}/beside", form({"area": "face"})).check()
    (select,) = kept.all("select", name="quotes-0-area")
    assert [one.get("value") for one in select if one.get("selected") is not None] == ["face"]
    assert cells(kept, "Total for what you asked")["Aunt"] == "S$1,400"


def test_what_is_too_much_to_add_up_says_so(browser: FlaskClient, session: Session) -> None:
    clinic = factories.clinic(session, name="First")
    factories.offer(session, clinic, verified_on=utc_now().date())
    slugs = ("rejuran_healer", "rejuran_s", "rejuran_eye", "rejuran_hb")
    wants = [{"treatment_id": factories.treatment(session, slug).id, "sessions": 12} for slug in slugs]
    enquiry = asked(session, clinic, wants=wants)
    quote(session, enquiry.recipients[0])
    page = beside(browser, session, enquiry, {}, {"who": "Uncle"})
    found = cells(page, "Total for what you asked")
    assert {name: found[name] for name in ("Aunt", "Uncle")} == dict.fromkeys(
        ("Aunt", "Uncle"), f"incomplete {TOO_MANY}"
    )
    assert (
        cells(page, "The clinic's published price for the same, today")["First"] == f"incomplete {TOO_MANY}"
    )


def test_an_amount_left_open_is_the_clinics_to_say_and_another_one_is_named(
    browser: FlaskClient, session: Session
) -> None:
    clinics = [factories.clinic(session, name=name) for name in ("First", "Second", "Third")]
    enquiry = asked(session, *clinics)
    quote(session, enquiry.recipients[0])
    lines = [{"quantity": Decimal(10)}]
    gone = quote(session, enquiry.recipients[1], 90_000, lines=lines)
    # 2 ml once and 10 ml once: how it is usually sold.
    page = beside(browser, session, enquiry, {}, {"who": "Uncle", "quantity": "1 ml"})
    assert "Compared for: Rejuran Healer, 2 ml" in page.text
    found = cells(page, "Total for what you asked")
    assert found["First"] == "S$1,500"
    other = "incomplete Another amount than the 2 ml compared here."
    assert (found["Second"], found["Uncle"]) == (other, other)
    # Two of 10 ml are more; what was taken back or is over has no say in it.
    more = quote(session, enquiry.recipients[2], 90_000, lines=lines)
    assert "Compared for: Rejuran Healer, 10 ml" in beside(browser, session, enquiry).text
    gone.withdrawn_at = utc_now()
    more.valid_until = utc_now().date() - timedelta(days=3)
    assert "Compared for: Rejuran Healer, 2 ml" in beside(browser, session, enquiry).text


def test_what_a_total_pays_for_besides_stands_beneath_it(browser: FlaskClient, session: Session) -> None:
    first, second = (factories.clinic(session, name=name) for name in ("First", "Second"))
    factories.offer(session, second, [{"sessions": 5}], price_amount=150_000, verified_on=utc_now().date())
    enquiry = asked(session, first, second, wants=[{"quantity": Decimal(2), "unit": "ml"}])
    quote(session, enquiry.recipients[0])
    laser = {"treatment_id": None, "words": "Laser", "quantity": None, "unit": None, "sessions": 1}
    quote(session, enquiry.recipients[1], 150_000, 50_000, lines=[{"sessions": 6}, laser])
    # A word of the clinic's own is read behind the button, or by whom she shows the comparison.
    shown = links.mint_to_share(enquiry, utc_now(), 30, None)
    session.commit()
    shared = cells(Page(browser, f"/e/shared/{shown}"), "Total for what you asked")
    page = beside(browser, session, enquiry, {"sessions": "5"})
    found = cells(page, "Total for what you asked")
    more = "sessions more than asked: Rejuran Healer, 2 ml"
    assert found["First"] == "S$1,500"
    assert found["Second"] == f"S$2,000 3 {more} holds what you did not ask for: something else"
    assert shared["Second"] == f"S$2,000 3 {more} holds what you did not ask for: Laser"
    assert found["Aunt"] == f"S$1,400 2 {more}"
    published = cells(page, "The clinic's published price for the same, today")
    unpriced = "other fees are not stated, the price of numbing cream is not stated"
    assert published["Second"] == f"S$1,500 2 {more} Beside this total: {unpriced}"


def test_a_price_list_is_converted_at_a_rate_that_stands_on_the_page(
    browser: FlaskClient, session: Session
) -> None:
    """Also where no total in that currency is in the order."""
    here = factories.clinic(session, name="Here")
    there = factories.clinic(session, name="There", country="KR", lat=37.5, lng=127.0)
    factories.offer(
        session,
        there,
        currency="KRW",
        price_amount=500_000,
        tax_rate=Decimal(10),
        verified_on=utc_now().date(),
    )
    enquiry = asked(session, here, there)
    quote(session, enquiry.recipients[0], 160_000)
    old = utc_now().date() - timedelta(days=30)
    for code, rate in (("KRW", "1700"), ("SGD", "1.5")):
        session.add(ExchangeRate(base="EUR", quote=code, rate=Decimal(rate), as_of=old, source="The bank"))
    text = Page(browser, own_page(session, enquiry)).text
    assert "about S$1,323.53" in text
    assert text.count("1 SGD = 1133.33 KRW · The bank") == 1
    assert "this rate is old" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "S$300 to S$500 said before it saw you"),
        ({"range_low_amount": None, "range_high_amount": None}, "It wants to see you first."),
        ({"withdrawn_at": utc_now()}, "The clinic has withdrawn it."),
        ({"valid_until": utc_now().date() - timedelta(days=3)}, "The price is no longer valid."),
        ({"expired_at": utc_now()}, "The price is no longer valid."),
    ],
)
def test_what_a_clinic_expects_goes_as_a_quote_does(
    browser: FlaskClient, session: Session, changes: dict[str, Any], said: str
) -> None:
    enquiry = two(session)
    expects = {"kind": "consultation_first", "range_low_amount": 30_000, "range_high_amount": 50_000}
    quote(session, enquiry.recipients[0], **(expects | changes))
    page = Page(browser, own_page(session, enquiry))
    assert cells(page, "Total for what you asked")["First"].rstrip() == said


def test_a_quote_that_she_was_told_is_over_is_in_no_order(browser: FlaskClient, session: Session) -> None:
    enquiry = two(session, 100_000, 150_000)
    first, _second = enquiry.recipients
    quote(session, first, 100_000, version=2, expired_at=utc_now())
    page = Page(browser, own_page(session, enquiry) + "?by=total&currency=SGD")
    assert order_of(page.text, "First", "Second") == ["Second", "First"]
    assert cells(page, "Total for what you asked")["First"] == "incomplete The price is no longer valid."
