"""The page of a plan: every course with its days, its assumptions and what the sources say, ready for a template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from webapp.directory.labels import MARKETS
from webapp.directory.plan.courses import Course, courses_of, visits_of
from webapp.directory.plan.picture import Picture, picture
from webapp.directory.plan.query import PlanQuery, Trip
from webapp.directory.plan.words import (
    AFTER,
    after_words,
    day_count_words,
    days_words,
    last_days_words,
    months_words,
    nights_words,
    session_name,
    sessions_words,
    weeks_words,
    when_words,
)
from webapp.domain.course_dates import (
    SOME_DAY,
    Aftermath,
    Avoid,
    Session,
    Stay,
    Trace,
    Visit,
    trip,
    whole_stay,
)
from webapp.domain.course_plan import Assumption
from webapp.domain.facts import Fact, Range
from webapp.domain.trips import Way
from webapp.i18n import listed
from webapp.treatments import queries as treatments
from webapp.treatments.documents import Said, SourceEntry, entries, numbered, said

Documents = Mapping[str, SourceEntry]


@dataclass(frozen=True, slots=True)
class AssumptionView:
    """One number that the plan reckons with. `value` None: no source says, and the reader neither."""

    name: str
    label: str
    value: str | None
    own: bool
    differs: bool
    said: list[Said]


@dataclass(frozen=True, slots=True)
class AfterView:
    """One thing in the days after a session. `value` None: how long is not stated. No `said`: no source says."""

    label: str
    value: str | None
    differs: bool
    said: list[Said]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: the last day of something that lasts `days`, and the sources that say so."""

    title: str
    days: Range
    sources: list[SourceEntry]


@dataclass(frozen=True, slots=True)
class Line:
    """A session in the table; `cells` follow the columns. `maybe`: not every source comes to it."""

    name: str
    when: str
    maybe: bool
    cells: list[str]


@dataclass(frozen=True, slots=True)
class CourseView:
    """One treatment of the plan. `unsaid` are sentences on what no source says and what follows from it."""

    slug: str
    label: str
    assumptions: list[AssumptionView]
    avoid: list[AfterView]
    traces: list[AfterView]
    columns: list[Column]
    lines: list[Line]
    unsaid: list[str]
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class JourneyLine:
    """One journey: what it is for, and when she arrives, leaves and how long that is, in words.

    The days are None without a first day. `maybe`: for a session that not every source comes to.
    """

    name: str
    purpose: str
    arrives: str | None
    leaves: str | None
    nights: str
    maybe: bool


@dataclass(frozen=True, slots=True)
class Journeys:
    """All journeys of the plan. `open`: sessions that have no day need journeys that stand nowhere here."""

    place: str
    one_stay: bool
    lines: list[JourneyLine]
    open: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    courses: list[CourseView]
    journeys: Journeys | None
    sources: list[SourceEntry]


def plan_page(query: PlanQuery, labels: Mapping[str, str]) -> PlanPage:
    """The page for a query; `labels` hold the public name of every treatment."""
    courses = courses_of(query)
    shown = [fact for course in courses for fact in course.shown]
    documents = numbered(shown, treatments.sources() if shown else ())
    return PlanPage(
        courses=[_course(course, query, labels[course.slug], documents) for course in courses],
        journeys=_journeys(courses, query.trip, query.start, labels) if query.trip and courses else None,
        sources=entries(documents, documents),
    )


def _course(course: Course, query: PlanQuery, label: str, documents: Documents) -> CourseView:
    columns = _columns(course.after, documents) if query.start else []
    return CourseView(
        slug=course.slug,
        label=label,
        assumptions=_assumptions(course, documents),
        avoid=_after([row for row in course.after if isinstance(row.what, Avoid)], documents),
        traces=_after([row for row in course.after if isinstance(row.what, Trace)], documents),
        columns=columns,
        lines=[_line(session, course, query.start, columns) for session in course.sessions_of],
        unsaid=_unsaid(course),
        # One day alone is no picture.
        picture=picture(course.sessions_of, course.after, query.start, query.years)
        if query.start and len(course.sessions_of) > 1
        else None,
    )


def _assumptions(course: Course, documents: Documents) -> list[AssumptionView]:
    rows = (
        ("sessions", _("Sessions"), course.sessions, sessions_words),
        ("interval_weeks", _("Time between sessions"), course.interval_weeks, weeks_words),
        ("maintenance_months", _("Coming again to keep it up"), course.maintenance_months, months_words),
    )
    return [
        AssumptionView(
            name=name,
            label=label,
            value=words(found.span) if found else None,
            own=bool(found and found.own),
            differs=bool(found and found.disagrees),
            said=_said(_facts(found), documents),
        )
        for name, label, found, words in rows
    ]


