"""A course over time: sources that differ stay a range, and leaving early has a price."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import pytest

from webapp.domain.course_plan import (
    Assumption,
    Plan,
    Refund,
    Span,
    YearCosts,
    Years,
    assumption,
    clinic_interval,
    exit_value,
    exit_values,
    maintenance_dates,
    outlasts,
    session_dates,
    year_costs,
    years,
)
from webapp.domain.facts import Fact, Statement
from webapp.domain.money import Money
from webapp.domain.offers import Part, RefundBasis

WORDS = Statement("", "", "")


def sgd(minor: int) -> Money:
    return Money(minor, "SGD")


def fact(topic: str, source: str, low: int, high: int, status: str = "stated") -> Fact:
    name = f"healer.{topic}.{source}"
    return Fact(name, "healer", topic, status, WORDS, (source,), {"min": low, "max": high})


FACTS = (
    fact("sessions", "S0", 1, 4),
    fact("sessions", "S1", 3, 4),
    fact("interval_weeks", "S0", 4, 4),
    fact("interval_weeks", "S1", 3, 4),
    fact("maintenance_months", "S0", 6, 12),
    fact("maintenance_months", "S1", 6, 6),
    fact("sessions", "S9", 1, 10, status="refuted"),
)


def fixed(number: int) -> Assumption:
    return Assumption(Span(number, number))


def plan(sessions: int, weeks: int | None, months: int | None) -> Plan:
    return Plan(
        fixed(sessions),
        None if weeks is None else fixed(weeks),
        None if months is None else fixed(months),
    )


def test_sources_that_differ_give_a_range_and_keep_their_names() -> None:
    sessions = assumption(FACTS, "sessions")
    assert sessions is not None
    assert (sessions.span, sessions.disagrees, sessions.own) == (Span(1, 4), True, False)
    assert [(row.source, row.range.low) for row in sessions.sources] == [("S0", 1), ("S1", 3)]


def test_the_readers_own_number_stands_and_the_sources_stay_beside_it() -> None:
    sessions = assumption(FACTS, "sessions", own=Span(3, 3))
    assert sessions is not None
    assert (sessions.span, sessions.own, len(sessions.sources)) == (Span(3, 3), True, 2)


def test_what_no_source_says_is_not_made_up() -> None:
    assert assumption((), "sessions") is None
    assert assumption((), "sessions", own=Span(3, 3)) == Assumption(Span(3, 3), own=True)


def test_a_clinic_has_its_own_interval() -> None:
    parts = [Part("a"), Part("a", interval_weeks=3), Part("a", interval_weeks=4)]
    assert clinic_interval(parts) == Span(3, 4)
    assert clinic_interval(parts[:1]) is None


@pytest.mark.parametrize(
    ("course", "first", "per_year"),
    [
        # Weeks 0, 4, 8, then 34; 60 is the second year's.
        (plan(3, 4, 6), 4, Fraction(2)),
        (plan(3, 4, 12), 3, Fraction(1)),
        # Week 52 to the day belongs to the next year.
        (plan(1, None, 6), 2, Fraction(2)),
        (plan(1, None, 12), 1, Fraction(1)),
        (plan(1, None, 8), 2, Fraction(3, 2)),
        (plan(1, None, 1), 12, Fraction(12)),
        # A course that is longer than a year.
        (plan(6, 13, 6), 4, Fraction(2)),
        (plan(5, 13, 6), 4, Fraction(2)),
    ],
)
def test_sessions_in_the_first_year_and_in_each_that_follows(
    course: Plan, first: int, per_year: Fraction
) -> None:
    assert years(course) == Years((first, first), (per_year, per_year))


def test_a_range_of_assumptions_gives_a_range_of_sessions() -> None:
    sessions, weeks, months = (
        assumption(FACTS, topic) for topic in ("sessions", "interval_weeks", "maintenance_months")
    )
    assert sessions is not None
    assert years(Plan(sessions, weeks, months)) == Years((1, 5), (Fraction(1), Fraction(2)))


def test_no_word_on_maintenance_is_not_no_maintenance() -> None:
    assert years(plan(3, 4, None)) == Years(None, None)
    assert years(plan(3, None, 6)) == Years(None, None)


def test_what_the_years_cost() -> None:
    costs = {1: sgd(65000), 2: sgd(130000), 3: sgd(180000)}

    def basket(sessions: Sequence[int]) -> Money | None:
        return costs.get(sessions[0])

    found = year_costs([Years((2, 3), (Fraction(1), Fraction(3, 2)))], basket, [sgd(65000)])
    assert found == YearCosts((sgd(130000), sgd(180000)), (sgd(65000), sgd(97500)))
    assert year_costs([Years((2, 4), (Fraction(1), Fraction(1)))], basket, [sgd(65000)]).first is None
    assert year_costs([Years(None, None)], basket, [sgd(65000)]) == YearCosts(None, None)
    assert year_costs([Years((1, 1), (Fraction(1), Fraction(1)))], lambda _: None, [None]) == YearCosts(
        None, None
    )
    assert year_costs([], basket, []) == YearCosts(None, None)


def test_the_years_of_two_treatments_are_one_basket_and_then_singles_of_each() -> None:
    healer = Years((3, 4), (Fraction(1), Fraction(2)))
    booster = Years((1, 2), (Fraction(3, 2), Fraction(3)))
    found = year_costs(
        [healer, booster], lambda counts: sgd(100 * counts[0] + counts[1]), [sgd(1001), sgd(10)]
    )
    assert found == YearCosts((sgd(301), sgd(402)), (sgd(1016), sgd(2032)))


def test_dates_of_a_course() -> None:
    assert session_dates(date(2026, 12, 29), 2, 4) == (date(2026, 12, 29), date(2027, 1, 26))
    assert maintenance_dates(date(2027, 8, 30), 6, 2) == (date(2028, 2, 29), date(2028, 8, 30))


def test_a_course_that_expires_before_its_last_session() -> None:
    assert outlasts(6, 4, 140) is False
    assert outlasts(6, 4, 139) is True
    assert outlasts(6, 4, None) is None
    assert outlasts(1, 4, 1) is False


def test_terms_that_are_not_stated_give_no_refund_and_a_price_at_most() -> None:
    left = exit_value(sgd(180000), 3, 2, None)
    assert (left.back, left.per_session, left.at_most) == (None, None, sgd(90000))


@pytest.mark.parametrize(
    ("refund", "used", "back", "per_session"),
    [
        (Refund(RefundBasis.NOTHING), 1, 0, 180000),
        (Refund(RefundBasis.PRO_RATA), 1, 120000, 60000),
        (Refund(RefundBasis.PRO_RATA, fee=sgd(10000)), 1, 110000, 70000),
        (Refund(RefundBasis.PRO_RATA, fee=sgd(900000)), 1, 0, 180000),
        (Refund(RefundBasis.PRO_RATA, up_to_used=1), 1, 120000, 60000),
        (Refund(RefundBasis.PRO_RATA, up_to_used=1), 2, 0, 90000),
        # 1,800 less one session at 700.
        (Refund(RefundBasis.LESS_SINGLES), 1, 110000, 70000),
        (Refund(RefundBasis.LESS_SINGLES), 2, 40000, 70000),
        (Refund(RefundBasis.LESS_SINGLES), 0, 180000, None),
        (Refund(RefundBasis.LESS_SINGLES), 3, 0, 60000),
    ],
)
def test_what_comes_back_and_what_each_session_has_cost(
    refund: Refund, used: int, back: int, per_session: int | None
) -> None:
    left = exit_value(sgd(180000), 3, used, refund, single=sgd(70000))
    assert left.back == sgd(back)
    assert left.per_session == (None if per_session is None else sgd(per_session))


def test_a_refund_at_the_single_price_needs_that_price() -> None:
    assert exit_value(sgd(180000), 3, 1, Refund(RefundBasis.LESS_SINGLES)).back is None


def test_effective_prices_are_rounded_half_up_in_whole_won() -> None:
    left = exit_value(Money(500001, "KRW"), 3, 2, Refund(RefundBasis.NOTHING))
    assert left.per_session == Money(250001, "KRW")


def test_leaving_after_each_session() -> None:
    table = exit_values(sgd(180000), 3, Refund(RefundBasis.PRO_RATA))
    assert [row.back for row in table] == [sgd(180000), sgd(120000), sgd(60000), sgd(0)]
    assert [row.used for row in table] == [0, 1, 2, 3]


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="no more sessions"):
        exit_value(sgd(1), 3, 4, None)
    with pytest.raises(ValueError, match="span"):
        Span(4, 3)
