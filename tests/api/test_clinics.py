"""GET /clinics and /clinics/{slug}: order, distance, widening, pages, and what a market's rules hide."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from tests import factories
from tests.api.conftest import Api
from webapp.clinics.models import Practitioner
from webapp.moderation.queries import Source
from webapp.moderation.services.facts import record

pytestmark = pytest.mark.usefixtures("seeded")
KEYS = {
    "slug", "name", "market", "authority", "accepts_enquiries", "sample", "area", "address", "lat", "lng",
    "precision", "distance_m", "offers",
}  # fmt: skip


def nulls_without_reason(node: Any, path: str = "") -> Iterator[str]:
    """Where an object that explains its nulls leaves one unexplained."""
    if isinstance(node, dict):
        if "reasons" in node:
            yield from (
                f"{path}.{key}" for key, value in node.items() if value is None and key not in node["reasons"]
            )
        for key, value in node.items():
            yield from nulls_without_reason(value, f"{path}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from nulls_without_reason(value, f"{path}[{number}]")


def test_near_a_place_clinics_come_by_distance(api: Api) -> None:
    body = api.get("/clinics", q="rejuran", near="238859")
    assert body["ordered_by"] == "distance"
    assert body["treatment"] == "rejuran_healer"
    assert body["place"]["name"] == "238859"
    assert body["widened_to_m"] is None
    assert body["total"] == {"value": len(body["clinics"]), "exact": True}
    assert set(body["clinics"][0]) >= KEYS
    placed = [row["distance_m"] for row in body["clinics"] if row["distance_m"] is not None]
    assert len(placed) >= 3
    assert placed == sorted(placed)
    assert max(placed) <= body["radius_m"]
    assert body["facets"]["market"] == {"SG": body["total"]["value"]}
    assert body["facets"]["treatment"]["rejuran_healer"] == body["total"]["value"]
    assert [row["distance_m"] is None for row in body["clinics"]] == sorted(
        row["distance_m"] is None for row in body["clinics"]
    )


def test_the_same_place_as_a_point_gives_the_same_clinics(api: Api) -> None:
    place = api.get("/places", q="Novena")["places"][0]
    near = api.get("/clinics", near="Novena", radius_m=3000)
    point = api.get("/clinics", lat=place["lat"], lng=place["lng"], radius_m=3000)
    assert [row["slug"] for row in near["clinics"]] == [row["slug"] for row in point["clinics"]]
    assert point["place"] is None
    assert point["reasons"]["place"] == "point_given"


def test_without_a_place_clinics_come_by_name_and_pages_do_not_overlap(api: Api) -> None:
    everything = api.get("/clinics", limit=100)
    assert everything["ordered_by"] == "name"
    assert everything["next"] is None
    seen, cursor = [], None
    while True:
        page = api.get("/clinics", limit=4, **({"cursor": cursor} if cursor else {}))
        seen += [row["slug"] for row in page["clinics"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [row["slug"] for row in everything["clinics"]]
    assert len(seen) == everything["total"]["value"] > 20


def test_by_price_only_in_one_market_and_for_one_treatment(api: Api) -> None:
    body = api.get("/clinics", sort="price", treatment="rejuran_healer", market="SG")
    assert body["ordered_by"] == "price"
    totals = [row["session_total"] for row in body["clinics"]]
    amounts = [float(total["amount"]) for total in totals if total]
    assert len(amounts) > 1
    assert amounts == sorted(amounts)
    assert {total["currency"] for total in totals if total} == {"SGD"}
    two = api.get("/clinics", sort="price", treatment="rejuran_healer")
    assert (two["ordered_by"], two["price_order_refused"]) == ("name", "two_currencies")
    assert api.get("/clinics", sort="price")["price_order_refused"] == "no_treatment"


def test_an_empty_circle_widens_to_the_nearest_three(api: Api) -> None:
    body = api.get("/clinics", lat=1.38, lng=103.70, radius_m=200)
    assert len(body["clinics"]) == 3
    assert body["widened_to_m"] == max(row["distance_m"] for row in body["clinics"]) > 200


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"near": "Tokyo"}, "outside"),
        ({"near": "City Hall"}, "ambiguous"),
        ({"near": "near me"}, "needs_device_location"),
        ({"near": "zzzzqqqq"}, "not_found"),
        ({"lat": 35.68, "lng": 139.76}, "outside"),
    ],
)
def test_a_place_that_is_none_gives_no_clinics_and_says_why(
    api: Api, query: dict[str, Any], reason: str
) -> None:
    body = api.get("/clinics", **query)
    assert body["place"] is None
    assert body["reasons"]["place"] == reason
    assert body["clinics"] == []
    assert (reason == "ambiguous") <= (len(body["did_you_mean"]) > 1)


def test_words_that_mean_several_treatments_are_asked(api: Api) -> None:
    body = api.get("/clinics", q="婴儿针")
    assert body["clinics"] == []
    assert len(body["treatment_choices"]) > 1
    chosen = api.get("/clinics", q="婴儿针", treatment="rejuran_healer")
    assert chosen["treatment"] == "rejuran_healer"
    assert chosen["clinics"]


def test_words_that_nobody_bears_are_set_aside_and_said(api: Api) -> None:
    body = api.get("/clinics", q="xyzzyplugh")
    assert body["ignored_words"] == "xyzzyplugh"
    assert body["clinics"]
    assert api.get("/clinics", q="Larch")["clinics"][0]["slug"] == "larch-linden-skin-clinic"


def test_a_frame_of_the_map_limits_the_answer(api: Api) -> None:
    body = api.get("/clinics", bbox="126.7,37.4,127.2,37.8")
    assert {row["market"] for row in body["clinics"]} == {"KR"}


def test_every_null_has_a_reason_and_money_its_decimals(api: Api) -> None:
    body = api.get("/clinics", limit=100)
    assert list(nulls_without_reason(body)) == []
    prices = [offer["price"] for row in body["clinics"] for offer in row["offers"] if offer["price"]]
    assert {price["currency"] for price in prices} == {"SGD", "KRW"}
    for price in prices:
        assert ("." in price["amount"]) == (price["currency"] == "SGD")
        assert not price["amount"].startswith("0")


def test_names_come_in_the_language_asked_for(api: Api) -> None:
    korean = api.get("/clinics", market="KR", lang="ko")["clinics"]
    assert any("가" <= letter <= "힣" for letter in korean[0]["name"])
    with_part = next(offer for row in korean for offer in row["offers"] if offer["parts"])
    assert any("가" <= letter <= "힣" for letter in with_part["parts"][0]["name"])


def test_one_clinic_with_everything(api: Api) -> None:
    body = api.get("/clinics/larch-linden-skin-clinic", resource="/clinics/{slug}")
    assert body["offers"]
    assert body["practitioners"][0]["registration_no"]
    assert list(nulls_without_reason(body)) == []
    assert "enquiry_email" not in body


def test_an_unclaimed_clinic_shows_what_its_source_says_and_no_price(api: Api) -> None:
    body = api.get("/clinics/halley-medical-aesthetics", resource="/clinics/{slug}")
    assert (body["authority"], body["accepts_enquiries"], body["sample"]) == ("unclaimed", False, False)
    (trio,) = body["offers"]
    assert (trio["price"], trio["reasons"]["price"]) == (None, "not_authorised")
    assert (len(trio["parts"]), trio["parts_complete"], trio["combo"]) == (2, False, True)
    assert (body["address"], body["lat"]) == (None, None)


def test_strict_means_contact_details_only(
    app: Flask, settings: Settings, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, unclaimed_sg="strict"))
    body = api.get("/clinics/halley-medical-aesthetics", resource="/clinics/{slug}")
    assert (body["offers"], body["practitioners"]) == ([], None)
    assert body["reasons"]["practitioners"] == body["reasons"]["offers"] == "not_authorised"


def test_facts_with_a_source_of_their_own_name_it(
    app: Flask, settings: Settings, api: Api, seeded: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC).date()
    clinic = factories.clinic(
        seeded, slug="told-by-a-page", authority="unclaimed", phone="+6561234567", hours="Mo-Fr 10:00-19:00"
    )
    said = Source("page", "https://clinic.example/", today, "Somebody", today - timedelta(days=400))
    record(clinic, ["phone", "hours"], said)
    clinic.practitioners += [
        Practitioner(name="Dr A", origin="clinic", source="the clinic", seen_on=today, confirmed_on=today),
        Practitioner(name="Dr B"),
    ]
    seeded.commit()
    body = api.get("/clinics/told-by-a-page", resource="/clinics/{slug}")
    assert set(body["fact_sources"]) == {"phone", "hours"}
    assert body["fact_sources"]["phone"] == {
        "origin": "page",
        "source": "https://clinic.example/",
        "seen_on": today.isoformat(),
        "confirmed_on": (today - timedelta(days=400)).isoformat(),
        "unconfirmed": True,
        "reasons": {},
    }
    own, listed = body["practitioners"]
    assert (own["fact_source"]["source"], own["fact_source"]["unconfirmed"]) == ("the clinic", False)
    assert (listed["fact_source"], listed["reasons"]["fact_source"]) == (None, "as_the_listing")
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, unclaimed_sg="strict"))
    strict = api.get("/clinics/told-by-a-page", resource="/clinics/{slug}")
    assert set(strict["fact_sources"]) == {"phone"}
    assert "Somebody" not in str(body) + str(strict)


def test_brand_names_off_reach_the_api_too(
    app: Flask, settings: Settings, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, brand_names_sg=False))
    offers = api.get("/clinics/larch-linden-skin-clinic", resource="/clinics/{slug}")["offers"]
    words = [
        text for offer in offers for text in (offer["title"], *(part["name"] for part in offer["parts"]))
    ]
    assert not [text for text in words if "rejuran" in text.casefold()]


def test_an_event_price_stands_with_its_terms_and_only_in_its_days(api: Api, seeded: Session) -> None:
    today = datetime.now(UTC).date()
    clinic = factories.clinic(seeded, country="KR", slug="event-clinic", lat=37.5, lng=127.03)
    event: dict[str, Any] = {
        "price_kind": "event", "currency": "KRW", "price_amount": 200_000, "regular_price_amount": 250_000,
        "event_target": "everyone", "event_scope": "face", "verified_on": today,
    }  # fmt: skip
    month = timedelta(days=30)
    factories.offer(seeded, clinic, ref="on", valid_from=today - month, valid_until=today + month, **event)
    factories.offer(
        seeded, clinic, ref="over", valid_from=today - 2 * month, valid_until=today - month, **event
    )
    seeded.commit()
    offers = api.get("/clinics/event-clinic", resource="/clinics/{slug}")["offers"]
    on, over = offers
    assert on["price"] == {"amount": "200000", "currency": "KRW"}
    assert on["event"]["regular_price"] == {"amount": "250000", "currency": "KRW"}
    assert on["event"]["discount_percent"] == 20
    assert (over["price"], over["event"], over["reasons"]["price"]) == (None, None, "event_ended")


def test_in_singapore_no_period_and_no_price_before_is_shown(api: Api, seeded: Session) -> None:
    today = datetime.now(UTC).date()
    clinic = factories.clinic(seeded, slug="event-in-singapore")
    factories.offer(
        seeded, clinic, price_kind="event", regular_price_amount=90_000, event_target="everyone",
        event_scope="face", valid_from=date(2020, 1, 1), valid_until=today + timedelta(days=30),
        verified_on=today,
    )  # fmt: skip
    seeded.commit()
    (offer,) = api.get("/clinics/event-in-singapore", resource="/clinics/{slug}")["offers"]
    assert offer["price"] == {"amount": "500.00", "currency": "SGD"}
    assert offer["event"] is None
    assert "900" not in str(offer)


def test_sample_and_withdrawn_clinics_are_not_served_in_production(
    app: Flask, settings: Settings, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, base_url="https://likeforlike.example"))
    assert {row["sample"] for row in api.get("/clinics", limit=100)["clinics"]} == {False}
    api.get("/clinics/larch-linden-skin-clinic", resource="/clinics/{slug}", expect=404)


def test_empty_and_unknown_parameters_are_as_if_absent(api: Api) -> None:
    plain = api.get("/clinics")
    assert api.get("/clinics", near="", lat="", lng="", sort="", treatment="", utm_source="x") == plain
