"""A clinic's doctors: added, changed, removed, and never another clinic's."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import fields_of
from tests.portal.browsing import filled, press, send, text_of
from tests.portal.keepers import sign_in
from tests.reading import Page
from webapp.clinics.models import Clinic, Practitioner
from webapp.moderation.models import Decision

LIST = "/portal/larch/doctors"
NEW = f"{LIST}/new"


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session, slug="larch", name="Larch Clinic")


@pytest.fixture
def owner(client: FlaskClient, session: Session, clinic: Clinic) -> FlaskClient:
    sign_in(client, session, clinic, role="staff")
    return client


def doctors(session: Session, clinic: Clinic) -> list[Practitioner]:
    session.commit()
    return list(session.scalars(select(Practitioner).where(Practitioner.clinic_id == clinic.id)))


def doctor(session: Session, clinic: Clinic, name: str = "Dr Quek", **more: object) -> Practitioner:
    person = Practitioner(name=name, clinic_id=clinic.id, **more)
    session.add(person)
    session.commit()
    return person


def test_a_doctor_who_is_added_stands_on_the_public_page(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    said: dict[str, Any] = {
        "name": "Dr Isolde Quek", "name_local": "郭医生", "registration_no": "M12345A",
        "register_url": "prs.moh.gov.sg/M12345A", "checked_on": "2026-11-20", "languages": ["en", "zh"],
    }  # fmt: skip
    Page(owner, NEW).check()
    assert send(owner, NEW, **said).status_code == 303
    (kept,) = doctors(session, clinic)
    assert (kept.name, kept.register_url) == ("Dr Isolde Quek", "https://prs.moh.gov.sg/M12345A")
    assert (kept.checked_on, kept.languages, kept.origin) == (date(2026, 11, 20), "en;zh", "clinic")
    assert "M12345A" in Page(owner, "/clinics/larch").text
    assert "Dr Isolde Quek" in Page(owner, LIST).check().text
    assert session.scalars(select(Decision.what)).all() == ["practitioner.added"]


def test_a_doctor_is_changed_and_removed(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    person = doctor(session, clinic, registration_no="M1")
    page = f"{LIST}/{person.id}"
    Page(owner, page).check()
    assert send(owner, page, registration_no="M2").status_code == 303
    session.commit()
    assert doctors(session, clinic)[0].registration_no == "M2"
    assert press(owner, LIST, f"{page}/remove").status_code == 303
    assert doctors(session, clinic) == []
    assert "Dr Quek" not in Page(owner, "/clinics/larch").text


@pytest.mark.parametrize(
    "field, typed",
    [
        ("name", ""), ("name", "x" * 201), ("register_url", "javascript:alert(1)"), ("checked_on", "2999-01-01"),
        ("checked_on", "x"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_beside_its_field(
    owner: FlaskClient, session: Session, clinic: Clinic, field: str, typed: str
) -> None:
    answer = send(owner, NEW, **{"name": "Dr Yeo", "registration_no": "M99", field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in text_of(answer) and "M99" in text_of(answer)
    assert doctors(session, clinic) == []


def test_two_doctors_of_a_clinic_have_two_names(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    doctor(session, clinic)
    answer = send(owner, NEW, name="Dr Quek")
    assert answer.status_code == 422
    assert "Another doctor of the clinic has this name." in text_of(answer)


def test_another_clinics_doctor_is_not_there(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    theirs = doctor(session, factories.clinic(session), name="Dr Theirs")
    form = filled(owner, NEW, name="Dr Stolen")
    for path in (f"{LIST}/{theirs.id}", f"{LIST}/999999"):
        assert owner.get(path).status_code == 404
        assert owner.post(path, data=form).status_code == 404
        assert owner.post(f"{path}/remove", data=form).status_code == 404
    session.commit()
    session.refresh(theirs)
    assert theirs.name == "Dr Theirs"


def test_extra_fields_move_no_doctor(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    person = doctor(session, clinic)
    other = factories.clinic(session)
    session.commit()
    page = f"{LIST}/{person.id}"
    form = filled(owner, page) | {
        "clinic_id": str(other.id),
        "id": "1",
        "origin": "staff",
        "registration_no": "M3",
    }
    assert owner.post(page, data=form).status_code == 303
    (kept,) = doctors(session, clinic)
    assert (kept.registration_no, kept.origin) == ("M3", "clinic")


def test_what_two_colleagues_changed_is_asked_about_once(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    person = doctor(session, clinic, checked_on=date(2026, 1, 1))
    page = f"{LIST}/{person.id}"
    form = filled(owner, page)
    person.checked_on = date(2026, 2, 1)
    person.name_local = "郭"
    session.commit()
    answer = owner.post(page, data=form | {"checked_on": "2026-03-01"})
    assert answer.status_code == 409
    assert "A colleague saved “1 February 2026” here" in text_of(answer)
    assert owner.post(page, data=fields_of(text_of(answer), page) | {"name_local": "郭"}).status_code == 303
    session.commit()
    session.refresh(person)
    assert (person.checked_on, person.name_local) == (date(2026, 3, 1), "郭")


def test_markup_in_a_doctors_name_is_text(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    send(owner, NEW, name="<img src=x onerror=alert(1)>")
    for path in (LIST, "/portal/larch/", "/clinics/larch"):
        assert "<img src=x" not in text_of(owner.get(path))
