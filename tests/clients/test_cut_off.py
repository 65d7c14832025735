"""The name of a server is looked up within the time for the whole dialogue."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from webapp.clients import mailer, name_lookup
from webapp.clients.cut_off import CutOff

pytestmark = pytest.mark.once

HOST = "mail.likeforlike.example"


@pytest.fixture
def silent_name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Answers nothing until the test is over. Gives the names that were asked for."""
    asked: list[str] = []
    over = threading.Event()

    def look_up(host: str, *_arguments: Any, **_more: Any) -> list[Any]:
        asked.append(host)
        over.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "over")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield asked
    over.set()
    while name_lookup._look_ups._under_way:
        time.sleep(0.01)


def test_a_name_server_that_says_nothing_is_left_when_the_time_is_over(silent_name_server: list[str]) -> None:
    cut_off = CutOff(0.2)
    began = time.monotonic()
    with pytest.raises(socket.gaierror, match="in time"):
        cut_off.connect(HOST, 25)
    assert time.monotonic() - began < 3
    cut_off.end()


def test_such_a_fault_counts_as_one_of_the_configuration(silent_name_server: list[str]) -> None:
    with pytest.raises(mailer.Configuration, match="cannot be resolved"):
        mailer.send(
            f"smtp://{HOST}:25", "no-reply@likeforlike.example", "kim@clinic.example", b"", seconds=0.2
        )


def test_whoever_asks_again_waits_for_the_same_answer(silent_name_server: list[str]) -> None:
    before = threading.active_count()
    for _time in range(10):
        with pytest.raises(socket.gaierror):
            name_lookup.addresses(HOST, 25, 0.01)
    assert silent_name_server == [HOST]
    assert threading.active_count() <= before + 1


def test_a_name_that_is_known_is_found_each_time_and_another_one_is_said() -> None:
    for _time in range(2):
        assert name_lookup.addresses("127.0.0.1", 25, 5)[0][4] == ("127.0.0.1", 25)
    with pytest.raises(socket.gaierror):
        name_lookup.addresses("127.0.0.1.300", -1, 5)


def test_a_fork_looks_up_anew(silent_name_server: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(socket.gaierror):
        name_lookup.addresses(HOST, 25, 0.01)
    assert name_lookup._look_ups._under_way
    name_lookup._forget_inherited()
    found = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 25))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_more: [found])
    assert name_lookup.addresses(HOST, 25, 5) == [found]


def test_one_that_never_ends_does_not_keep_the_interpreter() -> None:
    script = (
        "import socket, time\n"
        "socket.getaddrinfo = lambda *a, **k: time.sleep(60)\n"
        "from webapp.clients import name_lookup\n"
        "try:\n    name_lookup.addresses('mail.example', 25, 0.1)\n"
        "except socket.gaierror:\n    print('left')\n"
    )
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", script], env=os.environ, capture_output=True, text=True, timeout=30, check=True
    )
    assert ended.stdout == "left\n"
    assert time.monotonic() - began < 20
