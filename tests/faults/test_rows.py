"""Every row of the fault runs in its short form (`make faults` runs larger ones)."""

import os

import pytest

from tests.faults.acts import Row, acts, run_act
from tests.faults.report import Voice
from tests.faults.scale import Scale
from tests.faults.stage import Stage

_ACTS = list(acts(kind=os.environ.get("TEST_DATABASE") or "sqlite"))


@pytest.mark.timeout(240)
@pytest.mark.parametrize("act", _ACTS, ids=["+".join(row.name for row in act) for act in _ACTS])
def test_nothing_is_lost_and_nobody_waits(
    stage: Stage, act: tuple[Row, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    results = run_act(stage, act, Scale.SHORT, Voice())
    with capsys.disabled():
        for result in results:
            print(f"\n  {result.seconds:5.1f} s  {' | '.join(result.cells())}", end="", flush=True)
    assert {result.row: result.problems for result in results if not result.passed} == {}
