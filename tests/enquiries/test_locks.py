"""Two patients who ask the same clinics in the same moment: one waits for the other, and never both."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event, get_ident

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, func, select

from config import Settings
from tests import factories
from tests.factories import NOW
from tests.statements import sent_to
from webapp.app import create_app
from webapp.clinics.models import Clinic
from webapp.enquiries import consent
from webapp.enquiries.models import ConsentText, Enquiry, Recipient
from webapp.enquiries.services import sending
from webapp.extensions import db
from webapp.unit_of_work import unit_of_work

WORDS = {"enquiry": "Send it there"}
# Seconds for which a thread gives the other one time to do what it must not be able to do.
A_WHILE = 1.0


@pytest.fixture
def site(settings: Settings, new_database: Callable[[], str]) -> Iterator[Flask]:
    """A server on a database of its own, on which threads may commit."""
    application = create_app(replace(settings, database_url=new_database()))
    with application.app_context():
        upgrade()
    yield application
    with application.app_context():
        db.engine.dispose()


def test_clinics_that_are_added_are_held_by_one_statement_in_one_order(site: Flask) -> None:
    with site.app_context():
        with unit_of_work() as session:
            clinics = [factories.clinic(session) for _number in range(3)]
            ids = [clinic.id for clinic in clinics]
            enquiry_id = factories.enquiry(session, factories.clinic(session)).id
        with sent_to(db.engine) as seen, unit_of_work() as session:
            enquiry = session.get_one(Enquiry, enquiry_id)
            added = sending.add_clinics(enquiry, dict.fromkeys(reversed(ids), WORDS), NOW, 14)
            assert [recipient.clinic_id for recipient in added] == ids[::-1]
    (held,) = [
        one for one in seen if re.search(r"FROM clinic\s+WHERE clinic.id IN .* ORDER BY", one, re.DOTALL)
    ]
    assert "ORDER BY clinic.id" in held
    assert ("FOR NO KEY UPDATE" in held) == (site.config["SETTINGS"].database_url.startswith("postgresql"))


def test_two_who_add_the_same_clinics_in_other_orders_both_do(site: Flask) -> None:
    """On PostgreSQL each held one and wanted the other's."""
    with site.app_context(), unit_of_work() as session:
        ids = [factories.clinic(session).id for _number in range(2)]
        enquiries = [factories.enquiry(session, factories.clinic(session)).id for _number in range(2)]
    with site.app_context():
        engine = db.engine
    holds: dict[int, Event] = {}
    start = Barrier(2)

    def wait_for_the_other(*arguments: object) -> None:
        """Whoever holds a clinic goes on once the other one does, too, or evidently cannot."""
        mine = holds.get(get_ident())
        if mine is None or mine.is_set() or not re.search(r"FROM clinic\s", str(arguments[2])):
            return
        mine.set()
        for other in [one for one in holds.values() if one is not mine]:
            other.wait(A_WHILE)

    def add(number: int) -> int:
        holds[get_ident()] = Event()
        start.wait()
        with site.app_context(), unit_of_work() as session:
            enquiry = session.get_one(Enquiry, enquiries[number])
            order = ids if number == 0 else ids[::-1]
            return len(sending.add_clinics(enquiry, dict.fromkeys(order, WORDS), NOW, 14))

    event.listen(engine, "after_cursor_execute", wait_for_the_other)
    try:
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(add, range(2))) == [2, 2]
    finally:
        event.remove(engine, "after_cursor_execute", wait_for_the_other)
    with site.app_context():
        assert db.session.scalar(select(func.count(Recipient.id))) == 6


def test_words_that_two_are_the_first_to_agree_to_are_stored_once(site: Flask) -> None:
    with site.app_context():
        engine = db.engine
    looked = Event()

    def note(*arguments: object) -> None:
        if "FROM consent_text" in str(arguments[2]):
            looked.set()

    def remember() -> int:
        with site.app_context(), unit_of_work():
            return consent.remember("The same words", "en", NOW).id

    with ThreadPoolExecutor(1) as pool, site.app_context(), unit_of_work():
        first = consent.remember("The same words", "en", NOW).id
        event.listen(engine, "after_cursor_execute", note)
        second = pool.submit(remember)
        # On SQLite it cannot even look before this one has ended.
        looked.wait(A_WHILE)
        db.session.commit()
        assert second.result() == first
    event.remove(engine, "after_cursor_execute", note)
    with site.app_context():
        assert db.session.scalars(select(ConsentText.text)).all() == ["The same words"]
        assert db.session.scalar(select(func.count(Clinic.id))) == 0
