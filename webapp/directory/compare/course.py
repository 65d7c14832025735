"""A course over time at one clinic: the lowest and highest the sources allow, and the years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from webapp.directory.compare.asking import Asked
from webapp.directory.compare.query import Row
from webapp.domain.basket import Mix
from webapp.domain.course_plan import (
    Assumption,
    Plan,
    Span,
    YearCosts,
    Years,
    assumption,
    year_costs,
)
from webapp.domain.facts import Fact
from webapp.domain.money import Money
from webapp.domain.offers import Want
from webapp.treatments import queries as treatments

TOPICS = ("sessions", "interval_weeks", "maintenance_months")


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a want's course is reckoned with; each None where no source says and the reader did not.

    `sessions` is what sources say, shown beside the number she chose.
    """

    want: Want
    sessions: Assumption | None
    interval_weeks: Assumption | None
    maintenance_months: Assumption | None

    @property
    def plan(self) -> Plan:
        """The reader's number of sessions, repeated as assumed."""
        chosen = Assumption(Span(self.want.sessions, self.want.sessions), own=True)
        return Plan(chosen, self.interval_weeks, self.maintenance_months)


@dataclass(frozen=True, slots=True)
class Reach:
    """Course totals at one clinic: with the fewest and the most sessions that sources name, and as chosen."""

    low: Money | None
    chosen: Money | None
    high: Money | None


@dataclass(frozen=True, slots=True)
class OverTime:
    """The costs of the years; `unsaid` are the wants that nobody says how often to repeat, in neither figure."""

    costs: YearCosts
    unsaid: tuple[Want, ...]


def assumed(wants: Sequence[Want], rows: Sequence[Row]) -> list[Assumed]:
    """The sources' figures for every want, with the reader's own in their place where she gave some."""
    facts: Mapping[str, Sequence[Fact]] = treatments.figures_of([want.treatment for want in wants], TOPICS)
    own = [row for row in rows if row.want is not None]
    return [
        Assumed(
            want,
            assumption(facts[want.treatment], "sessions"),
            assumption(facts[want.treatment], "interval_weeks", _own(row.weeks)),
            assumption(facts[want.treatment], "maintenance_months", _own(row.months)),
        )
        for want, row in zip(wants, own, strict=True)
    ]


def reach(asked: Asked, courses: Sequence[Assumed]) -> Reach:
    """Totals of the shortest and the longest course that the sources name, beside the chosen one."""
    low, high = (
        _total(asked.now([_with(course.want, pick(course)) for course in courses]))
        for pick in (_fewest, _most)
    )
    return Reach(low, asked.answer.total, high)


def over_time(asked: Asked, courses: Sequence[Assumed], counts: Sequence[Years]) -> OverTime:
    """What the years cost: the first bought as one basket now, each following one by single sessions.

    `counts` are the `years` of each course's plan, the same for every clinic. Later sessions lie months apart and
    what is bought ahead may expire, so they are reckoned one by one, at prices that hold then.
    """
    pairs = list(zip(courses, counts, strict=True))
    said = [(course, count) for course, count in pairs if count.first is not None]
    unsaid = tuple(course.want for course, count in pairs if count.first is None)
    if not said:
        return OverTime(YearCosts(None, None), unsaid)
    costs = year_costs(
        [count for _course, count in said],
        lambda sessions: _total(
            asked.now([_with(course.want, n) for (course, _), n in zip(said, sessions, strict=True)])
        ),
        [_total(asked.later([_with(course.want, 1)])) for course, _count in said],
    )
    return OverTime(costs, unsaid)


def _own(number: int | None) -> Span | None:
    return None if number is None else Span(number, number)


def _with(want: Want, sessions: int) -> Want:
    return replace(want, sessions=sessions)


def _fewest(course: Assumed) -> int:
    return course.want.sessions if course.sessions is None else course.sessions.span.low


def _most(course: Assumed) -> int:
    return course.want.sessions if course.sessions is None else course.sessions.span.high


def _total(mix: Mix | None) -> Money | None:
    return None if mix is None else mix.total
