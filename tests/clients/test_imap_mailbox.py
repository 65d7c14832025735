"""The mailbox client against a real IMAP server, and against one that only drips."""

import contextlib
import imaplib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.clients.smtp_servers import self_signed
from tests.services.imap_server import ImapServer
from webapp.clients import imap_mailbox
from webapp.clients.imap_mailbox import MailboxError, empty

pytestmark = pytest.mark.once

ONE, TWO, THREE = (
    f"Subject: {number}\r\n\r\nWords of {number}\r\n".encode() for number in ("one", "two", "three")
)


class Listener:
    """Hears mails; fails at one of them, and cannot read another."""

    def __init__(self, *, fails_at: bytes = b"", cannot_read: bytes = b"") -> None:
        self.heard: list[bytes] = []
        self._fails_at, self._cannot_read = fails_at, cannot_read

    def __call__(self, content: bytes) -> bool:
        if content == self._fails_at:
            raise RuntimeError("the database is away")
        self.heard.append(content)
        return content != self._cannot_read


def test_every_mail_is_heard_once_in_order_and_nothing_of_it_is_left(imap_server: ImapServer) -> None:
    imap_server.deliver(ONE, TWO, THREE)
    listener = Listener(cannot_read=TWO)
    assert empty(imap_server.url, listener) == 3
    assert empty(imap_server.url, listener) == 0
    assert listener.heard == [ONE, TWO, THREE]
    assert imap_server.mails("Unreadable") == imap_server.everything() == [TWO]


def test_one_that_cannot_be_read_is_kept_for_some_days_and_then_removed(imap_server: ImapServer) -> None:
    imap_server.deliver(ONE, TWO)
    empty(imap_server.url, Listener(cannot_read=ONE))
    today = datetime.now(UTC).date()
    for days in (0, imap_mailbox.UNREADABLE_DAYS):
        empty(imap_server.url, Listener(), today=today + timedelta(days=days))
        assert imap_server.everything() == [ONE]
    # A day more on either side: the server may count days in another zone.
    empty(imap_server.url, Listener(), today=today + timedelta(days=imap_mailbox.UNREADABLE_DAYS + 2))
    assert imap_server.everything() == []


