"""The task that reads the mailbox: a real IMAP server, the real database, and an end in the middle of it."""

import importlib
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.outbox.inbound.samples import INBOUND, block, mail, report
from tests.services.imap_server import ImapServer
from webapp.clients import imap_mailbox
from webapp.clinics.models import Clinic
from webapp.enquiries.models import ConsentText, Enquiry, Recipient
from webapp.enquiries.services import sending
from webapp.extensions import db
from webapp.outbox import queries
from webapp.outbox.models import Delivery, InboundMail, Suppression
from webapp.quotes.models import MailReply
from webapp.treatments.models import Treatment
from webapp.unit_of_work import unit_of_work

DESK = "desk@larch.example"


@pytest.fixture
def task(workers: ModuleType) -> ModuleType:
    return importlib.import_module("workers.inbound")


@pytest.fixture
def address(worker_app: Flask, imap_server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An enquiry whose mail a clinic's server took, and where its replies go. Removed afterwards."""
    settings = worker_app.config["SETTINGS"]
    listening = replace(settings, inbound_address=INBOUND, inbound_mail_url=imap_server.url)
    monkeypatch.setitem(worker_app.config, "SETTINGS", listening)
    with worker_app.app_context():
        with unit_of_work() as session:
            known = set(session.scalars(select(Treatment.id)))
            recipient = _asked(session)
            letter = session.get_one(Delivery, recipient.delivery_id)
            written = letter.mail or ""
        yield next(line[10:] for line in written.split("\r\n") if line.startswith("Reply-To: "))
        with unit_of_work() as session:
            for table in (InboundMail, MailReply, Recipient, Enquiry, ConsentText, Suppression, Clinic):
                session.execute(delete(table))
            session.execute(delete(Treatment).where(Treatment.id.not_in(known)))


def _asked(session: Session) -> Recipient:
    clinic = factories.clinic(session, enquiry_email=DESK)
    row = factories.enquiry(session, clinic, state="unreachable", email_confirmed_at=NOW).recipients[0]
    assert sending.ask_again(row, NOW, 14)
    row.state = "reached"
    return row


def rows(app: Flask, table: type[MailReply] | type[InboundMail] | type[Delivery]) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_bounce_and_a_reply_in_the_mailbox_are_heard(
    task: ModuleType, worker_app: Flask, imap_server: ImapServer, address: str
) -> None:
    imap_server.deliver(mail("It is S$500.\n", to=address), b"\xff\xfe nonsense")
    task.read()
    # So that the bounce of the address leaves nothing in the log of decisions, which keeps all.
    with worker_app.app_context(), unit_of_work() as session:
        session.execute(update(Clinic).values(enquiry_email_confirmed_on=None))
    imap_server.deliver(report(block(), to=address))
    task.read()
    task.read()
    with worker_app.app_context():
        assert [reply.text for reply in db.session.scalars(select(MailReply))] == ["It is S$500."]
        assert queries.suppressions(DESK) == {"bounced"}
        assert db.session.scalars(select(Recipient.state)).one() == "unreachable"
        keys = set(db.session.scalars(select(Delivery.key)))
        assert {key.split(":")[0] for key in keys} == {
            "enquiry-asks-clinic",
            "clinic-wrote",
            "link-again",
            "enquiry-clinic-unreachable",
        }
        kinds = db.session.scalars(select(InboundMail.kind).order_by(InboundMail.id)).all()
        assert kinds == ["reply", "unknown", "bounce"]
    assert imap_server.everything() == [], "what is stored is stored encrypted, and nowhere else"


class Killed(BaseException):
    """The worker is gone: nothing catches it."""


def test_a_worker_that_ends_between_hearing_and_putting_away_repeats_nothing(
    task: ModuleType,
    worker_app: Flask,
    imap_server: ImapServer,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imap_server.deliver(mail("It is S$500.\n", to=address), mail("And parking.\n", to=address))

    def killed(*_arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(imap_mailbox, "_remove", killed)
        with pytest.raises(Killed):
            task.read()
    assert len(imap_server.mails()) == 2
    assert rows(worker_app, MailReply) == rows(worker_app, InboundMail) == 1
    task.read()
    assert imap_server.mails() == []
    assert rows(worker_app, MailReply) == rows(worker_app, InboundMail) == 2
    with worker_app.app_context():
        assert db.session.scalars(select(Delivery.key).where(Delivery.key.like("link-again:%"))).one()


def test_a_worker_that_ends_before_its_commit_loses_nothing(
    task: ModuleType,
    worker_app: Flask,
    imap_server: ImapServer,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imap_server.deliver(mail("It is S$500.\n", to=address))
    heard = task.hearing.hear

    def killed(*arguments: object) -> None:
        heard(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(task.hearing, "hear", killed)
        with pytest.raises(Killed):
            task.read()
    assert rows(worker_app, MailReply) == rows(worker_app, InboundMail) == 0
    task.read()
    assert rows(worker_app, MailReply) == rows(worker_app, InboundMail) == 1


def test_two_workers_at_one_mailbox_hear_each_mail_once(
    task: ModuleType, worker_app: Flask, imap_server: ImapServer, address: str
) -> None:
    imap_server.deliver(*(mail(f"It is S${number}.\n", to=address) for number in range(500, 512)))
    readers = [threading.Thread(target=task.read) for _reader in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert imap_server.mails() == []
    assert rows(worker_app, MailReply) == rows(worker_app, InboundMail) == 12


def test_a_mail_that_cannot_be_read_is_put_aside_and_the_next_one_is_heard(
    task: ModuleType,
    worker_app: Flask,
    imap_server: ImapServer,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    understand = task.hearing.understand

    def sometimes(content: bytes, inbound_address: str) -> object:
        if b"poison" in content:
            raise ValueError("words of a patient")
        return understand(content, inbound_address)

    monkeypatch.setattr(task.hearing, "understand", sometimes)
    poison, sound = mail("poison\n", to=address), mail("It is S$500.\n", to=address)
    imap_server.deliver(poison, sound)
    task.read()
    assert imap_server.mails() == []
    assert imap_server.mails("Unreadable") == imap_server.everything() == [poison]
    assert rows(worker_app, MailReply) == 1


def test_a_mail_whose_reading_has_no_end_is_put_aside_and_the_next_one_is_heard(
    task: ModuleType,
    worker_app: Flask,
    imap_server: ImapServer,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    understand = task.hearing.understand

    def sometimes(content: bytes, inbound_address: str) -> object:
        if b"endless" in content:
            re.match(r"(a+)+b", "a" * 60)
        return understand(content, inbound_address)

    monkeypatch.setattr(task.hearing, "understand", sometimes)
    monkeypatch.setattr(task, "READING_SECONDS", 0.2)
    endless, sound = mail("endless\n", to=address), mail("It is S$500.\n", to=address)
    imap_server.deliver(endless, sound)
    task.read()
    assert imap_server.mails("Unreadable") == imap_server.everything() == [endless]
    assert rows(worker_app, MailReply) == 1


def test_a_mailbox_that_is_away_is_said_and_read_the_next_time(
    task: ModuleType,
    worker_app: Flask,
    imap_server: ImapServer,
    address: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    imap_server.deliver(mail("It is S$500.\n", to=address))
    imap_server.stop()
    task.read()
    assert "the mailbox cannot be read" in caplog.text
    assert imap_server.url.split("@")[0].split(":")[-1] not in caplog.text
    imap_server.start()
    task.read()
    assert rows(worker_app, MailReply) == 1


def test_without_a_mailbox_nothing_is_done(
    task: ModuleType, worker_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worker_app.config["SETTINGS"].inbound_mail_url == ""
    monkeypatch.setattr(task.imap_mailbox, "empty", None)
    task.read()
