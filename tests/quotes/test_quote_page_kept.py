"""What somebody at a clinic typed comes back to her whatever happened meanwhile, and no colleague's words go unseen."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.enquiries.filled_form import fields_of
from tests.quotes.conftest import Asked, answer_fields, answered, press
from tests.reading import Page
from webapp.quotes.models import Quote, QuoteDraft


def page_of(browser: FlaskClient, path: str) -> str:
    return browser.get(path).get_data(as_text=True)


def forget(browser: FlaskClient) -> None:
    """Twenty other pages were opened since."""
    with browser.session_transaction() as session:
        session["_opened"] = session["opened"] = []


def drafts(session: Session) -> list[str]:
    session.commit()
    return list(session.scalars(select(QuoteDraft.fields)))


def test_a_sheet_comes_back_to_a_browser_that_lost_its_session(
    app: Flask, clinic_browser: FlaskClient, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    answered(clinic_browser, page, note="Sent words")
    fields = answer_fields(page_of(clinic_browser, page), conditions="Typed words", note="")
    refused = app.test_client().post(page, data=fields)
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Typed words" in shown
    # Of the patient, and of what a colleague sent, nothing shows before the button is pressed.
    assert not any(words in shown for words in ("Sent words", "Does it hurt?", "Mei"))


def test_a_sheet_comes_back_though_a_colleague_saved_a_draft(
    app: Flask, clinic_browser: FlaskClient, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    typed = answer_fields(page_of(clinic_browser, page), **{"lines-0-price": "12,x", "note": "Mine"})
    answered(app.test_client(), page, answer="draft", note="Hers")
    refused = clinic_browser.post(page, data=typed)
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Mine" in shown
    assert "Hers" not in shown
    assert "This is the draft of" not in shown


@pytest.mark.parametrize(
    ("action", "typed", "seen"),
    [
        ("links", {"label": "Dr Lim"}, "Copy it now"),
        ("links", {"label": " "}, "Say for whom the link is"),
        ("ask", {"text": " "}, "Write something"),
    ],
)
def test_what_came_of_a_button_is_shown_where_the_browser_forgot_the_page(
    clinic_browser: FlaskClient, asked: Asked, action: str, typed: dict[str, str], seen: str
) -> None:
    page = asked.quote_pages[0]
    press(clinic_browser, page, "open")
    fields = fields_of(page_of(clinic_browser, page), f"{page}/{action}")
    forget(clinic_browser)
    shown = clinic_browser.post(f"{page}/{action}", data=fields | typed).get_data(as_text=True)
    assert seen in shown
    # And the sheet beside it is the one that was there.
    assert answer_fields(shown)["lines-0-price"] == ["1500.00"]


def test_an_answer_is_not_withdrawn_unseen(
    app: Flask, clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page, colleague = asked.quote_pages[0], app.test_client()
    answered(clinic_browser, page, **{"lines-0-price": "1400"})
    stale = fields_of(page_of(clinic_browser, page), f"{page}/withdraw")
    press(colleague, page, "open")
    answered(colleague, page, **{"lines-0-price": "1300"})
    refused = clinic_browser.post(f"{page}/withdraw", data=stale)
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Look at that answer before you withdraw it" in shown
    assert "S$1,300" in shown
    session.commit()
    withdrawn = select(Quote.withdrawn_at).order_by(Quote.version)
    assert session.scalars(withdrawn).all() == [None, None]
    # Having seen it, she may.
    clinic_browser.post(f"{page}/withdraw", data=fields_of(shown, f"{page}/withdraw"))
    session.commit()
    assert [at is None for at in session.scalars(withdrawn)] == [True, False]


@pytest.mark.parametrize("press_of", ["draft", "discard"])
def test_a_colleagues_draft_is_neither_replaced_nor_discarded_unseen(
    app: Flask, clinic_browser: FlaskClient, session: Session, asked: Asked, press_of: str
) -> None:
    page, colleague = asked.quote_pages[0], app.test_client()
    typed: dict[str, Any] = {"note": "Mine", "answer": press_of}
    mine = answer_fields(page_of(clinic_browser, page), **typed)
    answered(colleague, page, answer="draft", note="Hers")
    refused = clinic_browser.post(page, data=mine)
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "A colleague saved a draft since" in shown
    assert answer_fields(shown)["note"] == ["Mine"]
    assert "Hers" in drafts(session)[0]
    # Pressed once more it is on purpose.
    assert clinic_browser.post(page, data=answer_fields(shown, answer=press_of)).status_code == 303
    assert ["Mine" in text for text in drafts(session)] == ([True] if press_of == "draft" else [])


def test_a_draft_saved_twice_by_the_same_press_is_one(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    fields = answer_fields(page_of(clinic_browser, page), answer="draft", note="Mine")
    assert [clinic_browser.post(page, data=fields).status_code for _time in range(2)] == [303, 303]
    assert len(drafts(session)) == 1


def test_an_answer_leaves_a_draft_that_its_sender_has_not_seen(
    app: Flask, clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    mine = answer_fields(page_of(clinic_browser, page))
    answered(app.test_client(), page, answer="draft", note="Hers")
    assert clinic_browser.post(page, data=mine).status_code == 303
    assert "Hers" in drafts(session)[0]
    shown = Page(clinic_browser, page)
    assert "Your quote was sent." in shown.text
    assert "This is the draft of" in shown.text
