"""Opening hours in schema.org's form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.listing_csv import InvalidHours, OpeningSpan, Weekday, format_hours, parse_hours

ALL = tuple(Weekday)


def test_days_and_times_are_read() -> None:
    week, saturday = parse_hours("Mo-Fr 10:00-19:00; Sa 10:00-16:00")
    assert week == OpeningSpan(ALL[:5], 600, 1140)
    assert (saturday.days, saturday.opens_at, saturday.closes_at) == ((Weekday.SA,), "10:00", "16:00")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("mo-fr 9:00-18:00", "Mo-Fr 09:00-18:00"),
        ("Mo,We,Fr 10:00-13:00,14:00-19:00", "Mo,We,Fr 10:00-13:00; Mo,We,Fr 14:00-19:00"),
        ("Sa-Mo 10:00-12:00;", "Mo,Sa,Su 10:00-12:00"),
        ("Mo – Su 00:00 – 24:00", "Mo-Su 00:00-24:00"),
        ("Mo-We, Fr 10:00-11:00", "Mo-We,Fr 10:00-11:00"),
    ],
)
def test_they_are_written_in_one_way(text: str, written: str) -> None:
    assert format_hours(parse_hours(text)) == written
    assert format_hours(parse_hours(written)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "10:00-19:00",
        "Mo-Fr",
        "Mon 10:00-19:00",
        "Mo 19:00-10:00",
        "Mo 10:00-10:00",
        "Mo 25:00-26:00",
        "Mo 10:60-11:00",
        "Mo 10-19",
        "Mo 10:00-14:00,13:00-15:00",
        "Mo-Fr 10:00-12:00; We 11:00-13:00",
        "Mo 10:00-19:00 closed on holidays",
        "월-금 10:00-19:00",
    ],
)
def test_what_is_no_opening_hours(text: str) -> None:
    with pytest.raises(InvalidHours):
        parse_hours(text)


@given(
    st.lists(st.sampled_from(ALL), min_size=1, unique=True),
    st.integers(0, 1438).flatmap(lambda opens: st.tuples(st.just(opens), st.integers(opens + 1, 1440))),
)
def test_what_is_written_is_read_back(days: list[Weekday], times: tuple[int, int]) -> None:
    span = OpeningSpan(tuple(day for day in ALL if day in days), *times)
    assert parse_hours(format_hours((span,))) == (span,)


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        spans = parse_hours(text)
    except InvalidHours:
        return
    assert parse_hours(format_hours(spans)) == spans
