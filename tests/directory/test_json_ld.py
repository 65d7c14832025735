"""The clinic's page for programs: what the page shows, in schema.org's words, and nothing that it may not show."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Route, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.reading import Page
from tests.services.browser import CHROMIUM_ARGUMENTS
from webapp.clinics.models import Clinic
from webapp.domain.listing_diff import Contact
from webapp.domain.money import parse_major
from webapp.i18n import format_money
from webapp.refresh.page_data import read_page

Switch = Callable[..., None]
# Words of schema.org for what both markets restrict; none may ever stand in the document.
FORBIDDEN = (
    "review",
    "rating",
    "award",
    "priceRange",
    "lowPrice",
    "highPrice",
    "image",
    "endorse",
    "popular",
)


@pytest.fixture
def switch(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Switch:
    """`switch(unclaimed_sg="strict")`: an operator's settings for this test."""

    def turn(**changed: Any) -> None:
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **changed))

    return turn


def written(client: FlaskClient, address: str) -> tuple[Page, dict[str, Any]]:
    """The page and its one document."""
    page = Page(client, address).check()
    (script,) = page.all("script", type="application/ld+json")
    found: dict[str, Any] = json.loads(script.text or "")
    return page, found


def every_text(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for value in node:
            yield from every_text(value)
    elif isinstance(node, str):
        yield node


def every_property(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (name.casefold() for name in node)
        node = list(node.values())
    if isinstance(node, list):
        for value in node:
            yield from every_property(value)


def asked_prices(document: dict[str, Any]) -> list[str]:
    """The amounts of its offers as the page would write them."""
    return [
        format_money(parse_major(each["price"], each["priceCurrency"]))
        for offer in document.get("makesOffer", [])
        for each in offer["priceSpecification"]
    ]


def only_offer(client: FlaskClient, clinic: Clinic) -> dict[str, Any]:
    (found,) = written(client, f"/clinics/{clinic.slug}")[1]["makesOffer"]
    offer: dict[str, Any] = found
    return offer


def real_clinic(session: Session, **more: Any) -> Clinic:
    return factories.clinic(session, sample=False, **more)


def test_who_and_where_it_is(session: Session, client: FlaskClient) -> None:
    clinic = real_clinic(
        session,
        name_zh="诊所",
        unit="#14-31",
        phone="+6561234567",
        website="https://clinic.example/",
        hours="Mo-Fr 10:00-19:00; Sa 10:00-16:00",
        group_ref="a-brand",
        licence_no="123",
    )
    session.commit()
    _page, document = written(client, f"/clinics/{clinic.slug}")
    base = "http://127.0.0.1:8000"
    assert document == {
        "@context": "https://schema.org",
        "@type": "MedicalClinic",
        "@id": f"{base}/clinics/{clinic.slug}#clinic",
        "name": clinic.name,
        "alternateName": ["诊所"],
        "url": f"{base}/clinics/{clinic.slug}",
        "sameAs": "https://clinic.example/",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "290 Orchard Road, #14-31",
            "postalCode": "238859",
            "addressCountry": "SG",
        },
        "geo": {"@type": "GeoCoordinates", "latitude": 1.3039, "longitude": 103.8358},
        "telephone": "+6561234567",
        "openingHours": ["Mo-Fr 10:00-19:00", "Sa 10:00-16:00"],
        "knowsLanguage": ["en", "zh"],
    }
    in_chinese = written(client, f"/zh/clinics/{clinic.slug}")[1]
    assert (in_chinese["name"], in_chinese["url"]) == ("诊所", f"{base}/zh/clinics/{clinic.slug}")
    assert in_chinese["@id"] == document["@id"]


def test_what_we_read_from_other_pages_reads_ours(session: Session, client: FlaskClient) -> None:
    clinic = real_clinic(session, unit="#14-31", phone="+6561234567", hours="Mo-Fr 10:00-19:00")
    session.commit()
    answer = client.get(f"/clinics/{clinic.slug}")
    assert read_page(answer.data, answer.content_type, country="SG", listed=Contact()) == Contact(
        name=clinic.name,
        phone="+6561234567",
        address="290 Orchard Road",
        unit="#14-31",
        postal_code="238859",
        hours="Mo-Fr 10:00-19:00",
    )


def test_what_nobody_states_is_left_out(session: Session, client: FlaskClient) -> None:
    clinic = real_clinic(
        session,
        address=None,
        postal_code=None,
        precision="postcode",
        languages=None,
        website="javascript:alert(1)",
        hours="call us",
    )
    session.commit()
    _page, document = written(client, f"/clinics/{clinic.slug}")
    assert set(document) == {"@context", "@type", "@id", "name", "url"}


@pytest.mark.parametrize("precision", ["interpolated", "postcode", "street", "area", None])
def test_a_point_stands_at_a_buildings_precision_only(
    session: Session, client: FlaskClient, precision: str | None
) -> None:
    clinic = real_clinic(session, precision=precision)
    session.commit()
    assert "geo" not in written(client, f"/clinics/{clinic.slug}")[1]


def test_an_offer_with_its_price_and_what_it_is_for(session: Session, client: FlaskClient) -> None:
    clinic = real_clinic(session)
    offer = factories.offer(session, clinic, parts=[{"areas": "face;neck"}], other_fees=[["medicine", 2000]])
    session.commit()
    assert only_offer(client, clinic) == {
        "@type": "Offer",
        "name": offer.title,
        "url": f"http://127.0.0.1:8000/clinics/{clinic.slug}#prices",
        "price": "500.00",
        "priceCurrency": "SGD",
        "priceSpecification": [
            {
                "@type": "UnitPriceSpecification",
                "price": "500.00",
                "priceCurrency": "SGD",
                "valueAddedTaxIncluded": True,
                "referenceQuantity": {"@type": "QuantitativeValue", "value": 2, "unitCode": "MLT"},
            }
        ],
        "itemOffered": {"@type": "Service", "name": "Rejuran Healer", "description": "2 ml, face, neck"},
        "description": "Consultation: included; Other fees: medicine S$20",
    }


@pytest.mark.parametrize(
    ("basis", "part", "reference"),
    [
        ("total", {"quantity": Decimal("2.5")}, {"value": 2.5, "unitCode": "MLT"}),
        ("total", {"quantity": Decimal(100), "unit": "shot"}, {"value": 100, "unitCode": "C62", "unitText": "shot"}),
        ("total", {"sessions": 3}, {"value": 3, "unitCode": "C62", "unitText": "session"}),
        ("total", {"quantity": None, "unit": None}, None),
        ("per_unit", {}, {"value": 1, "unitCode": "MLT"}),
        ("per_unit", {"unit": "vial"}, {"value": 1, "unitCode": "C62", "unitText": "vial"}),
        ("per_unit", {"quantity": None, "unit": None}, None),
        ("per_session", {"sessions": 3}, {"value": 1, "unitCode": "C62", "unitText": "session"}),
    ],
)  # fmt: skip
def test_what_a_price_is_for(
    session: Session, client: FlaskClient, basis: str, part: dict[str, Any], reference: dict[str, Any] | None
) -> None:
    clinic = real_clinic(session)
    factories.offer(session, clinic, parts=[part], price_basis=basis)
    session.commit()
    offer = only_offer(client, clinic)
    (specification,) = offer["priceSpecification"]
    expected = {"@type": "QuantitativeValue", **reference} if reference else None
    assert specification.get("referenceQuantity") == expected
    # A price per ml is not the price of what is sold.
    assert ("price" in offer) is (basis == "total")


def test_a_combo_names_its_parts_and_the_one_that_is_not_stated(
    session: Session, client: FlaskClient
) -> None:
    clinic = real_clinic(session)
    toning = factories.treatment(session, "toning_laser", name_en="Toning laser").id
    parts = [{}, {"treatment_id": toning, "quantity": 1, "unit": "session", "sessions": 2}]
    factories.offer(session, clinic, parts=parts, title="Trio", parts_complete=False)
    session.commit()
    offer = only_offer(client, clinic)
    assert offer["itemOffered"] == {"@type": "Service", "name": "Trio"}
    booster, laser, unsaid = offer["includesObject"]
    assert booster == {
        "@type": "TypeAndQuantityNode",
        "typeOfGood": {"@type": "Service", "name": "Rejuran Healer", "description": "2 ml"},
        "amountOfThisGood": 2,
        "unitCode": "MLT",
    }
    assert laser == {
        "@type": "TypeAndQuantityNode",
        "typeOfGood": {"@type": "Service", "name": "Toning laser", "description": "1 session × 2"},
    }
    assert unsaid["typeOfGood"] == {"@type": "Service", "name": "third part not stated"}
    assert "referenceQuantity" not in offer["priceSpecification"][0]


@pytest.mark.parametrize(
    ("country", "tax", "rate", "registered", "price", "included"),
    [
        ("SG", "inclusive", 9, True, "500.00", True),
        # Registered for GST: the page shows the price with it, and so does the document.
        ("SG", "exclusive", 9, True, "545.00", True),
        ("SG", "exclusive", 9, False, "500.00", False),
        ("SG", "unknown", None, None, "500.00", None),
        ("KR", "exclusive", None, None, "50000", False),
    ],
)
def test_tax_is_in_or_not_or_not_stated(
    session: Session,
    client: FlaskClient,
    country: str,
    tax: str,
    rate: int | None,
    registered: bool | None,
    price: str,
    included: bool | None,
) -> None:
    clinic = real_clinic(session, country=country, gst_registered=registered)
    currency = "KRW" if country == "KR" else "SGD"
    factories.offer(session, clinic, currency=currency, tax=tax, tax_rate=rate)
    session.commit()
    (specification,) = only_offer(client, clinic)["priceSpecification"]
    assert specification["price"] == price
    assert specification.get("valueAddedTaxIncluded") is included


EVENT: dict[str, Any] = {
    "price_kind": "event", "regular_price_amount": 80_000, "event_target": "everyone", "event_scope": "the face",
    "valid_from": date(2026, 11, 1), "valid_until": date(2026, 11, 30),
}  # fmt: skip


def test_an_event_price_in_korea_carries_all_of_its_terms(session: Session, client: FlaskClient) -> None:
    clinic = real_clinic(session, country="KR")
    factories.offer(session, clinic, currency="KRW", **EVENT)
    session.commit()
    offer = only_offer(client, clinic)
    assert (offer["validFrom"], offer["validThrough"]) == ("2026-11-01", "2026-11-30")
    asked, before = offer["priceSpecification"]
    assert (asked["price"], asked["priceType"]) == ("50000", "https://schema.org/SalePrice")
    assert (before["price"], before["priceType"]) == ("80000", "https://schema.org/RegularPrice")
    assert offer["description"].startswith(
        "Event price: 1 November 2026 – 30 November 2026. Before ₩80,000, 37 % less. For: everyone. "
        "Holds for: the face"
    )


def test_in_singapore_neither_a_period_nor_a_price_before_is_told(
    session: Session, client: FlaskClient
) -> None:
    clinic = real_clinic(session)
    factories.offer(session, clinic, **EVENT)
    session.commit()
    offer = only_offer(client, clinic)
    assert not {"validFrom", "validThrough"} & set(offer)
    assert len(offer["priceSpecification"]) == 1
    assert "800" not in json.dumps(offer | {"url": ""})


@pytest.mark.parametrize(
    ("country", "terms"),
    [
        ("SG", {"verified_on": None}),
        ("SG", {"verified_on": date(2026, 10, 6)}),
        ("SG", {"price_kind": "on_request", "price_amount": None}),
        ("SG", {"tax": "exclusive", "tax_rate": None}),
        ("SG", {"valid_until": date(2026, 11, 20)}),
        ("SG", {"valid_from": date(2026, 11, 22)}),
        ("KR", EVENT | {"event_scope": None}),
        ("KR", EVENT | {"valid_until": date(2026, 11, 20)}),
        ("KR", EVENT | {"valid_from": date(2026, 11, 22)}),
    ],
)
def test_a_price_that_is_hidden_or_unconfirmed_is_not_told(
    session: Session, client: FlaskClient, country: str, terms: dict[str, Any]
) -> None:
    clinic = real_clinic(session, country=country)
    factories.offer(session, clinic, currency="KRW" if country == "KR" else "SGD", **terms)
    session.commit()
    page, document = written(client, f"/clinics/{clinic.slug}")
    assert page.with_class("price"), "the page lists the offer"
    assert "makesOffer" not in document


def test_a_price_is_told_on_the_last_day_of_its_age(session: Session, client: FlaskClient) -> None:
    clinic = real_clinic(session)
    factories.offer(session, clinic, verified_on=date(2026, 10, 7))
    session.commit()
    assert only_offer(client, clinic)["price"] == "500.00"


@pytest.mark.parametrize("brands", [True, False])
@pytest.mark.parametrize("cross", ["authorised", "on"])
def test_every_clinic_tells_what_its_page_shows(
    seeded: Session, client: FlaskClient, switch: Switch, brands: bool, cross: str
) -> None:
    switch(brand_names_sg=brands, cross_clinic_prices_sg=cross)
    told = 0
    for clinic in seeded.scalars(select(Clinic).where(Clinic.authority == "authorised")).all():
        page, document = written(client, f"/clinics/{clinic.slug}")
        amounts = asked_prices(document)
        told += len(amounts)
        for amount in amounts:
            assert amount in page.text, clinic.slug
        for offer in document.get("makesOffer", []):
            for name in (
                offer["name"],
                offer["itemOffered"]["name"],
                *(part["typeOfGood"]["name"] for part in offer.get("includesObject", [])),
            ):
                assert name in page.text, clinic.slug
        for name in every_property(document):
            assert not any(word in name for word in FORBIDDEN), clinic.slug
        if clinic.country == "SG" and not brands:
            assert not [text for text in every_text(document) if "rejuran" in text.casefold()], clinic.slug
    assert told > 40


@pytest.mark.parametrize("rule", ["strict", "sourced"])
def test_of_a_clinic_that_has_not_joined_only_what_the_switch_lets_stand(
    session: Session, client: FlaskClient, switch: Switch, rule: str
) -> None:
    switch(unclaimed_sg=rule)
    clinic = real_clinic(
        session,
        authority="unclaimed",
        phone="+6561234567",
        hours="Mo-Fr 10:00-19:00",
        accepts_enquiries=False,
    )
    factories.offer(session, clinic)
    session.commit()
    _page, document = written(client, f"/clinics/{clinic.slug}")
    assert document["telephone"] == "+6561234567"
    assert document["address"]["postalCode"] == "238859"
    assert ("openingHours" in document, "knowsLanguage" in document) == (rule == "sourced", rule == "sourced")
    assert "makesOffer" not in document


def test_an_invented_clinic_says_that_it_is(session: Session, client: FlaskClient) -> None:
    invented, real = factories.clinic(session), real_clinic(session)
    session.commit()
    _page, document = written(client, f"/clinics/{invented.slug}")
    assert document["disambiguatingDescription"] == "sample"
    assert "disambiguatingDescription" not in written(client, f"/clinics/{real.slug}")[1]


NASTY = '</script><script>document.title="in"</script><!-- & \u2028\u2029 "\' \\u003c'


def test_a_name_that_is_markup_stays_a_name(session: Session, client: FlaskClient) -> None:
    clinic = real_clinic(session, name=NASTY)
    factories.offer(session, clinic, title=NASTY)
    session.commit()
    page, document = written(client, f"/clinics/{clinic.slug}")
    assert (document["name"], document["makesOffer"][0]["name"]) == (NASTY, NASTY)
    block = page.source.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert json.loads(block) == document
    for sign in "<>&\u2028\u2029":
        assert sign not in block


def test_a_browser_takes_it_as_data_under_our_policy(
    session: Session, client: FlaskClient, chromium_path: str
) -> None:
    """The page as we send it, headers and all, in Chromium; and the same page with a script in it, which must be
    refused, or this test could not see a violation."""
    clinic = real_clinic(session, name=NASTY)
    factories.offer(session, clinic)
    session.commit()
    origin = "http://127.0.0.1:8000"
    complaints: list[str] = []

    def answer(route: Route) -> None:
        parts = urlsplit(route.request.url)
        with client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path) as got:
            body = got.data
        if parts.query == "with=script":
            body = body.replace(b"</body>", b"<script>1</script></body>")
        route.fulfill(status=got.status_code, headers=dict(got.headers), body=body)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGUMENTS)
        page = browser.new_page()
        page.route("**/*", answer)
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{origin}/clinics/{clinic.slug}")
        assert complaints == []
        read = page.evaluate(
            "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)"
        )
        assert (read["name"], read["makesOffer"][0]["price"]) == (NASTY, "500.00")
        assert page.title() != "in"
        page.goto(f"{origin}/clinics/{clinic.slug}?with=script")
        assert [text for text in complaints if "Content Security Policy" in text]
        browser.close()