def test_no_mail_is_asked_for_beyond_the_last_one(
    imap_server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 3501, 9: a server should answer such a number with BAD; Dovecot does not."""
    said: list[tuple[str, ...]] = []
    uid = imaplib.IMAP4.uid

    def listening(imap: imaplib.IMAP4, command: str, *words: str) -> object:
        said.append((command, *words))
        return uid(imap, command, *words)

    monkeypatch.setattr(imaplib.IMAP4, "uid", listening)
    empty(imap_server.url, Listener())
    assert said == []
    imap_server.deliver(ONE, TWO, THREE)
    empty(imap_server.url, Listener(cannot_read=THREE), most=2)
    empty(imap_server.url, Listener(cannot_read=THREE))
    searches = [words for command, *words in said if command == "SEARCH"]
    assert [words[:2] for words in searches] == [
        ["1:2", "UNDELETED"],
        ["1:1", "UNDELETED"],
        ["1:1", "BEFORE"],
    ]


def test_a_mail_waits_until_it_was_heard_and_the_others_before_it_are_put_away(
    imap_server: ImapServer,
) -> None:
    imap_server.deliver(ONE, TWO, THREE)
    with pytest.raises(RuntimeError, match="the database is away"):
        empty(imap_server.url, Listener(fails_at=TWO))
    assert imap_server.mails() == [TWO, THREE]
    listener = Listener()
    assert empty(imap_server.url, listener) == 2
    assert listener.heard == [TWO, THREE]


def test_a_mail_that_somebody_has_looked_at_waits_all_the_same(imap_server: ImapServer) -> None:
    imap_server.deliver(ONE)
    imap_server.mark_seen()
    listener = Listener()
    empty(imap_server.url, listener)
    assert listener.heard == [ONE]


def test_a_run_takes_so_many_mails_and_the_next_one_goes_on(imap_server: ImapServer) -> None:
    imap_server.deliver(ONE, TWO, THREE)
    listener = Listener()
    assert empty(imap_server.url, listener, most=2) == 2
    assert imap_server.mails() == [THREE]
    assert empty(imap_server.url, listener, most=2) == 1
    assert listener.heard == [ONE, TWO, THREE]


def test_of_a_huge_mail_the_beginning_is_read(imap_server: ImapServer) -> None:
    huge = b"Subject: huge\r\n\r\nThe words come first.\r\n" + b"x" * 70 + b"\r\n"
    huge += (b"y" * 70 + b"\r\n") * 40_000
    imap_server.deliver(huge)
    listener = Listener()
    assert empty(imap_server.url, listener) == 1
    assert listener.heard == [huge[: imap_mailbox.LONGEST]]
    assert imap_server.everything() == []


def test_two_readers_at_once_lose_nothing(imap_server: ImapServer) -> None:
    mails = [f"Subject: {number}\r\n\r\nWords\r\n".encode() for number in range(30)]
    imap_server.deliver(*mails)
    listener = Listener()
    readers = [threading.Thread(target=empty, args=(imap_server.url, listener)) for _reader in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert set(listener.heard) == set(mails)
    assert imap_server.everything() == []


def test_folders_that_stand_inside_the_inbox_are_found() -> None:
    server = ImapServer(divider=".", prefix="INBOX.")
    try:
        server.start()
        server.deliver(ONE)
        assert empty(server.url, Listener(cannot_read=ONE)) == 1
        assert server.mails("INBOX.Unreadable") == [ONE]
        later = datetime.now(UTC).date() + timedelta(days=imap_mailbox.UNREADABLE_DAYS + 2)
        empty(server.url, Listener(), today=later)
        assert server.everything() == []
    finally:
        server.close()


def test_tls_is_spoken_and_the_certificate_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _context, certificate = self_signed(tmp_path)
    with_key = tmp_path / "both.pem"
    with_key.write_bytes(certificate.read_bytes() + (tmp_path / "key.pem").read_bytes())
    server = ImapServer(certificate=with_key)
    try:
        server.start()
        with pytest.raises(MailboxError, match="certificate is not valid"):
            empty(server.url, Listener())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert empty(server.url, Listener()) == 0
    finally:
        server.close()


def test_a_wrong_password_is_said_without_naming_it(imap_server: ImapServer) -> None:
    with pytest.raises(MailboxError, match="refuses the login") as raised:
        empty(f"imap://inbound:not-this-one@127.0.0.1:{imap_server.port}", Listener())
    assert "not-this-one" not in str(raised.value)


def test_a_folder_that_is_not_there_is_said(imap_server: ImapServer) -> None:
    with pytest.raises(MailboxError, match="cannot be opened"):
        empty(imap_server.url.replace("/INBOX", "/Nowhere"), Listener())


@pytest.mark.parametrize(
    "url, words",
    [
        ("imap://u:p@mail.example/INBOX", "imaps://"),
        ("https://mail.example", "must look like"),
        ("imaps://mail.example", "must look like"),
        ("imaps://u:p@mail.example:99999", "no usable port"),
    ],
)
def test_an_address_that_would_be_unsafe_is_refused(url: str, words: str) -> None:
    with pytest.raises(MailboxError, match=words):
        empty(url, Listener())


@contextlib.contextmanager
def dripping_server(greeting: bytes) -> Iterator[int]:
    """Says its greeting and then one octet now and then, for ever."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _address = listening.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(greeting)
                while not over.wait(0.05):
                    connection.sendall(b"*")

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize("greeting", [b"", b"* OK [CAPABILITY IMAP4rev1] ready\r\n"])
def test_a_server_that_drips_is_left_when_the_time_is_over(greeting: bytes) -> None:
    with dripping_server(greeting) as port:
        began = time.monotonic()
        with pytest.raises(MailboxError, match=r"more than 0\.5 s"):
            empty(f"imap://u:p@127.0.0.1:{port}", Listener(), seconds=0.5)
        assert time.monotonic() - began < 3


def test_a_piece_that_is_longer_than_asked_for_is_not_read() -> None:
    with (
        dripping_server(b"* OK ready\r\n* CAPABILITY IMAP4rev1 {4000000000}\r\n") as port,
        pytest.raises(MailboxError, match="cannot be read"),
    ):
        empty(f"imap://u:p@127.0.0.1:{port}", Listener(), seconds=5)


def test_nobody_at_the_address_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(MailboxError, match="cannot be read"):
        empty(f"imap://u:p@127.0.0.1:{port}", Listener())
