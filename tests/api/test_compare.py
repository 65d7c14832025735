"""GET /compare: the same answers as the page, as codes and amounts, and no amount that a market's rules hide."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from tests import factories
from tests.api.conftest import Api
from tests.api.test_clinics import nulls_without_reason
from tests.factories import NOW
from tests.statements import sent_to
from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.fx.models import ExchangeRate

HEALER = "rejuran_healer:3x2ml"
# An amount that nothing else in an answer comes to.
CANARY = 7_654_321
SEOUL: dict[str, Any] = {"country": "KR", "lat": 37.498, "lng": 127.028, "gst_registered": None}


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rates(session: Session) -> Session:
    """1,000 won for a dollar, by way of the euro: 1 EUR = 1.5 SGD = 1,500 KRW."""
    for quote, rate in (("SGD", "1.5"), ("KRW", "1500")):
        session.add(
            ExchangeRate(
                base="EUR", quote=quote, rate=Decimal(rate), as_of=date(2026, 11, 20), source="an example"
            )
        )
    return session


def asked(session: Session, api: Api, *clinics: Clinic, want: str | list[str] = HEALER, **more: Any) -> Any:
    """The answer for these clinics; whatever is null in it has a reason."""
    session.commit()
    body = api.get("/compare", want=want, clinic=[clinic.slug for clinic in clinics], **more)
    for result in body["results"]:
        assert {name for name, value in result.items() if value is None} == set(result["nulls"])
    explained = [
        [{name: value for name, value in result.items() if isinstance(value, list)} for result in body["results"]],
        body["wants"],
        body["not_comparable"],
    ]  # fmt: skip
    assert list(nulls_without_reason(explained)) == []
    return body


def money(amount: str, currency: str = "SGD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def minor(amount: dict[str, str]) -> int:
    return int(amount["amount"].replace(".", ""))


def test_the_shape_that_was_promised(session: Session, api: Api) -> None:
    clinic = factories.clinic(session, name="Fern")
    factories.offer(session, clinic, ref="single", title="Single")
    body = asked(session, api, clinic)
    assert set(body) >= {"currency", "rates", "results", "not_comparable"}
    (result,) = body["results"]
    assert result["clinic"] | {"slug": clinic.slug, "name": "Fern"} == result["clinic"]
    assert (result["complete"], result["total"], result["reasons"]) == (True, money("1500.00"), [])
    assert result["mix"][0] | {"offer": "single", "count": 3, "price": money("500.00")} == result["mix"][0]
    assert (result["left_over"], result["converted"]) == ([], money("1500.00"))
    assert (body["currency"], body["rates"], body["not_comparable"]) == ("SGD", [], [])


def test_the_bill_adds_up_to_the_cent(session: Session, api: Api) -> None:
    clinic = factories.clinic(session, gst_registered=None)
    factories.offer(
        session, clinic, title="Single", price_amount=33_333, tax="exclusive", consultation="fee",
        consultation_fee_amount=5_005, other_fees=[["medicine", 2_001]],
    )  # fmt: skip
    (result,) = asked(session, api, clinic)["results"]
    assert [(line["kind"], line["label"], line["count"]) for line in result["lines"]] == [
        ("offer", "Single", 3),
        ("consultation", None, 1),
        ("other_fee", "medicine", 3),
        ("tax", None, 1),
    ]
    assert sum(minor(line["amount"]) for line in result["lines"]) == minor(result["total"])
    # 3 × 333.33 + 50.05 + 3 × 20.01 = 1,110.07, and 9 % of it.
    assert (result["total"], result["tax"]) == (money("1209.98"), money("99.91"))
    assert (result["lines"][3]["rate"], result["mix"][0]["tax"]) == ("9", "exclusive")


def test_a_clinic_registered_for_gst_has_its_price_with_it(session: Session, api: Api) -> None:
    clinic = factories.clinic(session, gst_registered=True)
    factories.offer(session, clinic, price_amount=10_000, tax="exclusive")
    (result,) = asked(session, api, clinic)["results"]
    assert (result["mix"][0]["price"], result["mix"][0]["tax"]) == (money("109.00"), "inclusive")
    assert result["total"] == money("327.00")


def test_the_site_itself_two_markets_and_a_stale_rate(seeded: Session, api: Api) -> None:
    body = api.get(
        "/compare",
        want=HEALER,
        clinic=["chameoksae-clinic", "larch-linden-skin-clinic", "no-such-clinic"],
        currency="SGD",
    )
    korea, singapore = body["results"]
    assert (korea["total"], korea["converted"]) == (money("768900", "KRW"), money("733.49"))
    assert singapore["total"] == singapore["converted"] == money("2452.50")
    (rate,) = body["rates"]
    assert (rate["pair"], rate["rate"], rate["as_of"], rate["stale"]) == (
        "SGD/KRW", "1048.27", "2026-10-06", True,
    )  # fmt: skip
    assert "European Central Bank" in rate["source"]
    assert body["unknown_clinics"] == ["no-such-clinic"]
    assert {result["clinic"]["sample"] for result in body["results"]} == {True}


def test_a_trio_and_a_single_or_two_trios_with_one_session_left_over(session: Session, api: Api) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic, ref="single", price_amount=70_000)
    factories.offer(
        session, clinic, [{"sessions": 3}], ref="trio", price_amount=120_000, expires_after_days=365
    )

    def bought(result: Any) -> list[tuple[str, int, int]]:
        return [(one["offer"], one["count"], one["visits"]) for one in result["mix"]]

    (four,) = asked(session, api, clinic, want="rejuran_healer:4x2ml")["results"]
    assert (bought(four), four["left_over"]) == ([("single", 1, 1), ("trio", 1, 3)], [])
    (five,) = asked(session, api, clinic, want="rejuran_healer:5x2ml")["results"]
    assert bought(five) == [("trio", 2, 5)]
    (left,) = five["left_over"]
    assert (left["offer"], left["sessions"], left["part"]["treatment"]) == ("trio", 1, "rejuran_healer")
    assert (five["total"], five["conditions"]) == (money("2400.00"), ["expires"])


def test_incomplete_says_why_and_still_what_is_known(session: Session, api: Api) -> None:
    clinic = factories.clinic(session)
    factories.offer(
        session, clinic, ref="vague", tax="unknown", tax_rate=None, consultation=None, price_amount=1_000
    )
    factories.treatment(session, "profhilo")
    body = asked(session, api, clinic, want=[HEALER, "profhilo:2x2ml"], sort="price")
    (result,) = body["results"]
    assert (result["complete"], result["total"], result["tax"]) == (False, None, None)
    assert result["reasons"] == ["tax_unknown", "consultation_fee_unknown", "not_offered"]
    assert set(result["nulls"].items()) >= {
        ("total", "incomplete"), ("converted", "incomplete"), ("rank", "incomplete"), ("distance_m", "no_place"),
    }  # fmt: skip
    assert result["mix"][0]["offer"] == "vague"
    assert result["set_aside"][0]["reasons"] == ["tax_unknown", "consultation_fee_unknown"]
    assert result["gaps"] == [{"want": "profhilo:2x2ml", "sessions": 2, "why": "not_offered"}]


def test_another_amount_and_another_variant_are_not_comparable(session: Session, api: Api) -> None:
    clinic = factories.clinic(session)
    eye = factories.treatment(session, "rejuran_eye")
    factories.offer(session, clinic, [{"quantity": Decimal(4)}], ref="four")
    factories.offer(session, clinic, [{"treatment_id": eye.id}], ref="eye")
    factories.offer(
        session, clinic, [{"treatment_id": factories.treatment(session, "profhilo").id}], ref="other"
    )
    body = asked(session, api, clinic)
    assert [(row["offer"], row["differs_in"]) for row in body["not_comparable"]] == [
        ("eye", ["variant"]),
        ("four", ["quantity"]),
    ]
    assert {row["clinic"]["slug"] for row in body["not_comparable"]} == {clinic.slug}
    assert (body["not_comparable"][1]["part"]["quantity"], body["not_comparable"][1]["want"]) == ("4", HEALER)
    assert body["results"][0]["reasons"] == ["not_comparable"]
    assert asked(session, api, clinic, want="rejuran_healer:1x4cc")["results"][0]["complete"] is True


def test_who_settled_how_much_a_session_is(session: Session, api: Api) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic)
    unusual = factories.treatment(session, "profhilo", usual_quantity=None, usual_unit=None)
    factories.treatment(session, "novuma", usual_quantity=None, usual_unit=None)
    factories.offer(session, clinic, [{"treatment_id": unusual.id, "quantity": Decimal(3), "unit": "vial"}])
    body = asked(
        session,
        api,
        clinic,
        want=["rejuran_healer:3x4ml@neck;face", "rejuran_healer:1", "profhilo:2", "novuma:1"],
    )
    assert [(row["want"], row["amount_from"]) for row in body["wants"]] == [
        ("rejuran_healer:3x4ml@face;neck", "reader"),
        ("rejuran_healer:1x2ml", "catalogue"),
        ("profhilo:2x3vial", "clinics"),
        ("novuma:1x1session", "nobody"),
    ]
    assert (body["wants"][0]["areas"], body["wants"][1]["areas"]) == (["face", "neck"], None)
    assert body["wants"][1]["reasons"] == {"areas": "any"}


@pytest.mark.parametrize(
    ("said", "bought", "unmet"),
    [
        ({}, "any", {"first", "back", "weekday", "here"}),
        ({"eligibility": "first_visit"}, "first", {"back", "weekday", "here"}),
        ({"eligibility": "returning"}, "back", {"first", "weekday", "here"}),
        ({"weekdays": "yes"}, "weekday", {"first", "back", "here"}),
        ({"foreign": "no"}, "here", {"first", "back", "weekday"}),
        ({"weekdays": "no", "foreign": "yes"}, "any", {"first", "back", "weekday", "here"}),
    ],
)
def test_a_price_counts_for_whom_it_is(
    session: Session, api: Api, said: dict[str, str], bought: str, unmet: set[str]
) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic, ref="any", price_amount=50_000)
    factories.offer(session, clinic, ref="first", eligibility="first_visit", price_amount=20_000)
    factories.offer(session, clinic, ref="back", eligibility="returning", price_amount=20_000)
    factories.offer(session, clinic, ref="weekday", weekday_only=True, price_amount=20_000)
    factories.offer(session, clinic, ref="here", same_price_for_foreigners=False, price_amount=20_000)
    (result,) = asked(session, api, clinic, want="rejuran_healer:1x2ml", **said)["results"]
    assert [one["offer"] for one in result["mix"]] == [bought]
    assert {aside["offer"] for aside in result["set_aside"] if aside["unmet"]} == unmet


def test_a_price_that_the_rules_hide_has_its_reason_and_no_amount(session: Session, api: Api) -> None:
    event_price: dict[str, Any] = {"price_kind": "event", "currency": "KRW", "price_amount": CANARY}
    seoul = factories.clinic(session, **SEOUL)
    factories.offer(
        session, seoul, ref="no-terms", consultation="fee", consultation_fee_amount=CANARY, **event_price
    )
    unclaimed = factories.clinic(session, authority="unclaimed", accepts_enquiries=False)
    factories.offer(
        session, unclaimed, ref="unclaimed", price_amount=CANARY, other_fees=[["medicine", CANARY]]
    )
    factories.offer(session, unclaimed, [{"quantity": Decimal(4)}], ref="another", price_amount=CANARY)
    silent = factories.clinic(session)
    factories.offer(session, silent, ref="ask", price_kind="on_request", price_amount=None)
    body = asked(session, api, seoul, unclaimed, silent, sort="price")
    assert [(row["mix"][0]["offer"], row["reasons"]) for row in body["results"]] == [
        ("no-terms", ["event_terms_missing"]),
        ("unclaimed", ["not_authorised"]),
        ("ask", ["on_request"]),
    ]
    for result in body["results"]:
        (bought,) = result["mix"]
        assert (bought["price"], bought["reasons"]["price"]) == (None, result["reasons"][0])
        assert (result["lines"], result["total"], result["converted"]) == ([], None, None)
        assert result["set_aside"][0]["reasons"] == result["reasons"]
    # The clinic in Seoul did state a price.
    assert ["price" in row["unstated"] for row in body["results"]] == [False, False, True]
    assert [row["offer"] for row in body["not_comparable"]] == ["another"]
    assert "7654321" not in str(body)
    assert "76543" not in str(body)


def test_a_clinic_whose_offers_may_not_be_shown_lacks_nothing(
    app: Flask, settings: Settings, session: Session, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, unclaimed_sg="strict"))
    clinic = factories.clinic(session, authority="unclaimed", accepts_enquiries=False)
    factories.offer(session, clinic, title="Secret")
    body = asked(session, api, clinic)
    (result,) = body["results"]
    assert (result["reasons"], result["mix"], result["nulls"]["currency"]) == (
        ["not_authorised"], [], "not_authorised",
    )  # fmt: skip
    assert [gap["why"] for gap in result["gaps"]] == ["not_authorised"]
    assert "Secret" not in str(body)


def test_an_event_price_carries_all_that_must_stand_beside_it(session: Session, api: Api) -> None:
    seoul = factories.clinic(session, **SEOUL)
    factories.offer(
        session, seoul, currency="KRW", price_amount=200_000, price_kind="event", regular_price_amount=250_000,
        valid_from=date(2026, 11, 1), valid_until=date(2026, 11, 30), event_target="anyone", event_scope="face",
    )  # fmt: skip
    (bought,) = asked(session, api, seoul)["results"][0]["mix"]
    assert bought["price"] == money("200000", "KRW")
    assert bought["event"] == {
        "regular_price": money("250000", "KRW"), "discount_percent": 20, "valid_from": "2026-11-01",
        "valid_until": "2026-11-30", "target": "anyone", "scope": "face",
    }  # fmt: skip


def test_brand_names_off_leave_no_brand(
    app: Flask, settings: Settings, session: Session, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, brand_names_sg=False))
    clinic = factories.clinic(session)
    factories.offer(session, clinic, [{"sessions": 2, "words": "Rejuran"}], title="Rejuran pair")
    factories.offer(session, clinic, [{"quantity": Decimal(4)}], title="Rejuran 4 ml")
    factories.offer(session, clinic, title="Rejuran first", eligibility="first_visit")
    body = asked(session, api, clinic)
    (result,) = body["results"]
    assert result["left_over"] and result["set_aside"] and body["not_comparable"]
    shown = [
        *(row["name"] for row in body["wants"]),
        *(row["title"] for row in [*result["mix"], *result["set_aside"], *body["not_comparable"]]),
        *(row["part"]["name"] for row in [*result["left_over"], *body["not_comparable"]]),
        *(line["label"] for line in result["lines"] if line["label"]),
    ]
    assert set(shown) == {"PN skin booster"}


def test_by_price_only_when_asked_and_equal_ones_share_a_rank(rates: Session, api: Api) -> None:
    dear, seoul, cheap, silent = (
        factories.clinic(rates),
        factories.clinic(rates, **SEOUL),
        factories.clinic(rates),
        factories.clinic(rates),
    )
    for clinic, amount, currency in (
        (dear, 50_000, "SGD"),
        (seoul, 300_000, "KRW"),
        (cheap, 30_000, "SGD"),
    ):
        factories.offer(rates, clinic, price_amount=amount, currency=currency)
    clinics = (dear, silent, seoul, cheap)
    plain = asked(rates, api, *clinics, want="rejuran_healer:1x2ml")
    assert [row["clinic"]["slug"] for row in plain["results"]] == [clinic.slug for clinic in clinics]
    assert plain["ordered_by"] is None
    assert {row["nulls"]["rank"] for row in plain["results"]} == {"not_ordered_by_price", "incomplete"}
    body = asked(rates, api, *clinics, want="rejuran_healer:1x2ml", sort="price", currency="sgd")
    assert [(row["clinic"]["slug"], row["rank"]) for row in body["results"]] == [
        (seoul.slug, 1),
        (cheap.slug, 1),
        (dear.slug, 3),
        (silent.slug, None),
    ]
    assert [row["converted"] for row in body["results"][:2]] == [money("300.00"), money("300.00")]
    assert (body["ordered_by"], body["missing_rates"]) == ("price", [])
    assert [(rate["pair"], rate["rate"], rate["stale"]) for rate in body["rates"]] == [
        ("SGD/KRW", "1000", False)
    ]


def test_without_a_rate_nothing_is_converted_and_currencies_stand_apart(session: Session, api: Api) -> None:
    seoul, dear, cheap = (
        factories.clinic(session, **SEOUL),
        factories.clinic(session),
        factories.clinic(session),
    )
    factories.offer(session, seoul, price_amount=100, currency="KRW")
    factories.offer(session, dear, price_amount=50_000)
    factories.offer(session, cheap, price_amount=40_000)
    body = asked(session, api, seoul, dear, cheap, currency="SGD", sort="price")
    assert [(row["clinic"]["slug"], row["rank"]) for row in body["results"]] == [
        (cheap.slug, 1),
        (dear.slug, 2),
        (seoul.slug, 1),
    ]
    assert (body["rates"], body["missing_rates"]) == ([], ["SGD/KRW"])
    assert (body["results"][2]["converted"], body["results"][2]["nulls"]["converted"]) == (None, "no_rate")


def test_the_currency_is_that_of_the_first_clinics_market(rates: Session, api: Api) -> None:
    seoul, singapore = factories.clinic(rates, **SEOUL), factories.clinic(rates)
    factories.offer(rates, seoul, price_amount=300_000, currency="KRW")
    factories.offer(rates, singapore)
    body = asked(rates, api, seoul, singapore, want="rejuran_healer:1x2ml")
    assert body["currency"] == "KRW"
    assert [row["converted"] for row in body["results"]] == [money("300000", "KRW"), money("500000", "KRW")]


def test_a_clinic_that_asks_two_currencies_has_two_results(rates: Session, api: Api) -> None:
    clinic = factories.clinic(rates)
    factories.offer(rates, clinic)
    factories.offer(rates, clinic, price_amount=400_000, currency="KRW")
    other = factories.treatment(rates, "profhilo")
    factories.offer(rates, clinic, [{"treatment_id": other.id}], price_amount=400, currency="USD")
    body = asked(rates, api, clinic, want="rejuran_healer:1x2ml", sort="price")
    assert [row["total"] for row in body["results"]] == [money("400000", "KRW"), money("500.00")]


def test_a_price_list_that_can_be_used_in_too_many_ways(session: Session, api: Api) -> None:
    """The basket is small. An offer of twelve sessions could serve each of four equal wants."""
    wild, plain = factories.clinic(session), factories.clinic(session)
    factories.offer(session, wild, [{"sessions": 12}])
    factories.offer(session, plain)
    body = asked(session, api, wild, plain, want=["rejuran_healer:3x2ml"] * 4, sort="price")
    done, given_up = body["results"]
    assert (done["clinic"]["slug"], done["total"]) == (plain.slug, money("6000.00"))
    assert (given_up["reasons"], given_up["nulls"]["currency"]) == (["too_large"], "too_large")
    assert [gap["why"] for gap in given_up["gaps"]] == ["too_large"] * 4


def test_around_places_each_clinic_once_with_the_nearer_one(session: Session, api: Api) -> None:
    orchard = [factories.clinic(session, lat=1.3039 + step / 1000, precision="building") for step in range(5)]
    vague = factories.clinic(session, precision="area")
    seoul = factories.clinic(session, **SEOUL)
    elsewhere = factories.clinic(session, lat=1.44, lng=103.78)
    for clinic in (*orchard, vague, seoul, elsewhere):
        factories.offer(session, clinic)
    other = factories.clinic(session)
    factories.offer(session, other, [{"treatment_id": factories.treatment(session, "profhilo").id}])
    session.commit()
    one = api.get("/compare", want=HEALER, near="238859", radius_m=1_000)
    metres = [row["distance_m"] for row in one["results"]]
    assert [row["clinic"]["slug"] for row in one["results"]] == [*(row.slug for row in orchard), vague.slug]
    assert metres[:5] == sorted(metres[:5])
    assert (metres[5], one["results"][5]["nulls"]["distance_m"]) == (None, "place_not_exact")
    assert (one["ordered_by"], [place["name"] for place in one["places"]]) == ("distance", ["238859"])
    two = api.get("/compare", want=HEALER, near="238859", also="Gangnam Station", limit=3)
    assert [row["clinic"]["slug"] for row in two["results"]] == [orchard[0].slug, orchard[1].slug, seoul.slug]
    assert len(two["places"]) == 2
    named = api.get("/compare", want=HEALER, near="nowhere at all", clinic=seoul.slug, limit=1)
    assert [row["clinic"]["slug"] for row in named["results"]] == [seoul.slug]
    assert named["places"] == []


def test_an_order_by_distance_that_the_operator_turned_off_is_not_claimed(
    app: Flask, settings: Settings, session: Session, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, distance_order=False))
    near, far = factories.clinic(session, name="Willow"), factories.clinic(session, name="Alder", lat=1.307)
    for clinic in (near, far):
        factories.offer(session, clinic)
    session.commit()
    body = api.get("/compare", want=HEALER, near="238859")
    assert body["ordered_by"] == "name"
    assert [row["clinic"]["name"] for row in body["results"]] == ["Alder", "Willow"]


def test_names_follow_the_language_asked_for(session: Session, api: Api) -> None:
    clinic = factories.clinic(session, name="Fern", name_zh="蕨", name_ko="고사리")
    factories.offer(session, clinic)
    names = [
        asked(session, api, clinic, lang=lang)["results"][0]["clinic"]["name"] for lang in ("en", "zh", "ko")
    ]
    assert names == ["Fern", "蕨", "고사리"]


def test_at_most_eight_statements_however_many_clinics(rates: Session, api: Api) -> None:
    def statements(**query: Any) -> int:
        with sent_to(rates.connection().engine) as seen:
            api.get("/compare", want=[HEALER, "rejuran_eye:2", "profhilo:1", "novuma:1"], **query)
        # A test's transaction is opened in savepoints, which a request of its own does not have.
        return len([text for text in seen if not text.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))])

    for slug in ("rejuran_eye", "profhilo", "novuma"):
        factories.treatment(rates, slug)
    first = factories.clinic(rates)
    factories.offer(rates, first)
    rates.commit()
    by_place: dict[str, Any] = {
        "near": "238859", "also": "Gangnam Station", "currency": "KRW", "sort": "price", "limit": 200,
    }  # fmt: skip
    named, placed = statements(clinic=first.slug, currency="KRW"), statements(**by_place)
    slugs = []
    for number in range(30):
        clinic = factories.clinic(rates, **(SEOUL if number % 2 else {}))
        factories.offer(rates, clinic, currency="KRW" if number % 2 else "SGD")
        factories.offer(rates, clinic, [{"sessions": 3}])
        slugs.append(clinic.slug)
    db.session.commit()
    assert statements(clinic=slugs, currency="KRW") == named
    # Where there was nothing around Gangnam, the nearest clinics were looked for.
    assert statements(**by_place) == placed - 1
    assert placed <= 8
