"""Restarts and the end, on children small enough to misbehave as told."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services.server import free_port
from tests.tools.run_of_the_site import Run

pytestmark = pytest.mark.once

# Runs the children given as NAME=COMMAND, the way tools.serve does.
_SCRIPT = """
import os, sys
from pathlib import Path
from tools.serve.console import Console
from tools.serve.supervisor import Ended, Supervisor
try:
    folder = Path(os.environ["TMPDIR"]) / "of-the-run"
    folder.mkdir()
    with open(os.devnull) as held, Supervisor(
        Console(), cwd=Path.cwd(), env=dict(os.environ), held=held.fileno(), folder=folder
    ) as supervisor:
        for argument in sys.argv[1:]:
            name, _, command = argument.partition("=")
            if name.startswith("once-"):
                supervisor.run(name, ["sh", "-c", command])
            else:
                supervisor.start(name, ["sh", "-c", command])
        print("started", flush=True)
        supervisor.keep()
except Ended as ended:
    print("ended:", ended, flush=True)
"""


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """`supervise(name=command, …)`: a supervisor in a process of its own over shell commands."""
    runs: list[Run] = []

    def make(**children: str) -> Run:
        arguments = [f"{name.replace('_', '-')}={command}" for name, command in children.items()]
        command = (sys.executable, "-c", _SCRIPT, *arguments)
        runs.append(Run(tmp_path, port=free_port(), command=command))
        return runs[-1]

    yield make
    for run in runs:
        run.close()


def test_one_that_keeps_dying_ends_everything_by_name(supervise: Callable[..., Run]) -> None:
    run = supervise(web="exec sleep 600", worker="echo cannot read the settings; exit 3")
    assert run.ended() == 0
    assert "ended: worker died 5 times within 30 seconds (last: exit status 3)" in run.said()
    assert run.log().count("cannot read the settings") == 5
    run.wait_nothing_left(0)


def test_one_death_is_forgiven_and_lines_are_whole(supervise: Callable[..., Run], tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    run = supervise(
        worker=f"if [ -e {seen} ]; then printf 'second '; sleep 0.2; echo life; exec sleep 600; fi;"
        f" touch {seen}; printf 'last words'; kill -9 $$"
    )
    run.wait_said("second life")
    lines = run.log().splitlines()
    assert "worker  | last words" in lines
    assert "run     | worker died (killed by SIGKILL); starting it again" in lines
    assert "worker  | second life" in lines
    run.send(signal.SIGINT)
    assert run.ended() == 0
    assert run.said().endswith("ended: \n")


def test_a_first_step_that_fails_starts_nothing_after_it(supervise: Callable[..., Run]) -> None:
    run = supervise(once_migrate="echo no such table; exit 2", web="exec sleep 600")
    assert run.ended() == 0
    assert run.said() == "ended: once-migrate failed (exit status 2); its last lines above say why\n"
    assert "no such table" in run.log()


def test_a_command_that_does_not_exist_is_named(supervise: Callable[..., Run]) -> None:
    run = supervise(once_migrate="exec no-such-program")
    assert run.ended() == 0
    assert "no-such-program" in run.log()


def test_a_child_that_will_not_end_is_ended_by_a_second_ctrl_c(supervise: Callable[..., Run]) -> None:
    run = supervise(worker="trap '' TERM; echo stubborn; while :; do sleep 1; done")
    run.wait_said("stubborn")
    run.send(signal.SIGINT)
    with pytest.raises(Exception, match="timed out"):
        run.ended(1.5)
    run.send(signal.SIGINT)
    assert run.ended(5) == 0
    assert "worker did not end by itself" in run.log()
    run.wait_nothing_left(0)


def test_daemons_of_a_child_end_too(supervise: Callable[..., Run], tmp_path: Path) -> None:
    run = supervise(
        worker="setsid sleep 600 & setsid sh -c 'setsid sleep 601 & sleep 602' & echo ready; wait"
    )
    run.wait_said("ready")
    assert (tmp_path / "of-the-run").is_dir()
    run.send(signal.SIGKILL)
    run.ended()
    run.wait_nothing_left()
    assert not (tmp_path / "of-the-run").exists()


def test_ctrl_c_during_the_first_steps_ends_it(supervise: Callable[..., Run]) -> None:
    run = supervise(once_seed="echo sowing; exec sleep 600", web="exec sleep 600")
    run.wait_said("sowing")
    run.send(signal.SIGINT)
    assert run.ended() == 0
    assert run.said() == "ended: \n"
    run.wait_nothing_left(0)


def test_a_child_that_floods_the_log_cannot_keep_it_from_ending(supervise: Callable[..., Run]) -> None:
    run = supervise(worker="exec yes no end of this")
    run.wait_said("no end of this")
    run.send(signal.SIGINT)
    assert run.ended(8) == 0
    run.wait_nothing_left(0)
