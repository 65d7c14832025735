"""One clinic more for an enquiry: who is offered, what is agreed to anew, and how many there may be."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import enquiry_fields, fields_of
from tests.factories import NOW
from tests.quotes.conftest import letters
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.clinics.picked import COOKIE
from webapp.enquiries.models import Enquiry, Recipient
from webapp.enquiries.services import sending
from webapp.i18n import utc_now

TOWN = {"lat": 1.3039, "lng": 103.8358}
SEOUL = {"country": "KR", "lat": 37.4979, "lng": 127.0276, "foreign_patient_reg_no": "SAMPLE-KR-1"}


def seller(session: Session, **more: Any) -> Clinic:
    clinic = factories.clinic(session, **more)
    factories.offer(session, clinic)
    session.commit()
    return clinic


def ask(client: FlaskClient, *clinics: Clinic, **changes: Any) -> str:
    """The patient's page of an enquiry to these clinics, opened."""
    query = "&".join(f"clinic={clinic.slug}" for clinic in clinics) + "&want=rejuran_healer:3"
    answer = client.post("/enquiries/new", data=enquiry_fields(client, query, **changes))
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def offered(client: FlaskClient, page: str, query: str = "") -> list[str]:
    boxes = Page(client, f"{page}/add{query}").check().all("input", type="checkbox")
    names = [str(box.get("name")) for box in boxes]
    return [
        name.removeprefix("consent_") for name in names if name not in ("consent_health", "consent_abroad")
    ]


def add(client: FlaskClient, page: str, *clinics: Clinic, **more: str) -> int:
    fields = fields_of(client.get(f"{page}/add").get_data(as_text=True), "/add")
    ticked = {f"consent_{clinic.slug}": "y" for clinic in clinics} | {
        "consent_health": "y",
        "consent_abroad": "y",
    }
    return client.post(f"{page}/add", data={**fields, **ticked, **more}).status_code


def recipients(session: Session) -> list[int]:
    session.commit()
    return list(session.scalars(select(Recipient.clinic_id).order_by(Recipient.id)))


def test_those_that_sell_the_same_come_nearest_first(
    client: FlaskClient, session: Session, unhurried: None
) -> None:
    asked = seller(session, **TOWN)
    far = seller(session, lat=1.40, lng=103.75)
    near = seller(session, lat=1.3045, lng=103.836)
    abroad = seller(session, **SEOUL)
    seller(session, authority="unclaimed", accepts_enquiries=False)
    seller(session, accepts_enquiries=False)
    seller(session, enquiries_per_day=0)
    other = factories.clinic(session)
    factories.offer(session, other, parts=[{"treatment_id": factories.treatment(session, "profhilo").id}])
    session.commit()
    page = ask(client, asked)
    assert offered(client, page) == [near.slug, far.slug, abroad.slug]
    assert offered(client, page, f"?clinic={abroad.slug}") == [abroad.slug, near.slug, far.slug]
    client.set_cookie(COOKIE, f"{far.slug}.nobody.{asked.slug}")
    assert offered(client, page) == [far.slug, near.slug, abroad.slug]


def test_the_page_opens_after_the_button_only(client: FlaskClient, session: Session, unhurried: None) -> None:
    other = [seller(session), seller(session)]
    page = ask(client, other[0])
    stranger = client.application.test_client()
    for answer in (
        stranger.get(f"{page}/add"),
        stranger.post(f"{page}/add", data={f"consent_{other[1].slug}": "y"}),
    ):
        assert answer.status_code == 303
        assert answer.headers["Location"] == page
    assert recipients(session) == [other[0].id]
    assert stranger.get("/e/" + "A" * 43 + "/add").status_code == 404


