"""The table says what the rows found, and takes its own place in the page."""

import inspect
import re
from pathlib import Path

import pytest

from config import ROOT
from tests.faults import acts
from tests.faults.report import Result, machine, percentiles, table, write


def test_percentiles_are_seconds_that_were_measured() -> None:
    seconds = [number / 100 for number in range(1, 1001)]
    assert percentiles(seconds) == {"p50": 5.0, "p95": 9.5, "p99.9": 9.99, "max": 10.0}
    assert percentiles([3.0]) == {"p50": 3.0, "p95": 3.0, "p99.9": 3.0, "max": 3.0}
    assert set(percentiles([]).values()) == {0.0}


def test_a_row_that_lost_something_failed() -> None:
    result = Result("F1", "SQLite", "kill -9", "short", lost=1)
    result.expect(True, "never said")
    assert result.problems == []
    result.expect(result.lost == 0, "1 mail lost")
    assert "| F1 | kill -9 | short | – | 1 | – | – | – | FAILED: 1 mail lost |" in table([result])


def test_a_row_takes_the_place_of_its_last_run_and_the_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- faults: begin -->\n<!-- faults: end -->\nafter\n")
    order = ["F5", "F7"]
    write(page, [Result("F7", "SQLite", "flushed", "middle", lost=1)], order)
    write(page, [Result("F7", "PostgreSQL", "flushed", "middle", lost=2)], order)
    write(page, [Result("F5", "SQLite", "down", "middle", lost=3)], order)
    for _time in range(2):
        write(page, [Result("F7", "SQLite", "flushed", "long", lost=0)], order)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert [line[:35] for line in text.splitlines() if line.startswith(("###", "| F"))] == [
        "### PostgreSQL",
        "| F7 | flushed | middle | – | 2 | –",
        "### SQLite",
        "| F5 | down | middle | – | 3 | – | ",
        "| F7 | flushed | long | – | 0 | – |",
    ]
    assert text.count(f"On {machine()}") == 1
    page.write_text("a page without a place for it")
    with pytest.raises(ValueError, match="faults: begin"):
        write(page, [], order)


def test_rows_are_chosen_by_name_and_by_database() -> None:
    assert [[row.name for row in act] for act in acts.acts(["F5", "F13", "F10"], "sqlite")] == [
        ["F5"],
        ["F10", "F13"],
    ]
    assert list(acts.acts(["F8"], "sqlite")) == []
    assert len(list(acts.acts(["F8"], "postgresql"))) == 1
    with pytest.raises(ValueError, match="no row F99"):
        list(acts.acts(["F99"]))


def test_only_the_rows_that_the_page_names_may_repeat_a_mail() -> None:
    may = {
        row.name for row in acts.ROWS if re.search(r"tally\(.*repeats=(?!0\b)", inspect.getsource(row.run))
    }
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    (named,) = [item for item in re.split(r"\n- |\n\n", page) if "Elsewhere a repeat fails the row" in item]
    assert may == set(re.findall(r"\bF\d+\b", named))