def _facts(found: Assumption | None) -> list[Fact]:
    """Each fact once, though several sources may give its figure."""
    return list({figure.fact.id: figure.fact for figure in found.sources}.values()) if found else []


def _after(rows: Sequence[Aftermath], documents: Documents) -> list[AfterView]:
    """Things of which the same is said, or nothing at all, stand together."""
    together: dict[tuple[str, ...], list[Aftermath]] = {}
    for row in rows:
        together.setdefault(tuple(fact.id for fact in row.facts), []).append(row)
    return [_together(alike, documents) for alike in together.values()]


def _together(alike: Sequence[Aftermath], documents: Documents) -> AfterView:
    row = alike[0]
    marks = [fact.conflict for fact in row.facts if fact.conflict]
    figures = {figure.range for figure in row.figures}
    label = after_words([one.what for one in alike])
    return AfterView(
        label=label[:1].upper() + label[1:],
        value=day_count_words(row.days) if row.days else None,
        differs=len(marks) > len(set(marks)) or len(figures) > 1,
        said=_said(row.facts, documents),
    )


def _said(facts: Sequence[Fact], documents: Documents) -> list[Said]:
    return [said(fact, documents) for fact in facts]


def _columns(after: Sequence[Aftermath], documents: Documents) -> list[Column]:
    """Things to stay away from for the same days by the same sources are one column; each trace is its own."""
    found: list[Column] = []
    together: dict[tuple[Range, tuple[str, ...]], list[Avoid]] = {}
    traces = []
    for row in after:
        if row.days is None:
            continue
        keys = tuple(dict.fromkeys(figure.source for figure in row.figures))
        if isinstance(row.what, Avoid):
            together.setdefault((row.days, keys), []).append(row.what)
        else:
            traces.append(Column(str(AFTER[row.what]), row.days, entries(keys, documents)))
    for (days, keys), kinds in together.items():
        title = _("Stay away: %(what)s", what=after_words(kinds))
        found.append(Column(title, days, entries(keys, documents)))
    return [*found, *traces]


def _line(session: Session, course: Course, start: date | None, columns: Sequence[Column]) -> Line:
    every = course.maintenance_months.span if course.maintenance_months else None
    return Line(
        name=session_name(session),
        when=when_words(session, start, every),
        maybe=not session.certain,
        cells=[last_days_words(session, start, column.days) for column in columns] if start else [],
    )


def _unsaid(course: Course) -> list[str]:
    found = []
    if course.sessions is None:
        found.append(_("No source says how many sessions it takes. Write your own number to see their days."))
    if course.interval_missing:
        found.append(
            _(
                "No source says how far apart the sessions are, so only the first has a day. Write your own number of"
                " weeks to see the others."
            )
        )
    if course.maintenance_months is None:
        found.append(_("No source says whether or when to come again to keep it up."))
    return found


def _journeys(
    courses: Sequence[Course], wanted: Trip, start: date | None, labels: Mapping[str, str]
) -> Journeys:
    visits = visits_of(courses)
    names = [labels[course.slug] for course in courses]
    lines: list[JourneyLine] = []
    # Without a first day the nights are known all the same.
    for stay, about in stays_of(visits, wanted, start or SOME_DAY):
        lines.append(
            JourneyLine(
                name=_("Journey %(number)s", number=len(lines) + 1),
                purpose=listed((purpose(visit, names) for visit in about), "; "),
                arrives=days_words(stay.arrives) if start else None,
                leaves=days_words(stay.leaves) if start else None,
                nights=nights_words(stay.nights) if stay.nights else _("no night"),
                maybe=not any(visit.certain for visit in about),
            )
        )
    return Journeys(
        place=str(MARKETS[wanted.place]),
        one_stay=wanted.way is Way.STAY,
        lines=lines,
        open=any(course.only_first_known for course in courses),
    )


def stays_of(visits: Sequence[Visit], wanted: Trip, first: date) -> list[tuple[Stay, Sequence[Visit]]]:
    """The journeys and the visits of each: one for each visit, or one for the whole course and one for each
    session that keeps it up."""
    if wanted.way is Way.TRIPS:
        return [(trip(visit, first, wanted.nights), [visit]) for visit in visits]
    of_course = [visit for visit in visits if not visit.maintenance]
    later = [visit for visit in visits if visit.maintenance]
    return [
        (whole_stay(of_course, first, wanted.nights), of_course),
        *((trip(visit, first, wanted.nights), [visit]) for visit in later),
    ]


def purpose(visit: Visit, names: Sequence[str]) -> str:
    """The sessions of a visit; `names` are the treatments of the plan."""
    return listed(
        _("%(treatment)s: %(session)s", treatment=names[number], session=session_name(session))
        for number, session in visit.sessions
    )
