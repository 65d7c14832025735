"""The clinic's links: what a scanner can do with one (nothing), and how one is passed on, ended and sent anew."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.access.world import everything
from tests.enquiries.filled_form import fields_of
from tests.factories import NOW
from tests.quotes.conftest import Asked, answered, letters, path_in, press
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.enquiries import links
from webapp.enquiries.models import Enquiry, Link, Recipient
from webapp.i18n import utc_now
from webapp.quotes.models import Quote
from webapp.quotes.services import colleagues


def page_of(browser: FlaskClient, path: str) -> str:
    return browser.get(path).get_data(as_text=True)


def link_rows(session: Session) -> list[Link]:
    session.commit()
    return list(session.scalars(select(Link).where(Link.purpose == "quote").order_by(Link.id)))


def end_all(session: Session) -> None:
    for link in link_rows(session):
        link.expires_at = utc_now()
    session.commit()


def test_a_mail_scanner_changes_and_learns_nothing(
    app: Flask, clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page, answered_page = asked.quote_pages
    answered(clinic_browser, answered_page, note="Come fasting.", conditions="Weekdays only")
    answered(clinic_browser, page, answer="draft", note="Half a thought")
    scanner, before = app.test_client(), everything(session)
    personal = (
        "Mei", "mei@example.org", "Does it hurt?", "Fine lines", "Come fasting.", "Weekdays only", "Half a thought",
        "S$1,500",
    )  # fmt: skip
    for path in (page, answered_page, f"/ko{page}"):
        for _time in range(3):
            assert scanner.head(path).status_code == 200
        for _time in range(5):
            shown = page_of(scanner, path)
            assert not any(words in shown for words in personal)
    assert everything(session) == before


def test_a_scanner_that_posts_without_the_pages_own_token_changes_nothing(
    app: Flask, session: Session, asked: Asked
) -> None:
    page, scanner, before = asked.quote_pages[0], app.test_client(), everything(session)
    statuses = {
        scanner.post(f"{page}{action}", data={"answer": "decline", "label": "x", "text": "x"}).status_code
        for action in (
            "",
            "/open",
            "/withdraw",
            "/links",
            "/links/1/revoke",
            "/send-anew",
            "/ask",
            "/explain",
        )
    }
    assert statuses == {400, 422}
    assert everything(session) == before


def test_tokens_that_are_wrong_tampered_or_for_the_other_page_are_all_answered_alike(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    tampered = page[:-1] + ("A" if page[-1] != "A" else "B")
    wrong = ["/q/" + "A" * 43, "/q/short", tampered, asked.patient_page.replace("/e/", "/q/")]
    before = everything(session)
    answers = [clinic_browser.get(path) for path in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub(r"/q/[\w-]+", "", answer.get_data(as_text=True)) for answer in answers}) == 1
    assert clinic_browser.get(page.replace("/q/", "/e/")).status_code == 404
    assert {clinic_browser.post(path, data={"answer": "decline"}).status_code for path in wrong} == {404}
    assert everything(session) == before


def test_another_clinics_token_reaches_nothing_of_this_one(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    mine, theirs = asked.quote_pages
    answered(clinic_browser, theirs, **{"lines-0-price": "777", "note": "Rival note"})
    press(clinic_browser, theirs, "links", label="Rival colleague")
    press(clinic_browser, mine, "open")
    shown = page_of(clinic_browser, mine)
    assert not any(
        words in shown for words in ("777", "Rival note", "Rival colleague", asked.clinics[1].name)
    )
    theirs_id = next(link.id for link in link_rows(session) if link.label == "Rival colleague")
    token = fields_of(shown, f"{mine}/ask")["csrf_token"]
    revoked = clinic_browser.post(f"{mine}/links/{theirs_id}/revoke", data={"csrf_token": token})
    withdrawn = clinic_browser.post(f"{mine}/withdraw", data={"csrf_token": token})
    assert (revoked.status_code, withdrawn.status_code) == (303, 303)
    assert all(link.revoked_at is None for link in link_rows(session))
    assert session.scalars(select(Quote)).one().withdrawn_at is None


def test_a_link_is_passed_to_a_colleague_who_answers_with_it(
    app: Flask, clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page, colleague = asked.quote_pages[0], app.test_client()
    press(clinic_browser, page, "open")
    made = press(clinic_browser, page, "links", label="Dr\u202e Lim <b>")
    shown = made.get_data(as_text=True)
    assert made.status_code == 200
    assert "Dr Lim &lt;b&gt;" in shown
    assert "<b>" not in shown
    (address,) = set(re.findall(r"http://[^/\s]+(/q/[\w-]{43})", shown)) - {page}
    assert "mailto:?subject=" in shown
    # It is shown this once.
    assert address not in page_of(clinic_browser, page)
    newest = link_rows(session)[-1]
    assert (newest.mailed, newest.label) == (False, "Dr Lim <b>")
    assert answered(colleague, address).status_code == 303
    assert session.scalars(select(Quote)).one().recipient_id == newest.recipient_id


def test_a_link_is_for_somebody_and_there_are_not_too_many(
    clinic_browser: FlaskClient, session: Session, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = asked.quote_pages[0]
    press(clinic_browser, page, "open")
    for label, kept in (("", ""), ("  ", ""), ("x" * 81, "x" * 81)):
        refused = press(clinic_browser, page, "links", label=label)
        assert refused.status_code == 422
        shown = refused.get_data(as_text=True)
        assert "Say for whom the link is" in shown
        assert fields_of(shown, f"{page}/links")["label"] == [kept]
    monkeypatch.setattr(colleagues, "MAX_LIVING", 2)
    assert press(clinic_browser, page, "links", label="One").status_code == 200
    assert press(clinic_browser, page, "links", label="Two").status_code == 422
    assert [link.label for link in link_rows(session)] == [None, None, "One"]


def test_a_link_is_revoked_also_the_one_in_use(
    app: Flask, clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page, colleague = asked.quote_pages[0], app.test_client()
    press(clinic_browser, page, "open")
    shown = press(clinic_browser, page, "links", label="Ms Tan").get_data(as_text=True)
    (address,) = set(re.findall(r"http://[^/\s]+(/q/[\w-]{43})", shown)) - {page}
    listed = Page(clinic_browser, page).text
    assert "Ms Tan" in listed
    assert "this one" in listed
    own, _, other = link_rows(session)
    assert press(clinic_browser, page, f"links/{other.id}/revoke").status_code == 303
    assert colleague.get(address).status_code == 410
    assert clinic_browser.get(page).status_code == 200
    assert press(clinic_browser, page, f"links/{own.id}/revoke").status_code == 303
    assert clinic_browser.get(page).status_code == 410
    assert clinic_browser.post(page, data={"answer": "decline"}).status_code == 410


def test_in_place_of_an_ended_link_a_new_one_goes_to_the_confirmed_address(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    end_all(session)
    ended = Page(clinic_browser, page)
    assert ended.status == 410
    # It shows nothing of the enquiry.
    assert "Mei" not in ended.source
    assert asked.enquiry.ref not in ended.source
    fields = fields_of(ended.source, f"{page}/send-anew")
    assert clinic_browser.post(f"{page}/send-anew", data=fields).status_code == 200
    (letter,) = letters(session, "quote-link:")
    assert letter["To"] == asked.clinics[0].enquiry_email
    assert clinic_browser.get(path_in(letter, "q")).status_code == 200


def test_new_links_are_sent_at_most_once_an_hour(session: Session) -> None:
    enquiry = factories.enquiry(session, factories.clinic(session))
    token = links.mint_for_clinic(enquiry.recipients[0], NOW, 0)
    for minutes in (0, 20, 59, 60):
        colleagues.send_anew(token, NOW + timedelta(minutes=minutes), 14)
    assert len(letters(session, "quote-link:")) == 2


@pytest.mark.parametrize("case", ["unknown", "open", "unconfirmed", "left", "over"])
def test_where_no_link_may_go_the_reply_is_the_same(
    clinic_browser: FlaskClient, session: Session, asked: Asked, case: str
) -> None:
    page = asked.quote_pages[0]
    fields = fields_of(page_of(clinic_browser, page), f"{page}/open")
    if case != "open":
        end_all(session)
    clinic = session.get_one(Clinic, asked.clinics[0].id)
    if case == "unconfirmed":
        clinic.enquiry_email_confirmed_on = None
    if case == "left":
        clinic.authority = "withdrawn"
    if case == "over":
        session.get_one(Enquiry, asked.enquiry.id).expires_at = utc_now() - timedelta(seconds=1)
    session.commit()
    path = "/q/" + "A" * 43 if case == "unknown" else page
    said = clinic_browser.post(f"{path}/send-anew", data=fields)
    assert said.status_code == 200
    assert "If the enquiry is still open" in said.get_data(as_text=True)
    assert letters(session, "quote-link:") == []


def test_the_page_of_a_clinic_that_left_is_gone(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    session.get_one(Clinic, asked.clinics[0].id).authority = "withdrawn"
    session.commit()
    assert clinic_browser.get(asked.quote_pages[0]).status_code == 410


def test_a_link_that_is_not_ones_own_is_not_revoked(session: Session) -> None:
    clinic = factories.clinic(session)
    recipient: Recipient = factories.enquiry(session, clinic).recipients[0]
    assert not any(colleagues.revoke(recipient, number, utc_now()) for number in (0, 1, 2**31, 2**70))
