"""How a clinic stands on her page after things changed: its answer taken back, amended or refused after she decided,
asked twice, or heard by a mail with nothing but a file.
"""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.quotes.conftest import press, quote_page
from tests.quotes.given import act, asked, opened, own_page, quote
from tests.reading import Page
from webapp.encryption import address_hash
from webapp.enquiries import letters
from webapp.enquiries.models import Enquiry, Recipient
from webapp.i18n import utc_now
from webapp.outbox import services as outbox
from webapp.outbox.models import Delivery, DeliveryEvent
from webapp.quotes.models import MailReply
from webapp.quotes.services import deciding


@pytest.fixture
def browser(app: Flask, isolated: None) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def enquiry(session: Session) -> Enquiry:
    """Two clinics; the first quoted S$1,500 an hour ago."""
    found = asked(session, factories.clinic(session), factories.clinic(session))
    quote(session, found.recipients[0], 150_000, created_at=utc_now() - timedelta(hours=1))
    session.commit()
    return found


@pytest.fixture
def page(browser: FlaskClient, session: Session, enquiry: Enquiry) -> str:
    """Her page, opened in her browser."""
    found = own_page(session, enquiry)
    opened(browser, found)
    return found


def accepted(session: Session, recipient: Recipient) -> None:
    """She took its first answer ten minutes ago: the clinic knows."""
    deciding.accept(recipient, 1, utc_now() - timedelta(minutes=10))
    session.commit()


def card(browser: FlaskClient, page: str, recipient: Recipient) -> str:
    shown = Page(browser, page).check()
    (section,) = shown.all("section", id=f"clinic-{recipient.id}")
    return " ".join("".join(section.itertext()).split())


def test_a_clinic_that_declines_after_she_took_its_quote_does_not_keep_her_from_the_others(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first, second = enquiry.recipients
    accepted(session, first)
    quote(session, first, version=2, kind="decline", decline_reason="no_capacity")
    quote(session, second, 160_000)
    session.commit()
    shown = card(browser, page, first)
    assert "It declined." in shown
    assert "S$1,500. It gave another one since." in shown
    assert "Take the acceptance back" in shown
    assert "What you paid" not in shown
    assert "said=declined" in act(browser, page, "decline", recipient=str(first.id)).headers["Location"]
    taken = act(browser, page, "accept", recipient=str(second.id), version="1")
    assert "said=accepted" in taken.headers["Location"]
    # Where she had taken nothing, there is nothing to take back.
    quote(session, second, version=2, kind="decline", decline_reason="no_capacity")
    session.commit()
    act(browser, page, "decline", recipient=str(second.id))
    assert "Take the acceptance back" not in card(browser, page, second)


@pytest.mark.parametrize("kind", ["quote", "consultation_first"])
def test_an_answer_that_was_taken_back_or_is_over_says_so(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry, kind: str
) -> None:
    first = enquiry.recipients[0]
    expected = {"range_low_amount": 120_000, "range_high_amount": 180_000} if kind != "quote" else {}
    today = utc_now().date()
    standing = quote(session, first, version=2, kind=kind, valid_until=today + timedelta(days=9), **expected)
    session.commit()
    said = ("took this answer back on", "This answer is no longer valid.")
    shown = card(browser, page, first)
    assert [words for words in said if words in shown] == []
    assert "Valid until" in shown
    standing.valid_until = today - timedelta(days=2)
    session.commit()
    assert "This answer is no longer valid." in card(browser, page, first)
    standing.withdrawn_at = utc_now()
    session.commit()
    shown = card(browser, page, first)
    assert [words for words in said if words in shown] == ["took this answer back on"]


def test_both_read_what_she_accepted_after_it_was_amended(
    app: Flask, browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first = enquiry.recipients[0]
    accepted(session, first)
    assert "gave another one since" not in card(browser, page, first)
    quote(session, first, 190_000, version=2, injector_name="Dr Tan")
    session.commit()
    shown = card(browser, page, first)
    assert "S$1,500. It gave another one since." in shown
    assert "2 versions" in shown
    # Its words wait for the button like all others.
    plain = card(app.test_client(), page, first)
    assert ("S$1,500. It gave another one since." in plain, "2 versions" in plain) == (True, False)
    assert "Dr Tan" not in plain

    clinic = app.test_client()
    its_page = quote_page(session, enquiry)
    press(clinic, its_page, "open")
    seen = clinic.get(its_page).get_data(as_text=True)
    assert "before you gave another one" in seen
    assert "Its total: S$1,500" in seen


def test_a_mail_with_nothing_but_files_is_no_empty_box(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first = enquiry.recipients[0]
    session.add(MailReply(recipient_id=first.id, text="", raw="raw", attachments=2, received_at=utc_now()))
    session.commit()
    assert "2 files came with it" in card(browser, page, first)
    (section,) = Page(browser, page).all("section", id=f"clinic-{first.id}")
    assert [one for one in section.iter() if one.tag.endswith("blockquote")] == []


def test_a_clinic_that_is_asked_again_keeps_its_history_and_has_a_next_try(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    second = enquiry.recipients[1]
    now = utc_now()
    keys = (letters.asking(second.id), f"{letters.asking(second.id)}:after-1")
    for number, (key, state) in enumerate(zip(keys, ("sent", "pending"), strict=True)):
        mail = Delivery(
            key=key, about=letters.about(enquiry.id), message_id=f"{number}@mail.test", state=state,
            next_at=now + timedelta(hours=1), created_at=now, leases_lost=0,
        )  # fmt: skip
        session.add(mail)
        session.flush()
        events = ("posted", "bounced softly") if number == 0 else ("posted",)
        session.add_all(DeliveryEvent(delivery_id=mail.id, at=now, what=what) for what in events)
        second.delivery_id = mail.id
    session.commit()
    shown = card(browser, page, second)
    order = [shown.index(words) for words in ("asked", "came back for a while", "next try")]
    assert order == sorted(order)
    assert shown.count(": asked") == 2


def test_she_is_told_when_her_own_address_takes_no_mail(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    assert enquiry.email is not None
    enquiry.email_hash = address_hash(enquiry.email)
    session.commit()
    told = "Mail to this address came back."
    assert told not in Page(browser, page).text
    outbox.suppress(enquiry.email, outbox.BOUNCED, utc_now())
    session.commit()
    assert told in Page(browser, page).check().text
