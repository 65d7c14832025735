"""The line that the fault runs cut and freeze does what they ask of it."""

import smtplib
import socket
import time
from collections.abc import Iterator

import pytest

from tests.faults.proxy import Proxy
from tests.services.mail_server import MailServer
from tests.services.server import HOST


@pytest.fixture
def line(mail_server: MailServer) -> Iterator[Proxy]:
    proxy = Proxy(mail_server.port)
    proxy.start()
    yield proxy
    proxy.close()


def _greeting(line: Proxy, timeout: float = 5) -> bytes:
    with socket.create_connection((HOST, line.port), timeout=timeout) as client:
        return client.recv(200)


def test_it_passes_on_what_both_sides_say(line: Proxy) -> None:
    line.listens = True
    with smtplib.SMTP(HOST, line.port, timeout=10) as client:
        assert client.noop()[0] == 250
    assert b"noop\r\n" in bytes(line.said).lower()


def test_a_cut_ends_what_is_open_and_what_comes_until_it_is_mended(line: Proxy) -> None:
    with smtplib.SMTP(HOST, line.port, timeout=10) as client:
        line.cut()
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            client.noop()
        client.close()
    with pytest.raises((ConnectionError, AssertionError)):
        assert _greeting(line).startswith(b"220")
    line.mend()
    assert _greeting(line).startswith(b"220")


def test_a_frozen_line_says_nothing_and_then_everything(line: Proxy) -> None:
    line.frozen = True
    with socket.create_connection((HOST, line.port), timeout=0.3) as client:
        with pytest.raises(TimeoutError):
            client.recv(200)
        line.mend()
        client.settimeout(5)
        assert client.recv(200).startswith(b"220")


def test_a_slow_line_takes_its_time(line: Proxy) -> None:
    line.pace = 20
    began = time.monotonic()
    words = b""
    with socket.create_connection((HOST, line.port), timeout=5) as client:
        while not words.endswith(b"\n"):
            words += client.recv(200)
    assert time.monotonic() - began >= (len(words) - 1) / 20


def test_a_connection_is_cut_once_after_so_many_bytes(line: Proxy) -> None:
    line.cuts_after = 10
    with smtplib.SMTP(HOST, line.port, timeout=10) as client:
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            client.ehlo("a-name-of-more-than-ten-bytes.example")
        client.close()
    with smtplib.SMTP(HOST, line.port, timeout=10) as client:
        assert client.ehlo()[0] == 250


def test_an_answer_is_altered_on_its_way(line: Proxy) -> None:
    line.alter = lambda words: words.replace(b"220", b"221")
    assert _greeting(line).startswith(b"221")
