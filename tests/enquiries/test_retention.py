"""What the form promises: after its time nothing of an enquiry is left, and what is younger stays."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from tests import factories
from tests.factories import NOW
from webapp.clinics.models import Clinic
from webapp.enquiries import links
from webapp.enquiries.clocks import open_days
from webapp.enquiries.models import Enquiry, Erasure, Link, Recipient
from webapp.enquiries.services import erasing, sending
from webapp.enquiries.services.keeping import forget_expired, note_act
from webapp.outbox.models import Delivery
from webapp.unit_of_work import unit_of_work


@pytest.fixture
def clocks(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty days unanswered, ninety quiet, a year at most."""
    clocks = replace(
        settings, retention_unanswered_days=30, retention_quiet_days=90, retention_longest_days=365
    )
    monkeypatch.setitem(app.config, "SETTINGS", clocks)


def after(days: float) -> datetime:
    return NOW + timedelta(days=days)


def kept_days(enquiry: Enquiry) -> float:
    return (enquiry.expires_at - NOW) / timedelta(days=1)


@pytest.fixture
def enquiry(session: Session, clinics: list[Clinic], clocks: None) -> Enquiry:
    """Asked of two clinics just now; nobody has answered."""
    row = factories.enquiry(session, *clinics, expires_at=after(30))
    note_act(row, NOW)
    return row


def test_unanswered_it_is_kept_for_thirty_days_whatever_the_patient_does(enquiry: Enquiry) -> None:
    assert kept_days(enquiry) == 30
    note_act(enquiry, after(20))
    assert kept_days(enquiry) == 30
    assert enquiry.last_act_at == after(20)


def test_once_a_clinic_was_heard_it_is_kept_for_ninety_days_after_each_act(enquiry: Enquiry) -> None:
    note_act(enquiry, after(10), answered=True)
    assert kept_days(enquiry) == 100
    note_act(enquiry, after(60))
    assert kept_days(enquiry) == 150
    note_act(enquiry, after(80), answered=True)
    assert enquiry.heard_at == after(10)


def test_a_clinic_added_later_takes_nothing_from_one_that_was_heard(enquiry: Enquiry) -> None:
    note_act(enquiry, after(10), answered=True)
    enquiry.recipients[1].asked_at = after(75)
    note_act(enquiry, after(75))
    assert kept_days(enquiry) == 165


def test_shorter_clocks_hold_for_what_nobody_answered_before_they_were_set(
    app: Flask, enquiry: Enquiry, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorter = replace(app.config["SETTINGS"], retention_unanswered_days=20)
    monkeypatch.setitem(app.config, "SETTINGS", shorter)
    note_act(enquiry, after(5))
    assert kept_days(enquiry) == 20


def test_a_clinic_that_is_asked_again_has_its_thirty_days(enquiry: Enquiry) -> None:
    recipient = enquiry.recipients[0]
    recipient.state = "unreachable"
    assert sending.ask_again(recipient, after(25), 14)
    assert (kept_days(enquiry), enquiry.last_act_at) == (55, NOW)


def test_what_is_over_is_not_brought_back_by_asking_again(enquiry: Enquiry) -> None:
    enquiry.recipients[0].state = "unreachable"
    assert not sending.ask_again(enquiry.recipients[0], after(30), 14)
    assert kept_days(enquiry) == 30


@pytest.mark.parametrize(("day", "open_for"), [(0, 14), (20, 10), (29.5, 0), (31, 0)])
def test_a_link_is_open_no_longer_than_the_enquiry(enquiry: Enquiry, day: float, open_for: int) -> None:
    assert open_days(enquiry, after(day), 14) == open_for


def test_a_clinic_added_later_has_its_thirty_days_too(enquiry: Enquiry) -> None:
    enquiry.recipients[1].asked_at = after(25)
    note_act(enquiry, after(25))
    assert kept_days(enquiry) == 55


def test_a_year_is_the_most(enquiry: Enquiry) -> None:
    for day in range(0, 360, 30):
        note_act(enquiry, after(day), answered=True)
    assert kept_days(enquiry) == 365
    enquiry.recipients[1].asked_at = after(364)
    note_act(enquiry, after(364))
    assert kept_days(enquiry) == 365


def test_a_clinics_own_test_keeps_its_few_days(session: Session, clinics: list[Clinic], clocks: None) -> None:
    row = factories.enquiry(session, *clinics, state="answered", is_test=True, expires_at=after(7))
    note_act(row, after(2), answered=True)
    assert kept_days(row) == 7
    assert open_days(row, after(2), 14) == 5


def test_links_live_as_long_as_the_enquiry_may(session: Session, enquiry: Enquiry) -> None:
    links.mint_for_patient(enquiry, NOW)
    links.mint_for_clinic(enquiry.recipients[0], NOW, 14)
    session.flush()
    ends = session.scalars(select(Link.expires_at).order_by(Link.id)).all()
    assert ends == [after(365), after(14)]


def test_the_pages_close_in_the_moment_its_time_is_over(
    session: Session, client: FlaskClient, enquiry: Enquiry
) -> None:
    """The purge comes once an hour; until then the row stands, and nobody can open it."""
    patient = links.mint_for_patient(enquiry, NOW)
    clinic = links.mint_for_clinic(enquiry.recipients[0], NOW, 300)
    for link in session.scalars(select(Link)):
        link.expires_at = after(100_000)
    enquiry.expires_at = after(-10_000)
    session.commit()
    for page in (f"/e/{patient}", f"/q/{clinic}"):
        assert client.get(page).status_code == 410


def test_an_enquiry_is_forgotten_when_its_time_is_over(session: Session, clinics: list[Clinic]) -> None:
    old = factories.enquiry(session, *clinics, expires_at=after(1), email_confirmed_at=NOW)
    young = factories.enquiry(session, *clinics, expires_at=after(2)).id
    for row in (old, session.get_one(Enquiry, young)):
        links.mint_for_patient(row, NOW)
    session.commit()
    with unit_of_work():
        assert forget_expired(after(1) - timedelta(seconds=1)) == 0
        assert forget_expired(after(1)) == 1
    for table in (Recipient, Link):
        assert set(session.scalars(select(table.enquiry_id))) == {young}
    receipt = session.scalars(select(Erasure)).one()
    assert (receipt.reason, receipt.erased_at) == (erasing.RETENTION, after(1))
    # That day was announced on the form: nobody is written to.
    assert session.scalars(select(Delivery)).all() == []


def test_the_oldest_go_first_and_a_few_at_a_time(session: Session, clinics: list[Clinic]) -> None:
    for days in (3, 1, 2):
        factories.enquiry(session, clinics[0], expires_at=after(days), ref=f"LFL-{days}")
    session.commit()
    with unit_of_work():
        assert forget_expired(after(9), limit=2) == 2
    assert session.scalars(select(Enquiry.ref)).all() == ["LFL-3"]


def test_the_command_forgets_all_of_them(app: Flask, session: Session, clinics: list[Clinic]) -> None:
    run = app.test_cli_runner().invoke
    for _number in range(101):
        factories.enquiry(session, clinics[0], expires_at=NOW - timedelta(days=1000))
    session.commit()
    assert "101 enquiries deleted" in run(args=["privacy", "purge"]).output
    assert session.scalars(select(Enquiry)).all() == []
    assert "0 enquiries deleted" in run(args=["privacy", "purge"]).output
