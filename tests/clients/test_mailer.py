"""The mailer against real servers: what is taken, what is refused and how, and that no server can hold it."""

import mailbox
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.smtp_servers import (
    ChosenAnswers,
    broken_server,
    drip,
    drop_before_reply,
    mail_server,
    one_login,
    reply_and_drop,
    say_nothing,
    self_signed,
)
from webapp.clients.mailer import Configuration, Permanent, SendError, Temporary, send

pytestmark = pytest.mark.once

SENDER = "Like for Like <no-reply@likeforlike.example>"
ADDRESSEE = "kim@clinic.example"
MAIL = b"Subject: a question\r\nMessage-ID: <1@likeforlike.example>\r\n\r\nfirst\r\n.a line with a dot\r\n"


def _send(port: int, *, scheme: str = "smtp", login: str = "", query: str = "", seconds: float = 10.0) -> int:
    return send(f"{scheme}://{login}127.0.0.1:{port}{query}", SENDER, ADDRESSEE, MAIL, seconds=seconds)


def test_a_mail_arrives_as_it_was_written() -> None:
    answers = ChosenAnswers()
    with mail_server(answers) as port:
        assert _send(port) == 250
    assert answers.taken == [MAIL]
    assert answers.addressees == [ADDRESSEE]


@pytest.mark.parametrize("code", [421, 450, 451, 452])
@pytest.mark.parametrize("stage", ["addressee", "data"])
def test_a_4xx_is_temporary(stage: str, code: int) -> None:
    answers = ChosenAnswers()
    setattr(answers, stage, f"{code} not now, kim@clinic.example")
    with mail_server(answers) as port, pytest.raises(Temporary) as caught:
        _send(port)
    assert caught.value.code == code
    assert "kim" not in str(caught.value), "the server's words may quote an address"
    assert answers.taken == []


@pytest.mark.parametrize(
    ("stage", "code"), [("addressee", 550), ("addressee", 553), ("data", 554), ("sender", 552)]
)
def test_a_5xx_for_this_mail_is_permanent(stage: str, code: int) -> None:
    answers = ChosenAnswers()
    setattr(answers, stage, f"{code} no")
    with mail_server(answers) as port, pytest.raises(Permanent) as caught:
        _send(port)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("stage", "code"), [("sender", 550), ("sender", 530), ("addressee", 530), ("data", 535)]
)
def test_a_5xx_that_every_mail_would_get_is_a_matter_of_configuration(stage: str, code: int) -> None:
    answers = ChosenAnswers()
    setattr(answers, stage, f"{code} no")
    with mail_server(answers) as port, pytest.raises(Configuration) as caught:
        _send(port)
    assert caught.value.code == code


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_login_with_the_right_password_is_taken_and_with_a_wrong_one_is_configuration() -> None:
    answers = ChosenAnswers()
    options: dict[str, Any] = {"authenticator": one_login, "auth_require_tls": False, "auth_required": True}
    with mail_server(answers, **options) as port:
        assert _send(port, login="site:right%20%40%2F%3A@") == 250
        with pytest.raises(Configuration) as caught:
            _send(port, login="site:wrong@")
    assert caught.value.code == 535
    assert len(answers.taken) == 1


def test_a_password_is_not_sent_in_the_clear_beyond_this_machine() -> None:
    with pytest.raises(Configuration, match="only sent under TLS"):
        send("smtp://site:secret@mail.invalid:25", SENDER, ADDRESSEE, MAIL)


def test_both_kinds_of_tls_work_with_a_certificate_that_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    answers = ChosenAnswers()
    with mail_server(answers, tls_context=context, require_starttls=True) as port:
        assert _send(port, query="?starttls=1") == 250
    with mail_server(answers, implicit_tls=context) as port:
        assert _send(port, scheme="smtps") == 250
    assert answers.taken == [MAIL, MAIL]


def test_a_certificate_that_nobody_trusts_is_refused(tmp_path: Path) -> None:
    context, _certificate = self_signed(tmp_path)
    answers = ChosenAnswers()
    with mail_server(answers, tls_context=context) as port, pytest.raises(Configuration, match="certificate"):
        _send(port, query="?starttls=1")
    with (
        mail_server(answers, implicit_tls=context) as port,
        pytest.raises(Configuration, match="certificate"),
    ):
        _send(port, scheme="smtps")
    assert answers.taken == []


