"""A plan as days: what differs stays two days, what nobody says has none, and a journey follows the sessions."""

from datetime import date, timedelta

import pytest

from tests.seed.reference_files import document
from webapp.domain.course_dates import (
    TOPICS,
    Aftermath,
    Avoid,
    DayRange,
    Offset,
    Session,
    Trace,
    aftermath,
    course,
    maintenance,
    trip,
    visits,
    whole_stay,
)
from webapp.domain.course_plan import Assumption, Plan, Span, session_dates, years
from webapp.domain.facts import Fact, Range, Statement, read_facts
from webapp.domain.trips import Travel, Way, journeys

pytestmark = pytest.mark.once

FIRST = date(2026, 3, 10)
WORDS = Statement("", "", "")


def span(low: int, high: int | None = None) -> Assumption:
    return Assumption(Span(low, high or low))


def plan(sessions: Assumption, weeks: Assumption | None = None, months: Assumption | None = None) -> Plan:
    return Plan(sessions, weeks, months)


def days(sessions: tuple[Session, ...]) -> list[tuple[str, str]]:
    found = [one.days(FIRST) for one in sessions]
    return [(one.earliest.isoformat(), one.latest.isoformat()) for one in found]


def fact(topic: str, aspect: str, source: str, normalised: object, **more: str) -> Fact:
    return Fact(
        f"x.{topic}.{aspect}", "x", topic, more.pop("status", "stated"), WORDS, (source,), normalised, **more
    )


def row_of(what: Trace | Avoid, facts: list[Fact]) -> Aftermath:
    return next(row for row in aftermath(facts) if row.what is what)


def test_one_number_is_one_day() -> None:
    assert days(course(plan(span(3), span(4)))) == [
        ("2026-03-10", "2026-03-10"),
        ("2026-04-07", "2026-04-07"),
        ("2026-05-05", "2026-05-05"),
    ]


def test_sources_that_differ_give_two_days_and_never_a_middle() -> None:
    assert days(course(plan(span(3), span(2, 4)))) == [
        ("2026-03-10", "2026-03-10"),
        ("2026-03-24", "2026-04-07"),
        ("2026-04-07", "2026-05-05"),
    ]


def test_a_session_that_not_every_number_comes_to_is_uncertain() -> None:
    assert [one.certain for one in course(plan(span(1, 4), span(4)))] == [True, False, False, False]
    assert all(one.certain for one in course(plan(span(4), span(4))))


def test_without_an_interval_only_the_first_session_has_a_day() -> None:
    assert days(course(plan(span(3)))) == [("2026-03-10", "2026-03-10")]
    assert days(course(None)) == [("2026-03-10", "2026-03-10")]


def test_maintenance_counts_from_the_last_session_of_the_course() -> None:
    found = maintenance(plan(span(3), span(4), span(6)), 1, FIRST)
    assert days(found) == [("2026-11-05", "2026-11-05")]
    assert days(maintenance(plan(span(3), span(4), span(6)), 2, FIRST)) == [
        ("2026-11-05", "2026-11-05"),
        ("2027-05-05", "2027-05-05"),
        ("2027-11-05", "2027-11-05"),
    ]


def test_maintenance_reaches_to_the_latest_that_any_source_allows() -> None:
    found = maintenance(plan(span(1, 4), span(3, 4), span(6, 12)), 1, FIRST)
    # One session and six months, or four sessions four weeks apart and twelve.
    assert days(found) == [("2026-09-10", "2027-06-02")]


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert Offset(0, 6).on(date(2026, 8, 31)) == date(2027, 2, 28)
    assert Offset(0, 12).on(date(2028, 2, 29)) == date(2029, 2, 28)


@pytest.mark.parametrize("unknown", [None, plan(span(3), span(4)), plan(span(3), None, span(6))])
def test_no_maintenance_where_nobody_says_when(unknown: Plan | None) -> None:
    assert maintenance(unknown, 3, FIRST) == ()


def test_a_single_session_needs_no_interval_to_be_kept_up() -> None:
    assert days(maintenance(plan(span(1), None, span(6)), 1, FIRST)) == [("2026-09-10", "2026-09-10")]


@pytest.mark.parametrize("months", range(1, 13))
@pytest.mark.parametrize("weeks", [2, 4])
def test_a_year_holds_as_many_sessions_as_are_paid_for(months: int, weeks: int) -> None:
    """The costs count a year of 52 weeks, the calendar its days: they may differ by the session on the edge."""
    one = plan(span(3), span(weeks), span(months))
    counted = years(one).first
    assert counted is not None
    shown = len(course(one)) + len(maintenance(one, 1, FIRST))
    assert abs(shown - counted[0]) <= 1


def test_two_days_are_over_at_the_end_of_the_second_day_after() -> None:
    over = DayRange(FIRST, FIRST).longer(Range(1, 2, "day"))
    assert (over.earliest, over.latest) == (date(2026, 3, 11), date(2026, 3, 12))


def test_what_the_days_after_hold_stands_in_three_numbers() -> None:
    facts = [
        fact("side_effect", "bumps", "S0", {"days": [1, 2]}),
        fact("side_effect", "redness", "S1", {"days": 1}),
        fact("side_effect", "bruise_s0", "S0", None),
        fact("side_effect", "bruise_s2", "S2", {"days": [5, 7]}),
    ]
    assert {row.what: row.days for row in aftermath(facts) if isinstance(row.what, Trace)} == {
        Trace.REDNESS: Range(1, 1, "day"),
        Trace.BUMPS: Range(1, 2, "day"),
        Trace.BRUISE: Range(5, 7, "day"),
    }
    assert len(row_of(Trace.BRUISE, facts).facts) == 2


