"""GET /places and /places/suggest: the contract's shape, ambiguity asked, nothing invented."""

import pytest

from tests.api.conftest import Api

pytestmark = pytest.mark.usefixtures("reference")
ROW = {"name", "kind", "country", "lat", "lng", "radius_m", "precision", "confidence"}


def test_a_treatment_and_a_place_are_read_from_one_text(api: Api) -> None:
    body = api.get("/places", q="rejuran near gangnam station")
    assert body["treatment"] == "rejuran_healer"
    assert body["treatment_choices"] == []
    assert set(body["places"][0]) >= ROW
    assert (body["places"][0]["kind"], body["places"][0]["country"]) == ("station", "KR")


def test_what_may_mean_several_is_asked(api: Api) -> None:
    body = api.get("/places", q="婴儿针")
    assert body["treatment"] is None
    assert "rejuran_healer" in body["treatment_choices"]
    assert len(body["treatment_choices"]) > 1
    assert {place["country"] for place in api.get("/places", q="City Hall")["places"]} == {"SG", "KR"}
    assert {place["country"] for place in api.get("/places", q="City Hall", country="kr")["places"]} == {"KR"}


def test_names_come_in_the_language_asked_for(api: Api) -> None:
    assert api.get("/places", q="강남역", lang="en")["places"][0]["name"] == "Gangnam"
    assert api.get("/places", q="Gangnam station", lang="zh-Hans")["places"][0]["name"].startswith("江南")
    assert api.get("/places", q="Gangnam station", lang="ko")["places"][0]["name"].startswith("강남")


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [("Tokyo", "outside", "Tokyo"), ("near me", "needs_device_location", True), ("", "outside", None)],
)
def test_what_is_no_place_here_says_why(api: Api, text: str, field: str, value: object) -> None:
    body = api.get("/places", q=text)
    assert body[field] == value
    assert body["places"] == []


def test_suggestions_are_eight_at_most(api: Api) -> None:
    body = api.get("/places/suggest", q="or")
    assert 0 < len(body["places"]) <= 8
    assert set(body["places"][0]) >= ROW
    assert api.get("/places/suggest", q="23885")["places"][0]["name"].startswith("23885")
    assert api.get("/places/suggest")["places"] == []


@pytest.mark.parametrize(
    ("query", "name"),
    [({"q": "x" * 201}, "q"), ({"country": "US"}, "country"), ({"lang": "xx"}, "lang")],
)
def test_what_cannot_be_used_is_named(api: Api, query: dict[str, str], name: str) -> None:
    body = api.get("/places", expect=400, **query)
    assert [each["name"] for each in body["invalid_params"]] == [name]
