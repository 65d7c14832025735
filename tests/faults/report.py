"""What a row found, the table of all rows, and the tables' place in docs/reliability.md."""

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_BEGIN, _END = "<!-- faults: begin -->", "<!-- faults: end -->"
_HEAD = ("row", "fault", "form", "size", "lost", "repeats", "kills", "times", "verdict")


@dataclass
class Result:
    """One row of the table. `form`: short, middle or long. None: the row does not count that. `problems` are why it
    failed."""

    row: str
    database: str
    fault: str
    form: str
    size: str = ""
    lost: int | None = None
    repeats: int | None = None
    kills: int | None = None
    times: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def expect(self, holds: bool, problem: str) -> None:
        """Note the problem unless it holds."""
        if not holds:
            self.problems.append(problem)

    @property
    def passed(self) -> bool:
        return not self.problems

    def cells(self) -> list[str]:
        """The row as text, column by column."""
        counts = ["–" if count is None else str(count) for count in (self.lost, self.repeats, self.kills)]
        return [
            self.row,
            self.fault,
            self.form,
            self.size or "–",
            *counts,
            "; ".join(self.times) or "–",
            "passed" if self.passed else "FAILED: " + "; ".join(self.problems),
        ]


class Voice:
    """Says what is happening, with the seconds since the run began."""

    def __init__(self, prefix: str = "") -> None:
        self._began, self._prefix = time.monotonic(), prefix

    def of(self, prefix: str) -> "Voice":
        """The same voice for one row."""
        voice = Voice(prefix)
        voice._began = self._began
        return voice

    def __call__(self, text: str) -> None:
        print(f"{time.monotonic() - self._began:7.1f} s  {self._prefix:<9} {text}", flush=True)


# The table's line of each row, by database.
_Lines = dict[str, dict[str, str]]


def table(results: Sequence[Result]) -> str:
    """A Markdown table for each database."""
    return _tables(_with({}, results))


def _with(lines: _Lines, results: Sequence[Result]) -> _Lines:
    """The lines with those of these results, which take the place of what stood there."""
    for result in results:
        lines.setdefault(result.database, {})[result.row] = _line(result.cells())
    return lines


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _tables(lines: _Lines) -> str:
    head = [_line(_HEAD), _line(["---"] * len(_HEAD))]
    return "\n".join(
        "\n".join([f"### {database}", "", *head, *rows.values(), ""]) for database, rows in lines.items()
    )


def machine() -> str:
    """The machine in one sentence."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GiB of memory, {platform.system()},"
        f" Python {platform.python_version()}; the mail server, the broker, the database, the site and those who"
        " post all on this one machine."
    )


def write(path: Path, results: Sequence[Result], order: Sequence[str]) -> None:
    """Put these rows into the tables between the two marks of the page, in place of those of the same database and
    name; `order` is that of all rows. The others stay. Raises ValueError without the marks."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
    written, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"{path} has no {_BEGIN} … {_END}")
    lines = _with(_written(written), results)
    lines = {
        database: {name: lines[database][name] for name in order if name in lines[database]}
        for database in sorted(lines)
    }
    path.write_text(f"{before}{begin}\nOn {machine()}\n\n{_tables(lines)}{end}{after}", encoding="utf-8")


def _written(text: str) -> _Lines:
    """The rows of what `_tables` wrote."""
    lines: _Lines = {}
    database = ""
    for line in text.splitlines():
        if line.startswith("### "):
            database = line.removeprefix("### ")
            lines[database] = {}
        elif line.startswith("| ") and not line.startswith((f"| {_HEAD[0]} |", "| ---")):
            lines[database][line.split(" | ")[0].removeprefix("| ")] = line
    return lines


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99.9 and max of these; zeros where there are none."""
    ordered = sorted(seconds) or [0.0]

    def at(share: float) -> float:
        # The smallest value that so large a share of all is not above.
        return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]

    return {"p50": at(0.5), "p95": at(0.95), "p99.9": at(0.999), "max": ordered[-1]}


def told(figures: dict[str, float]) -> str:
    """Percentiles as text."""
    return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in figures.items())
