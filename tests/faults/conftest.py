"""One stage for all rows on the database under test."""

from collections.abc import Iterator

import pytest

from tests.faults.stage import Stage, open_stage


@pytest.fixture(scope="session")
def stage(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(database_kind, tmp_path_factory.mktemp("stage")) as opened:
        yield opened
        # pytest shows this beside a failure only.
        print(opened.logs())