def test_what_nobody_says_to_avoid_has_no_facts_and_no_days() -> None:
    facts = [fact("aftercare", "two_days", "S2", {"days": 2})]
    assert row_of(Avoid.SAUNA, facts).days == Range(2, 2, "day")
    assert row_of(Avoid.SUN, facts) == Aftermath(Avoid.SUN, ())
    assert row_of(Avoid.SUN, facts).days is None


def test_to_avoid_without_a_number_of_days_is_said_and_not_dated() -> None:
    facts = [fact("aftercare", "no_make_up", "S0", None)]
    found = row_of(Avoid.MAKE_UP, facts)
    assert found.facts == tuple(facts)
    assert found.days is None


def test_a_source_that_contradicts_stands_beside_the_one_that_warns() -> None:
    facts = [
        fact("aftercare", "no_make_up", "S0", None, conflict="C14"),
        fact("aftercare", "cover_bruises", "S2", None, conflict="C14"),
        fact("aftercare", "massage", "S2", None),
    ]
    assert row_of(Avoid.MAKE_UP, facts).facts == tuple(facts[:2])


def test_refuted_facts_are_no_advice() -> None:
    facts = [fact("aftercare", "two_days", "S2", {"days": 2}, status="refuted")]
    assert all(not row.facts for row in aftermath(facts))


def test_days_of_nothing_at_all_are_read_too() -> None:
    assert row_of(Trace.BUMPS, [fact("side_effect", "bumps", "S0", {"days": 0})]).days == Range(0, 0, "day")


def test_the_reviewed_facts_say_of_each_thing_what_the_page_shows() -> None:
    """The words of the facts that are read by their id: somebody who rewrites one is told here."""
    facts = [row for row in read_facts(document("facts.json")) if row.treatment == "rejuran_healer"]
    facts = [row for row in facts if row.topic in TOPICS]
    said = {row.what: " ".join(one.statement.en for one in row.facts) for row in aftermath(facts)}
    words: dict[Trace | Avoid, str] = {
        Avoid.SAUNA: "sauna",
        Avoid.EXERCISE: "hard exercise",
        Avoid.DRINKING: "heavy drinking",
        Avoid.WARM_WATER: "warm water",
        Avoid.MAKE_UP: "make-up",
        Trace.REDNESS: "redness",
        Trace.BUMPS: "bumps",
        Trace.BRUISE: "Bruises",
    }
    assert [what for what, word in words.items() if word not in said[what]] == []
    # None of the documents speaks of the sun; nothing is put in its place.
    assert said[Avoid.SUN] == ""
    assert not any("sun" in row.statement.en.split() for row in facts if row.topic == "aftercare")


def test_sessions_on_one_day_are_one_visit() -> None:
    found = visits(
        [course(plan(span(3), span(4))), course(plan(span(2), span(4))), course(plan(span(2), span(2)))]
    )
    assert [(one.earliest.weeks, [number for number, _ in one.sessions]) for one in found] == [
        (0, [0, 1, 2]),
        (2, [2]),
        (4, [0, 1]),
        (8, [0]),
    ]


def test_a_visit_is_certain_when_one_of_its_sessions_is() -> None:
    found = visits([course(plan(span(1, 2), span(4))), course(plan(span(2), span(4)))])
    assert [one.certain for one in found] == [True, True]


def test_a_journey_goes_home_after_its_nights() -> None:
    second = visits([course(plan(span(2), span(3, 4)))])[1]
    there = trip(second, FIRST, 2)
    assert there.arrives == DayRange(date(2026, 3, 31), date(2026, 4, 7))
    assert there.leaves == DayRange(date(2026, 4, 2), date(2026, 4, 9))
    assert there.nights == Span(2, 2)
    assert trip(second, FIRST, 0).nights is None


@pytest.mark.parametrize("sessions", [1, 2, 3, 4])
@pytest.mark.parametrize("weeks", [1, 3, 4])
@pytest.mark.parametrize("nights", [1, 5])
def test_journeys_are_those_that_the_comparison_reckons_with(sessions: int, weeks: int, nights: int) -> None:
    of_course = visits([course(plan(span(sessions), span(weeks)))])
    for journey in journeys(sessions, weeks, Travel(None, nights=nights), "SGD"):
        if journey.way is Way.TRIPS:
            each = [trip(visit, FIRST, nights).nights for visit in of_course]
            assert (len(each), sum(one.high for one in each if one)) == (journey.trips, journey.nights)
        else:
            assert whole_stay(of_course, FIRST, nights).nights == Span(journey.nights, journey.nights)


def test_a_stay_is_as_short_and_as_long_as_the_sources_allow() -> None:
    stay = whole_stay(visits([course(plan(span(3, 4), span(3, 4)))]), FIRST, 2)
    assert stay.arrives == DayRange(FIRST, FIRST)
    assert stay.nights == Span(2 * 21 + 2, 3 * 28 + 2)
    assert stay.leaves.latest == FIRST + timedelta(days=86)


def test_nobody_travels_for_no_session() -> None:
    with pytest.raises(ValueError, match="nobody travels"):
        whole_stay([], FIRST, 2)


def test_days_agree_with_those_of_the_plan() -> None:
    found = course(plan(span(5), span(3)))
    assert tuple(one.days(FIRST).earliest for one in found) == session_dates(FIRST, 5, 3)
