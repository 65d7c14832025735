"""A course over time: how many sessions, how far apart, how often again, and what comes back when she stops.

The figures come from sources that may disagree. Each stays with its source; a plan reckons with the range from
the lowest to the highest of them, never with an average, and the reader can put her own number in any place.
"""

import calendar
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from webapp.domain.facts import Fact, SourceRange, ranges_by_source
from webapp.domain.money import Money, half_up, zero
from webapp.domain.offers import Part, RefundBasis

WEEKS_IN_YEAR = 52
MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class Span:
    """From `low` to `high`, both included; one number when they are equal."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high:
            raise ValueError("a span goes from a number above zero to one that is no lower")


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number of a plan: the span reckoned with, and what it rests on.

    `sources` are the figures as the sources give them. `own`: the reader's or the clinic's number stands in
    their place, and the sources are shown beside it.
    """

    span: Span
    sources: tuple[SourceRange, ...] = ()
    own: bool = False

    @property
    def disagrees(self) -> bool:
        """Do the sources give different figures?"""
        return len({row.range for row in self.sources}) > 1


def assumption(facts: Iterable[Fact], topic: str, own: Span | None = None) -> Assumption | None:
    """What the facts of one topic (`sessions`, `interval_weeks`, `maintenance_months`) give, or `own`.

    The span reaches over all sources. None where no source gives a figure and nothing is put in its place:
    then nothing is planned, since no number is ever made up.
    """
    figures = ranges_by_source(
        fact for fact in facts if fact.topic == topic and fact.status not in ("refuted", "missing_list")
    )
    if own is not None:
        return Assumption(own, figures, own=True)
    if not figures:
        return None
    low = min(row.range.low for row in figures)
    return Assumption(Span(low, max(row.range.high for row in figures)), figures)


def clinic_interval(parts: Iterable[Part]) -> Span | None:
    """The weeks between sessions that a clinic's own parts state; None where none does."""
    stated = [part.interval_weeks for part in parts if part.interval_weeks]
    return Span(min(stated), max(stated)) if stated else None


@dataclass(frozen=True, slots=True)
class Plan:
    """A course: sessions `interval_weeks` apart, then one every `maintenance_months`; None is "no source says"."""

    sessions: Assumption
    interval_weeks: Assumption | None = None
    maintenance_months: Assumption | None = None


@dataclass(frozen=True, slots=True)
class Years:
    """How many sessions a plan comes to: in the first year, and in each that follows on average.

    Each as (fewest, most); None where the plan does not say enough.
    """

    first: tuple[int, int] | None
    following: tuple[Fraction, Fraction] | None


def years(plan: Plan) -> Years:
    """Count a plan's sessions. The year begins with the first session and is 52 weeks, a month a twelfth of it.

    A session on the day a year later belongs to the next year. What no source says about maintenance is not
    taken as "none": then both counts are None.

    >>> three_or_four, monthly, half_a_year = Span(3, 4), Span(4, 4), Span(6, 6)
    >>> counts = years(Plan(Assumption(three_or_four), Assumption(monthly), Assumption(half_a_year)))
    >>> counts.first, [str(number) for number in counts.following]
    ((4, 5), ['2', '2'])
    """
    if plan.maintenance_months is None or (plan.interval_weeks is None and plan.sessions.span.high > 1):
        return Years(None, None)
    # A course of one session has no interval.
    interval = plan.interval_weeks.span if plan.interval_weeks is not None else Span(1, 1)
    months = plan.maintenance_months.span
    counts = [
        _in_first_year(sessions, weeks, every)
        for sessions in range(plan.sessions.span.low, plan.sessions.span.high + 1)
        for weeks in range(interval.low, interval.high + 1)
        for every in range(months.low, months.high + 1)
    ]
    per_year = (Fraction(MONTHS_IN_YEAR, months.high), Fraction(MONTHS_IN_YEAR, months.low))
    return Years((min(counts), max(counts)), per_year)


