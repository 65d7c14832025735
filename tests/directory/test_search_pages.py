"""Home and results: what is understood, what is asked back, and what a card says."""

import json
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.reading import Page, words
from webapp.i18n import LANGUAGES


@pytest.mark.parametrize("prefix", ["", "/zh", "/ko"])
def test_every_page_is_whole_in_every_language(seeded: Session, client: FlaskClient, prefix: str) -> None:
    for path in (
        "/",
        "/clinics",
        "/clinics?q=rejuran+near+238859",
        "/clinics?q=" + quote("婴儿针"),
        "/clinics?near=City+Hall",
        "/clinics?near=Tokyo",
        "/clinics?near=xyzzy",
        "/clinics?q=rejurna",
        "/clinics?near=Changi&treatment=rejuran_healer",
        "/clinics/larch-linden-skin-clinic",
        "/clinics/chameoksae-clinic",
        "/clinics/halley-medical-aesthetics",
        "/compare",
        "/compare?clinic=larch-linden-skin-clinic&clinic=chameoksae-clinic&clinic=halley-medical-aesthetics",
    ):
        page = Page(client, prefix + path).check()
        assert page.all("html")[0].get("lang") == LANGUAGES[prefix[1:] or "en"][0]


def test_home_leads_to_places_treatments_and_markets(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/").check()
    assert page.all("form", action="/clinics")[0].get("method") == "get"
    for label in ("Orchard", "Gangnam Station", "Rejuran Healer", "All clinics in Singapore"):
        address = page.links(label)[0]
        found = Page(client, address).check()
        assert found.cards, label
    assert words(page.with_class("banner")[0]).startswith("This page shows sample clinics")


def test_three_clinics_with_rejuran_within_a_kilometre_of_the_paragon(
    seeded: Session, client: FlaskClient
) -> None:
    page = Page(client, "/clinics?q=rejuran+near+238859").check()
    assert page.heading.endswith("clinics within 1 km of 238859")
    assert len(page.links("Enquire: Larch & Linden Skin Clinic")) == 1
    assert len([link for link in page.all("a") if words(link).startswith("Enquire")]) >= 3
    assert page.all("input", id="q")[0].get("value") == "Rejuran Healer"
    assert page.all("input", id="near")[0].get("value") == "238859"
    assert page.links("how results are ordered")


@pytest.mark.parametrize("text", ["rejuran", "리쥬란", "丽珠兰", "baby skin injection"])
def test_any_name_finds_the_same_clinics(seeded: Session, client: FlaskClient, text: str) -> None:
    page = Page(client, f"/clinics?near=Orchard&q={quote(text)}").check()
    assert page.cards == Page(client, "/clinics?near=Orchard&treatment=rejuran_healer").cards
    assert "Rejuran Healer" in page.title


def test_an_ambiguous_treatment_is_asked_back_and_the_place_is_kept(
    seeded: Session, client: FlaskClient
) -> None:
    page = Page(client, f"/clinics?near=Orchard&q={quote('婴儿针')}").check()
    assert page.heading == "Which treatment do you mean?"
    after = Page(client, page.links("Rejuran Healer")[0]).check()
    assert after.heading.endswith("of Orchard")
    assert "Rejuran Healer" in after.title


def test_a_place_in_both_markets_is_asked_back(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics?near=City+Hall").check()
    assert page.heading == "Which place do you mean?"
    choices = [link.get("href") or "" for link in page.with_class("choices")[0].iter() if link.get("href")]
    assert len(choices) == 2
    for address in choices:
        assert "City Hall" in Page(client, address).check().heading


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("near=Tokyo", "Tokyo is not covered."),
        ("near=xyzzy", "Nothing called “xyzzy” is in our list of places."),
        ("lat=51.5&lng=0", "The directory covers Singapore"),
        ("q=rejuran+near+me", "We do not look up where you are"),
    ],
)
def test_what_cannot_be_placed_says_so_and_offers_a_start(
    seeded: Session, client: FlaskClient, query: str, says: str
) -> None:
    page = Page(client, f"/clinics?{query}").check()
    assert says in page.text
    assert page.links("Orchard")
    assert page.cards == []


