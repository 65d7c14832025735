"""The picture of a course: its sessions under each other on a calendar axis, as figures for an SVG.

Places across are per cent of the width, so that words keep their size on every screen; places down are pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from webapp.domain.course_dates import Aftermath, Avoid, DayRange, Offset, Session
from webapp.domain.course_plan import MONTHS_IN_YEAR

# Left of the axis stand the numbers of the sessions.
_LEFT, _RIGHT = 8.0, 99.0
_ROW, _HEAD, _FOOT = 22, 36, 6
_MOST_TICKS = 6
_STEPS = (1, 2, 3, 4, 6, 12, 24)
# A name that began further right would run out of the picture.
_LAST_START = 85.0


@dataclass(frozen=True, slots=True)
class Tick:
    """The first of a month; `year` only where it changes. `late`: its words end at the line instead of beginning."""

    x: float
    day: date
    year: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of days; `width` 0 is one day, drawn as a dot."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Lane:
    """One session: its days, those to stay away from something, those on which something may show.

    `open`: it may lie beyond the right edge.
    """

    y: int
    label: str
    session: Bar
    avoid: Bar | None
    trace: Bar | None
    maintenance: bool
    certain: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it; `height` in pixels."""

    height: int
    ticks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]


def picture(sessions: Sequence[Session], after: Sequence[Aftermath], start: date, years: int) -> Picture:
    """A course drawn to the last of its days, or to the end of the horizon if that comes first."""
    avoid = _most([row for row in after if isinstance(row.what, Avoid)])
    trace = _most([row for row in after if not isinstance(row.what, Avoid)])
    most = max(avoid, trace)
    last = max(one.days(start).latest for one in sessions) + timedelta(days=most)
    of_course = [one.days(start).latest for one in sessions if not one.maintenance]
    horizon = Offset(0, years * MONTHS_IN_YEAR).on(start)
    end = min(last, max(horizon, max(of_course) + timedelta(days=most)))
    axis = _Axis(start, max(end, start + timedelta(weeks=4)))
    lanes = tuple(axis.lane(number, session, avoid, trace) for number, session in enumerate(sessions))
    return Picture(_HEAD + _ROW * len(lanes) + _FOOT, axis.ticks(), lanes)


def _most(rows: Sequence[Aftermath]) -> int:
    return max((row.days.high for row in rows if row.days is not None), default=0)


@dataclass(frozen=True, slots=True)
class _Axis:
    start: date
    end: date

    def x(self, day: date) -> float:
        share = (day - self.start).days / (self.end - self.start).days
        return round(_LEFT + (_RIGHT - _LEFT) * min(share, 1.0), 2)

    def bar(self, days: DayRange, more: int = 0) -> Bar:
        begin = self.x(days.earliest)
        # A day is as wide as a day: a stretch ends where the day after it begins.
        last = days.latest + timedelta(days=more + 1)
        return Bar(begin, 0.0 if days.exact and not more else round(self.x(last) - begin, 2))

    def lane(self, number: int, session: Session, avoid: int, trace: int) -> Lane:
        days = session.days(self.start)
        return Lane(
            y=_HEAD + _ROW * number,
            label=f"+{session.number}" if session.maintenance else str(session.number),
            session=self.bar(days),
            avoid=self.bar(days, avoid) if avoid else None,
            trace=self.bar(days, trace) if trace else None,
            maintenance=session.maintenance,
            certain=session.certain,
            open=days.latest > self.end,
        )

    def ticks(self) -> tuple[Tick, ...]:
        months = []
        year, month = self.start.year, self.start.month
        while (first := date(year, month, 1)) <= self.end:
            if first >= self.start:
                months.append(first)
            year, month = (year + 1, 1) if month == MONTHS_IN_YEAR else (year, month + 1)
        step = next((step for step in _STEPS if len(months) / step <= _MOST_TICKS), None)
        shown = months[:: step or -(-len(months) // _MOST_TICKS)]
        return tuple(
            Tick(
                self.x(day),
                day,
                number == 0 or day.year != shown[number - 1].year,
                self.x(day) > _LAST_START,
            )
            for number, day in enumerate(shown)
        )
