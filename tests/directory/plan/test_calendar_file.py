"""The calendar file, read back by a library's parser."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from flask.testing import FlaskClient
from icalendar import Calendar, Event
from sqlalchemy.orm import Session

from tests.factories import NOW

OWN = "treatment=rejuran_healer&sessions=2&interval_weeks=4&maintenance_months=6&start=2026-12-01"
SOURCES = "treatment=rejuran_healer&start=2026-12-01"


def file(client: FlaskClient, query: str, prefix: str = "") -> Calendar:
    answer = client.get(f"{prefix}/plan.ics?{query}")
    assert answer.status_code == 200
    found = Calendar.from_ical(answer.data)
    assert isinstance(found, Calendar)
    return found


def events(calendar: Calendar) -> Iterator[Event]:
    for event in calendar.events:
        assert not event.errors
        yield event


def held(event: Event, name: str) -> Any:
    """A property; the library's types allow every kind of value for every name."""
    return event[name]


def days(event: Event) -> tuple[date, date]:
    """The first and the last day; the file holds the day after the last."""
    return held(event, "DTSTART").dt, held(event, "DTEND").dt - timedelta(days=1)


def test_it_is_a_file_that_a_calendar_opens(seeded: Session, client: FlaskClient) -> None:
    answer = client.get(f"/plan.ics?{OWN}")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="like-for-like-plan.ics"'
    assert answer.headers["X-Robots-Tag"] == "noindex"
    lines = answer.data.split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line and len(line) <= 75 for line in lines)
    assert lines[0] == b"BEGIN:VCALENDAR"
    calendar = Calendar.from_ical(answer.data)
    assert isinstance(calendar, Calendar)
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    assert not calendar.errors


def test_sessions_are_whole_days(seeded: Session, client: FlaskClient) -> None:
    found = [
        event
        for event in events(file(client, OWN))
        if "Session" in held(event, "SUMMARY") or "keep" in held(event, "SUMMARY")
    ]
    assert [(str(held(event, "SUMMARY")), days(event)) for event in found] == [
        ("Rejuran Healer: Session 1", (date(2026, 12, 1), date(2026, 12, 1))),
        ("Rejuran Healer: Session 2", (date(2026, 12, 29), date(2026, 12, 29))),
        ("Rejuran Healer: To keep it up, 1", (date(2027, 6, 29), date(2027, 6, 29))),
    ]
    for event in events(file(client, OWN)):
        assert held(event, "DTSTART").params["VALUE"] == "DATE"
        assert type(held(event, "DTSTART").dt) is date
        assert held(event, "TRANSP") == "TRANSPARENT"


def test_days_to_stay_away_stand_beside_sessions_that_have_one_day(
    seeded: Session, client: FlaskClient
) -> None:
    away = [
        event for event in events(file(client, OWN)) if str(held(event, "SUMMARY")).startswith("Stay away")
    ]
    assert [days(event) for event in away] == [
        (date(2026, 12, 1), date(2026, 12, 3)),
        (date(2026, 12, 29), date(2026, 12, 31)),
        (date(2027, 6, 29), date(2027, 7, 1)),
    ]
    for event in away:
        assert "sauna" in str(held(event, "SUMMARY"))
        assert "no sauna" in str(held(event, "DESCRIPTION"))
        assert "Interview with Dr Mark Lim" in str(held(event, "DESCRIPTION"))
        assert "10 September 2020" in str(held(event, "DESCRIPTION"))


def test_where_sources_differ_an_entry_goes_to_the_latest_day(seeded: Session, client: FlaskClient) -> None:
    found = {str(held(event, "SUMMARY")): event for event in events(file(client, SOURCES))}
    second = found["Rejuran Healer: Session 2, on one of these days"]
    assert days(second) == (date(2026, 12, 15), date(2026, 12, 29))
    text = str(held(second, "DESCRIPTION"))
    assert "Not every source comes to this session." in text
    assert "Sessions are 3 to 4 weeks apart. (Hugo Plastic Surgery's article on this treatment)" in text
    # On which days to stay away is only known where the session's day is.
    assert [name for name in found if name.startswith("Stay away")] == [
        "Stay away: sauna, hard exercise, heavy drinking, warm water on the face (Rejuran Healer)"
    ]


def test_own_numbers_are_named_as_such(seeded: Session, client: FlaskClient) -> None:
    text = str(held(next(events(file(client, OWN))), "DESCRIPTION"))
    assert "Your own number: 4 weeks." in text
    assert "You would have 1 to 4 sessions." in text