def _in_first_year(sessions: int, weeks: int, months: int) -> int:
    course = min(sessions, -(-WEEKS_IN_YEAR // weeks))
    left = WEEKS_IN_YEAR - (sessions - 1) * weeks
    if left <= 0:
        return course
    every = Fraction(months * WEEKS_IN_YEAR, MONTHS_IN_YEAR)
    # Those that come strictly before the year is over.
    return course + max(0, -(-left // every) - 1)


@dataclass(frozen=True, slots=True)
class YearCosts:
    """(lowest, highest) of the first year and of each following one; None where it cannot be told."""

    first: tuple[Money, Money] | None
    following: tuple[Money, Money] | None


def year_costs(
    counts: Sequence[Years],
    first_of: Callable[[Sequence[int]], Money | None],
    singles: Sequence[Money | None],
) -> YearCosts:
    """What the years of several treatments cost together; `counts` and `singles` are one per treatment.

    `first_of` is the total of a basket with so many sessions of each: the first year is bought as one. Later
    sessions lie months apart and a course that is bought ahead may expire, so each following year counts single
    sessions at `singles`, half up at the minor unit. None is "incomplete", and so is then what rests on it.

    >>> said = Years((3, 4), (Fraction(1), Fraction(2)))
    >>> year_costs([said], lambda sessions: Money(50000 * sessions[0], "SGD"), [Money(50000, "SGD")]).following
    (Money(amount=50000, currency='SGD'), Money(amount=100000, currency='SGD'))
    """
    first = following = None
    spans = [count.first for count in counts if count.first is not None]
    if spans and len(spans) == len(counts):
        low, high = first_of([fewest for fewest, _most in spans]), first_of([most for _fewest, most in spans])
        first = (low, high) if low is not None and high is not None else None
    often = [count.following for count in counts if count.following is not None]
    known = [single for single in singles if single is not None]
    if known and len(known) == len(often) == len(counts):
        currency = known[0].currency
        fewest, most = (
            sum((one.amount * times[which] for one, times in zip(known, often, strict=True)), Fraction(0))
            for which in (0, 1)
        )
        following = (Money(half_up(fewest), currency), Money(half_up(most), currency))
    return YearCosts(first, following)


def session_dates(first: date, sessions: int, interval_weeks: int) -> tuple[date, ...]:
    """The days of a course from its first on.

    >>> [str(day) for day in session_dates(date(2026, 3, 10), 3, 4)]
    ['2026-03-10', '2026-04-07', '2026-05-05']
    """
    return tuple(first + timedelta(weeks=interval_weeks * number) for number in range(sessions))


def maintenance_dates(last: date, every_months: int, count: int) -> tuple[date, ...]:
    """The days of `count` maintenance sessions after the last of the course.

    >>> [str(day) for day in maintenance_dates(date(2026, 8, 31), 6, 2)]
    ['2027-02-28', '2027-08-31']
    """
    return tuple(_months_later(last, every_months * number) for number in range(1, count + 1))


def outlasts(sessions: int, interval_weeks: int, expires_after_days: int | None) -> bool | None:
    """Would a course bought on the day of its first session expire before its last? None: expiry not stated."""
    if expires_after_days is None:
        return None
    return (sessions - 1) * interval_weeks * 7 > expires_after_days


@dataclass(frozen=True, slots=True)
class Refund:
    """Refund terms that can be reckoned with: as the clinic answered, never guessed from its words.

    `fee` is kept by the clinic. After more than `up_to_used` sessions nothing comes back; None: no such limit.
    """

    basis: RefundBasis
    fee: Money | None = None
    up_to_used: int | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """What stopping after `used` of `sessions` comes to.

    `back` is None where the terms are not stated (or need a single price that is not known). `per_session` is
    what each session taken has cost then, half up; None if none was. `at_most` is the same if nothing at all
    comes back: the figure to show where `back` is None.
    """

    sessions: int
    used: int
    back: Money | None
    per_session: Money | None
    at_most: Money | None


def exit_value(
    paid: Money, sessions: int, used: int, refund: Refund | None, single: Money | None = None
) -> Exit:
    """Stop after `used` of the `sessions` that were `paid` for. Raises ValueError, CurrencyMismatch.

    What comes back is never below zero nor above what was paid.

    >>> left = exit_value(Money(180000, "SGD"), 3, 1, Refund(RefundBasis.LESS_SINGLES), single=Money(65000, "SGD"))
    >>> left.back.major(), left.per_session.major(), left.at_most.major()
    ('1150.00', '650.00', '1800.00')
    """
    if not 0 <= used <= sessions or sessions < 1:
        raise ValueError("no more sessions are used than were bought")
    back = _back(paid, sessions, used, refund, single)
    return Exit(
        sessions=sessions,
        used=used,
        back=back,
        per_session=_times(paid - back, Fraction(1, used)) if used and back is not None else None,
        at_most=_times(paid, Fraction(1, used)) if used else None,
    )


def exit_values(
    paid: Money, sessions: int, refund: Refund | None, single: Money | None = None
) -> tuple[Exit, ...]:
    """Stopping after none, one, two … of the sessions."""
    return tuple(exit_value(paid, sessions, used, refund, single) for used in range(sessions + 1))


def _back(paid: Money, sessions: int, used: int, refund: Refund | None, single: Money | None) -> Money | None:
    nothing = zero(paid.currency)
    if used == sessions:
        return nothing
    if refund is None:
        return None
    if refund.basis is RefundBasis.NOTHING or (refund.up_to_used is not None and used > refund.up_to_used):
        return nothing
    if refund.basis is RefundBasis.PRO_RATA:
        back = _times(paid, Fraction(sessions - used, sessions))
    elif single is None:
        return None
    else:
        back = paid - single * used
    if refund.fee is not None:
        back = back - refund.fee
    return max(back, nothing, key=_amount)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, MONTHS_IN_YEAR)
    # The 31st of a month with 30 days is its last day.
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def _times(money: Money, factor: Fraction) -> Money:
    """Exact, where `scaled` would need a decimal that ends."""
    return Money(half_up(money.amount * factor), money.currency)


def _amount(money: Money) -> int:
    return money.amount
