"""The online geocoders against servers on loopback that answer as documented, fail, drip and lie."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from config import Settings, from_environment
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
from webapp.clients.geocoders import (
    Provider,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
    providers,
    providers_for,
)
from webapp.clients.geocoders.korean_grid import from_grid
from webapp.clients.geocoders.onemap import OneMap
from webapp.domain.geo import Point, distance_m

pytestmark = pytest.mark.once


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderServer]:
    monkeypatch.setattr(OneMap, "_tokens", {})
    with provider_server() as running:
        yield running


@pytest.fixture
def plain(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return from_environment({"INSTANCE_DIR": str(tmp_path_factory.mktemp("instance"))})


@pytest.fixture
def settings(server: ProviderServer, plain: Settings) -> Settings:
    """An operator with every key, whose providers are all the server of the test."""
    return replace(
        plain, onemap_email="us@example.org", onemap_password="secret", onemap_url=server.url,
        juso_search_key="search key", juso_coordinate_key="point key", juso_url=server.url,
        nominatim_url=server.url,
    )  # fmt: skip


def provider(name: str, settings: Settings) -> Provider:
    country = "KR" if name == "juso" else "SG"
    return next(one for one in providers_for(country, settings) if one.name == name)


def test_without_keys_nobody_is_asked(plain: Settings) -> None:
    assert providers_for("SG", plain) == []
    assert providers_for("KR", plain) == []


def test_the_order_of_the_chain(settings: Settings) -> None:
    assert [one.name for one in providers_for("SG", settings)] == ["onemap", "nominatim"]
    assert [one.name for one in providers_for("KR", settings)] == ["juso", "nominatim"]
    assert all(one.can_store for one in providers_for("SG", settings))


@pytest.mark.parametrize("missing", ["juso_search_key", "juso_coordinate_key"])
def test_juso_needs_both_keys(settings: Settings, missing: str) -> None:
    some = replace(settings, juso_search_key="", juso_coordinate_key="x") if missing == "juso_search_key" else (
        replace(settings, juso_search_key="x", juso_coordinate_key="")
    )  # fmt: skip
    assert [one.name for one in providers_for("KR", some)] == ["nominatim"]


def test_onemap_answers(server: ProviderServer, settings: Settings) -> None:
    server.answer = onemap(onemap_row(1.2845, 103.8511), onemap_row(1.3, 103.8))
    hit = provider("onemap", settings).ask("1 Raffles Place 048616")
    assert hit is not None
    assert (hit.lat, hit.lng, hit.precision, hit.postal) == (1.2845, 103.8511, "building", "048616")
    search = server.asked[-1]
    assert search.query == {
        "searchVal": "1 Raffles Place 048616", "returnGeom": "Y", "getAddrDetails": "Y", "pageNum": "1",
    }  # fmt: skip
    assert search.headers["authorization"] == "a token", "OneMap wants no word before it"


def test_onemap_writes_nil_for_nothing(server: ProviderServer, settings: Settings) -> None:
    server.answer = onemap(onemap_row(1.2845, 103.8511, POSTAL="NIL", BLK_NO="NIL"))
    hit = provider("onemap", settings).ask("Raffles Place")
    assert hit is not None
    assert (hit.precision, hit.postal) == ("street", "")


def test_onemap_keeps_its_token_and_gets_a_new_one_once(server: ProviderServer, settings: Settings) -> None:
    server.answer = onemap(onemap_row(1.2845, 103.8511))
    asker = provider("onemap", settings)
    asker.ask("a")
    asker.ask("b")
    assert server.paths().count("/api/auth/post/getToken") == 1
    # The old token has run out; the new one is taken.
    server.answer = onemap(onemap_row(1.2845, 103.8511), token="a newer one")
    assert asker.ask("c") is not None
    assert server.paths().count("/api/auth/post/getToken") == 2
    # Whatever it brings, no token is good: two searches, one new token, and that is that.
    server.asked.clear()
    server.answer = onemap(onemap_row(1.2845, 103.8511), valid=lambda token: False)
    with pytest.raises(Refused):
        asker.ask("d")
    assert server.paths().count("/api/auth/post/getToken") == 1
    assert server.paths().count("/api/common/elastic/search") == 2


def test_a_wrong_password_is_refused(server: ProviderServer, settings: Settings) -> None:
    server.answer = onemap()
    with pytest.raises(Refused):
        provider("onemap", replace(settings, onemap_password="wrong")).ask("a")


def test_an_empty_answer_is_none_and_no_failure(server: ProviderServer, settings: Settings) -> None:
    server.answer = onemap()
    assert provider("onemap", settings).ask("nowhere") is None
    server.answer = juso(0, 0, found=False)
    assert provider("juso", settings).ask("없는 주소") is None
    server.answer = juso(0, 0, code="E0006", found=False)
    assert provider("juso", settings).ask("주소") is None, "a text that it cannot search for"
    server.answer = lambda question: Answer([])
    assert provider("nominatim", settings).ask("nowhere") is None


def test_juso_answers_in_two_calls_on_the_korean_grid(server: ProviderServer, settings: Settings) -> None:
    server.answer = juso(958244.228490, 1944419.760987)
    hit = provider("juso", settings).ask("테헤란로 152")
    assert hit is not None
    assert distance_m(Point(hit.lat, hit.lng), Point(37.498095, 127.02761)) < 0.1
    assert (hit.precision, hit.postal, hit.gu) == ("building", "06236", "강남구")
    assert server.paths() == ["/addrlink/addrLinkApi.do", "/addrlink/addrCoordApi.do"]
    assert server.asked[1].query["buldMnnm"] == "152"


@pytest.mark.parametrize(
    ("code", "error"),
    [("E0001", Refused), ("E0014", Refused), ("E0007", RateLimited), ("-999", Unavailable)],
)
def test_juso_fails_within_a_200(
    server: ProviderServer, settings: Settings, code: str, error: type[ProviderError]
) -> None:
    server.answer = juso(0, 0, code=code)
    with pytest.raises(error):
        provider("juso", settings).ask("테헤란로 152")


def test_nominatim_is_asked_for_one_country_and_told_who_we_are(
    server: ProviderServer, settings: Settings
) -> None:
    server.answer = nominatim(1.2845, 103.8511)
    hit = provider("nominatim", settings).ask("1 Raffles Place")
    assert hit is not None
    assert (hit.precision, hit.postal) == ("building", "048616")
    asked = server.asked[0]
    assert asked.query["countrycodes"] == "sg"
    assert settings.contact_email in asked.headers["user-agent"]
    assert provider("nominatim", settings).interval > 1, "its policy: one request a second over all of us"


@pytest.mark.parametrize(
    ("kind", "address", "precision"),
    [("road", {}, "street"), ("suburb", {}, "area"), ("road", {"house_number": "3"}, "building")],
)
def test_what_nominatim_found_is_no_building_unless_it_is(
    server: ProviderServer, settings: Settings, kind: str, address: dict[str, str], precision: str
) -> None:
    server.answer = nominatim(1.2845, 103.8511, addresstype=kind, address=address)
    hit = provider("nominatim", settings).ask("somewhere")
    assert hit is not None
    assert hit.precision == precision


@pytest.mark.parametrize("name", ["onemap", "juso", "nominatim"])
@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (Answer({}, 500), Unavailable, "unavailable"),
        (Answer({}, 503), Unavailable, "timeout"),
        (Answer({}, 403), Refused, "refused"),
        (Answer({}, 302, (("Location", "http://127.0.0.1:1/"),)), Unavailable, "unavailable"),
        (Answer(b"<html>not json"), Unavailable, "unavailable"),
        (Answer(b"\xff\xfe{"), Unavailable, "unavailable"),
        (Answer({"unexpected": "shape"}), Unavailable, "unavailable"),
        (Answer({}, 429, (("Retry-After", "30"),)), RateLimited, "rate_limited"),
        (Answer({}, 429), RateLimited, "rate_limited"),
    ],
    ids=["500", "503", "403", "redirect", "html", "bytes", "shape", "429 and when", "429"],
)
def test_what_goes_wrong_has_one_of_three_names_and_is_asked_once(
    server: ProviderServer,
    settings: Settings,
    name: str,
    answer: Answer,
    error: type[ProviderError],
    code: str,
) -> None:
    token = onemap()

    def fail(question: Question) -> Answer:
        return token(question) if question.path.endswith("getToken") else answer

    server.answer = fail
    with pytest.raises(error) as raised:
        provider(name, settings).ask("1 Raffles Place")
    assert raised.value.code in (code, "broken_answer")
    assert len([path for path in server.paths() if not path.endswith("getToken")]) == 1, "never sent twice"
    if isinstance(raised.value, RateLimited):
        assert raised.value.retry_after == (30 if answer.headers else None)


def test_points_that_are_none_are_a_broken_answer(server: ProviderServer, settings: Settings) -> None:
    server.answer = onemap(onemap_row(95, 200))
    with pytest.raises(Unavailable):
        provider("onemap", settings).ask("a")
    server.answer = onemap(onemap_row(1.28, 103.8, LATITUDE="NIL"))
    with pytest.raises(Unavailable):
        provider("onemap", settings).ask("a")


@pytest.mark.parametrize("piece", [0, 1], ids=["silent", "dripping"])
def test_a_slow_answer_ends_in_time(
    server: ProviderServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(providers, "TIMEOUT", 0.4)
    pause = 0.02 if piece else 2.0
    server.answer = lambda question: Answer([{"x": "y" * 200}], pause=pause, piece=piece)
    began = time.monotonic()
    with pytest.raises(Unavailable) as raised:
        provider("nominatim", settings).ask("a")
    assert raised.value.code == "timeout"
    assert time.monotonic() - began < 1.5


def test_an_endless_answer_is_not_read_to_its_end(server: ProviderServer, settings: Settings) -> None:
    server.answer = lambda question: Answer(b" " * (3 * 1024 * 1024))
    with pytest.raises(Unavailable):
        provider("nominatim", settings).ask("a")


def test_nobody_at_home(settings: Settings) -> None:
    with pytest.raises(Unavailable):
        provider("nominatim", replace(settings, nominatim_url="http://127.0.0.1:9")).ask("a")


def test_the_proxy_of_the_environment_is_not_used(
    server: ProviderServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.answer = nominatim(1.2845, 103.8511)
    assert provider("nominatim", settings).ask("1 Raffles Place") is not None


@pytest.mark.parametrize(
    ("east", "north", "lat", "lng"),
    [
        # Computed with PROJ 9 from EPSG:4326 to EPSG:5179.
        (953901.165312, 1952032.080979, 37.5665, 126.978),
        (958244.228490, 1944419.760987, 37.498095, 127.02761),
        (910010.545712, 1501279.788866, 33.4996, 126.5312),
        (1095439.968291, 2022752.241511, 38.2, 128.59),
        (1000000.0, 2000000.0, 38.0, 127.5),
    ],
)
def test_the_korean_grid_agrees_with_proj(east: float, north: float, lat: float, lng: float) -> None:
    assert distance_m(from_grid(east, north), Point(lat, lng)) < 0.01
