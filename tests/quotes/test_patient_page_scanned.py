"""Programs that open every link in a mail, and people who try other people's: nothing changes, nothing is told."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests import factories
from tests.access.world import everything
from tests.quotes.given import act, asked, opened, own_page, quote
from tests.reading import Page
from webapp.enquiries import links
from webapp.enquiries.models import Enquiry, Link
from webapp.i18n import utc_now
from webapp.quotes.services import asking


@pytest.fixture
def browser(app: Flask, isolated: None) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def enquiry(session: Session) -> Enquiry:
    found = asked(session, factories.clinic(session), factories.clinic(session), message="My words")
    for recipient in found.recipients:
        quote(session, recipient, note="A note")
    asking.ask_patient(found.recipients[0], "A question", utc_now())
    session.commit()
    return found


def acts(app: Flask) -> list[Rule]:
    """Every address of the patient's page that takes a POST."""
    found = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/e/<token>/")]
    posts = [rule for rule in found if "POST" in (rule.methods or set())]
    assert len(posts) >= 15
    return posts


def test_a_scanner_changes_no_row(app: Flask, session: Session, enquiry: Enquiry) -> None:
    """HEAD three times, GET five times, and no button."""
    shared = links.mint_to_share(enquiry, utc_now(), 14)
    page = own_page(session, enquiry, mailed=True)
    before = everything(session)
    scanner = app.test_client()
    for path in (page, f"{page}?by=total&currency=KRW&said=accepted", f"{page}/erase", f"/e/shared/{shared}"):
        for _time in range(3):
            assert scanner.head(path).status_code in {200, 303}
        for _time in range(5):
            answer = scanner.get(path)
            assert answer.status_code in {200, 303}
            body = answer.get_data(as_text=True)
            hers = ("Mei", "mei@patient.test", "My words", "A note", "A question")
            assert [word for word in hers if word in body] == []
    assert everything(session) == before


def test_what_a_clinic_wrote_into_its_quote_waits_for_the_button(
    browser: FlaskClient, session: Session, enquiry: Enquiry
) -> None:
    """Its names, its words for a line or a fee: the figures stand without them, and the same total."""
    written = ("Dr Lim", "Partner in Seoul", "Room fee", "Second fee", "Our trio", "Her cream")
    quote(
        session, enquiry.recipients[0], 150_000, 5_000, version=2, injector_name="Dr Lim",
        aftercare="Partner in Seoul", other_fees=[["Room fee", 2_000], ["Second fee", 2_000]],
        lines=[{"words": "Our trio"}, {"treatment_id": None, "words": "Her cream", "quantity": None, "unit": None}],
    )  # fmt: skip
    page = own_page(session, enquiry)
    before = browser.get(page).get_data(as_text=True)
    assert [words for words in written if words in before] == []
    after = opened(browser, page)
    assert [words for words in written if words not in after] == []
    totals = [re.findall(r"S\$[\d,.]+", text) for text in (before, after)]
    assert set(totals[0]) == set(totals[1])


def test_whoever_did_not_press_the_button_does_nothing(
    app: Flask, browser: FlaskClient, session: Session, enquiry: Enquiry
) -> None:
    """With the page's own token against forgery, which anybody who opens the page gets."""
    page = own_page(session, enquiry)
    fields = {
        "recipient": str(enquiry.recipients[0].id), "version": "1", "reason": "dates", "text": "Words",
        "question": "1", "amount": "1", "link": "1",
    }  # fmt: skip
    before = everything(session)
    for rule in acts(app):
        action = rule.rule.removeprefix("/e/<token>/")
        # To be shown what one wrote, to compare and to be left alone need no more than the link.
        if action in {"open", "beside", "not-me"}:
            continue
        answer = act(browser, page, action, **fields)
        assert answer.status_code == 303, action
        assert answer.headers["Location"].endswith(page), action
    assert everything(session) == before


def test_a_forged_post_is_refused(
    app: Flask, browser: FlaskClient, session: Session, enquiry: Enquiry
) -> None:
    page = own_page(session, enquiry)
    opened(browser, page)
    before = everything(session)
    for rule in acts(app):
        action = rule.rule.removeprefix("/e/<token>/")
        # Neither changes anything that is stored without its form's own token.
        expected = {"beside": 200, "add": 422}.get(action, 400)
        recipient = str(enquiry.recipients[0].id)
        answer = browser.post(f"{page}/{action}", data={"recipient": recipient, "text": "x"})
        assert answer.status_code == expected, action
    assert everything(session) == before


def test_a_tampered_an_ended_and_a_clinics_link_are_refused_alike(
    app: Flask, browser: FlaskClient, session: Session, enquiry: Enquiry
) -> None:
    page = own_page(session, enquiry)
    flipped = page[:-1] + ("A" if page[-1] != "A" else "B")
    clinics_own = links.mint_for_clinic(enquiry.recipients[0], utc_now(), 14)
    session.commit()
    for path in (flipped, "/e/short", "/e/" + "A" * 43, f"/e/{clinics_own}", f"/e/shared/{page[3:]}"):
        assert browser.get(path).status_code == 404, path
    for link in session.scalars(select(Link).where(Link.purpose == "patient")):
        link.expires_at = utc_now() - timedelta(seconds=1)
    session.commit()
    before = everything(session)
    assert browser.get(page).status_code == 410
    for rule in acts(app):
        action = rule.rule.removeprefix("/e/<token>/")
        assert act(browser, page, action).status_code in {400, 410}, action
    assert everything(session) == before


def test_rows_of_another_enquiry_cannot_be_reached_through_ones_own_page(
    browser: FlaskClient, session: Session, enquiry: Enquiry
) -> None:
    theirs = asked(session, factories.clinic(session))
    quote(session, theirs.recipients[0])
    question = asking.ask_patient(theirs.recipients[0], "Their question", utc_now())
    session.commit()
    page = own_page(session, enquiry)
    opened(browser, page)
    before = everything(session)
    foreign = str(theirs.recipients[0].id)
    for action in ("accept", "decline", "undo", "release", "paid"):
        for number in (foreign, "0", "-1", str(2**63), "x", ""):
            assert act(browser, page, action, recipient=number, version="1").status_code == 404, action
    for number in (str(question.id), "0", str(2**40), "x"):
        assert act(browser, page, "explain", question=number, text="Mine").status_code == 303
    assert everything(session) == before
    assert "Their question" not in Page(browser, page).text