def test_nothing_near_shows_the_nearest_three(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics?near=Changi+Airport&treatment=rejuran_healer").check()
    assert page.heading.startswith("No clinic within 1 km of Changi Airport")
    assert len(page.cards) == 3
    assert "The nearest 3 are shown" in page.text


def test_likeness_only_suggests(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics?q=rejurna").check()
    assert "We know no treatment and no clinic called “rejurna”." in page.text
    for label in ("Rejuran Healer", "Rejuran i (Eye)", "Rejuran S", "Rejuran HB / HB Plus"):
        assert page.links(label)


def test_a_clinic_by_its_name_in_any_language(seeded: Session, client: FlaskClient) -> None:
    for text in ("larch", "Larch & Linden", "落椴皮肤诊所"):
        assert "Larch & Linden Skin Clinic" in Page(client, f"/clinics?q={quote(text)}").check().cards, text
    assert Page(client, f"/ko/clinics?q={quote('물까치의원')}").cards == ["물까치의원"]


def test_the_labels_that_a_page_puts_into_its_box_are_understood(
    seeded: Session, client: FlaskClient
) -> None:
    page = Page(client, "/clinics")
    names = [option.get("value") or "" for option in page.all("datalist", id="treatment-names")[0]]
    assert len(names) > 30
    for name in names:
        found = Page(client, f"/clinics?q={quote(name)}")
        assert name in found.title or found.heading == "Which treatment do you mean?", name


def test_price_order_only_when_asked_and_in_one_currency(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics?treatment=rejuran_healer&sort=price").check()
    assert "two currencies have no order" in page.text
    page = Page(client, "/clinics?treatment=rejuran_healer&sort=price&market=SG").check()
    assert "by price of one session" in page.text
    assert "One session with everything stated: S$" in page.text


def card(client: FlaskClient) -> str:
    return words(Page(client, "/clinics?treatment=rejuran_healer").check().with_class("clinic")[0])


def test_a_price_line_says_what_it_buys_and_what_one_session_comes_to(
    session: Session, client: FlaskClient
) -> None:
    factories.offer(
        session, factories.clinic(session), parts=[{"sessions": 3}], price_amount=150000, title="Course"
    )
    session.commit()
    text = card(client)
    assert "S$1,500" in text
    assert "Rejuran Healer 2 ml × 3" in text
    assert "S$500 per session · incl. GST · confirmed 1 November 2026" in text


def test_what_is_not_stated_is_written_so(session: Session, client: FlaskClient) -> None:
    factories.offer(
        session,
        factories.clinic(session),
        parts=[
            {"quantity": None, "unit": None},
            {"treatment_id": factories.treatment(session, "rejuran_eye").id},
        ],
        tax="unknown",
        tax_rate=None,
        parts_complete=False,
        verified_on=None,
    )
    session.commit()
    text = card(client)
    for said in ("amount not stated", "third part not stated", "GST: not stated", "never confirmed"):
        assert said in text


def test_a_stale_price_says_since_when(session: Session, client: FlaskClient) -> None:
    factories.offer(session, factories.clinic(session), verified_on=date(2026, 9, 1))
    session.commit()
    assert "unconfirmed since 16 October 2026" in card(client)


def test_an_event_price_stands_with_its_terms_in_korea_and_without_in_singapore(
    session: Session, client: FlaskClient
) -> None:
    event: dict[str, Any] = {
        "price_kind": "event",
        "regular_price_amount": 400000,
        "valid_from": date(2026, 11, 1),
        "valid_until": date(2026, 11, 30),
        "event_target": "Anyone",
        "event_scope": "Face",
    }
    seoul = factories.clinic(session, country="KR", lat=37.498, lng=127.028, gst_registered=None)
    factories.offer(
        session, seoul, currency="KRW", price_amount=300000, tax="exclusive", tax_rate=Decimal(10), **event
    )
    factories.offer(session, factories.clinic(session), price_amount=300000, **event)
    session.commit()
    korea = words(Page(client, "/clinics?market=KR&treatment=rejuran_healer").check().with_class("clinic")[0])
    assert "₩300,000" in korea
    assert "1 November 2026 – 30 November 2026. Before ₩400,000, 25 % less. For: Anyone." in korea
    singapore = words(
        Page(client, "/clinics?market=SG&treatment=rejuran_healer").check().with_class("clinic")[0]
    )
    assert "S$3,000" in singapore
    assert "4,000" not in singapore
    assert "30 November" not in singapore


def test_the_map_has_the_same_clinics_as_the_list(seeded: Session, client: FlaskClient) -> None:
    query = "?near=Orchard&treatment=rejuran_healer"
    page = Page(client, "/clinics" + query).check()
    drawn = json.loads("".join(page.all("script", id="map-data")[0].itertext()))
    listed = [element.get("data-clinic") for element in page.with_class("clinic")]
    pins = [feature["properties"]["slug"] for feature in drawn["clinics"]["features"]]
    assert [slug for slug in listed if slug in pins] == pins
    assert {"Orchard", "Somerset"} <= {name["name"] for name in drawn["fits"][0]["names"]}
    points = client.get("/clinics.geojson" + query)
    assert points.mimetype == "application/geo+json"
    assert [row["properties"]["slug"] for row in points.get_json()["features"]] == pins
    longitude, latitude = points.get_json()["features"][0]["geometry"]["coordinates"]
    assert 103 < longitude < 104
    assert 1 < latitude < 2
