"""The plan as a calendar file (RFC 5545): whole days only, in the reader's language, with nothing about her."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from flask_babel import gettext as _
from icalendar import Calendar, Event
from icalendar.enums import TRANSP

from webapp.directory.labels import MARKETS
from webapp.directory.plan.courses import Course, courses_of, visits_of
from webapp.directory.plan.page import Documents, purpose, stays_of
from webapp.directory.plan.query import PlanQuery, Trip, write_plan
from webapp.directory.plan.words import (
    after_words,
    months_words,
    nights_words,
    session_name,
    sessions_words,
    weeks_words,
)
from webapp.domain.course_dates import Aftermath, Avoid, DayRange, Session
from webapp.domain.facts import Fact, Range
from webapp.i18n import LANGUAGES, current_language, format_day, listed
from webapp.treatments import queries as treatments
from webapp.treatments.documents import numbered, said

_PRODUCT = "-//Like for Like//Plan//EN"


def calendar_file(query: PlanQuery, labels: Mapping[str, str], page: str, now: datetime) -> bytes:
    """The file for a query that has a first day; `page` is the plan's full address, `now` when the file is made.

    The same plan gives the same UIDs in every language, so a calendar that reads it again changes its entries
    instead of doubling them. Raises ValueError without a first day.
    """
    if query.start is None:
        raise ValueError("a calendar needs a first day")
    courses = courses_of(query)
    plan = json.dumps(_settled(query), sort_keys=True)
    calendar = Calendar.new(
        name=_("Plan: %(treatments)s", treatments=listed(labels[one.slug] for one in courses)),
        prodid=_PRODUCT,
        uid=str(uuid5(NAMESPACE_URL, plan)),
        last_modified=now,
    )
    language = LANGUAGES[current_language()][0]
    for entry in _entries(courses, query, query.start, labels):
        event = Event.new(
            uid=str(uuid5(NAMESPACE_URL, f"{plan} {entry.key}")),
            stamp=now,
            start=entry.days.earliest,
            # The end of whole days is the day after the last.
            end=entry.days.latest + timedelta(days=1),
            summary=entry.title,
            description=entry.text,
            url=page,
            # A day with a session is not a busy day.
            transparency=TRANSP.TRANSPARENT,
        )
        for name in ("SUMMARY", "DESCRIPTION"):
            event[name].params["LANGUAGE"] = language
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _settled(query: PlanQuery) -> dict[str, object]:
    """What makes the plan the plan it is; a quantity is kept for another page only."""
    return {name: value for name, value in write_plan(query).items() if name != "quantity"}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry; `key` tells it from the others of its plan."""

    key: str
    days: DayRange
    title: str
    text: str


def _entries(
    courses: Sequence[Course], query: PlanQuery, start: date, labels: Mapping[str, str]
) -> Iterator[_Entry]:
    facts = [fact for course in courses for fact in course.shown]
    documents = numbered(facts, treatments.sources() if facts else ())
    for number, course in enumerate(courses):
        for session in course.sessions_of:
            kind = "again" if session.maintenance else "session"
            key = f"{number} {course.slug} {kind} {session.number}"
            yield from _session(key, session, course, start, labels[course.slug], documents)
    if query.trip is not None:
        yield from _journeys(courses, query.trip, start, labels)


def _session(
    key: str, session: Session, course: Course, start: date, label: str, documents: Documents
) -> Iterator[_Entry]:
    days = session.days(start)
    name = _("%(treatment)s: %(session)s", treatment=label, session=session_name(session))
    title = name if days.exact else _("%(title)s, on one of these days", title=name)
    notes = [] if session.certain else [_("Not every source comes to this session.")]
    said_of = [_sourced(fact, documents) for fact in course.shown]
    yield _Entry(key, days, title, "\n".join([*notes, *_own(course), *said_of, _advice()]))
    if not days.exact:
        return
    # Which days these are is only known where the day of the session is.
    for together, rows in _to_avoid(course).items():
        facts = {fact.id: fact for row in rows for fact in row.facts}.values()
        yield _Entry(
            f"{key} avoid {together.low} {together.high}",
            DayRange(days.earliest, days.longer(together).latest),
            _(
                "Stay away: %(what)s (%(treatment)s)",
                what=after_words([row.what for row in rows]),
                treatment=label,
            ),
            "\n".join([*(_sourced(fact, documents) for fact in facts), _advice()]),
        )


def _to_avoid(course: Course) -> dict[Range, list[Aftermath]]:
    """What a source says to stay away from for some days, by how many."""
    found: dict[Range, list[Aftermath]] = {}
    for row in course.after:
        if isinstance(row.what, Avoid) and row.days is not None:
            found.setdefault(row.days, []).append(row)
    return found


def _journeys(
    courses: Sequence[Course], wanted: Trip, start: date, labels: Mapping[str, str]
) -> Iterator[_Entry]:
    names = [labels[course.slug] for course in courses]
    for number, (stay, about) in enumerate(stays_of(visits_of(courses), wanted, start), start=1):
        nights = nights_words(stay.nights) if stay.nights else _("no night")
        yield _Entry(
            f"journey {number}",
            DayRange(stay.arrives.earliest, stay.leaves.latest),
            _("Journey to %(place)s (%(nights)s)", place=MARKETS[wanted.place], nights=nights),
            "\n".join(purpose(visit, names) for visit in about),
        )


def _own(course: Course) -> list[str]:
    """The reader's own numbers, which no source stands behind."""
    return [
        _("Your own number: %(number)s.", number=words(found.span))
        for found, words in (
            (course.sessions, sessions_words),
            (course.interval_weeks, weeks_words),
            (course.maintenance_months, months_words),
        )
        if found is not None and found.own
    ]


def _sourced(fact: Fact, documents: Documents) -> str:
    one = said(fact, documents)
    titles = [
        f"{entry.title}, {format_day(entry.published_on)}" if entry.published_on else entry.title
        for entry in one.sources
    ]
    return f"{one.text} ({listed(titles, '; ')})"


def _advice() -> str:
    return _("This repeats what its sources say. It is not medical advice.")
