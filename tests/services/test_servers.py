"""The servers that other tests rely on do what they say, and leave neither processes nor files."""

import os
import smtplib
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
import redis

from tests.services.broker import Broker
from tests.services.mail_server import MailServer
from tests.services.postgresql import PostgreSQL
from tests.services.server import HOST, SETTINGS, Server, accepts, clean_environment, wait_for

pytestmark = pytest.mark.once


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _mail(to: str, message_id: str = "<1@likeforlike.example>") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "site@likeforlike.example", to, "문의 1"
    mail["Message-ID"] = message_id
    mail.set_content("丽珠兰 2 ml")
    return mail


def _send(server: MailServer, mail: EmailMessage) -> None:
    with smtplib.SMTP(HOST, server.port, timeout=10) as client:
        client.send_message(mail)


def test_what_a_broker_was_told_is_there_after_it_was_killed(broker: Broker) -> None:
    with redis.Redis.from_url(broker.client_url) as client:
        client.rpush("bells", "one", "two")
    broker.kill()
    with pytest.raises(redis.ConnectionError), redis.Redis.from_url(broker.client_url) as client:
        client.ping()
    broker.start()
    with redis.Redis.from_url(broker.client_url) as client:
        assert client.lrange("bells", 0, -1) == [b"one", b"two"]


def test_a_mail_arrives_whole(mail_server: MailServer) -> None:
    _send(mail_server, _mail("clinic@example.org"))
    [received] = mail_server.wait_for_mails(1, to="clinic@example.org")
    assert received.rcpt_to == ("clinic@example.org",)
    assert received.message_id == "<1@likeforlike.example>"
    assert received.message["Subject"] == "문의 1"
    assert received.text == "丽珠兰 2 ml\n"
    assert mail_server.mails(to="other@example.org") == []


def test_a_repeat_is_told_by_its_message_id_also_after_a_restart(mail_server: MailServer) -> None:
    _send(mail_server, _mail("clinic@example.org"))
    mail_server.kill()
    mail_server.start()
    _send(mail_server, _mail("clinic@example.org"))
    _send(mail_server, _mail("clinic@example.org", "<2@likeforlike.example>"))
    assert [mail.message_id[1] for mail in mail_server.mails()] == ["1", "2"]
    assert [mail.repeat for mail in mail_server.mails(repeats=True)] == [False, True, False]


def test_a_mail_server_misbehaves_as_told(mail_server: MailServer) -> None:
    mail_server.misbehave(recipients={"full@example.org": "452 4.2.2 mailbox full"})
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        _send(mail_server, _mail("full@example.org"))
    assert refused.value.recipients["full@example.org"][0] == 452
    mail_server.misbehave(data="554 5.7.1 no")
    with pytest.raises(smtplib.SMTPDataError):
        _send(mail_server, _mail("clinic@example.org"))
    mail_server.misbehave(hang_up_before_keeping=True)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(mail_server, _mail("clinic@example.org"))
    assert mail_server.mails() == []
    mail_server.misbehave(hang_up_after_keeping=True)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(mail_server, _mail("clinic@example.org"))
    assert len(mail_server.mails()) == 1


def test_a_mail_server_misbehaves_towards_one_recipient(mail_server: MailServer) -> None:
    mail_server.misbehave_towards("gone@example.org", rcpt="550 5.1.1 no such user")
    mail_server.misbehave_towards("picky@example.org", data="554 5.7.1 no")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send(mail_server, _mail("gone@example.org"))
    with pytest.raises(smtplib.SMTPDataError):
        _send(mail_server, _mail("picky@example.org"))
    _send(mail_server, _mail("clinic@example.org"))
    mail_server.misbehave_towards("silent@example.org", silent=True)
    with (
        smtplib.SMTP(HOST, mail_server.port, timeout=0.5) as client,
        pytest.raises(smtplib.SMTPServerDisconnected),
    ):
        client.sendmail("site@likeforlike.example", "silent@example.org", "words")
    mail_server.misbehave_towards("gone@example.org")
    _send(mail_server, _mail("gone@example.org", "<2@likeforlike.example>"))
    assert [mail.rcpt_to for mail in mail_server.mails()] == [("clinic@example.org",), ("gone@example.org",)]


def test_a_mail_server_takes_a_login_unless_told_otherwise(mail_server: MailServer) -> None:
    with smtplib.SMTP(HOST, mail_server.port, timeout=10) as client:
        assert client.login("site", "secret")[0] == 235
    mail_server.misbehave(refuses_login=True)
    with (
        smtplib.SMTP(HOST, mail_server.port, timeout=10) as client,
        pytest.raises(smtplib.SMTPAuthenticationError),
    ):
        client.login("site", "secret")


def test_a_mail_is_known_again_by_a_header_of_choice() -> None:
    server = MailServer(identity="X-Key", keeps_content=False)
    try:
        server.start()
        for number, key in enumerate(("one", "one", "two")):
            mail = _mail("clinic@example.org", f"<{number}@likeforlike.example>")
            mail["X-Key"] = key
            _send(server, mail)
        assert [mail.identity for mail in server.mails()] == ["one", "two"]
        first, mark = server.arrived_since(0)
        assert [mail.repeat for mail in first] == [False, True, False]
        assert len({mail.digest for mail in first}) == 3
        assert server.arrived_since(mark) == ([], mark)
    finally:
        server.close()


def test_postgresql_survives_a_kill_and_copies_databases(postgresql: PostgreSQL) -> None:
    first = postgresql.create_database("first")
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE clinic (name text)")
        connection.execute("INSERT INTO clinic VALUES ('강남')")
    postgresql.kill()
    assert not accepts(postgresql.port)
    postgresql.start()
    second = postgresql.create_database("second", template="first")
    with psycopg.connect(second) as connection:
        assert connection.execute("SELECT name FROM clinic").fetchall() == [("강남",)]
    postgresql.drop_database("second")
    with pytest.raises(psycopg.OperationalError, match='database "second" does not exist'):
        psycopg.connect(second)
    postgresql.drop_database("first")


def test_a_closed_server_leaves_neither_process_nor_file() -> None:
    for server in (Broker(), MailServer(), PostgreSQL()):
        server.start()
        pid, folder = server.pid, server.log_path.parent
        assert _lives(pid)
        assert folder.is_dir()
        server.close()
        assert not _lives(pid)
        assert not folder.exists()


def test_no_setting_of_the_shell_reaches_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.setenv(name, "the shell's")
    monkeypatch.setenv("SSL_CERT_FILE", "no setting of the site's")
    assert clean_environment().keys() & SETTINGS == set()
    assert clean_environment()["SSL_CERT_FILE"] == "no setting of the site's"
    assert clean_environment(HASH_KEY="the test's")["HASH_KEY"] == "the test's"


def test_what_a_server_started_ends_with_it(tmp_path: Path) -> None:
    """Also a grandchild that has left the group of processes, as a daemon does."""
    note = tmp_path / "pid"
    script = f"setsid sh -c 'echo $$ > {note}; exec sleep 600' & wait"
    server = Server(
        "family",
        ["sh", "-c", script],
        ready=lambda: note.exists() and bool(note.read_text()),
        log=tmp_path / "log",
    )
    server.start()
    grandchild = int(note.read_text())
    assert _lives(grandchild)
    os.kill(server.pid, 9)
    wait_for(lambda: not _lives(grandchild), 5, "the grandchild is gone")
    server.kill()
