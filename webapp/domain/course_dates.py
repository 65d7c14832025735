"""A plan's sessions as days: each with its earliest and latest day, and what the sources say of the days after it.

Nothing here takes a middle: where figures differ, a session has two days, and where no source gives a figure the
sessions that would rest on it are not there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from webapp.domain.course_plan import MONTHS_IN_YEAR, Plan, Span, maintenance_dates, session_dates
from webapp.domain.facts import Fact, Range, SourceRange, ranges_by_source

_DAY = "day"
# Where the reader gave no first day, sessions are put in order as if she had come on this one.
SOME_DAY = date(2001, 1, 1)


@dataclass(frozen=True, slots=True)
class Offset:
    """How long after the first session: full weeks, then calendar months."""

    weeks: int
    months: int = 0

    def on(self, first: date) -> date:
        """The day itself.

        >>> Offset(12, 6).on(date(2026, 3, 10))
        datetime.date(2026, 12, 2)
        """
        last = session_dates(first, 2, self.weeks)[-1]
        return maintenance_dates(last, self.months, 1)[0] if self.months else last


@dataclass(frozen=True, slots=True)
class DayRange:
    """A day between `earliest` and `latest`, both included; one day when they are equal."""

    earliest: date
    latest: date

    @property
    def exact(self) -> bool:
        return self.earliest == self.latest

    def longer(self, days: Range) -> "DayRange":
        """When something is over that lasts so many days from such a day on.

        The hour of a session is not known, so two days from the 10th are over at the end of the 12th.

        >>> str(DayRange(date(2026, 3, 10), date(2026, 3, 10)).longer(Range(1, 2, "day")).latest)
        '2026-03-12'
        """
        return DayRange(self.earliest + timedelta(days=days.low), self.latest + timedelta(days=days.high))


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a plan. `number` counts from 1, in the course and again in the maintenance after it.

    `certain` is False for one that not every number of sessions reckoned with comes to: the fourth of "3 to 4".
    """

    number: int
    maintenance: bool
    earliest: Offset
    latest: Offset
    certain: bool = True

    def days(self, first: date) -> DayRange:
        return DayRange(self.earliest.on(first), self.latest.on(first))


def course(plan: Plan | None) -> tuple[Session, ...]:
    """The sessions of the course itself. No plan (no source says how many), or no interval: only the first,
    since no day of another is known.

    >>> from webapp.domain.course_plan import Assumption
    >>> plan = Plan(Assumption(Span(2, 3)), Assumption(Span(3, 4)))
    >>> [(one.earliest.weeks, one.latest.weeks, one.certain) for one in course(plan)]
    [(0, 0, True), (3, 4, True), (6, 8, False)]
    """
    if plan is None or plan.interval_weeks is None:
        return (Session(1, False, Offset(0), Offset(0)),)
    weeks, sessions = plan.interval_weeks.span, plan.sessions.span
    return tuple(
        Session(
            number + 1, False, Offset(number * weeks.low), Offset(number * weeks.high), number < sessions.low
        )
        for number in range(sessions.high)
    )


def maintenance(plan: Plan | None, years: int, first: date = SOME_DAY) -> tuple[Session, ...]:
    """Those after the course that may come within so many years of the `first` session.

    The first counts from the last session of the course, each other one from the one before. None where no
    source says how often, or where the day of the last session is not known.
    """
    if plan is None or plan.maintenance_months is None:
        return ()
    sessions, interval = plan.sessions.span, plan.interval_weeks
    if interval is None and sessions.high > 1:
        return ()
    # A course of one session has no interval.
    weeks = interval.span if interval is not None else Span(1, 1)
    every = plan.maintenance_months.span
    soonest, last = (sessions.low - 1) * weeks.low, (sessions.high - 1) * weeks.high
    end = Offset(0, years * MONTHS_IN_YEAR).on(first)
    found = []
    for number in range(1, years * MONTHS_IN_YEAR + 1):
        one = Session(number, True, Offset(soonest, number * every.low), Offset(last, number * every.high))
        if one.earliest.on(first) >= end:
            break
        found.append(one)
    return tuple(found)


class Trace(StrEnum):
    """What may show on the skin after a session; three numbers, never one."""

    REDNESS = "redness"
    BUMPS = "bumps"
    BRUISE = "bruise"


class Avoid(StrEnum):
    """What a source may say to stay away from after a session."""

    SUN = "sun"
    SAUNA = "sauna"
    EXERCISE = "exercise"
    DRINKING = "drinking"
    WARM_WATER = "warm_water"
    MAKE_UP = "make_up"


