"""What goes to an address before and after it has shown that it is the patient's, and to whom her contact goes."""

from datetime import timedelta
from functools import partial

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.enquiries.filled_form import enquiry_fields, fields_of
from tests.factories import NOW
from tests.quotes.conftest import letters, path_in, plain_part
from webapp.clinics.models import Clinic
from webapp.enquiries import links, mail
from webapp.enquiries.models import Enquiry, Link
from webapp.enquiries.services import contact
from webapp.outbox.models import Delivery

URL = "/enquiries/new"
EVERYTHING = {
    "message": "My secret skin", "concerns": ["acne_scars"], "had_before": "unsure", "questions": ["refund"],
    "name": "Meifang", "other_channel": "line", "other_handle": "mei.line", "earliest_on": "2099-12-01",
    "latest_on": "2099-12-24",
}  # fmt: skip


@pytest.fixture
def enquiry(client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None) -> Enquiry:
    """Sent from the form, with everything that a patient may say."""
    query = "&".join(f"clinic={clinic.slug}" for clinic in clinics) + "&want=rejuran_healer:3x2ml@face"
    assert client.post(URL, data=enquiry_fields(client, query, **EVERYTHING)).status_code == 303
    session.commit()
    return session.scalars(select(Enquiry)).one()


def notice(enquiry: Enquiry) -> str | None:
    """As the rooms above do it: ask, and mint the link that the mail carries."""
    address = contact.notices_go_to(enquiry)
    if address:
        links.mint_for_patient(enquiry, NOW, mailed=True)
    return address


def confirmed(session: Session, enquiry: Enquiry) -> bool:
    session.refresh(enquiry)
    return enquiry.email_confirmed_at is not None


def press_open(client: FlaskClient, page: str) -> None:
    button = client.get(page).get_data(as_text=True)
    assert client.post(f"{page}/open", data=fields_of(button, "/open")).status_code == 303


def test_an_address_that_nobody_confirmed_gets_its_page_and_one_notice(
    session: Session, enquiry: Enquiry
) -> None:
    assert [notice(enquiry) for _time in range(3)] == ["mei@example.org", None, None]


def test_a_confirmed_address_gets_every_notice(session: Session, enquiry: Enquiry) -> None:
    notice(enquiry)
    contact.confirm_address(enquiry, NOW)
    assert [notice(enquiry) for _time in range(5)] == ["mei@example.org"] * 5


def test_an_address_that_refused_gets_none_and_is_not_brought_back(
    session: Session, enquiry: Enquiry
) -> None:
    contact.refuse_mail(enquiry, NOW)
    contact.confirm_address(enquiry, NOW)
    assert enquiry.email_confirmed_at is None
    assert notice(enquiry) is None


def test_without_an_address_nobody_is_written_to(session: Session, enquiry: Enquiry) -> None:
    enquiry.email = None
    contact.confirm_address(enquiry, NOW)
    assert (notice(enquiry), enquiry.email_confirmed_at) == (None, None)


def test_the_button_behind_the_mails_link_confirms_the_address_and_her_copy_is_sent(
    client: FlaskClient, session: Session, enquiry: Enquiry, clinics: list[Clinic]
) -> None:
    page = path_in(letters(session, "enquiry-patient-page:")[0], "e")
    for method in (client.get, client.head):
        method(page)
    assert not confirmed(session, enquiry)
    press_open(client, page)
    press_open(client.application.test_client(), page)
    assert confirmed(session, enquiry)
    (copy,) = letters(session, "enquiry-copy:")
    assert copy["To"] == "mei@example.org"
    whole = copy.as_string() + plain_part(copy)
    for clinic in clinics:
        assert f"{clinic.name}: http://127.0.0.1:8000/clinics/{clinic.slug}" in plain_part(copy)
    for said in ("Rejuran Healer", "2 ml", "3 sessions", "face", "1 December 2099"):
        assert said in plain_part(copy)
    for own in ("secret", "Meifang", "cne scars", "mei.line", "not sure", "paid back"):
        assert own not in whole


def test_the_address_in_the_browser_confirms_nothing(
    client: FlaskClient, session: Session, enquiry: Enquiry
) -> None:
    """Whoever typed a stranger's address in sees the page, and the stranger gets nothing for it."""
    token = links.mint_for_patient(enquiry, NOW)
    session.commit()
    press_open(client, f"/e/{token}")
    session.refresh(enquiry)
    assert enquiry.email_confirmed_at is None
    assert letters(session, "enquiry-copy:") == []


def test_not_me_stops_a_copy_that_has_not_gone(session: Session, enquiry: Enquiry) -> None:
    contact.confirm_address(enquiry, NOW)
    contact.refuse_mail(enquiry, NOW)
    session.commit()
    assert session.scalars(
        select(Delivery.state).where(Delivery.key == f"enquiry-copy:{enquiry.id}")
    ).one() == "cancelled"  # fmt: skip


def test_a_release_is_kept_in_its_words_and_once(session: Session, enquiry: Enquiry) -> None:
    recipient = enquiry.recipients[0]
    clinic = session.get_one(Clinic, recipient.clinic_id)
    contact.release_contact(recipient, NOW)
    contact.release_contact(recipient, NOW + timedelta(days=1))
    session.flush()
    (given,) = [consent for consent in recipient.consents if consent.matter == "contact"]
    assert given.text.text.startswith(f"{clinic.name}, Singapore, may read my e-mail address")
    assert given.text.language == "en"
    assert (given.given_at, recipient.contact_released_at) == (NOW, NOW)


def test_a_clinic_that_left_gets_no_contact(session: Session, enquiry: Enquiry) -> None:
    recipient = enquiry.recipients[0]
    session.get_one(Clinic, recipient.clinic_id).authority = "withdrawn"
    contact.release_contact(recipient, NOW)
    assert recipient.contact_released_at is None
    assert "contact" not in {consent.matter for consent in recipient.consents}


def test_links_of_the_first_mail_are_told_from_the_browsers(session: Session, enquiry: Enquiry) -> None:
    mailed = session.scalars(select(Link.mailed).where(Link.purpose == "patient").order_by(Link.id)).all()
    assert list(mailed) == [False, True]


def test_whoever_wants_no_mail_gets_none_that_still_waits(session: Session, enquiry: Enquiry) -> None:
    """The copy, a notice that is tried again, even the mail with the page; the clinics' own go out."""
    contact.confirm_address(enquiry, NOW)
    write = partial(
        mail.clinic_unreachable, enquiry, session.get_one(Clinic, enquiry.recipients[0].clinic_id)
    )
    assert contact.tell_patient(enquiry, "a-notice", write, NOW)
    session.flush()
    session.scalars(select(Delivery).where(Delivery.key == "a-notice")).one().state = "deferred"
    contact.refuse_mail(enquiry, NOW)
    session.expire_all()
    states = {row.key.partition(":")[0]: row.state for row in session.scalars(select(Delivery))}
    assert states == {
        "enquiry-patient-page": "cancelled",
        "enquiry-copy": "cancelled",
        "a-notice": "cancelled",
        "enquiry-asks-clinic": "pending",
    }
    assert not contact.tell_patient(enquiry, "another", write, NOW)
