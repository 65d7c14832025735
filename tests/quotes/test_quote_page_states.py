"""After an answer: it is amended, with its history, taken back, kept as a draft meanwhile, and talked about."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.enquiries.filled_form import fields_of
from tests.quotes.conftest import Asked, answer_fields, answered, letters, press
from tests.reading import Page
from webapp.enquiries.models import Enquiry
from webapp.i18n import today_in, utc_now
from webapp.quotes.labels import AnswerKind
from webapp.quotes.models import Clarification, Quote, QuoteDraft
from webapp.quotes.services import answering, asking
from webapp.quotes.services.answering import AnswerDraft


def versions(session: Session) -> list[int]:
    session.commit()
    return list(session.scalars(select(Quote.version).order_by(Quote.id)))


def page_of(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_an_amended_answer_is_a_new_version_and_says_what_changed(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    answered(clinic_browser, page, **{"lines-0-price": "1400"})
    later = (today_in("SG", utc_now()) + timedelta(days=9)).isoformat()
    answered(clinic_browser, page, **{"lines-0-price": "1300", "valid_until": later, "needle": "included"})
    assert versions(session) == [1, 2]
    shown = Page(clinic_browser, page)
    assert "2 versions" in shown.text
    gone, came = ([element.text for element in shown.all(tag)] for tag in ("del", "ins"))
    assert any("S$1,400" in (words or "") for words in gone)
    assert any("S$1,300" in (words or "") for words in came)
    assert "Needle or injector: not stated" in shown.text
    assert "Valid until:" in shown.text
    # The sheet goes on from the newest.
    assert answer_fields(shown.source)["lines-0-price"] == ["1300.00"]
    assert len(letters(session, "clinic-answered:")) == 1


def test_the_versions_say_that_the_note_changed_and_which_ran_out(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    for number in range(1, 4):
        answered(clinic_browser, page, note="Come fasting." if number == 2 else "")
    session.commit()
    first, second, third = session.scalars(select(Quote).order_by(Quote.version))
    second.expired_at = third.created_at - timedelta(minutes=1)
    # The day of one that was replaced before goes by unheeded.
    first.expired_at = third.created_at + timedelta(minutes=1)
    second.note = third.note
    third.withdrawn_at = utc_now()
    session.commit()
    shown = Page(clinic_browser, page).text
    assert shown.count("The note changed.") == 0
    assert shown.count("The terms stayed as they were.") == 2
    assert shown.count("· ended on") == 1
    second.note = "Come fasting."
    session.commit()
    shown = Page(clinic_browser, page).text
    assert shown.count("The note changed.") == 2
    assert "The terms stayed as they were." not in shown


def test_the_button_pressed_twice_sends_one_answer(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    fields = answer_fields(page_of(clinic_browser, page))
    assert [clinic_browser.post(page, data=fields).status_code for _time in range(3)] == [303] * 3
    assert versions(session) == [1]
    assert len(letters(session, "clinic-answered:")) == 1


def test_a_colleagues_answer_is_not_written_over_unseen(
    app: Flask, clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page, colleague = asked.quote_pages[0], app.test_client()
    mine = answer_fields(page_of(clinic_browser, page), **{"lines-0-price": "1234"})
    answered(colleague, page, **{"lines-0-price": "999"})
    refused = clinic_browser.post(page, data=mine)
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "A colleague answered while you were typing" in shown
    assert "S$999" in shown
    assert answer_fields(shown)["lines-0-price"] == ["1234"]
    assert versions(session) == [1]
    # Having seen it, she may.
    assert clinic_browser.post(page, data=answer_fields(shown)).status_code == 303
    assert versions(session) == [1, 2]


def test_an_answer_that_was_taken_back_stays_struck_out_with_its_day(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    session.get_one(Enquiry, asked.enquiry.id).email_confirmed_at = utc_now()
    session.commit()
    page = asked.quote_pages[0]
    answered(clinic_browser, page)
    opened = page_of(clinic_browser, page)
    fields = fields_of(opened, f"{page}/withdraw")
    for _time in range(2):
        assert clinic_browser.post(f"{page}/withdraw", data=fields).status_code == 303
    shown = Page(clinic_browser, page)
    assert "You withdrew it on" in shown.text
    assert shown.all("del")
    assert "The clinic has withdrawn it." in shown.text
    assert len(letters(session, "quote-withdrawn:")) == 1
    # The same quote once more is a new one: it stands again.
    answered(clinic_browser, page)
    assert versions(session) == [1, 2]
    assert "You withdrew it" not in Page(clinic_browser, page).text


def test_a_decline_is_not_withdrawn_and_nothing_is_when_there_is_no_answer(
    session: Session, asked: Asked
) -> None:
    session.commit()
    recipient = session.get_one(Enquiry, asked.enquiry.id).recipients[0]
    assert answering.withdraw(recipient, utc_now()) is False
    answering.answer(recipient, AnswerDraft(AnswerKind.DECLINE, "SGD"), utc_now())
    assert answering.withdraw(recipient, utc_now()) is False


def test_a_draft_waits_as_it_was_typed_also_for_a_colleague_and_goes_with_the_answer(
    app: Flask, clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page, colleague = asked.quote_pages[0], app.test_client()
    typed = {"lines-0-price": "about 1,400", "note": "두 번째 방문", "needle": "extra", "answer": "draft"}
    assert answered(clinic_browser, page, **typed).status_code == 303
    assert answer_fields(page_of(clinic_browser, page))["lines-0-price"] == ["about 1,400"]
    # Whoever opens the link sees that there is one, and what it says behind the button.
    before = page_of(colleague, page)
    assert "A draft was saved on" in before
    assert "두 번째 방문" not in before
    press(colleague, page, "open")
    fields = answer_fields(page_of(colleague, page))
    assert (fields["note"], fields["needle"], fields["seen"]) == (["두 번째 방문"], ["extra"], ["0"])
    session.commit()
    assert session.scalar(select(func.count()).select_from(Quote)) == 0
    answered(colleague, page, **{"lines-0-price": "1400", "needle": "included"})
    assert versions(session) == [1]
    assert session.scalars(select(QuoteDraft)).all() == []


def test_a_draft_is_encrypted_and_can_be_discarded(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    answered(clinic_browser, page, note="canary words", answer="draft")
    session.commit()
    ((stored,),) = session.connection().exec_driver_sql("select fields from quote_draft").all()
    assert "canary" not in stored
    answered(clinic_browser, page, answer="discard")
    session.commit()
    assert session.scalars(select(QuoteDraft)).all() == []
    assert answer_fields(page_of(clinic_browser, page))["note"] == [""]


@pytest.mark.parametrize(
    "changes",
    [{"csrf_token": "stale"}, {"note": "x" * 5_000}, {f"lines-{number}-words": "x" for number in range(400)}],
)
def test_a_draft_that_cannot_be_kept_loses_nothing(
    clinic_browser: FlaskClient, session: Session, asked: Asked, changes: dict[str, str]
) -> None:
    refused = answered(
        clinic_browser, asked.quote_pages[0], **{"answer": "draft", "conditions": "Kept."} | changes
    )
    assert refused.status_code == 422
    assert "Kept." in refused.get_data(as_text=True)
    session.commit()
    assert session.scalars(select(QuoteDraft)).all() == []


def test_the_clinic_asks_and_answers_and_reads_of_others_only_what_the_patient_said(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    press(clinic_browser, page, "open")
    assert press(clinic_browser, page, "ask", text="Which side do you sleep on?").status_code == 303
    session.commit()
    enquiry = session.get_one(Enquiry, asked.enquiry.id)
    mine = session.scalars(select(Clarification)).one()
    asking.answer_as_patient(enquiry, mine.id, "The left one.", utc_now())
    theirs = asking.ask_patient(enquiry.recipients[1], "Rival words", utc_now())
    asking.answer_as_patient(enquiry, theirs.id, "In December.", utc_now())
    hers = asking.ask_all(enquiry, "Do you speak Malay?", utc_now())
    session.commit()
    shown = page_of(clinic_browser, page)
    assert all(
        words in shown for words in ("sleep on?", "The left one.", "In December.", "Do you speak Malay?")
    )
    assert "Rival words" not in shown
    explain = fields_of(shown, f"{page}/explain") | {"text": "Yes, two of us."}
    assert clinic_browser.post(f"{page}/explain", data=explain).status_code == 303
    assert "Yes, two of us." in page_of(clinic_browser, page)
    # Somebody else's question is not there to be answered.
    clinic_browser.post(f"{page}/explain", data=explain | {"question": str(theirs.id), "text": "Mine now"})
    assert "Mine now" not in page_of(clinic_browser, page)
    session.commit()
    assert [answer.text for answer in session.get_one(Clarification, hers.id).answers] == ["Yes, two of us."]


@pytest.mark.parametrize("text", ["", "  ", "x" * 2_001])
def test_a_question_that_cannot_be_sent_is_still_there(
    clinic_browser: FlaskClient, session: Session, asked: Asked, text: str
) -> None:
    page = asked.quote_pages[0]
    press(clinic_browser, page, "open")
    refused = press(clinic_browser, page, "ask", text=text)
    assert refused.status_code == 422
    assert "Write something" in refused.get_data(as_text=True)
    assert text in refused.get_data(as_text=True)
    session.commit()
    assert session.scalars(select(Clarification)).all() == []
