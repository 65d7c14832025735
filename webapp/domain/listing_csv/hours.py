"""Opening hours as schema.org's openingHours writes them: `Mo-Fr 10:00-19:00; Sa 10:00-13:00,14:00-16:00`."""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Weekday(StrEnum):
    """Two-letter days of schema.org's openingHours, Monday first."""

    MO = "Mo"
    TU = "Tu"
    WE = "We"
    TH = "Th"
    FR = "Fr"
    SA = "Sa"
    SU = "Su"


class InvalidHours(ValueError):
    """A text that is not opening hours."""


_DAYS = tuple(Weekday)
_DAY = "|".join(_DAYS)
_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d|24:00"
_ENTRY = re.compile(
    rf"(?P<days>(?:{_DAY})(?:\s*-\s*(?:{_DAY}))?(?:\s*,\s*(?:{_DAY})(?:\s*-\s*(?:{_DAY}))?)*)\s+"
    rf"(?P<times>(?:{_TIME})\s*-\s*(?:{_TIME})(?:\s*,\s*(?:{_TIME})\s*-\s*(?:{_TIME}))*)",
    re.ASCII | re.IGNORECASE,
)
_DASHES = str.maketrans({"–": "-", "—": "-", "~": "-"})


@dataclass(frozen=True, slots=True)
class OpeningSpan:
    """Open on `days` from `opens` to `closes`, minutes after midnight; 1440 is midnight at the day's end."""

    days: tuple[Weekday, ...]
    opens: int
    closes: int

    @property
    def opens_at(self) -> str:
        return _clock(self.opens)

    @property
    def closes_at(self) -> str:
        return _clock(self.closes)


def parse_hours(text: str) -> tuple[OpeningSpan, ...]:
    """Read opening hours. Days may be lists and ranges (a range may run over Sunday), times may be several.

    Raises InvalidHours, also for a span that closes before it opens and for spans of one day that overlap.
    """
    spans: list[OpeningSpan] = []
    for entry in text.translate(_DASHES).split(";"):
        if not entry.strip():
            continue
        match = _ENTRY.fullmatch(entry.strip())
        if match is None:
            raise InvalidHours(text[:80])
        days = _days(match["days"])
        for pair in match["times"].split(","):
            opens, closes = (_minutes(time) for time in pair.split("-"))
            if opens >= closes:
                raise InvalidHours(text[:80])
            spans.append(OpeningSpan(days, opens, closes))
    if not spans or _overlap(spans):
        raise InvalidHours(text[:80])
    return tuple(spans)


def format_hours(spans: tuple[OpeningSpan, ...]) -> str:
    """The one way we write them: runs of three days and more as a range, times with two digits."""
    return "; ".join(f"{_days_text(span.days)} {span.opens_at}-{span.closes_at}" for span in spans)


def _days(text: str) -> tuple[Weekday, ...]:
    found: set[Weekday] = set()
    for part in text.split(","):
        ends = [Weekday(end.strip().capitalize()) for end in part.split("-")]
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
        # Sa-Mo runs over the end of the week.
        length = (last - first) % len(_DAYS) + 1
        found.update(_DAYS[(first + step) % len(_DAYS)] for step in range(length))
    return tuple(day for day in _DAYS if day in found)


def _days_text(days: tuple[Weekday, ...]) -> str:
    runs: list[list[Weekday]] = []
    for day in days:
        if runs and _DAYS.index(day) == _DAYS.index(runs[-1][-1]) + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(run) for run in runs)


def _minutes(text: str) -> int:
    hour, minute = text.strip().split(":")
    return int(hour) * 60 + int(minute)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _overlap(spans: list[OpeningSpan]) -> bool:
    for day in _DAYS:
        times = sorted((span.opens, span.closes) for span in spans if day in span.days)
        if any(later[0] < earlier[1] for earlier, later in pairwise(times)):
            return True
    return False
