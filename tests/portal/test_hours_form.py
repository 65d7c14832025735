"""Opening hours between schema.org's text and a row per weekday."""

from datetime import time
from typing import Any

import pytest
from flask import Flask

from webapp.domain.listing_csv.hours import format_hours, parse_hours
from webapp.portal.forms.hours import HoursForm, as_text, as_week, canonical, hours_form

pytestmark = pytest.mark.once


def sent(app: Flask, **fields: str) -> HoursForm:
    """The form as it comes back with these fields; the others are empty."""
    with app.test_request_context(method="POST", data={**fields, "csrf_token": "x"}):
        return hours_form(None)


def row(day: str, *times: str) -> dict[str, str]:
    names = ("opens", "closes", "opens_again", "closes_again")
    return {f"{day}-{name}": moment for name, moment in zip(names, times, strict=False)}


def check(app: Flask, **fields: str) -> tuple[HoursForm, dict[str, Any]]:
    with app.test_request_context(method="POST", data=fields):
        form = hours_form(None)
        form._fields.pop("csrf_token")
        form.validate_hours()
        return form, {
            f"{day}-{cell.short_name}": cell.errors for day, row in form.rows() for cell in row if cell.errors
        }


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 10:00-19:00; Sa 10:00-15:00",
        "Mo,Tu,Th,Fr 10:30-19:30; We 12:00-20:00; Sa 10:00-16:00",
        "Mo-Fr 10:00-13:00; Mo-Fr 14:00-19:00",
        "Mo-Su 00:00-24:00",
        "Su 20:00-24:00",
    ],
)
def test_hours_come_back_as_they_went_in(text: str) -> None:
    week = as_week(text)
    assert week is not None
    assert as_text(week) == text == format_hours(parse_hours(text))


def test_the_same_hours_compare_equal_however_they_are_written() -> None:
    assert canonical("Sa 10:00-12:00,13:00-15:00; Mo-Fr 9:00-12:00") == canonical(
        "Mo,Tu,We,Th,Fr 09:00-12:00; Sa 13:00-15:00; Sa 10:00-12:00"
    )


@pytest.mark.parametrize("text", ["by appointment", "Mo 09:00-10:00; Mo 11:00-12:00; Mo 13:00-14:00"])
def test_what_does_not_fit_the_rows_is_told_apart_from_nothing(text: str) -> None:
    assert as_week(text) is None
    assert canonical(text) is None
    assert as_week(None) == {}


def test_midnight_is_the_end_of_the_day(app: Flask) -> None:
    assert sent(app, **row("sa", "20:00", "00:00")).typed() == {"hours": "Sa 20:00-24:00"}


def test_empty_rows_are_closed_days_and_an_empty_week_is_not_stated(app: Flask) -> None:
    assert sent(app, **row("mo", "10:00", "12:00")).typed() == {"hours": "Mo 10:00-12:00"}
    assert sent(app, **row("mo", "", "", "", "")).typed() == {"hours": None}


def test_the_week_may_be_like_monday(app: Flask) -> None:
    form = sent(
        app, **row("mo", "10:00", "12:00", "13:00", "18:00"), **row("we", "08:00", "09:00"), like_monday="y"
    )
    assert form.typed() == {"hours": "Mo-Fr 10:00-12:00; Mo-Fr 13:00-18:00"}


@pytest.mark.parametrize(
    "times, wrong",
    [
        (("10:00",), "closes"),
        (("", "10:00"), "opens"),
        (("12:00", "10:00"), "closes"),
        (("10:00", "10:00"), "closes"),
        (("10:00", "12:00", "11:00", "13:00"), "opens_again"),
        (("10:00", "12:00", "13:00"), "closes_again"),
        (("", "", "13:00", "15:00"), "opens"),
        (("25:00", "26:00"), "opens"),
        (("10 o'clock", "12:00"), "opens"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(app: Flask, times: tuple[str, ...], wrong: str) -> None:
    form, errors = check(app, **row("th", *times))
    assert f"Th-{wrong}" in errors
    assert form.errors


def test_hours_that_fit_have_no_errors(app: Flask) -> None:
    form, errors = check(app, **row("mo", "09:00", "12:00", "12:00", "18:00"), **row("su", "00:00", "00:00"))
    assert errors == {} == form.errors
    assert form.typed() == {"hours": "Mo 09:00-12:00; Mo 12:00-18:00; Su 00:00-24:00"}


def test_the_form_opens_with_what_is_stored(app: Flask) -> None:
    with app.test_request_context():
        form = hours_form("Tu 10:00-12:00,14:00-24:00")
    assert [cell.data for cell in form.tu.form] == [time(10), time(12), time(14), time(0)]
