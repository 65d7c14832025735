"""What an address or a form asks of a plan, and what is said when it cannot be read."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from webapp.directory.plan.query import (
    PlanQuery,
    Trip,
    compare_arguments,
    read_plan,
    write_plan,
)
from webapp.domain.trips import Way
from webapp.domain.units import Quantity

pytestmark = pytest.mark.once

TODAY = date(2026, 11, 21)
KNOWN = {"rejuran_healer": None, "ha_booster_generic": None, "profhilo": None}


@pytest.fixture(autouse=True)
def speaking(app: Flask) -> Iterator[None]:
    with app.test_request_context("/plan"):
        yield


def read(query: str) -> PlanQuery:
    return read_plan(MultiDict(parse_qsl(query, keep_blank_values=True)), KNOWN, TODAY)


def test_nothing_asked() -> None:
    query = read("")
    assert (query.rows, query.start, query.years, query.trip, query.errors) == ((), None, 1, None, {})
    assert not query.personal


def test_a_treatment_leaves_every_number_to_the_sources() -> None:
    query = read("treatment=rejuran_healer")
    [row] = query.planned
    assert (row.slug, row.sessions, row.interval_weeks, row.maintenance_months) == (
        "rejuran_healer",
        *[None] * 3,
    )
    assert not query.personal


def test_own_numbers_stand_beside_their_treatment() -> None:
    query = read(
        "treatment=rejuran_healer&treatment=profhilo&sessions=3&sessions=&interval_weeks=&interval_weeks=5"
        "&maintenance_months=6"
    )
    assert [
        (row.slug, row.sessions, row.interval_weeks, row.maintenance_months) for row in query.planned
    ] == [
        ("rejuran_healer", 3, None, 6),
        ("profhilo", None, 5, None),
    ]


def test_wants_of_the_comparison_are_read() -> None:
    query = read("want=rejuran_healer:3x2ml@face&want=ha_booster_generic:1&interval_weeks=4&interval_weeks=2")
    assert [(row.slug, row.sessions, row.interval_weeks) for row in query.planned] == [
        ("rejuran_healer", 3, 4),
        ("ha_booster_generic", 1, 2),
    ]
    assert query.planned[0].quantity == Quantity.parse("2 ml")
    assert compare_arguments(query) == {
        "want": ["rejuran_healer:3x2ml", "ha_booster_generic:1"],
        "interval_weeks": [4, 2],
    }


def test_a_row_that_was_taken_out_takes_its_numbers_along() -> None:
    query = read("treatment=&treatment=profhilo&sessions=9&sessions=2&interval_weeks=7&interval_weeks=3")
    assert [(row.slug, row.sessions, row.interval_weeks) for row in query.planned] == [("profhilo", 2, 3)]


def test_a_want_that_cannot_be_read_does_not_shift_the_numbers_after_it() -> None:
    query = read("want=%3F%3F&want=profhilo:2&interval_weeks=7&interval_weeks=3")
    assert [(row.slug, row.interval_weeks) for row in query.planned] == [("profhilo", 3)]
    assert "??" in query.errors["plan"]


def test_too_many_treatments_are_refused_and_the_first_are_planned() -> None:
    query = read("&".join(["treatment=profhilo"] * 5))
    assert len(query.planned) == 4
    assert "at most 4" in query.errors["plan"]


def test_what_is_written_is_what_was_read() -> None:
    for text in (
        "treatment=rejuran_healer&start=2026-12-01",
        "treatment=rejuran_healer&treatment=profhilo&sessions=3&sessions=&start=2026-12-01&years=2",
        "treatment=profhilo&interval_weeks=4&place=KR&way=stay&nights=3",
        "want=rejuran_healer:3x2ml&treatment=profhilo&maintenance_months=&maintenance_months=6",
    ):
        query = read(text)
        pairs = [
            (name, str(value))
            for name, values in write_plan(query).items()
            for value in (values if isinstance(values, list) else [values])
        ]
        again = read_plan(MultiDict(pairs), KNOWN, TODAY)
        assert write_plan(again) == write_plan(query), text
        assert [(row.slug, row.sessions) for row in again.planned] == [
            (row.slug, row.sessions) for row in query.planned
        ]


@pytest.mark.parametrize(
    "text", ["2026-13-45", "2026-02-30", "1.12.2026", "tomorrow", "20261201", "２０２６-12-01"]
)
def test_a_date_that_cannot_be_read_is_named_and_kept(text: str) -> None:
    query = read(f"treatment=profhilo&start={text}")
    assert query.start is None
    assert query.start_text == text
    assert text in query.errors["start"]


@pytest.mark.parametrize("text", ["0001-01-01", "2022-12-31", "2030-01-01", "9999-12-31"])
def test_a_date_too_far_away_says_between_which_days(text: str) -> None:
    query = read(f"treatment=profhilo&start={text}")
    assert query.start is None
    assert query.errors["start"] == "Write a day between 1 January 2023 and 31 December 2029."


@pytest.mark.parametrize("text", ["2023-01-01", "2029-12-31"])
def test_the_bounds_themselves_are_days(text: str) -> None:
    assert read(f"treatment=profhilo&start={text}").start == date.fromisoformat(text)


@pytest.mark.parametrize("name, most", [("sessions", 12), ("interval_weeks", 52), ("maintenance_months", 36)])
@pytest.mark.parametrize("wrong", ["0", "-1", "1.5", "abc", "99999", "３", "1e1", "53"])
def test_a_number_that_cannot_be_read_is_named_beside_its_field(name: str, most: int, wrong: str) -> None:
    query = read(f"treatment=profhilo&treatment=rejuran_healer&{name}=&{name}={wrong}")
    assert query.errors == {f"{name}-1": f"Write a whole number from 1 to {most}."}
    row = query.rows[1]
    assert getattr(row, name) is None
    assert getattr(row, f"{name}_text") == wrong


def test_an_unknown_treatment_is_named() -> None:
    query = read("treatment=botox&treatment=profhilo&sessions=2&sessions=3")
    assert [(row.slug, row.sessions) for row in query.planned] == [("profhilo", 3)]
    assert "botox" in query.errors["treatment-0"]


def test_a_journey() -> None:
    assert read("treatment=profhilo&place=KR&way=stay&nights=3").trip == Trip("KR", Way.STAY, 3)
    assert read("treatment=profhilo&place=SG").trip == Trip("SG", Way.TRIPS, 0)
    assert read("treatment=profhilo&way=stay&nights=3").trip is None
    assert "Mars" in read("treatment=profhilo&place=Mars").errors["place"]
    assert "60" in read("treatment=profhilo&place=KR&nights=61").errors["nights"]
    assert "3" in read("treatment=profhilo&years=4").errors["years"]


@pytest.mark.parametrize(
    "query",
    ["treatment=profhilo&start=2026-12-01", "treatment=profhilo&sessions=3", "treatment=profhilo&place=KR"],
)
def test_more_than_a_treatment_is_somebodys_plan(query: str) -> None:
    assert read(query).personal
