"""One address through the chain, with providers on loopback that answer, disagree, fail and recover."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.clients.provider_servers import (
    Answer,
    ProviderServer,
    Question,
    juso,
    nominatim,
    onemap,
    onemap_row,
    provider_server,
)
from webapp.clients.geocoders.onemap import OneMap
from webapp.domain.geo import Point, distance_m
from webapp.geocoding import chain, pace, queries
from webapp.geocoding.chain import Found, Later
from webapp.geocoding.models import ProviderAnswer, ProviderQuota, ProviderState
from webapp.unit_of_work import unit_of_work

# A house of Serangoon Road that only a provider knows, and where the gazetteer has the middle of the street.
PRIVATE = "913 Serangoon Road"
# Gangnam's city hall is nowhere near; a point of Yeoksam-dong on the Korean grid, 37.498095, 127.02761.
YEOKSAM = (958244.228490, 1944419.760987)


@pytest.fixture
def server(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderServer]:
    """All providers of the application are this server."""
    monkeypatch.setattr(OneMap, "_tokens", {})
    monkeypatch.setattr(chain, "LONGEST_WAIT", 60)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with provider_server() as running:
        settings = replace(
            app.config["SETTINGS"], onemap_email="us@example.org", onemap_password="secret",
            onemap_url=running.url, juso_search_key="search key", juso_coordinate_key="point key",
            juso_url=running.url,
        )  # fmt: skip
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        yield running


def with_nominatim(app: Flask, server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(app.config["SETTINGS"], nominatim_url=server.url)
    monkeypatch.setitem(app.config, "SETTINGS", settings)


def ask(text: str, country: str = "SG") -> Found | Later:
    return chain.ask(text, country, unit_of_work)


def found(text: str, country: str = "SG") -> Found:
    answer = ask(text, country)
    assert isinstance(answer, Found), answer
    return answer


def later(text: str, country: str = "SG") -> Later:
    answer = ask(text, country)
    assert isinstance(answer, Later), answer
    return answer


@pytest.fixture
def street_middle(server: ProviderServer) -> Point:
    """Where the gazetteer has Serangoon Road."""
    estimate = queries.locate(PRIVATE, "SG")
    assert estimate is not None
    assert estimate.precision == "street"
    return estimate.point


def test_what_the_gazetteer_knows_well_is_asked_of_nobody(server: ProviderServer) -> None:
    answer = found("290 Orchard Road S238859")
    assert answer.best is not None
    assert (answer.best.source, answer.others) == ("gazetteer", ())
    assert server.asked == []


def test_what_it_knows_badly_is_asked_and_told_without_the_unit(
    server: ProviderServer, street_middle: Point
) -> None:
    server.answer = onemap(onemap_row(street_middle.lat + 0.004, street_middle.lng, POSTAL="328161"))
    answer = found(f"{PRIVATE} #01-12")
    assert answer.best is not None
    assert (answer.best.source, answer.best.precision, answer.best.needs_review) == (
        "onemap",
        "building",
        False,
    )
    assert server.asked[-1].query["searchVal"] == "913 serangoon road"


def test_an_answer_is_kept_and_an_empty_one_too(server: ProviderServer, street_middle: Point) -> None:
    server.answer = onemap(onemap_row(street_middle.lat, street_middle.lng))
    first = found(PRIVATE)
    asked = len(server.asked)
    assert found(PRIVATE.upper()) == first
    assert len(server.asked) == asked
    server.answer = onemap()
    nothing = found("915 Serangoon Road")
    assert nothing.best is not None
    assert nothing.best.source == "gazetteer"
    asked = len(server.asked)
    assert found("915 Serangoon Road") == nothing
    assert len(server.asked) == asked


def test_an_answer_far_from_the_estimate_goes_to_a_person_with_both(
    server: ProviderServer, street_middle: Point
) -> None:
    server.answer = onemap(onemap_row(1.30, 103.70))
    answer = found(PRIVATE)
    assert answer.best is not None
    assert (answer.best.source, [one.source for one in answer.others]) == ("gazetteer", ["onemap"])


def test_an_answer_outside_the_country_is_never_taken_over(
    server: ProviderServer, street_middle: Point
) -> None:
    server.answer = onemap(onemap_row(1.4927, 103.7414))  # Johor Bahru
    assert [one.source for one in found(PRIVATE).others] == ["onemap"]
    server.answer = onemap(onemap_row(1.4927, 103.7414))
    unknown = found("5 Unheard Of Lane")
    assert unknown.best is not None
    assert unknown.best.conflict


def test_an_answer_in_another_postal_sector_goes_to_a_person(server: ProviderServer) -> None:
    # A code that does not exist, so that the gazetteer is unsure.
    text = "503 Tampines Central 1 Singapore 529999"
    server.answer = onemap(onemap_row(1.3558, 103.9451, POSTAL="048616"))
    assert [one.source for one in found(text).others] == ["onemap"]


def test_an_answer_in_another_gu_goes_to_a_person(server: ProviderServer) -> None:
    server.answer = juso(*YEOKSAM, sggNm="서초구")
    assert [one.source for one in found("강남구 역삼동 831", "KR").others] == ["juso"]


def test_juso_finds_a_lot(server: ProviderServer) -> None:
    server.answer = juso(*YEOKSAM)
    answer = found("강남구 역삼동 831", "KR")
    assert answer.best is not None
    assert (answer.best.source, answer.best.precision) == ("juso", "building")
    assert distance_m(answer.best.point, Point(37.498095, 127.02761)) < 1


def test_an_address_that_contradicts_itself_is_not_settled_by_a_provider(server: ProviderServer) -> None:
    server.answer = onemap(onemap_row(1.3037, 103.8358, POSTAL="238859"))
    answer = found("290 Orchard Road Singapore 520503")
    assert answer.best is not None
    assert answer.best.conflict
    assert [one.source for one in answer.others] == ["onemap"]


@pytest.mark.parametrize(
    ("failure", "code", "least"),
    [
        (Answer({}, 500), "onemap:unavailable", 60),
        (Answer(b"{not json"), "onemap:broken_answer", 60),
        (Answer({}, 429, (("Retry-After", "600"),)), "onemap:rate_limited", 600),
        (Answer({}, 429), "onemap:rate_limited", 120),
        (Answer({}, 403), "onemap:refused", 900),
    ],
    ids=["500", "not json", "429 and when", "429", "403"],
)
def test_a_failing_provider_delays_and_nothing_is_kept_of_it(
    server: ProviderServer, session: Session, failure: Answer, code: str, least: float
) -> None:
    token = onemap()
    server.answer = lambda question: token(question) if question.path.endswith("getToken") else failure
    answer = later(PRIVATE)
    assert answer.code == code
    assert answer.seconds >= least
    assert answer.so_far is not None
    assert answer.so_far.source == "gazetteer"
    assert session.scalars(select(ProviderAnswer)).all() == []


def test_one_that_fails_does_not_keep_the_next_from_answering(
    app: Flask, server: ProviderServer, monkeypatch: pytest.MonkeyPatch, street_middle: Point
) -> None:
    with_nominatim(app, server, monkeypatch)
    place = nominatim(street_middle.lat, street_middle.lng)
    server.answer = lambda question: place(question) if question.path == "/search" else Answer({}, 500)
    answer = found(PRIVATE)
    assert answer.best is not None
    assert answer.best.source == "nominatim"


def test_after_three_failures_nobody_asks_until_the_breaker_closes(
    server: ProviderServer, session: Session, street_middle: Point
) -> None:
    broken = {"is": True}
    good = onemap(onemap_row(street_middle.lat, street_middle.lng))

    def answer(question: Question) -> Answer:
        return Answer({}, 500) if broken["is"] and question.path.endswith("search") else good(question)

    server.answer = answer
    for number in range(3):
        later(f"{900 + number} Serangoon Road")
    asked = len(server.asked)
    assert later(PRIVATE).code == "onemap:breaker"
    assert len(server.asked) == asked
    broken["is"] = False
    with unit_of_work() as session:
        row = session.scalars(select(ProviderState).where(ProviderState.provider == "onemap")).one()
        assert row.open_until is not None
        session.execute(update(ProviderState).values(open_until=row.open_until - timedelta(hours=2)))
    assert found(PRIVATE).best is not None
    assert pace.failed("onemap", "x", row.next_slot_at) == 0, "it begins anew"


def test_the_day_s_quota_ends_the_asking_until_tomorrow(
    app: Flask, server: ProviderServer, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], geocoding_per_day=2))
    server.answer = onemap()
    found("901 Serangoon Road")
    found("903 Serangoon Road")
    asked = len(server.asked)
    answer = later("905 Serangoon Road")
    assert answer.code == "onemap:quota"
    assert 0 < answer.seconds <= 86_460
    assert len(server.asked) == asked
    assert session.scalars(select(ProviderQuota.used)).all() == [2]


def test_a_slot_that_is_far_off_is_a_retry_and_no_sleep(
    app: Flask, server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "LONGEST_WAIT", 0.1)
    server.answer = onemap()
    found("901 Serangoon Road")
    answer = later("903 Serangoon Road")
    assert answer.code == "onemap:slot"
    assert 0 < answer.seconds <= 0.25
