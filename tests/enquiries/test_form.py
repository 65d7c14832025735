"""The enquiry form as a reader meets it: what is sent, what is refused, and that nothing typed is lost."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import enquiry_fields, fields_of
from tests.reading import Page, words
from webapp.clinics.models import Clinic
from webapp.enquiries.models import Enquiry, Recipient
from webapp.outbox.models import Delivery

URL = "/enquiries/new"


def query(clinics: list[Clinic]) -> str:
    return "&".join(f"clinic={clinic.slug}" for clinic in clinics) + "&treatment=rejuran_healer&sessions=3"


def treatments_of_the_form(client: FlaskClient, clinics: list[Clinic]) -> list[str]:
    (box,) = Page(client, f"{URL}?{query(clinics)}").all("select", name="wants-0-treatment")
    return [words(option) for option in box if option.get("value")]


def count(session: Session, model: type[Any]) -> int:
    session.commit()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_prefilled_from_the_address(client: FlaskClient, clinics: list[Clinic]) -> None:
    fields = enquiry_fields(client, query(clinics))
    assert fields["wants-0-treatment"] == ["rejuran_healer"]
    assert fields["wants-0-sessions"] == ["3"]
    assert fields["clinic"] == [clinic.slug for clinic in clinics]


def test_kinds_of_products_stand_in_place_of_brands_where_the_market_wants_it(
    app: Flask, client: FlaskClient, session: Session, clinics: list[Clinic], monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.treatment(session, "rejuran_s")
    korean = factories.clinic(session, country="KR", foreign_patient_reg_no="A-1")
    session.commit()
    names = ["Rejuran Healer", "Rejuran S"]
    assert treatments_of_the_form(client, clinics) == names
    settings = replace(app.config["SETTINGS"], brand_names_sg=False)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    # Several of one kind are told apart, and the address still says which one was meant.
    assert treatments_of_the_form(client, clinics) == [
        "PN skin booster, product 1",
        "PN skin booster, product 2",
    ]
    assert enquiry_fields(client, query(clinics))["wants-0-treatment"] == ["rejuran_healer"]
    assert treatments_of_the_form(client, [korean]) == names


def test_one_post_makes_one_enquiry_and_a_mail_to_each_clinic_and_the_patient(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    answer = client.post(URL, data=enquiry_fields(client, query(clinics)))
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/e/")
    assert count(session, Enquiry) == 1
    recipients = session.scalars(select(Recipient)).all()
    assert {row.clinic_id for row in recipients} == {clinic.id for clinic in clinics}
    for row in recipients:
        assert row.consents[0].text.text.startswith("Send my enquiry to")
    to = set(session.scalars(select(Delivery.to_address)))
    assert to == {"mei@example.org"} | {clinic.enquiry_email for clinic in clinics}
    assert client.get(answer.headers["Location"]).status_code == 200


def test_the_same_form_twice_is_one_enquiry_and_one_page(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    fields = enquiry_fields(client, query(clinics))
    first, second = (client.post(URL, data=fields) for _time in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert count(session, Enquiry) == 1
    assert count(session, Delivery) == 3


def test_the_same_form_with_other_words_is_told_so(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    fields = enquiry_fields(client, query(clinics))
    client.post(URL, data=fields)
    answer = client.post(URL, data=fields | {"message": "Something else"})
    assert answer.status_code == 422
    assert "sent before with other words" in answer.get_data(as_text=True)
    assert count(session, Enquiry) == 1


def test_a_form_that_comes_back_too_fast_is_shown_again_with_everything_in_it(
    client: FlaskClient, session: Session, clinics: list[Clinic]
) -> None:
    answer = client.post(URL, data=enquiry_fields(client, query(clinics)))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "That was very quick" in page
    assert "Does it hurt?" in page
    assert "mei@example.org" in page
    assert count(session, Enquiry) == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "mei at example"}, "does not look like an e-mail address"),
        ({"email": ""}, "Give the address"),
        ({"name": ""}, "Give a first name"),
        ({"name": "x" * 81}, "At most 80 characters"),
        ({"message": "x" * 1_000_000}, "At most 2000 characters"),
        ({"wants-0-sessions": "0"}, "Between 1 and 12"),
        ({"wants-0-sessions": "many"}, "Not a valid integer value"),
        ({"wants-0-sessions": "9" * 400}, "Between 1 and 12"),
        ({"wants-0-treatment": "snake_oil"}, "Not a valid choice"),
        ({"wants-0-treatment": None}, "Choose a treatment"),
        ({"consent_health": None}, "Tick the box about health"),
        ({"website": "https://spam.example"}, "Leave the field called website empty"),
        ({"earliest_on": "2099-12-24", "latest_on": "2099-12-01"}, "before the earliest"),
        ({"earliest_on": "tomorrow"}, "Not a valid date"),
        ({"earliest_on": "2020-03-01"}, "This day has passed"),
        ({"latest_on": "2020-03-01"}, "This day has passed"),
        ({"other_channel": "whatsapp", "other_handle": ""}, "Give the number or name"),
        ({"other_channel": "pigeon"}, "Not a valid choice"),
        ({"csrf_token": "stale"}, "CSRF"),
        ({"started": "forged"}, "very quick"),
    ],
)
def test_a_finding_stands_on_the_page_and_nothing_typed_is_lost(
    client: FlaskClient,
    session: Session,
    clinics: list[Clinic],
    unhurried: None,
    changes: dict[str, str | None],
    message: str,
) -> None:
    fields = {
        name: value
        for name, value in (enquiry_fields(client, query(clinics)) | changes).items()
        if value is not None
    }
    answer = client.post(URL, data=fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert message in page
    if "message" not in changes:
        assert "Does it hurt?" in page
    if "earliest_on" in changes:
        assert fields_of(page)["earliest_on"] == [changes["earliest_on"]]
    assert count(session, Enquiry) == 0


def test_without_a_single_consent_nothing_is_sent(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    none = {f"consent_{clinic.slug}": None for clinic in clinics}
    answer = client.post(URL, data=enquiry_fields(client, query(clinics), **none))
    assert answer.status_code == 422
    assert count(session, Enquiry) == 0


def test_a_clinic_whose_box_is_empty_gets_nothing(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    left_out = {f"consent_{clinics[1].slug}": None}
    client.post(URL, data=enquiry_fields(client, query(clinics), **left_out))
    assert set(session.scalars(select(Recipient.clinic_id))) == {clinics[0].id}
    assert clinics[1].enquiry_email not in set(session.scalars(select(Delivery.to_address)))


def test_a_clinic_abroad_needs_the_box_about_other_countries(
    client: FlaskClient, session: Session, unhurried: None
) -> None:
    there = factories.clinic(
        session, country="KR", lat=37.4979, lng=127.0276, foreign_patient_reg_no="SAMPLE-KR-1"
    )
    factories.treatment(session)
    session.commit()
    answer = client.post(URL, data=enquiry_fields(client, query([there]), consent_abroad=None))
    assert answer.status_code == 422
    assert "Tick the box about other countries" in answer.get_data(as_text=True)
    assert client.post(URL, data=enquiry_fields(client, query([there]))).status_code == 303


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"authority": "unclaimed"}, "has not joined"),
        ({"accepts_enquiries": False}, "does not take enquiries"),
        ({"enquiry_email_confirmed_on": None}, "has not confirmed its address"),
    ],
)
def test_only_clinics_that_agreed_can_be_asked(
    client: FlaskClient, session: Session, change: dict[str, Any], reason: str
) -> None:
    clinic = factories.clinic(session, **change)
    session.commit()
    page = client.get(f"/enquiries/new?clinic={clinic.slug}").get_data(as_text=True)
    assert reason in page
    assert 'method="post"' not in page


def test_at_most_five_clinics(client: FlaskClient, session: Session) -> None:
    six = [factories.clinic(session) for _number in range(6)]
    factories.treatment(session)
    session.commit()
    fields = enquiry_fields(client, query(six))
    assert fields["clinic"] == [clinic.slug for clinic in six[:5]]


def test_words_and_contact_are_not_readable_in_the_database(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    client.post(URL, data=enquiry_fields(client, query(clinics), message="canary-words", name="Canaryname"))
    session.commit()
    for table in ("enquiry", "delivery", "delivery_event", "link", "recipient"):
        stored = repr(session.execute(text(f"SELECT * FROM {table}")).all())
        for canary in ("canary-words", "Canaryname", "mei@example.org", "fine_lines"):
            assert canary not in stored, table
