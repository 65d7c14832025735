"""The locks tell by themselves whether they were made from the lists as they are."""

from pathlib import Path

import pytest

from tools import lock

pytestmark = pytest.mark.once

PROJECT = """
[project]
requires-python = ">=3.11"
dependencies = ["flask>=3.1", "babel"]
[dependency-groups]
dev = ["pytest"]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, its two locks made from its lists."""
    path = tmp_path / "pyproject.toml"
    path.write_text(PROJECT, encoding="utf-8")
    locks = {name: tmp_path / f"{name}.txt" for name in ("runtime", "dev")}
    monkeypatch.setattr(lock, "PROJECT", path)
    monkeypatch.setattr(lock, "LOCKS", locks)
    for name, file in locks.items():
        file.write_text(f"{lock.MARK}{lock.digest(name)}\nflask==3.1.3\n", encoding="utf-8")
    return path


def test_locks_in_step_are_not_stale(project: Path) -> None:
    assert lock.stale() == []
    assert lock.main(["--check"]) == 0


def test_the_order_of_a_list_does_not_matter(project: Path) -> None:
    project.write_text(PROJECT.replace('"flask>=3.1", "babel"', '"babel", "flask>=3.1"'), encoding="utf-8")
    assert lock.stale() == []


@pytest.mark.parametrize(
    ("before", "after", "stale"),
    [
        ("flask>=3.1", "flask>=3.2", ["runtime.txt", "dev.txt"]),
        (">=3.11", ">=3.12", ["runtime.txt", "dev.txt"]),
        ('"pytest"', '"pytest", "ruff"', ["dev.txt"]),
    ],
)
def test_a_changed_list_makes_stale_what_was_made_from_it(
    project: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, stale: list[str]
) -> None:
    project.write_text(PROJECT.replace(before, after), encoding="utf-8")
    assert lock.stale() == stale
    assert lock.main(["--check"]) == 1
    assert " and ".join(stale) in capsys.readouterr().err


def test_a_lock_without_its_digest_is_stale(project: Path) -> None:
    lock.LOCKS["dev"].write_text("pytest==9.2.0\n", encoding="utf-8")
    lock.LOCKS["runtime"].unlink()
    assert lock.stale() == ["runtime.txt", "dev.txt"]
