"""Languages by prefix, and money, dates and distances as each reader writes them."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.domain.money import Money
from webapp.i18n import (
    current_language,
    described,
    format_day,
    format_distance,
    format_money,
    in_language,
    listed,
    today_in,
)


def test_money_of_another_country_is_written_with_its_code(app: Flask) -> None:
    with app.test_request_context("/"):
        assert format_money(Money(100, "THB")) == "THB 1"


@pytest.mark.parametrize(
    ("metres", "written"),
    [(20, "under 100 m"), (149, "100 m"), (949, "900 m"), (951, "1 km"), (2460, "2.5 km")],
)
def test_distances_are_rounded_to_100_m(app: Flask, metres: float, written: str) -> None:
    with app.test_request_context("/"):
        assert format_distance(metres) == written


def test_dates_are_written_out(app: Flask) -> None:
    day = date(2026, 11, 3)
    with app.test_request_context("/"):
        assert format_day(day) == "3 November 2026"
        with in_language("ko"):
            assert format_day(day) == "2026년 11월 3일"
        with in_language("zh"):
            assert format_day(day) == "2026年11月3日"
            assert current_language() == "zh"


def test_a_day_is_the_markets_own() -> None:
    late = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)
    assert today_in("KR", late) == date(2027, 1, 1)
    assert today_in("SG", late) == date(2026, 12, 31)


@pytest.mark.parametrize(("prefix", "tag"), [("", "en"), ("/zh", "zh-Hans"), ("/ko", "ko")])
def test_every_page_stands_under_each_prefix(client: FlaskClient, prefix: str, tag: str) -> None:
    page = client.get(f"{prefix}/privacy").get_data(as_text=True)
    assert f'<html lang="{tag}">' in page
    assert f'href="{prefix}/treatments"' in page
    for other in ("en", "zh-Hans", "ko"):
        assert f'hreflang="{other}"' in page


def test_a_prefix_alone_is_the_home_page(client: FlaskClient) -> None:
    assert client.get("/ko").status_code == 200
    assert client.get("/korea").status_code == 404


def test_things_in_a_row_have_the_readers_own_mark(app: Flask) -> None:
    with app.test_request_context("/"):
        assert listed(["face", "neck"]) == "face, neck"
        assert (listed(["face"]), listed([])) == ("face", "")
        assert described(["Rejuran Healer", "", "2 ml"]) == "Rejuran Healer, 2 ml"
        with in_language("zh"):
            assert listed(["面部", "颈部"]) == "面部、颈部"
            assert listed(["面部", "颈部"], "; ") == "面部；颈部"
            assert described(["丽珠兰", "", "2 毫升"]) == "丽珠兰，2 毫升"
        with in_language("ko"):
            assert listed(["얼굴", "목"]) == "얼굴, 목"
