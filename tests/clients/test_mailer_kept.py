"""A connection is kept for the next mail for a moment, and never where anything went wrong on it."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.clients.smtp_servers import ChosenAnswers, broken_server, mail_server
from webapp.clients import mailer
from webapp.clients.alarms import Alarms
from webapp.clients.mailer import Permanent, Temporary, TimedOut, send

pytestmark = pytest.mark.once

SENDER = "no-reply@likeforlike.example"
MAIL = b"Subject: a question\r\nMessage-ID: <1@likeforlike.example>\r\n\r\nfirst\r\n"


def hang_up() -> None:
    """End the connection that waits for the next mail, if one does."""
    mailer._kept.take(None)


@pytest.fixture(autouse=True)
def _no_connection() -> Iterator[None]:
    hang_up()
    yield
    hang_up()


def _send(port: int, to: str = "kim@clinic.example", **seconds: float) -> int:
    return send(f"smtp://127.0.0.1:{port}", SENDER, to, MAIL, **seconds)


def test_the_next_mail_goes_over_the_same_connection() -> None:
    answers = ChosenAnswers()
    with mail_server(answers) as port:
        for name in ("kim", "lee", "tan"):
            assert _send(port, f"{name}@clinic.example") == 250
    assert answers.connections == 1
    assert answers.addressees == ["kim@clinic.example", "lee@clinic.example", "tan@clinic.example"]
    assert answers.taken == [MAIL] * 3


def test_a_connection_on_which_a_mail_was_refused_is_not_used_again() -> None:
    answers = ChosenAnswers(addressee="550 unknown")
    with mail_server(answers) as port:
        with pytest.raises(Permanent):
            _send(port)
        answers.addressee = "250 OK"
        _send(port)
        answers.data = "451 later"
        with pytest.raises(Temporary):
            _send(port)
        answers.data = "250 OK"
        _send(port)
    assert answers.connections == 3, "the third mail went over the second's, and failed on it"


def test_a_connection_that_waited_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailer, "KEPT_SECONDS", 0.05)
    answers = ChosenAnswers()
    with mail_server(answers) as port:
        _send(port)
        time.sleep(0.3)
        assert mailer._kept.take(None) is None
        assert mailer._kept._waiting is None
        _send(port)
    assert answers.connections == 2


def test_a_server_that_hung_up_meanwhile_gets_the_mail_over_a_new_connection() -> None:
    answers = ChosenAnswers()
    with mail_server(answers, timeout=0.1) as port:
        _send(port)
        time.sleep(0.4)
        assert _send(port) == 250
    assert answers.connections == 2
    assert len(answers.taken) == 2


def test_a_server_that_takes_no_further_mail_on_a_connection_is_asked_on_a_new_one() -> None:
    """Some end a connection after so many mails, with a 421 to the next command: that is no refusal of the mail."""
    conversations: list[list[bytes]] = []

    def one_mail_each(connection: socket.socket, over: threading.Event) -> None:
        said: list[bytes] = []
        conversations.append(said)
        connection.sendall(b"220 hello\r\n")
        reader = connection.makefile("rb")
        done = False
        for line in reader:
            word = line.split()[0].upper()
            said.append(word)
            if done:
                connection.sendall(b"421 enough\r\n")
                return
            if word == b"DATA":
                connection.sendall(b"354 go ahead\r\n")
                while reader.readline() != b".\r\n":
                    pass
                done = True
            connection.sendall(b"250 fine\r\n")

    with broken_server(one_mail_each) as port:
        assert _send(port) == 250
        assert _send(port) == 250
        hang_up()
    mail = [b"EHLO", b"MAIL", b"RCPT", b"DATA"]
    assert conversations == [[*mail, b"RSET"], mail]


def test_a_server_that_fell_silent_meanwhile_costs_two_seconds_and_not_the_mail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mailer, "_LISTENS_WITHIN", 0.2)
    first = threading.Event()

    def silent_after_a_mail(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"220 hello\r\n")
        reader = connection.makefile("rb")
        for line in reader:
            word = line.split()[0].upper()
            if word == b"RSET" and not first.is_set():
                first.set()
                reader.read()
                return
            if word == b"DATA":
                connection.sendall(b"354 go ahead\r\n")
                while reader.readline() != b".\r\n":
                    pass
            connection.sendall(b"250 fine\r\n")

    with broken_server(silent_after_a_mail) as port:
        _send(port)
        began = time.monotonic()
        assert _send(port) == 250
        assert time.monotonic() - began < 2.0
        hang_up()
    assert first.is_set()


def test_no_connection_is_kept_for_another_server_or_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = ChosenAnswers(), ChosenAnswers()
    with mail_server(here) as one, mail_server(there) as other:
        _send(one)
        _send(other)
        _send(one)
        monkeypatch.setattr(os, "getpid", lambda: -1)
        _send(one)
    assert (here.connections, there.connections) == (3, 1)


def test_a_connection_carries_so_many_mails_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailer, "_MOST_MAILS", 2)
    answers = ChosenAnswers()
    with mail_server(answers) as port:
        for _mail in range(5):
            _send(port)
    assert answers.connections == 3


# The time that a server has


def _slow(before_content: float, after_content: float) -> Callable[[socket.socket, threading.Event], None]:
    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"220 hello\r\n")
        reader = connection.makefile("rb")
        for line in reader:
            word = line.split()[0].upper()
            if word == b"RCPT":
                over.wait(before_content)
            if word == b"DATA":
                connection.sendall(b"354 go ahead\r\n")
                while reader.readline() != b".\r\n":
                    pass
                over.wait(after_content)
            connection.sendall(b"250 fine\r\n")

    return talk


def test_a_server_that_is_slow_before_the_content_is_cut_off_early() -> None:
    began = time.monotonic()
    with broken_server(_slow(5.0, 0.0)) as port, pytest.raises(TimedOut, match=r"more than 0\.3 s"):
        _send(port, seconds=3.0, until_content=0.3)
    assert time.monotonic() - began < 2.0


def test_a_server_that_is_slow_with_the_content_has_the_whole_time() -> None:
    """Cut off there, it may have taken the mail, which would then be sent twice."""
    with broken_server(_slow(0.0, 0.6)) as port:
        assert _send(port, seconds=5.0, until_content=0.3) == 250
        hang_up()


# Alarms


def test_alarms_go_off_in_their_order_and_not_once_they_were_taken_back() -> None:
    alarms, over = Alarms(), threading.Event()
    rung: list[str] = []
    late, early, never = object(), object(), object()
    alarms.set(late, 0.2, lambda: rung.append("late"))
    alarms.set(alarms, 0.3, over.set)
    alarms.set(never, 0.1, lambda: rung.append("never"))
    alarms.set(early, 5.0, lambda: rung.append("too late"))
    alarms.set(early, 0.05, lambda: rung.append("early"))
    alarms.cancel(never)
    alarms.cancel(object())
    assert over.wait(3)
    assert rung == ["early", "late"]
