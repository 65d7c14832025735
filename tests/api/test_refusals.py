"""Parameters of /clinics that cannot be used are a 400 that names each of them."""

import pytest

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
