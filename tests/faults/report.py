"""What a row found, the table of all rows, and the table's place in docs/reliability.md."""

import os
import platform
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_BEGIN, _END = "<!-- faults: begin -->", "<!-- faults: end -->"
_HEAD = ("row", "fault", "size", "lost", "repeats", "kills", "times", "verdict")


@dataclass
class Result:
    """One row of the table. None: the row does not count that. `problems` are why it failed."""

    row: str
    database: str
    fault: str
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


def table(results: Sequence[Result]) -> str:
    """A Markdown table for each database."""
    parts = []
    for database in dict.fromkeys(result.database for result in results):
        lines = [_HEAD, ["---"] * len(_HEAD)]
        lines += [result.cells() for result in results if result.database == database]
        parts.append(
            f"### {database}\n\n" + "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"
        )
    return "\n".join(parts)


def machine() -> str:
    """The machine in one sentence."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GiB of memory, {platform.system()},"
        f" Python {platform.python_version()}; the mail server, the broker, the database, the site and those who"
        " post all on this one machine."
    )


def write(path: Path, command: str, results: Sequence[Result]) -> None:
    """Put the table between the two marks of the page, in place of the one before. Raises ValueError without them."""
    page = path.read_text(encoding="utf-8")
    if _BEGIN not in page or _END not in page:
        raise ValueError(f"{path} has no {_BEGIN} … {_END}")
    words = f"{_BEGIN}\nBy `{command}` on {machine()}\n\n{table(results)}{_END}"
    page = re.sub(f"{re.escape(_BEGIN)}.*{re.escape(_END)}", lambda _match: words, page, flags=re.DOTALL)
    path.write_text(page, encoding="utf-8")


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
