"""The picture's figures: everything lies on the axis, and in the order of its days."""

from datetime import date

import pytest

from webapp.directory.plan.picture import Picture, picture
from webapp.domain.course_dates import Aftermath, Avoid, Session, Trace, course, maintenance
from webapp.domain.course_plan import Assumption, Plan, Span
from webapp.domain.facts import Fact, Statement

pytestmark = pytest.mark.once

FIRST = date(2026, 12, 1)
WORDS = Statement("", "", "")
AFTER = (
    Aftermath(
        Avoid.SAUNA, (Fact("x.aftercare.two_days", "x", "aftercare", "stated", WORDS, ("S",), {"days": 2}),)
    ),
    Aftermath(
        Trace.BRUISE,
        (Fact("x.side_effect.bruise", "x", "side_effect", "stated", WORDS, ("S",), {"days": [5, 7]}),),
    ),
)


def drawn(sessions: Span, weeks: Span, months: Span | None = None, years: int = 1) -> Picture:
    plan = Plan(Assumption(sessions), Assumption(weeks), Assumption(months) if months else None)
    found: tuple[Session, ...] = (*course(plan), *maintenance(plan, years, FIRST))
    return picture(found, AFTER, FIRST, years)


def test_a_day_is_a_dot_and_two_days_are_a_bar() -> None:
    found = drawn(Span(2, 2), Span(3, 4))
    first, second = found.lanes
    assert (first.session.x, first.session.width) == (8.0, 0.0)
    assert second.session.width > 0
    assert first.avoid is not None
    assert first.trace is not None
    assert 0 < first.avoid.width < first.trace.width


@pytest.mark.parametrize("years", [1, 2, 3])
@pytest.mark.parametrize(
    "sessions, weeks", [(Span(1, 4), Span(2, 4)), (Span(12, 12), Span(52, 52)), (Span(1, 1), Span(1, 1))]
)
@pytest.mark.parametrize("months", [None, Span(1, 1), Span(6, 12), Span(36, 36)])
def test_everything_lies_on_the_axis(sessions: Span, weeks: Span, months: Span | None, years: int) -> None:
    found = drawn(sessions, weeks, months, years)
    for lane in found.lanes:
        for bar in (lane.session, lane.avoid, lane.trace):
            assert bar is not None
            assert 8.0 <= bar.x <= bar.x + bar.width <= 99.01
        assert lane.y + 22 <= found.height
    assert [tick.x for tick in found.ticks] == sorted(tick.x for tick in found.ticks)
    assert 0 < len(found.ticks) <= 6
    assert all(tick.day.day == 1 for tick in found.ticks)


def test_the_year_stands_where_it_changes() -> None:
    ticks = drawn(Span(4, 4), Span(4, 4)).ticks
    assert [(tick.day.year, tick.year) for tick in ticks] == [
        (2026, True),
        (2027, True),
        (2027, False),
        (2027, False),
    ]


def test_what_may_lie_beyond_the_edge_is_marked() -> None:
    lanes = drawn(Span(1, 4), Span(3, 4), Span(6, 12)).lanes
    assert [lane.open for lane in lanes] == [False, False, False, False, True]
    assert [lane.label for lane in lanes] == ["1", "2", "3", "4", "+1"]
