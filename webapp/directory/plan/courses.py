"""What comes of a plan's query: for each treatment its assumptions, its sessions and what follows each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.directory.plan.query import PlanQuery, Row, own
from webapp.domain.course_dates import (
    SOME_DAY,
    TOPICS,
    Aftermath,
    Session,
    Visit,
    aftermath,
    course,
    maintenance,
    visits,
)
from webapp.domain.course_plan import Assumption, Plan, assumption
from webapp.domain.facts import Fact
from webapp.treatments import queries as treatments


@dataclass(frozen=True, slots=True)
class Course:
    """One treatment of the plan. An assumption is None where no source gives a figure and the reader gave none.

    `sessions_of` are the course's, then those that keep it up within the horizon.
    """

    slug: str
    sessions: Assumption | None
    interval_weeks: Assumption | None
    maintenance_months: Assumption | None
    after: tuple[Aftermath, ...]
    sessions_of: tuple[Session, ...]

    @property
    def shown(self) -> tuple[Fact, ...]:
        """The facts that the plan rests on, each once: its numbers, then the days after a session."""
        assumed = [one for one in (self.sessions, self.interval_weeks, self.maintenance_months) if one]
        facts = [figure.fact for one in assumed for figure in one.sources]
        facts += [fact for row in self.after for fact in row.facts]
        return tuple({fact.id: fact for fact in facts}.values())

    @property
    def interval_missing(self) -> bool:
        """Are there sessions that no day can be given, since nobody says how far apart they are?"""
        return self.interval_weeks is None and (self.sessions is None or self.sessions.span.high > 1)

    @property
    def only_first_known(self) -> bool:
        return self.sessions is None or self.interval_missing


def courses_of(query: PlanQuery) -> tuple[Course, ...]:
    """The plan's treatments in the order of the query; two statements, however many there are."""
    slugs = [row.slug for row in query.planned if row.slug is not None]
    facts = treatments.figures_of(slugs, TOPICS) if slugs else {}
    return tuple(
        _course(slug, row, facts[slug], query) for slug, row in zip(slugs, query.planned, strict=True)
    )


def visits_of(courses: Sequence[Course]) -> tuple[Visit, ...]:
    """The sessions of all treatments by day; those of one day are one visit."""
    return visits([one.sessions_of for one in courses])


def _course(slug: str, row: Row, facts: Sequence[Fact], query: PlanQuery) -> Course:
    sessions = assumption(facts, "sessions", own(row.sessions))
    interval = assumption(facts, "interval_weeks", own(row.interval_weeks))
    months = assumption(facts, "maintenance_months", own(row.maintenance_months))
    plan = Plan(sessions, interval, months) if sessions is not None else None
    return Course(
        slug=slug,
        sessions=sessions,
        interval_weeks=interval,
        maintenance_months=months,
        after=aftermath(facts),
        sessions_of=(*course(plan), *maintenance(plan, query.years, query.start or SOME_DAY)),
    )
