"""What the outbox's tests share: a mail to post, a bell that is heard, and the server's clock moved by moving rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp import events
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.outbox import services
from webapp.outbox.models import Delivery, MailBreaker
from webapp.unit_of_work import unit_of_work


def question() -> EmailMessage:
    """A mail as a room composes it."""
    message = EmailMessage()
    message["Subject"] = "Somebody asks for a quote"
    message.set_content("Please answer by the link.\n")
    return message


FIRST_KEY = "enquiry-asks-clinic:1"


def post(key: str = FIRST_KEY, to: str = "", **more: Any) -> int:
    """Post a mail in a unit of work of its own; the row's id. Each key has an address of its own unless one is given,
    since mails to one address wait for each other."""
    name = "kim" if key == FIRST_KEY else key.replace(":", ".")
    with unit_of_work():
        return services.post(key, to or f"{name}@clinic.example", question, **more).id


def claim(delivery_id: int) -> services.Letter | None:
    with unit_of_work():
        return services.claim(delivery_id)


class UnmovedChance(Random):
    """Chance that stands in the middle, so that a delay can be written down."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


MIDDLE = UnmovedChance()


def settle(letter: services.Letter, outcome: services.Outcome, chance: Random = MIDDLE) -> bool:
    with unit_of_work():
        return services.settle(letter, outcome, chance)


def claimed(delivery_id: int) -> services.Letter:
    letter = claim(delivery_id)
    assert letter is not None
    return letter


def row(delivery_id: int) -> Delivery:
    """The row as it stands in the database."""
    return db.session.get_one(Delivery, delivery_id, populate_existing=True)


def move(delivery_id: int, **seconds: float) -> None:
    """Set times of a row to that many seconds from now: `move(1, lease_until=-1)`."""
    with unit_of_work() as session:
        values: dict[str, Any] = {name: database_clock(value) for name, value in seconds.items()}
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))


def close_breaker() -> None:
    """Let the breaker's time be over."""
    with unit_of_work() as session:
        session.execute(update(MailBreaker).values(open_until=database_clock(-1)))


@contextmanager
def hearing_ends() -> Iterator[list[tuple[int, str]]]:
    """The (id, state) of every mail that ends in the block, as a room above hears it."""
    heard: list[tuple[int, str]] = []

    def listen(sender: type[Delivery], delivery: Delivery) -> None:
        heard.append((delivery.id, delivery.state))

    with events.delivery_ended.connected_to(listen):
        yield heard


@pytest.fixture
def mail_to(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Call it with a MAIL_URL: mails of this test go there."""

    def use(url: str) -> None:
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mail_url=url))

    return use
