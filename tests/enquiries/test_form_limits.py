"""How many enquiries an address and a clinic may see in a day, and what becomes of a form meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import enquiry_fields
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.enquiries.models import Enquiry, Recipient
from webapp.i18n import day_start, utc_now
from webapp.outbox.models import Delivery
from webapp.rate_limits import RateCount

URL = "/enquiries/new"
# Four in the afternoon in Singapore, five in Seoul.
AFTERNOON = "2026-11-21T08:00:00Z"
FULL = "This clinic takes no more enquiries today."


def query(*clinics: Clinic) -> str:
    return "&".join(f"clinic={clinic.slug}" for clinic in clinics) + "&want=rejuran_healer:3"


def count(session: Session) -> int:
    session.commit()
    return session.query(Enquiry).count()


@pytest.fixture
def limited(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change settings for this test."""

    def change(**values: Any) -> None:
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **values))

    return change


def test_an_address_is_named_so_often_and_told_beside_its_field(
    client: FlaskClient,
    session: Session,
    clinics: list[Clinic],
    unhurried: None,
    limited: Callable[..., None],
) -> None:
    limited(enquiry_limit_per_email="2 per day")
    with time_machine.travel(AFTERNOON, tick=False) as clock:
        for _time in range(2):
            assert client.post(URL, data=enquiry_fields(client, query(*clinics))).status_code == 303
        fields = enquiry_fields(client, query(*clinics), email="MEI@example.org")
        answer = client.post(URL, data=fields)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 429
        assert page.count("This address has been named in many enquiries lately") == 2
        assert "Does it hurt?" in page
        assert client.post(URL, data=fields | {"email": "jo@example.org"}).status_code == 303
        assert count(session) == 3
        clock.shift(timedelta(days=1, minutes=1))
        assert client.post(URL, data=enquiry_fields(client, query(*clinics))).status_code == 303