# Which aftercare fact speaks of what, by the aspect of its id: the figures of the reviewed file hold only the days.
_AVOIDED = {
    "two_days": (Avoid.WARM_WATER, Avoid.SAUNA, Avoid.DRINKING, Avoid.EXERCISE),
    "no_make_up": (Avoid.MAKE_UP,),
}
_TRACE_TOPIC, _AVOID_TOPIC = "side_effect", "aftercare"
# What a page of dates asks the facts for.
TOPICS = ("sessions", "interval_weeks", "maintenance_months", _TRACE_TOPIC, _AVOID_TOPIC)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What the sources say of one thing in the days after a session. No facts: no source says anything.

    `days` reaches over every source that gives a number; None: none does, though one may still say to avoid it.
    """

    what: Trace | Avoid
    facts: tuple[Fact, ...]

    @property
    def figures(self) -> tuple[SourceRange, ...]:
        return tuple(row for row in ranges_by_source(self.facts) if row.range.unit == _DAY)

    @property
    def days(self) -> Range | None:
        ranges = [row.range for row in self.figures]
        if not ranges:
            return None
        return Range(min(one.low for one in ranges), max(one.high for one in ranges), _DAY)


def aftermath(facts: Iterable[Fact]) -> tuple[Aftermath, ...]:
    """One row for every trace and everything to avoid, said or not, in their order."""
    usable = [fact for fact in facts if fact.status not in ("refuted", "missing_list")]
    marks = [fact for fact in usable if fact.topic == _TRACE_TOPIC]
    care = [fact for fact in usable if fact.topic == _AVOID_TOPIC]
    return (
        # `bruise` and `bruise_s2` are both of the bruise: an aspect opens with its part.
        *(
            Aftermath(trace, tuple(fact for fact in marks if fact.aspect.partition("_")[0] == trace.value))
            for trace in Trace
        ),
        *(
            Aftermath(
                avoid,
                _with_contradictions([fact for fact in care if avoid in _AVOIDED.get(fact.aspect, ())], care),
            )
            for avoid in Avoid
        ),
    )


def _with_contradictions(chosen: Sequence[Fact], facts: Sequence[Fact]) -> tuple[Fact, ...]:
    marks = {fact.conflict for fact in chosen if fact.conflict}
    return tuple(fact for fact in facts if fact in chosen or fact.conflict in marks)


@dataclass(frozen=True, slots=True)
class Visit:
    """Sessions of one or several treatments that fall on the same day; `sessions` by the plan's number."""

    earliest: Offset
    latest: Offset
    sessions: tuple[tuple[int, Session], ...]

    @property
    def maintenance(self) -> bool:
        return all(session.maintenance for _, session in self.sessions)

    @property
    def certain(self) -> bool:
        return any(session.certain for _, session in self.sessions)

    def days(self, first: date) -> DayRange:
        return DayRange(self.earliest.on(first), self.latest.on(first))


def visits(plans: Sequence[Sequence[Session]]) -> tuple[Visit, ...]:
    """The sessions of all plans by day, the first day first.

    Only sessions with the same earliest and the same latest day share a visit: others may fall together, but
    nothing says so.
    """
    together: dict[tuple[Offset, Offset], list[tuple[int, Session]]] = {}
    for plan, sessions in enumerate(plans):
        for session in sessions:
            together.setdefault((session.earliest, session.latest), []).append((plan, session))
    found = [Visit(earliest, latest, tuple(rows)) for (earliest, latest), rows in together.items()]
    return tuple(sorted(found, key=lambda visit: (visit.earliest.on(SOME_DAY), visit.latest.on(SOME_DAY))))


@dataclass(frozen=True, slots=True)
class Stay:
    """One journey: she arrives on a day of `arrives`, leaves on a day of `leaves`, and sleeps `nights` there."""

    arrives: DayRange
    leaves: DayRange
    nights: Span | None


def trip(visit: Visit, first: date, nights: int) -> Stay:
    """A journey for one visit, home after `nights` nights; 0 is a day trip."""
    days = visit.days(first)
    leaves = DayRange(days.earliest + timedelta(days=nights), days.latest + timedelta(days=nights))
    return Stay(days, leaves, Span(nights, nights) if nights else None)


def whole_stay(course_visits: Sequence[Visit], first: date, nights: int) -> Stay:
    """One journey for the whole course, from its first visit to its last, and `nights` nights after it.

    The shortest goes to the last visit that is certain at the least interval, the longest to the last of all.
    """
    if not course_visits:
        raise ValueError("nobody travels for no session")
    arrives = DayRange(first, first)
    certain = max(visit.days(first).earliest for visit in course_visits if visit.certain)
    last = max(visit.days(first).latest for visit in course_visits)
    leaves = DayRange(certain + timedelta(days=nights), last + timedelta(days=nights))
    fewest, most = (leaves.earliest - first).days, (leaves.latest - first).days
    return Stay(arrives, leaves, Span(fewest, most) if fewest else None)