def test_a_stripped_starttls_ends_the_dialogue_before_anything_is_said() -> None:
    answers = ChosenAnswers()
    with mail_server(answers) as port, pytest.raises(Configuration, match="STARTTLS"):
        _send(port, query="?starttls=1")
    assert answers.taken == []
    assert answers.addressees == []


def test_a_refused_starttls_is_not_answered_with_plain_text() -> None:
    heard: list[bytes] = []

    def refuse(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"220 hello\r\n")
        for line in connection.makefile("rb"):
            heard.append(line)
            word = line.split()[0].upper()
            answers = {b"EHLO": b"250-here\r\n250 STARTTLS\r\n", b"STARTTLS": b"454 not now\r\n"}
            connection.sendall(answers.get(word, b"250 fine\r\n"))

    with broken_server(refuse) as port, pytest.raises(Configuration) as caught:
        _send(port, query="?starttls=1")
    assert caught.value.code == 454
    assert [line.split()[0].upper() for line in heard] == [b"EHLO", b"STARTTLS"]


@pytest.mark.parametrize("talk", [drip, say_nothing], ids=["drips", "says nothing"])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_no_server_holds_us_beyond_the_total_time(
    scheme: str, talk: Callable[[socket.socket, threading.Event], None]
) -> None:
    began = time.monotonic()
    # A dripping server under smtps breaks the handshake at once, which is an answer too.
    with broken_server(talk) as port, pytest.raises(SendError):
        _send(port, scheme=scheme, seconds=0.4)
    assert time.monotonic() - began < 2.0


def test_a_reply_that_drips_after_the_mail_is_cut_off_as_temporary() -> None:
    def drip_at_the_end(connection: socket.socket, over: threading.Event) -> None:
        drop_before_reply(connection, over)
        drip(connection, over)

    began = time.monotonic()
    with broken_server(drip_at_the_end) as port, pytest.raises(Temporary, match=r"took more than 0\.4 s"):
        _send(port, seconds=0.4)
    assert 0.35 < time.monotonic() - began < 2.0


def test_a_line_dropped_before_the_reply_is_temporary() -> None:
    with broken_server(drop_before_reply) as port, pytest.raises(Temporary):
        _send(port)


def test_a_line_dropped_after_the_reply_is_a_mail_taken() -> None:
    with broken_server(reply_and_drop) as port:
        assert _send(port) == 250


def test_a_server_that_is_not_there_is_temporary() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Temporary):
        _send(port)


@pytest.mark.parametrize(
    ("greeting", "kind"), [(b"421 busy", Temporary), (b"554 no mail here", Configuration)]
)
def test_a_refusing_greeting(greeting: bytes, kind: type[SendError]) -> None:
    def greet(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(greeting + b"\r\n")

    with broken_server(greet) as port, pytest.raises(kind):
        _send(port)


def test_words_that_are_no_protocol_are_temporary() -> None:
    def babble(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with broken_server(babble) as port, pytest.raises(Temporary):
        _send(port)


@pytest.mark.parametrize("url", ["smtp://", "smtp://127.0.0.1:port", "ftp://127.0.0.1"])
def test_a_setting_that_names_no_server_is_configuration(url: str) -> None:
    with pytest.raises(Configuration):
        send(url, SENDER, ADDRESSEE, MAIL)


def test_the_development_mailbox_is_a_standard_maildir(tmp_path: Path) -> None:
    folder = tmp_path / "a folder" / "mailbox"
    assert send(f"maildir://{folder}", SENDER, ADDRESSEE, MAIL) == 250
    box = mailbox.Maildir(folder, create=False)
    assert [message["Message-ID"] for message in box] == ["<1@likeforlike.example>"]
    assert list((folder / "tmp").iterdir()) == []
    assert folder.joinpath("new").stat().st_mode & 0o077 == 0, (
        "nobody else on the machine reads patients' mail"
    )


def test_many_processes_may_begin_the_mailbox_at_once(tmp_path: Path) -> None:
    gate = threading.Barrier(8)

    def deliver() -> None:
        gate.wait()
        send(f"maildir://{tmp_path / 'box'}", SENDER, ADDRESSEE, MAIL)

    threads = [threading.Thread(target=deliver) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mailbox.Maildir(tmp_path / "box", create=False)) == 8


def test_a_mailbox_that_cannot_be_written_is_temporary(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Temporary):
        send(f"maildir://{tmp_path / 'file'}", SENDER, ADDRESSEE, MAIL)
