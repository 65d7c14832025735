"""The gazetteer as shipped, built once per run, and the lists beside the project that it is checked against."""

from collections.abc import Callable
from pathlib import Path

import pytest

from webapp.geocoding.gazetteer import Gazetteer, open_gazetteer

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    """The gazetteer built from seed/places."""
    return open_gazetteer(tmp_path_factory.mktemp("gazetteer") / "gazetteer.sqlite3")


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """A file of ../shared/data by name; where it is not, the test says so by name and only ours are checked."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"../shared/data/{name} is not here: only our own files were checked")
        return path

    return find