def test_she_agrees_anew_and_the_clinic_is_asked_the_same(
    client: FlaskClient, session: Session, unhurried: None
) -> None:
    first, second = seller(session), seller(session, **SEOUL)
    page = ask(client, first)
    fields = fields_of(client.get(f"{page}/add").get_data(as_text=True), "/add")
    ticked = {f"consent_{second.slug}": "y", "consent_health": "y", "consent_abroad": "y"}
    # Pressed twice, it is asked once.
    for _time in range(2):
        answer = client.post(f"{page}/add", data={**fields, **ticked})
        assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert recipients(session) == [first.id, second.id]
    (row,) = session.query(Enquiry).all()
    added = row.recipients[1]
    given = {consent.matter: consent.text.text for consent in added.consents}
    assert set(given) == {"enquiry", "health", "abroad"}
    assert given["enquiry"].startswith(f"Send my enquiry to {second.name}, South Korea")
    assert "South Korea" in given["abroad"]
    asked = letters(session, f"enquiry-asks-clinic:{added.id}")
    assert [letter["To"] for letter in asked] == [second.enquiry_email]


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        ("clinic", "Tick at least one clinic"),
        ("consent_health", "Tick the box about health"),
        ("consent_abroad", "Tick the box about other countries"),
        ("csrf_token", "CSRF"),
    ],
)
def test_without_what_is_needed_nothing_is_sent(
    client: FlaskClient, session: Session, unhurried: None, left_out: str, message: str
) -> None:
    first, second = seller(session), seller(session, **SEOUL)
    page = ask(client, first, message="Does it hurt?")
    fields: dict[str, Any] = dict(fields_of(client.get(f"{page}/add").get_data(as_text=True), "/add"))
    fields |= {"consent_health": "y", "consent_abroad": "y", f"consent_{second.slug}": "y"}
    del fields[f"consent_{second.slug}" if left_out == "clinic" else left_out]
    answer = client.post(f"{page}/add", data=fields)
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
    assert recipients(session) == [first.id]


def test_health_is_asked_about_only_where_she_told_of_it(
    client: FlaskClient, session: Session, unhurried: None
) -> None:
    first, second = seller(session), seller(session)
    page = ask(client, first, message="", concerns=[])
    assert "consent_health" not in client.get(f"{page}/add").get_data(as_text=True)
    assert add(client, page, second, consent_health="") == 303


def test_five_and_no_more(client: FlaskClient, session: Session, unhurried: None) -> None:
    sellers = [seller(session) for _number in range(7)]
    page = ask(client, *sellers[:4])
    assert add(client, page, *sellers[4:6]) == 422
    assert recipients(session) == [clinic.id for clinic in sellers[:4]]
    assert add(client, page, sellers[4]) == 303
    assert len(recipients(session)) == 5
    assert offered(client, page) == []
    assert "goes to no further clinic" in Page(client, f"{page}/add").check().text


def test_a_clinic_that_dropped_out_meanwhile(client: FlaskClient, session: Session, unhurried: None) -> None:
    first, second = seller(session), seller(session)
    page = ask(client, first)
    fields = fields_of(client.get(f"{page}/add").get_data(as_text=True), "/add")
    second.paused_until = utc_now().date() + timedelta(days=3)
    session.commit()
    ticked = {f"consent_{second.slug}": "y", "consent_health": "y"}
    answer = client.post(f"{page}/add", data={**fields, **ticked})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert f"{second.name}: This clinic takes no enquiries for a while." in page
    assert "Tick at least one clinic" not in page
    assert recipients(session) == [first.id]


def test_the_service_asks_a_clinic_once_and_none_that_cannot_be_asked(session: Session) -> None:
    first, second, third = (factories.clinic(session) for _number in range(3))
    enquiry = factories.enquiry(session, first)
    words = {"enquiry": "Send it there"}
    (added,) = sending.add_clinics(enquiry, {first.id: words, second.id: words}, NOW, 14)
    assert sending.add_clinics(enquiry, {second.id: words}, NOW, 14) == []
    assert [recipient.clinic_id for recipient in enquiry.recipients] == [first.id, second.id]
    assert [consent.text.text for consent in added.consents] == ["Send it there"]
    third.enquiries_per_day = 1
    factories.enquiry(session, third)
    with pytest.raises(sending.CannotBeAsked):
        sending.add_clinics(enquiry, {third.id: words}, NOW, 14)
    enquiry.closed_at, enquiry.closed_as = NOW, "suited"
    session.flush()
    third.enquiries_per_day = None
    with pytest.raises(sending.CannotBeAsked):
        sending.add_clinics(enquiry, {third.id: words}, NOW, 14)