def test_one_plan_has_the_same_uids_whenever_and_in_whatever_language(
    seeded: Session, client: FlaskClient
) -> None:
    first = file(client, OWN)
    uids = [str(held(event, "UID")) for event in first.events]
    assert len(set(uids)) == len(uids) == 6
    with time_machine.travel(NOW + timedelta(days=9), tick=False):
        again = file(client, OWN, "/ko")
    assert [str(held(event, "UID")) for event in again.events] == uids
    # The order of the fields, and a quantity that belongs to another page, make no other plan.
    same = "start=2026-12-01&interval_weeks=4&maintenance_months=6&want=rejuran_healer:2x2ml"
    assert [str(held(event, "UID")) for event in file(client, same).events] == uids
    assert held(next(events(first)), "DTSTAMP").dt == NOW
    assert held(next(events(again)), "DTSTAMP").dt == NOW + timedelta(days=9)


@pytest.mark.parametrize("change", ["start=2026-12-02", "interval_weeks=5", "years=2", "treatment=profhilo"])
def test_another_plan_has_other_uids(seeded: Session, client: FlaskClient, change: str) -> None:
    name = change.partition("=")[0]
    kept = "&".join(pair for pair in OWN.split("&") if not pair.startswith(f"{name}="))
    here = {str(held(event, "UID")) for event in file(client, OWN).events}
    there = {str(held(event, "UID")) for event in file(client, f"{change}&{kept}").events}
    assert here.isdisjoint(there)


@pytest.mark.parametrize(
    "prefix, tag, words",
    [("", "en", "Rejuran Healer"), ("/zh", "zh-Hans", "丽珠兰"), ("/ko", "ko", "리쥬란 힐러")],
)
def test_it_speaks_the_readers_language(
    seeded: Session, client: FlaskClient, prefix: str, tag: str, words: str
) -> None:
    calendar = file(client, SOURCES, prefix)
    assert words in str(calendar["X-WR-CALNAME"])
    event = next(events(calendar))
    assert words in str(held(event, "SUMMARY"))
    assert held(event, "SUMMARY").params["LANGUAGE"] == held(event, "DESCRIPTION").params["LANGUAGE"] == tag
    assert f"{prefix}/plan?treatment=rejuran_healer&start=2026-12-01" in str(held(event, "URL"))


def test_journeys(seeded: Session, client: FlaskClient) -> None:
    trips = [
        event
        for event in events(file(client, f"{OWN}&place=KR&nights=2"))
        if str(held(event, "SUMMARY")).startswith("Journey")
    ]
    assert [(str(held(event, "SUMMARY")), days(event)) for event in trips] == [
        ("Journey to Gangnam, Seoul (2 nights)", (date(2026, 12, 1), date(2026, 12, 3))),
        ("Journey to Gangnam, Seoul (2 nights)", (date(2026, 12, 29), date(2026, 12, 31))),
        ("Journey to Gangnam, Seoul (2 nights)", (date(2027, 6, 29), date(2027, 7, 1))),
    ]
    stay = next(
        event
        for event in events(file(client, f"{OWN}&place=KR&nights=2&way=stay"))
        if str(held(event, "SUMMARY")).startswith("Journey")
    )
    assert (str(held(stay, "SUMMARY")), days(stay)) == (
        "Journey to Gangnam, Seoul (30 nights)",
        (date(2026, 12, 1), date(2026, 12, 31)),
    )


INJECTIONS = (
    "x\r\nBEGIN:VEVENT\r\nSUMMARY:hostile\r\nEND:VEVENT",
    "x\nATTENDEE:mailto:a@b.example",
    "x;LANGUAGE=xx:y,z\\n",
    "\u2028BEGIN:VALARM",
    "x\x00y\x0b\x0c\x85",
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_hostile_query_puts_no_line_into_the_file(seeded: Session, client: FlaskClient, text: str) -> None:
    plain = client.get(f"/plan.ics?{OWN}")
    for field in ("quantity", "way", "lang", "note", "summary", text):
        answer = client.get(f"/plan.ics?{OWN}&{quote(field)}={quote(text)}")
        assert answer.data == plain.data, field
    # What would change the plan but cannot be read gives the page that says so, never a file.
    for field in ("sessions", "interval_weeks", "start", "place", "nights", "years", "treatment", "want"):
        answer = client.get(f"/plan.ics?{field}={quote(text)}&{OWN}")
        assert answer.status_code == 302, field
        assert answer.headers["Location"].startswith("/plan?")
        assert not {"\r", "\n"} & set(answer.headers["Location"])


@pytest.mark.parametrize(
    "query", ["x=1", "treatment=rejuran_healer", "start=2026-12-01", "treatment=x&start=2026-12-01"]
)
def test_without_days_there_is_a_page_and_no_file(seeded: Session, client: FlaskClient, query: str) -> None:
    answer = client.get(f"/zh/plan.ics?{query}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/zh/plan?{query}")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_it_holds_nothing_about_the_reader(seeded: Session, client: FlaskClient) -> None:
    answer = client.get(
        f"/plan.ics?{OWN}&email=mei@patient.example", headers={"User-Agent": "Mei", "Cookie": "compare=a.b"}
    )
    assert b"patient.example" not in answer.data
    assert b"ATTENDEE" not in answer.data
    assert b"ORGANIZER" not in answer.data
    assert "Set-Cookie" not in answer.headers
