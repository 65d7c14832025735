"""Parameters that cannot be used are a 400 that names each of them."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.api.conftest import Api


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"lat": "abc", "limit": "900"}, ["lat", "limit"]),
        ({"lat": "1.3"}, ["lng"]),
        ({"lng": "103.8"}, ["lat"]),
        ({"lat": "nan", "lng": "inf"}, ["lat", "lng"]),
        ({"radius_m": "0"}, ["radius_m"]),
        ({"sort": "popular"}, ["sort"]),
        ({"treatment": "nothing"}, ["treatment"]),
        ({"treatment": "'; drop table"}, ["treatment"]),
        ({"market": "US"}, ["market"]),
        ({"bbox": "1,2,3"}, ["bbox"]),
        ({"bbox": "nan,nan,nan,nan"}, ["bbox"]),
        ({"cursor": "🌲"}, ["cursor"]),
        ({"cursor": "W10="}, ["cursor"]),
    ],
)
def test_what_cannot_be_used_is_named(api: Api, query: dict[str, str], names: list[str]) -> None:
    body = api.get("/clinics", expect=400, **query)
    assert [each["name"] for each in body["invalid_params"]] == names
    assert all(each["reason"] for each in body["invalid_params"])


ONE = "rejuran_healer:1x2ml"


@pytest.mark.parametrize(
    ("query", "names", "words"),
    [
        ({}, ["want"], ""),
        ({"want": "", "clinic": "a"}, ["want"], ""),
        ({"want": ONE}, ["clinic"], "near"),
        ({"want": ONE, "clinic": "", "near": ""}, ["clinic"], "near"),
        ({"want": "rejuran_healer", "clinic": "a"}, ["want"], "“rejuran_healer”"),
        ({"want": [ONE, "rejuran_healer:0"], "clinic": "a"}, ["want"], "1 to 12 sessions"),
        ({"want": "rejuran_healer:13", "clinic": "a"}, ["want"], "1 to 12 sessions"),
        ({"want": "rejuran_healer:1x2cups", "clinic": "a"}, ["want"], "2cups"),
        ({"want": "rejuran_healer:1x0ml", "clinic": "a"}, ["want"], "0ml"),
        ({"want": "rejuran_healer:١", "clinic": "a"}, ["want"], "SLUG:SESSIONS"),
        ({"want": ["x", "y"], "clinic": "a"}, ["want", "want"], "“y”"),
        ({"want": "nothing:1", "clinic": "a"}, ["want"], "the slug nothing"),
        ({"want": [ONE] * 5, "clinic": "a"}, ["want"], "at most 4"),
        ({"want": ["rejuran_healer:12x2ml"] * 4, "clinic": "a"}, ["want"], "too large a basket"),
        ({"want": ONE, "clinic": ["a"] * 201}, ["clinic"], "at most 200"),
        ({"want": ONE, "clinic": "A clinic"}, ["clinic"], ""),
        ({"want": ONE, "clinic": "a", "currency": "XXX"}, ["currency"], "SGD"),
        ({"want": ONE, "clinic": "a", "currency": "dollars"}, ["currency"], "SGD"),
        ({"want": ONE, "clinic": "a", "eligibility": "any"}, ["eligibility"], "first_visit"),
        ({"want": ONE, "clinic": "a", "weekdays": "1", "foreign": "2"}, ["weekdays", "foreign"], "yes"),
        ({"want": ONE, "clinic": "a", "sort": "distance"}, ["sort"], "price"),
        ({"want": ONE, "clinic": "a", "limit": "201"}, ["limit"], "200"),
        ({"want": ONE, "near": "Orchard", "radius_m": "0"}, ["radius_m"], ""),
        ({"want": ONE, "near": "atlantis"}, ["near"], "“atlantis”"),
        ({"want": ONE, "near": "Tokyo"}, ["near"], "“Tokyo”"),
        ({"want": ONE, "near": "Orchard", "also": "near me"}, ["also"], "“near me”"),
    ],
)
def test_what_a_comparison_cannot_use_is_named(
    session: Session, api: Api, query: dict[str, Any], names: list[str], words: str
) -> None:
    factories.treatment(session)
    session.commit()
    body = api.get("/compare", expect=400, **query)
    assert [each["name"] for each in body["invalid_params"]] == names
    assert words in body["detail"]
    assert not any("choices" in each for each in body["invalid_params"])


def test_a_place_that_may_be_several_is_asked_with_texts_that_mean_one(session: Session, api: Api) -> None:
    factories.offer(session, factories.clinic(session))
    session.commit()
    body = api.get("/compare", want=ONE, near="City Hall", expect=400)
    (refused,) = body["invalid_params"]
    assert refused["name"] == "near"
    assert refused["choices"] == ["City Hall, Singapore", "City Hall, Seoul"]
    for text in refused["choices"]:
        assert text in refused["reason"]
        (place,) = api.get("/compare", want=ONE, near=text)["places"]
        assert f"{place['name']}, {place['within']}" == text


def test_of_a_parameter_that_is_no_list_the_first_counts(api: Api) -> None:
    assert api.get("/clinics", limit=["1", "x"], q=["", "b"]) == api.get("/clinics", limit=1)
    api.get("/clinics", limit=["x", "1"], expect=400)
    assert api.get("/places", q=["Orchard", "Novena"]) == api.get("/places", q="Orchard")
