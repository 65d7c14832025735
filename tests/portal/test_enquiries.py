"""A clinic's enquiries in the portal: their state, the way to the answer, and a test that goes the real way."""

import re
from datetime import timedelta
from email import message_from_string, policy

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.portal.browsing import press, send
from tests.portal.keepers import sign_in
from webapp.clinics.models import Clinic
from webapp.enquiries.models import Enquiry, Link, Recipient
from webapp.i18n import format_day, today_in, utc_now
from webapp.outbox.models import Delivery
from webapp.portal import queries
from webapp.quotes.models import Quote, QuoteDraft

PAGE = "/portal/larch/enquiries"


@pytest.fixture
def clinic(session: Session, client: FlaskClient) -> Clinic:
    row = factories.clinic(session, slug="larch", enquiry_email="desk@larch.example")
    factories.offer(session, row)
    sign_in(client, session, row)
    return row


def asked(session: Session, clinic: Clinic, ref: str = "LFL-23456789") -> Recipient:
    (recipient,) = factories.enquiry(
        session, clinic, ref=ref, message="Does it hurt?", created_at=utc_now()
    ).recipients
    session.commit()
    return recipient


def page(client: FlaskClient, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_list_shows_the_state_and_not_who_asked(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    asked(session, clinic)
    shown = page(client)
    assert "LFL-23456789" in shown
    assert "3 sessions" in shown
    assert "Mei" not in shown
    assert "Does it hurt?" not in shown


def test_the_answer_opens_with_what_the_patient_wrote_but_not_her_contact(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    asked(session, clinic)
    answer = press(client, PAGE, f"{PAGE}/LFL-23456789/answer")
    assert answer.status_code == 303
    assert re.fullmatch(r"/q/[\w-]{43}", answer.location)
    shown = page(client, answer.location)
    assert "Does it hurt?" in shown
    assert "mei@patient.test" not in shown


def test_an_answer_from_the_portal_stands_in_the_list(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    asked(session, clinic)
    sheet = press(client, PAGE, f"{PAGE}/LFL-23456789/answer").location
    assert send(client, sheet, answer="decline").status_code == 303
    shown = page(client)
    assert "Declined" in shown
    assert "answered on" in shown


def test_older_enquiries_are_on_further_pages(client: FlaskClient, session: Session, clinic: Clinic) -> None:
    for number in range(52):
        asked(session, clinic, f"LFL-222222{number:02}")
    first = page(client)
    assert "LFL-22222251" in first
    assert "LFL-22222200" not in first
    older = re.search(r'href="(/portal/larch/enquiries\?before=\d+)"', first)
    assert older
    assert "LFL-22222200" in page(client, older.group(1))


def test_a_test_goes_the_way_of_every_enquiry_and_comes_back(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    assert press(client, PAGE, "/portal/larch/test-enquiry").status_code == 303
    session.commit()
    mails = {
        row.to_address: message_from_string(row.mail or "", policy=policy.default)
        for row in session.scalars(select(Delivery))
    }
    assert set(mails) == {"desk@larch.example", "owner@example.org"}
    letter = mails["desk@larch.example"]
    assert letter["Subject"].startswith("Test enquiry: ")
    body = letter.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "no patient waits for an answer" in text
    link = re.search(r"/q/[\w-]{43}", text)
    assert link
    assert client.get(link.group()).status_code == 200
    assert "test" in page(client)
    assert session.scalars(select(Enquiry.is_test)).all() == [True]


def test_five_tests_are_enough_for_a_day(client: FlaskClient, session: Session, clinic: Clinic) -> None:
    for _time in range(6):
        press(client, PAGE, "/portal/larch/test-enquiry")
    session.commit()
    assert len(session.scalars(select(Enquiry.id)).all()) == 5
    assert "disabled" in page(client)


def test_no_test_without_a_confirmed_address(client: FlaskClient, session: Session, clinic: Clinic) -> None:
    clinic.enquiry_email_confirmed_on = None
    session.commit()
    assert "Confirm the address for enquiries first" in page(client)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(client, "/portal/larch/people"))
    assert token
    client.post("/portal/larch/test-enquiry", data={"csrf_token": token.group(1)})
    session.commit()
    assert session.scalars(select(Enquiry.id)).all() == []


def test_the_list_is_shown_by_stage_with_counts_drafts_and_decisions(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    refs = [f"LFL-2222222{number}" for number in range(2, 6)]
    _still_open, drafted, answered, decided = (asked(session, clinic, ref) for ref in refs)
    session.add(QuoteDraft(recipient_id=drafted.id, fields="{}", saved_at=utc_now()))
    answered.state = decided.state = "answered"
    decided.decision, decided.decided_at = "accepted", utc_now() - timedelta(minutes=6)
    ended = today_in("SG", utc_now()) - timedelta(days=1)
    for recipient in (answered, decided):
        session.add(
            Quote(
                recipient_id=recipient.id, version=1, kind="consultation_first", currency="SGD", tax="unknown",
                valid_until=ended, created_at=utc_now(),
            )
        )  # fmt: skip
    session.commit()
    whole = page(client)
    assert all(
        words in whole for words in ("all 4", "open 2", "answered 1", "finished 1", "expired", "draft")
    )
    assert "accepted by the patient" in whole
    assert "Go on with the draft" in whole
    stages = {"open": refs[:2], "answered": refs[2:3], "closed": refs[3:]}
    for stage, expected in stages.items():
        shown = page(client, f"{PAGE}?stage={stage}")
        assert [ref for ref in refs if ref in shown] == expected
    assert all(ref in page(client, f"{PAGE}?stage=nonsense") for ref in refs)


def test_no_stage_tells_of_a_decision_that_can_be_undone(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    accepted, closed = (asked(session, clinic, f"LFL-2222222{number}") for number in (2, 3))
    minutes_ago = utc_now() - timedelta(minutes=4)
    accepted.state = "answered"
    accepted.decision, accepted.decided_at = "accepted", minutes_ago
    accepted.enquiry.closed_at = closed.enquiry.closed_at = minutes_ago
    session.commit()
    assert all(words in page(client) for words in ("open 1", "answered 1", "finished 0"))
    assert closed.enquiry.ref in page(client, f"{PAGE}?stage=open")
    accepted.decided_at = accepted.enquiry.closed_at = utc_now() - timedelta(minutes=6)
    session.commit()
    assert all(words in page(client) for words in ("open 1", "answered 0", "finished 1"))


def test_a_link_from_the_portal_bears_the_name_of_who_pressed_and_is_soon_over(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    asked(session, clinic)
    press(client, PAGE, f"{PAGE}/LFL-23456789/answer")
    session.commit()
    link = session.scalars(select(Link).where(Link.purpose == "quote")).one()
    assert (link.mailed, bool(link.label)) == (False, True)
    assert link.expires_at - link.created_at == timedelta(days=1)


def test_a_clinic_that_was_added_later_reads_its_own_day(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    recipient = asked(session, clinic)
    recipient.enquiry.created_at = utc_now() - timedelta(days=9)
    session.commit()
    with client.application.test_request_context("/"):
        own, first = (
            format_day(today_in("SG", at)) for at in (recipient.asked_at, recipient.enquiry.created_at)
        )
    shown = page(client)
    assert f"asked on {own}" in shown
    assert first not in shown


def test_what_is_to_answer_is_what_is_open(session: Session, clinic: Clinic) -> None:
    now, ago = utc_now(), utc_now() - timedelta(hours=1)
    for number in range(2, 9):
        asked(session, clinic, f"LFL-2222222{number}")
    rows = session.scalars(select(Recipient).order_by(Recipient.id)).all()
    answered, declined, decided, closed, tested, over, _open = rows
    answered.state, declined.state = "answered", "declined"
    decided.decision, decided.decided_at = "declined", ago
    closed.enquiry.closed_at = ago
    tested.enquiry.is_test = True
    over.enquiry.expires_at = ago
    session.commit()
    assert queries.unanswered(clinic, now) == 1
    clinic.authority = "withdrawn"
    session.commit()
    assert queries.unanswered(clinic, now) == 0


def test_a_clinic_that_left_is_offered_nothing_that_would_not_work(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    asked(session, clinic)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(client))
    assert token
    clinic.authority = "withdrawn"
    session.commit()
    shown = page(client)
    assert "LFL-23456789" in shown
    assert "Read and answer" not in shown
    assert "Send me a test enquiry" not in shown
    fields = {"csrf_token": token.group(1)}
    assert client.post(f"{PAGE}/LFL-23456789/answer", data=fields).status_code == 410
    client.post("/portal/larch/test-enquiry", data=fields)
    told = page(client)
    assert "Nothing is sent to a clinic that is not listed." in told
    assert "is on its way" not in told
    session.commit()
    assert session.scalars(select(Link.id)).all() == []
    assert session.scalars(select(Enquiry.is_test)).all() == [False]
