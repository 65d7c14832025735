"""A run of the whole site per test, on a copy of the seeded database."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services.plugin import Seeded
from tests.services.server import free_port
from tests.tools.run_of_the_site import Run


@pytest.fixture
def instance_dir(seeded: Seeded, tmp_path: Path) -> Path:
    """A seeded instance folder; the run keeps its SQLite database there."""
    folder = tmp_path / "instance"
    shutil.copytree(seeded.instance_dir, folder)
    return folder


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Where the run makes its temporary folder, so that a test sees what is left of it. Not a folder of pytest's:
    the path of a unix socket has at most 108 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="lfl-run-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def start(instance_dir: Path, temporary: Path) -> Iterator[Callable[..., Run]]:
    """`start(port=…, command=…, env={…})`: a run, ended with the test."""
    runs: list[Run] = []

    def make(*, port: int = 0, command: tuple[str, ...] = (), env: dict[str, str] | None = None) -> Run:
        settings = {"INSTANCE_DIR": str(instance_dir)} | (env or {})
        runs.append(Run(temporary, port=port or free_port(), command=command, env=settings))
        return runs[-1]

    yield make
    for run in runs:
        run.close()
