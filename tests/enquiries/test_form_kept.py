"""Nothing typed is lost: when the server starts anew, when the database is away, and when two posts race."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config import Settings
from tests import factories
from tests.enquiries.filled_form import enquiry_fields, fields_of
from webapp.app import create_app
from webapp.clinics.models import Clinic
from webapp.enquiries.models import Enquiry
from webapp.enquiries.services import sending
from webapp.extensions import db
from webapp.outbox.models import Delivery
from webapp.unit_of_work import unit_of_work

URL = "/enquiries/new"
AT_ONCE = 20


def query(clinics: list[Clinic]) -> str:
    return "&".join(f"clinic={clinic.slug}" for clinic in clinics) + "&want=rejuran_healer:3x2ml"


def as_lists(fields: dict[str, object]) -> dict[str, list[object]]:
    return {name: value if isinstance(value, list) else [value] for name, value in fields.items()}


def handed_back_by(page: str) -> dict[str, list[str]]:
    """The fields of the error page, without those that are its own."""
    own = {"csrf_token", "sent_by_hand"}
    return {name: values for name, values in fields_of(page).items() if name not in own}


def without_key(fields: dict[str, object]) -> dict[str, list[object]]:
    return {name: values for name, values in as_lists(fields).items() if name != "csrf_token"}


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (OperationalError("INSERT", {}, Exception("the server closed the connection")), 503),
        (MemoryError(), 500),
    ],
)
def test_an_error_page_hands_every_field_back(
    app: Flask,
    client: FlaskClient,
    session: Session,
    clinics: list[Clinic],
    unhurried: None,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    status: int,
) -> None:
    typed = 'Does "it" <hurt>?\nMuch?'
    fields = enquiry_fields(client, query(clinics), message=typed, questions=["injector", "refund"])

    def away(*_arguments: object, **_more: object) -> None:
        raise failure

    with monkeypatch.context() as broken:
        broken.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
        broken.setattr(logging.getLogger("webapp.app"), "disabled", True)
        broken.setattr(sending, "send_enquiry", away)
        answer = client.post(URL, data=fields)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    page = answer.get_data(as_text=True)
    assert "Try again" in page
    assert 'href="/"' in page
    assert handed_back_by(page) == without_key(fields) | {"message": [typed]}
    # The button sends it as it was.
    assert client.post(URL, data=fields_of(page)).status_code == 303
    session.commit()
    assert session.query(Enquiry).one().message == typed


def test_other_error_pages_hand_nothing_back(client: FlaskClient) -> None:
    assert "Try again" not in client.get("/nothing-here").get_data(as_text=True)
    assert "Try again" not in client.delete(URL).get_data(as_text=True)


def test_a_page_of_too_many_posts_hands_the_fields_back(
    client: FlaskClient, clinics: list[Clinic], monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = enquiry_fields(client, query(clinics))
    monkeypatch.setattr("webapp.enquiries.views.form.enquiry_limit", lambda: "1 per hour")
    client.post(URL, data=fields)
    # A row more is no enquiry, so it is not counted.
    assert client.post(f"{URL}?more=1", data=fields).status_code == 200
    answer = client.post(URL, data=fields)
    assert answer.status_code == 429
    assert handed_back_by(answer.get_data(as_text=True)) == without_key(fields)


@pytest.fixture
def site(settings: Settings, new_database: Callable[[], str]) -> Iterator[Flask]:
    """A server on a database of its own, on which threads may commit."""
    application = create_app(replace(settings, database_url=new_database()))
    with application.app_context():
        upgrade()
    yield application
    with application.app_context():
        db.engine.dispose()


def test_a_form_from_before_the_server_started_anew_is_taken(site: Flask, unhurried: None) -> None:
    with site.app_context(), unit_of_work() as session:
        factories.treatment(session)
        address = query([factories.clinic(session)])
    browser = site.test_client()
    fields = enquiry_fields(browser, address)
    cookie = browser.get_cookie("session")
    assert cookie is not None
    started_anew = create_app(site.config["SETTINGS"])
    later = started_anew.test_client()
    later.set_cookie("session", cookie.value)
    assert later.post(URL, data=fields).status_code == 303
    with started_anew.app_context():
        assert db.session.query(Enquiry).count() == 1
    with started_anew.app_context():
        db.engine.dispose()


def test_the_same_form_posted_at_once_is_one_enquiry_and_one_answer(site: Flask, unhurried: None) -> None:
    with site.app_context(), unit_of_work() as session:
        factories.treatment(session)
        asked = [factories.clinic(session), factories.clinic(session)]
        address = query(asked)
    browser = site.test_client()
    fields = enquiry_fields(browser, address)
    cookie = browser.get_cookie("session")
    assert cookie is not None
    start = Barrier(AT_ONCE)

    def post(_number: int) -> tuple[int, str | None]:
        own = site.test_client()
        own.set_cookie("session", cookie.value)
        start.wait()
        answer = own.post(URL, data=fields)
        return answer.status_code, answer.headers.get("Location")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(post, range(AT_ONCE)))
    assert len(answers) == 1
    ((status, location),) = answers
    assert status == 303
    assert location is not None and location.startswith("/e/")
    with site.app_context():
        assert db.session.query(Enquiry).count() == 1
        assert db.session.query(Delivery).count() == 3


def test_forms_posted_at_once_do_not_pass_a_clinics_limit(site: Flask, unhurried: None) -> None:
    """The last places are given away one by one, however many ask at the same moment."""
    with site.app_context(), unit_of_work() as session:
        factories.treatment(session)
        asked = [factories.clinic(session, enquiries_per_day=3)]
        address = query(asked)
    forms = []
    for number in range(8):
        browser = site.test_client()
        forms.append((browser, enquiry_fields(browser, address, email=f"mei{number}@example.org")))
    start = Barrier(len(forms))

    def post(form: tuple[FlaskClient, dict[str, object]]) -> int:
        browser, fields = form
        start.wait()
        return browser.post(URL, data=fields).status_code

    with ThreadPoolExecutor(len(forms)) as pool:
        assert Counter(pool.map(post, forms)) == {303: 3, 422: 5}
    with site.app_context():
        assert db.session.query(Enquiry).count() == 3
