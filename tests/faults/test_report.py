"""The table says what the rows found, and takes its own place in the page."""

from pathlib import Path

import pytest

from tests.faults import acts, report
from tests.faults.report import Result, percentiles, table, write


def test_percentiles_are_seconds_that_were_measured() -> None:
    seconds = [number / 100 for number in range(1, 1001)]
    assert percentiles(seconds) == {"p50": 5.0, "p95": 9.5, "p99.9": 9.99, "max": 10.0}
    assert percentiles([3.0]) == {"p50": 3.0, "p95": 3.0, "p99.9": 3.0, "max": 3.0}
    assert set(percentiles([]).values()) == {0.0}


def test_a_row_that_lost_something_failed() -> None:
    result = Result("F1", "SQLite", "kill -9", lost=1)
    result.expect(True, "never said")
    assert result.problems == []
    result.expect(result.lost == 0, "1 mail lost")
    assert "| F1 | kill -9 | – | 1 | – | – | – | FAILED: 1 mail lost |" in table([result])


def test_the_table_replaces_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- faults: begin -->\nold\n<!-- faults: end -->\nafter\n")
    for _time in range(2):
        write(page, "make faults", [Result("F7", "PostgreSQL", "flushed", lost=0)])
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert "old" not in text
    assert text.count("| F7 | flushed | – | 0 |") == 1
    assert "By `make faults` on " in text
    page.write_text("a page without a place for it")
    with pytest.raises(ValueError, match="faults: begin"):
        report.write(page, "make faults", [])


def test_rows_are_chosen_by_name_and_by_database() -> None:
    assert [[row.name for row in act] for act in acts.acts(["F5", "F13", "F10"], "sqlite")] == [
        ["F5"],
        ["F10", "F13"],
    ]
    assert list(acts.acts(["F8"], "sqlite")) == []
    assert len(list(acts.acts(["F8"], "postgresql"))) == 1
    with pytest.raises(ValueError, match="no row F99"):
        list(acts.acts(["F99"]))
