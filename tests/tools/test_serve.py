"""The runner on the real site: what dies comes back, and nothing of it outlives it, however it ends."""

import json
import os
import signal
import socket
import sqlite3
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.broker import Broker
from tests.services.server import HOST, accepts, free_port, wait_for
from tests.tools.run_of_the_site import Run
from webapp.accounts.services import DEMO_STAFF

pytestmark = pytest.mark.once

Start = Callable[..., Run]


def _page(run: Run) -> int:
    with urllib.request.urlopen(f"http://{HOST}:{run.port}/healthz", timeout=10) as reply:
        status: int = reply.status
        return status


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_it_serves_and_ends_with_ctrl_c(start: Start, temporary: Path, instance_dir: Path) -> None:
    run = start()
    run.wait_served()
    assert f"http://127.0.0.1:{run.port}\n" in run.said()
    assert f"http://127.0.0.1:{run.port}/mailbox" in run.said()
    assert f"sign in as enquiry@larchandlinden.example at http://127.0.0.1:{run.port}/sign-in" in run.said()
    assert f"sign in there as {DEMO_STAFF}\n" in run.said()
    assert _page(run) == 200
    assert len(list(temporary.iterdir())) == 1
    for part in (
        "valkey-server",
        "granian",
        "celery -q -A workers.app worker",
        "celery -q -A workers.app beat",
    ):
        assert run.pid_of(part)
    run.send(signal.SIGINT)
    assert run.ended() == 0, run.log()
    run.wait_nothing_left(0)
    assert list(temporary.iterdir()) == []
    assert "did not end by itself" not in run.log()
    with sqlite3.connect(instance_dir / "likeforlike.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("part", ["celery -q -A workers.app worker", "granian", "valkey-server"])
def test_a_process_that_was_killed_is_started_again(start: Start, part: str) -> None:
    run = start()
    run.wait_served()
    before = run.pid_of(part)
    below = {pid for pid in run.processes() if _parent(pid) == before}
    os.kill(before, signal.SIGKILL)
    run.wait_said("died (killed by SIGKILL); starting it again")
    wait_for(
        lambda: any(part in line and "guard.py" not in line for line in run.processes().values()), 10, part
    )
    assert run.pid_of(part) != before
    assert not {pid for pid in below if _lives(pid)}
    wait_for(lambda: accepts(run.port), 20, "the site answers again")
    assert _page(run) == 200
    run.send(signal.SIGTERM)
    assert run.ended() == 0


def test_a_guard_that_was_killed_takes_its_child_with_it(start: Start) -> None:
    run = start()
    run.wait_served()
    web = run.pid_of("granian")
    family = {web} | {pid for pid in run.processes() if _parent(pid) == web}
    os.kill(_parent(web), signal.SIGKILL)
    run.wait_said("web died")
    wait_for(lambda: not {pid for pid in family if _lives(pid)}, 5, "the old web server is gone")
    wait_for(lambda: accepts(run.port), 20, "the site answers again")
    assert _page(run) == 200


def test_nothing_outlives_a_killed_run_and_the_next_one_starts_at_once(start: Start, temporary: Path) -> None:
    run = start()
    run.wait_served()
    # The runner, four guards, the broker, three of the web server, three of the worker, the clock.
    wait_for(lambda: len(run.processes()) >= 13, 20, "everything runs")
    [folder] = temporary.iterdir()
    run.send(signal.SIGKILL)
    run.ended()
    # It waits for the remains of the last one, on the same port and data.
    second = start(port=run.port)
    run.wait_nothing_left()
    second.wait_served()
    assert not folder.exists()
    assert _page(second) == 200
    second.send(signal.SIGTERM)
    assert second.ended() == 0
    second.wait_nothing_left(0)
    assert list(temporary.iterdir()) == []


def test_what_a_fallen_machine_left_is_cleared_up(start: Start, temporary: Path, instance_dir: Path) -> None:
    """Nobody was left to do so then; and only what is a run's folder is touched."""
    left, strange = temporary / "likeforlike-gone", temporary / "strange"
    for folder in (left, strange):
        folder.mkdir()
        (folder / "valkey.sock").touch()
        note = {"pid": 2**22 + 1, "address": "http://127.0.0.1:1", "folder": str(folder)}
        (instance_dir / "serve.json").write_text(json.dumps(note), encoding="utf-8")
        run = start()
        run.wait_said("bringing the database up to date")
        run.send(signal.SIGINT)
        assert run.ended() == 0
    assert not left.exists()
    assert strange.exists()


def test_a_second_run_on_the_same_data_is_refused(start: Start) -> None:
    run = start()
    # Not only once it serves: from its first moment.
    run.wait_said("bringing the database up to date")
    second = start()
    assert second.ended() == 1
    assert "already running from" in second.log()
    assert f"process {run.process.pid}, at http://127.0.0.1:{run.port}" in second.log()
    run.wait_served()
    assert _page(run) == 200


def test_a_port_in_use_is_said_before_anything_is_started(start: Start, instance_dir: Path) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        run = start(port=port)
        assert run.ended() == 1
    assert f"port {port} is in use by another program" in run.log()
    assert "PORT=" in run.log()
    assert len(run.log().splitlines()) == 1
    assert not (instance_dir / "broker").exists()


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "eighty"), ("PORT", "70000"), ("MAIL_URL", "pigeon://loft")]
)
def test_a_setting_that_cannot_be_used_is_named(start: Start, name: str, value: str) -> None:
    run = start(env={name: value})
    assert run.ended() == 1
    assert name in run.log()
    assert "Traceback" not in run.log()


def test_an_instance_folder_that_cannot_be_made_is_named(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run = start(env={"INSTANCE_DIR": str(tmp_path / "file" / "instance")})
    assert run.ended() == 1
    assert str(tmp_path / "file") in run.log()
    assert "Traceback" not in run.log()


def test_it_ends_with_make(start: Start) -> None:
    """Whoever kills `make run` itself means the site."""
    script = f"{sys.executable} -m tools.serve --end-with-parent; true"
    run = start(command=("sh", "-c", script))
    run.wait_served()
    run.send(signal.SIGKILL)
    run.ended()
    run.wait_nothing_left(15)


def test_a_broker_of_ones_own_is_used(start: Start, broker: Broker) -> None:
    run = start(env={"REDIS_URL": broker.url})
    run.wait_served()
    assert not [line for line in run.processes().values() if "valkey" in line]
    run.send(signal.SIGTERM)
    assert run.ended() == 0


def test_free_ports_are_free() -> None:
    assert not accepts(free_port())


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
