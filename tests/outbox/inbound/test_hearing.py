"""What an incoming mail leaves in the database, and what the rooms above are told, once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW
from tests.outbox.conftest import question
from tests.outbox.inbound.samples import INBOUND, block, daemon, mail, report
from webapp import events
from webapp.extensions import db
from webapp.outbox import queries, services
from webapp.outbox.inbound import hearing, history
from webapp.outbox.models import Delivery, DeliveryEvent, InboundMail
from webapp.outbox.wire_format import plain_address
from webapp.unit_of_work import unit_of_work

DESK = "desk@larch.example"


@pytest.fixture(autouse=True)
def somebody_listens(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(app.config["SETTINGS"], inbound_address=INBOUND)
    monkeypatch.setitem(app.config, "SETTINGS", settings)


def posted(key: str = "enquiry-asks-clinic:1", to: str = DESK) -> tuple[Delivery, str]:
    """A mail that went out, and the address that answers to it go to."""
    with unit_of_work():
        delivery = services.post(key, to, question, hears_replies=True)
    written = delivery.mail or ""
    address = next(line for line in written.split("\r\n") if line.startswith("Reply-To: "))
    with unit_of_work():
        letter = services.claim(delivery.id)
    assert letter is not None
    with unit_of_work():
        services.settle(letter, services.Accepted(250), Random(1))
    return db.session.get_one(Delivery, delivery.id, populate_existing=True), address.removeprefix(
        "Reply-To: "
    )


def hear(content: bytes) -> str:
    with unit_of_work():
        return hearing.hear(hearing.understand(content, INBOUND), NOW)


@contextmanager
def heard() -> Iterator[list[dict[str, Any]]]:
    """What the rooms above are told in the block."""
    told: list[dict[str, Any]] = []

    def listen(sender: type[Delivery], **said: Any) -> None:
        told.append({**said, "delivery": said["delivery"].id})

    with events.mail_bounced.connected_to(listen), events.mail_replied.connected_to(listen):
        yield told


def history_of(delivery: Delivery) -> list[tuple[str, int | None, str]]:
    return [(what, code, note) for _at, what, code, note in queries.history(delivery.id)]


def test_a_hard_bounce_gives_the_address_up() -> None:
    delivery, address = posted()
    with heard() as told:
        assert hear(report(block(diagnosis="550 5.1.1 unknown"), to=address)) == hearing.BOUNCE
    assert told == [{"delivery": delivery.id, "hard": True}]
    assert delivery.bounced_at == NOW
    assert delivery.state == "sent"
    assert history_of(delivery)[-1] == ("bounced", 550, "5.1.1")
    assert queries.suppressions(DESK) == {services.BOUNCED}


def test_a_soft_bounce_only_says_so() -> None:
    delivery, address = posted()
    with heard() as told:
        assert hear(report(block(status="5.2.2", diagnosis="552 5.2.2 full"), to=address)) == hearing.BOUNCE
    assert told == [{"delivery": delivery.id, "hard": False}]
    assert delivery.bounced_at is None
    assert history_of(delivery)[-1] == ("bounced softly", 552, "5.2.2")
    assert queries.suppressions(DESK) == frozenset()


def test_a_delay_is_noted_and_nobody_is_told() -> None:
    delivery, address = posted()
    with heard() as told:
        assert hear(report(block("delayed", "4.4.1"), to=address)) == hearing.DELAY
    assert told == []
    assert history_of(delivery)[-1] == ("delayed", None, "4.4.1")


def test_the_same_mail_twice_is_heard_once(session: Session) -> None:
    _delivery, address = posted()
    content = report(block(), to=address)
    with heard() as told:
        assert hear(content) == hear(content) == hearing.BOUNCE
        reply = mail("It is S$500.\n", to=address)
        assert hear(reply) == hear(reply) == hearing.REPLY
    assert [sorted(each) for each in told] == [
        ["delivery", "hard"],
        ["attachments", "delivery", "raw", "received_at", "text"],
    ]
    rows = session.scalars(select(InboundMail).order_by(InboundMail.id)).all()
    assert [(row.kind, row.received_at) for row in rows] == [("bounce", NOW), ("reply", NOW)]


def test_several_reports_about_one_mail_are_one_bounce() -> None:
    delivery, address = posted()
    with heard() as told:
        hear(report(block(status="4.4.1"), to=address))
        hear(report(block(status="4.4.2"), to=address))
        hear(report(block(), to=address))
        hear(report(block(), text="And once more.\n", to=address))
        hear(report(block(status="4.4.1"), text="And the old one.\n", to=address))
    assert [each["hard"] for each in told] == [False, True]
    assert [what for what, _code, _note in history_of(delivery)][-2:] == ["bounced softly", "bounced"]


def test_a_mailbox_behind_ours_gives_no_address_up() -> None:
    delivery, address = posted()
    with heard() as told:
        hear(report(block(to="former.colleague@elsewhere.example"), to=address))
    assert told == [{"delivery": delivery.id, "hard": False}]
    assert queries.suppressions(DESK) == frozenset()


@pytest.mark.parametrize("kept", ["desk@미래의원.example", "Desk@xn--hj2bz6f82lspa.example"])
def test_a_domain_is_the_same_in_the_letters_of_its_country_and_in_ascii(kept: str) -> None:
    delivery, address = posted(to=kept)
    said = plain_address(kept)
    with heard() as told:
        hear(report(block(to=said), to=address))
    assert told == [{"delivery": delivery.id, "hard": True}]
    assert queries.suppressions(kept) == {services.BOUNCED}


def test_a_bounce_is_known_by_the_message_that_it_returns_too() -> None:
    delivery, _address = posted()
    back = f"Message-ID: <{delivery.message_id}>"
    with heard() as told:
        hear(report(block(), returned=back, to="somebody@in.example.org"))
    assert told == [{"delivery": delivery.id, "hard": True}]


def test_the_address_counts_before_the_messages_that_are_named() -> None:
    first, _address = posted()
    second, address = posted("enquiry-asks-clinic:2")
    with heard() as told:
        hear(mail("It is S$500.\n", f"In-Reply-To: <{first.message_id}>", to=address))
        hear(mail("It is S$600.\n", f"References: <x@y> <{first.message_id}>", to="us@in.example.org"))
    assert [each["delivery"] for each in told] == [second.id, first.id]


def test_a_reply_is_told_with_its_own_words_and_without_its_files() -> None:
    delivery, address = posted()
    text = (
        "--b\nContent-Type: text/plain\n\nIt is S$500.\n\nOn Sat, Nov 21, 2026 at 12:00 Like for Like wrote:\n"
        f"> https://likeforlike.example/q/{'A' * 43}\n\n"
        "--b\nContent-Type: application/pdf; name=prices.pdf\n\nJVBERi0=\n--b--\n"
    )
    with heard() as told:
        assert hear(mail(text, "Content-Type: multipart/mixed; boundary=b", to=address)) == hearing.REPLY
    (said,) = told
    assert (said["delivery"], said["text"], said["attachments"]) == (delivery.id, "It is S$500.", 1)
    assert "From: Larch Desk <desk@larch.example>" in said["raw"]
    assert "A" * 43 not in said["raw"] and "JVBERi0" not in said["raw"]
    assert history_of(delivery)[-1] == ("replied", None, "")


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied", "Subject: 부재중", "Return-Path: <>"])
def test_a_machine_is_noted_and_not_heard(session: Session, header: str) -> None:
    delivery, address = posted()
    before = history_of(delivery)
    with heard() as told:
        assert hear(mail("I am away.\n", header, to=address)) == hearing.AUTOMATIC
    assert told == []
    assert history_of(delivery) == before
    assert session.scalars(select(InboundMail)).one().delivery_id == delivery.id


@pytest.mark.parametrize(
    "content", [mail("Buy this.\n"), report(block()), daemon("Your message could not be delivered.\n"), b""]
)
def test_what_belongs_to_no_mail_of_ours_changes_nothing(session: Session, content: bytes) -> None:
    posted()
    with heard() as told:
        assert hear(content) == hearing.UNKNOWN
    assert told == []
    assert session.scalars(select(InboundMail)).one().delivery_id is None


def test_what_a_receiver_cannot_take_is_not_heard(session: Session) -> None:
    """All or nothing: the mail stays new when a room above fails."""
    _delivery, address = posted()

    def fails(sender: type[Delivery], **said: Any) -> None:
        raise RuntimeError("a room above")

    reply = mail("It is S$500.\n", to=address)
    with events.mail_replied.connected_to(fails), pytest.raises(RuntimeError):
        hear(reply)
    assert session.scalars(select(InboundMail)).all() == []
    with heard() as told:
        hear(reply)
    assert len(told) == 1


def test_soft_bounces_are_counted_over_the_mails_that_repeat_one() -> None:
    key = "enquiry-asks-clinic:1"
    assert history.soft_bounces(key) == history.SoftBounces(0, False)
    for number, name in enumerate((key, f"{key}:after-1", f"{key}:after-2", f"{key}2")):
        _delivery, address = posted(name)
        hear(report(block(status=f"4.4.{number}"), to=address))
    assert history.soft_bounces(key) == history.SoftBounces(3, False)
    with unit_of_work() as session:
        first = session.scalars(
            select(DeliveryEvent)
            .where(DeliveryEvent.what == hearing.BOUNCED_SOFTLY)
            .order_by(DeliveryEvent.id)
        ).first()
        assert first is not None
        first.at -= timedelta(hours=73)
    assert history.soft_bounces(key) == history.SoftBounces(3, True)