def test_an_address_is_counted_by_a_hash_that_nobody_can_guess_from(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    client.post(URL, data=enquiry_fields(client, query(*clinics)))
    session.commit()
    keys = [key for key in session.scalars(select(RateCount.key)) if key.startswith("enquiry-email:")]
    assert len(keys) == 1
    assert "mei" not in keys[0]


def test_a_form_that_is_refused_for_something_else_counts_nothing(
    client: FlaskClient,
    session: Session,
    clinics: list[Clinic],
    unhurried: None,
    limited: Callable[..., None],
) -> None:
    limited(enquiry_limit_per_email="1 per day")
    for _time in range(3):
        assert client.post(URL, data=enquiry_fields(client, query(*clinics), name="")).status_code == 422
    assert client.post(URL, data=enquiry_fields(client, query(*clinics))).status_code == 303


def test_a_clinic_that_is_full_today_says_so(client: FlaskClient, session: Session, unhurried: None) -> None:
    one, other = factories.clinic(session, enquiries_per_day=1), factories.clinic(session)
    factories.treatment(session)
    session.commit()
    with time_machine.travel(AFTERNOON, tick=False) as clock:
        assert client.post(URL, data=enquiry_fields(client, query(one))).status_code == 303
        page = Page(client, f"{URL}?{query(one, other)}").check()
        assert f"{one.name}: {FULL}" in page.text
        assert [field.get("value") for field in page.all("input", name="clinic")] == [other.slug]
        # Its own day ends at its own midnight.
        clock.move_to(day_start("SG", utc_now()) + timedelta(hours=23, minutes=59))
        assert FULL in Page(client, f"{URL}?{query(one)}").text
        clock.shift(timedelta(minutes=1))
        assert FULL not in Page(client, f"{URL}?{query(one)}").check().text


def test_the_operators_limit_holds_for_a_clinic_without_its_own(
    client: FlaskClient,
    session: Session,
    clinics: list[Clinic],
    unhurried: None,
    limited: Callable[..., None],
) -> None:
    limited(enquiries_per_clinic_per_day=1)
    assert client.post(URL, data=enquiry_fields(client, query(clinics[0]))).status_code == 303
    assert FULL in Page(client, f"{URL}?{query(clinics[0])}").text


def test_a_clinics_own_test_takes_no_patients_place(
    client: FlaskClient, session: Session, clinics: list[Clinic]
) -> None:
    clinics[0].enquiries_per_day = 1
    factories.enquiry(session, clinics[0], is_test=True, created_at=utc_now())
    session.commit()
    assert FULL not in Page(client, f"{URL}?{query(clinics[0])}").text


def make_full(session: Session, clinic: Clinic) -> None:
    clinic.enquiries_per_day = 1
    factories.enquiry(session, clinic, created_at=utc_now())


def pause(session: Session, clinic: Clinic) -> None:
    clinic.paused_until = utc_now().date() + timedelta(days=3)


def leave(session: Session, clinic: Clinic) -> None:
    clinic.authority = "withdrawn"


@pytest.mark.parametrize(
    ("drop", "reason"),
    [
        (make_full, FULL),
        (pause, "takes no enquiries for a while"),
        (leave, "None of these clinics can be asked"),
    ],
)
def test_a_clinic_that_drops_out_is_named_and_nothing_goes_out_without_her(
    client: FlaskClient,
    session: Session,
    clinics: list[Clinic],
    unhurried: None,
    drop: Callable[[Session, Clinic], None],
    reason: str,
) -> None:
    fields = enquiry_fields(client, query(clinics[0]))
    drop(session, clinics[0])
    session.commit()
    before = count(session)
    answer = client.post(URL, data=fields)
    assert answer.status_code == 422
    assert reason in answer.get_data(as_text=True)
    assert count(session) == before


def test_the_others_are_asked_when_she_presses_again(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    fields = enquiry_fields(client, query(*clinics))
    pause(session, clinics[0])
    session.commit()
    answer = client.post(URL, data=fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"{clinics[0].name}: This clinic takes no enquiries for a while." in page
    assert "Press the button again to ask the others." in page
    assert "Does it hurt?" in page
    again = fields | {"clinic": [clinics[1].slug]}
    del again[f"consent_{clinics[0].slug}"]
    assert client.post(URL, data=again).status_code == 303
    assert set(session.scalars(select(Recipient.clinic_id))) == {clinics[1].id}


def test_a_clinic_that_becomes_full_while_the_form_is_stored(
    client: FlaskClient,
    session: Session,
    clinics: list[Clinic],
    unhurried: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last place goes to somebody else after the form was checked, and before it was stored."""
    fields = enquiry_fields(client, query(*clinics))
    clinic_id = clinics[0].id
    checked: list[int] = []

    def asked_since(asked_id: int, *_rest: object) -> int:
        if asked_id == clinic_id:
            checked.append(asked_id)
            return 0 if len(checked) == 1 else 1000
        return 0

    monkeypatch.setattr("webapp.enquiries.asking.queries.asked_since", asked_since)
    answer = client.post(URL, data=fields)
    assert answer.status_code == 422
    assert f"{clinics[0].name}: {FULL}" in answer.get_data(as_text=True)
    assert count(session) == 0
    assert session.query(Delivery).count() == 0
    assert session.query(RateCount).filter(RateCount.key.like("enquiry-email:%")).count() == 0


def test_the_same_form_gives_the_same_answer_whatever_happened_since(
    client: FlaskClient,
    session: Session,
    clinics: list[Clinic],
    unhurried: None,
    limited: Callable[..., None],
) -> None:
    limited(enquiry_limit_per_email="1 per day")
    clinics[0].enquiries_per_day = 1
    session.commit()
    fields = enquiry_fields(client, query(*clinics))
    first = client.post(URL, data=fields)
    assert first.status_code == 303
    pause(session, clinics[1])
    session.commit()
    second = client.post(URL, data=fields)
    assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    assert count(session) == 1
