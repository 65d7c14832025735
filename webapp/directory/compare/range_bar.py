"""The range bar: course totals of several clinics on one axis in one currency, drawn by the template as SVG.

Each bar goes from the total of the shortest course that sources name to that of the longest, with a dot at the
chosen one. The table behind it says the same, so the picture is only for those who would rather look.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.domain.money import Money

# Across, everything is per cent of the page's width, so that words keep their size; down, it is pixels.
_LEFT, _RIGHT = 1.0, 99.0
_ROW, _TOP, _BOTTOM = 44, 8, 28
# The axis has about so many marks, few enough for a phone, at round numbers.
_MARKS = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One clinic: horizontal positions of its range and its dot, the baseline, and what to write above it."""

    name: str
    words: str
    start: float
    end: float
    dot: float | None
    y: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the axis."""

    x: float
    words: str
    # SVG's text-anchor: what keeps the words inside the picture.
    anchor: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Horizontal positions in per cent, vertical ones and `height` in pixels."""

    bars: list[Bar]
    marks: list[Mark]
    height: int

    @property
    def axis_y(self) -> int:
        return self.height - _BOTTOM


@dataclass(frozen=True, slots=True)
class Span:
    """A clinic's figures in the common currency; at least one is known."""

    name: str
    words: str
    low: Money | None
    chosen: Money | None
    high: Money | None

    @property
    def known(self) -> list[int]:
        return [money.amount for money in (self.low, self.chosen, self.high) if money is not None]


def picture(spans: Sequence[Span], mark_words: "dict[int, str]") -> Picture | None:
    """The bars and the axis; None where fewer than two clinics have a figure: one bar compares nothing.

    `mark_words` says the axis: from `marks_for`, each with its words.
    """
    drawn = [span for span in spans if span.known]
    if len(drawn) < 2 or not mark_words:
        return None
    most = max(*mark_words, *(value for span in drawn for value in span.known), 1)

    def x(value: int) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * value / most, 2)

    bars = [
        Bar(
            span.name,
            span.words,
            x(min(span.known)),
            x(max(span.known)),
            x(span.chosen.amount) if span.chosen is not None else None,
            _TOP + _ROW * number + 30,
        )
        for number, span in enumerate(drawn)
    ]
    marks = [
        Mark(x(value), words, "start" if value == 0 else "end" if x(value) > 90 else "middle")
        for value, words in sorted(mark_words.items())
    ]
    return Picture(bars, marks, _TOP + _ROW * len(drawn) + _BOTTOM)


def marks_for(spans: Sequence[Span]) -> list[int]:
    """Round amounts in minor units from 0 to the largest figure, about three of them and 0.

    >>> marks_for([Span("A", "", None, Money(148_000, "SGD"), None)])
    [0, 50000, 100000, 150000]
    """
    most = max((value for span in spans for value in span.known), default=0)
    if most <= 0:
        return []
    rough = -(-most // _MARKS)
    scale = 10 ** (len(str(rough)) - 1)
    step = next(scale * factor for factor in (1, 2, 5, 10) if scale * factor >= rough)
    return list(range(0, most + step, step))
