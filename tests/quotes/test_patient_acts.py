"""What the patient does on her page: each act once, by her own button, and nobody else hears more than she said."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import fields_of
from tests.quotes.conftest import letters, plain_part, quote_page
from tests.quotes.given import act, asked, opened, own_page, quote
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.enquiries import links
from webapp.enquiries.models import Consent, ConsentText, Enquiry, Link, Recipient
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery
from webapp.quotes.models import Clarification, PriceOutcome
from webapp.quotes.services import asking


@pytest.fixture
def browser(app: Flask, isolated: None) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def enquiry(session: Session) -> Enquiry:
    """Two clinics have quoted, at S$1,500 and S$1,600; nothing is published."""
    found = asked(session, factories.clinic(session), factories.clinic(session))
    for recipient, price in zip(found.recipients, (150_000, 160_000), strict=True):
        quote(session, recipient, price, listed_amount=150_000)
    session.commit()
    return found


@pytest.fixture
def page(browser: FlaskClient, session: Session, enquiry: Enquiry) -> str:
    """Her page, opened in her browser."""
    found = own_page(session, enquiry)
    opened(browser, found)
    return found


def row(session: Session, recipient: Recipient) -> Recipient:
    session.commit()
    session.refresh(recipient)
    return recipient


def counts(session: Session) -> dict[str, int]:
    session.commit()
    return dict(session.execute(select(PriceOutcome.kind, PriceOutcome.count)).all())


def release_form(browser: FlaskClient, page: str, recipient: Recipient) -> dict[str, str]:
    """What the button sends that gives this clinic her contact."""
    (form,) = Page(browser, page).all("form", id=f"release-{recipient.id}")
    return {str(field.get("name")): field.get("value", "") for field in form.iter() if field.get("name")}


def agree(browser: FlaskClient, page: str, recipient: Recipient) -> int:
    return browser.post(f"{page}/release", data=release_form(browser, page, recipient)).status_code


def accept(browser: FlaskClient, page: str, recipient: Recipient, version: int = 1) -> str:
    answer = act(browser, page, "accept", recipient=str(recipient.id), version=str(version))
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_accepting_one_tells_that_clinic_alone_and_not_at_once(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first, second = enquiry.recipients
    assert "said=accepted" in accept(browser, page, first)
    assert (row(session, first).decision, enquiry.closed_as) == ("accepted", "suited")
    (mail,) = session.scalars(select(Delivery).where(Delivery.key.like("quote-decided:%")))
    assert mail.next_at > mail.created_at + timedelta(minutes=4)
    (letter,) = letters(session, "quote-decided:")
    assert "accepted" in letter["Subject"]
    assert [word for word in ("1,500", "Mei", "mei@patient.test") if word in plain_part(letter)] == []
    assert counts(session) == {"accepted": 1}
    # The other one cannot be accepted beside it.
    assert "said=cannot" in accept(browser, page, second)
    assert row(session, second).decision is None


def test_a_quote_that_changed_or_ended_meanwhile_is_not_accepted_unseen(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first, second = enquiry.recipients
    quote(session, first, 190_000, version=2)
    quote(session, second, 160_000, version=2, withdrawn_at=utc_now())
    session.commit()
    assert "said=cannot" in accept(browser, page, first, version=1)
    assert "said=cannot" in accept(browser, page, second, version=2)
    assert row(session, first).decision is row(session, second).decision is None
    assert "said=accepted" in accept(browser, page, first, version=2)


def test_undone_in_time_nobody_hears_of_it(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first = enquiry.recipients[0]
    accept(browser, page, first)
    act(browser, page, "paid", recipient=str(first.id), amount="1,500")
    assert counts(session) == {"accepted": 1, "paid_as_quoted": 1}
    assert "said=undone" in act(browser, page, "undo", recipient=str(first.id)).headers["Location"]
    kept = row(session, first)
    assert (kept.decision, kept.decided_at, kept.paid_amount) == (None, None, None)
    assert session.scalars(select(Delivery.state).where(Delivery.key.like("quote-decided:%"))).all() == [
        "cancelled"
    ]
    assert counts(session) == {}
    assert enquiry.closed_as is None


def test_once_the_clinic_was_told_it_can_be_taken_back_but_not_undone(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first = enquiry.recipients[0]
    accept(browser, page, first)
    (mail,) = session.scalars(select(Delivery).where(Delivery.key.like("quote-decided:%")))
    mail.state = "sent"
    session.commit()
    assert "said=cannot" in act(browser, page, "undo", recipient=str(first.id)).headers["Location"]
    assert row(session, first).decision == "accepted"
    act(browser, page, "decline", recipient=str(first.id), reason="dates")
    assert (row(session, first).decision, first.decision_reason) == ("declined", "dates")
    assert counts(session) == {}
    assert [letter["Subject"] for letter in letters(session, "quote-decided:")][-1].startswith(
        "Your quote was not taken"
    )


def test_a_decline_carries_a_code_and_nothing_else(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first, second = enquiry.recipients
    act(browser, page, "decline", recipient=str(first.id), reason="too_dear")
    act(browser, page, "decline", recipient=str(second.id), reason="<b>rude</b>")
    assert row(session, first).decision_reason == "too_dear"
    assert row(session, second).decision_reason == "no_reason"
    assert "price is too high" not in "".join(plain_part(one) for one in letters(session, "quote-decided:"))
    assert "You declined: The price is too high." in Page(browser, page).text


def test_none_suited_declines_what_is_open_and_can_be_opened_again(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first, second = enquiry.recipients
    act(browser, page, "decline", recipient=str(first.id), reason="too_far")
    act(browser, page, "none-suited")
    assert [row(session, one).decision_reason for one in (first, second)] == ["too_far", "none_suited"]
    assert enquiry.closed_as == "none_suited"
    act(browser, page, "go-on")
    assert [row(session, one).decision_reason for one in (first, second)] == ["too_far", None]
    open_again = select(Enquiry.id).where(Enquiry.closed_as.is_(None), Enquiry.closed_at.is_(None))
    assert session.scalars(open_again).all() == [enquiry.id]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("1,600", "paid_above"), ("1500", "paid_as_quoted"), ("1,499.90", "paid_below"), ("", None)],
)
def test_what_she_paid_is_counted_beside_the_quote_she_accepted(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry, typed: str, kind: str | None
) -> None:
    first = enquiry.recipients[0]
    accept(browser, page, first)
    act(browser, page, "paid", recipient=str(first.id), amount="9,999")
    # A later version changes nothing of what she accepted.
    quote(session, first, 999_900, version=2, created_at=utc_now() + timedelta(minutes=1))
    session.commit()
    act(browser, page, "paid", recipient=str(first.id), amount=typed)
    assert counts(session) == {"accepted": 1} | ({kind: 1} if kind else {})


def test_an_amount_that_cannot_be_read_stays_in_its_field(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first = enquiry.recipients[0]
    accept(browser, page, first)
    answer = act(browser, page, "paid", recipient=str(first.id), amount="a lot")
    assert answer.status_code == 422
    assert 'value="a lot"' in answer.get_data(as_text=True)
    assert row(session, first).paid_amount is None


def test_one_question_goes_to_all_and_their_answers_stand_here(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    assert act(browser, page, "ask", text="May I\u202e fly home the same day?").status_code == 303
    act(browser, page, "ask", text="May I fly home the same day?")
    (question,) = session.scalars(select(Clarification))
    assert question.text == "May I fly home the same day?"
    mails = letters(session, "patient-asks-clinic:")
    assert len(mails) == 2
    assert not any("fly" in plain_part(mail) for mail in mails)
    session.commit()
    for recipient, words in zip(enquiry.recipients, ("Yes.", "Better not."), strict=True):
        asking.answer_as_clinic(recipient, question.id, words, utc_now())
    session.commit()
    text = Page(browser, page).text
    assert "Yes." in text
    assert "Better not." in text


def test_too_long_a_question_is_kept_in_the_form(browser: FlaskClient, session: Session, page: str) -> None:
    long = "x" * 2001
    answer = act(browser, page, "ask", text=long)
    assert answer.status_code == 422
    assert long in answer.get_data(as_text=True)
    assert act(browser, page, "ask", text=" \u200b ").status_code == 422
    assert session.scalars(select(Clarification)).all() == []


def test_a_clinics_question_is_answered_once_for_all(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    question = asking.ask_patient(enquiry.recipients[0], "Had it before?", utc_now())
    session.commit()
    assert act(browser, page, "explain", question=str(question.id), text="Never.").status_code == 303
    session.refresh(question)
    assert [(one.recipient_id, one.text) for one in question.answers] == [(None, "Never.")]
    # The clinic that asked hears of it; whoever did not ask finds it on its page.
    assert len(letters(session, "patient-explains-to-clinic:")) == 1


def test_contact_goes_to_one_clinic_with_the_words_that_stood_there(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first, second = enquiry.recipients
    agree(browser, page, first)
    assert row(session, first).contact_released_at is not None
    assert row(session, second).contact_released_at is None
    assert session.scalars(
        select(Consent.matter).where(Consent.recipient_id == first.id).order_by(Consent.id)
    ).all() == ["enquiry", "contact"]


def test_contact_is_given_in_words_that_she_read(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    """The button's words changed after the page was made, or it does not say which stood on it."""
    first = enquiry.recipients[0]
    fields = release_form(browser, page, first)
    session.get_one(Clinic, first.clinic_id).name = "Another Name"
    session.commit()
    for sent in (fields, {name: fields[name] for name in fields if name != "words"}):
        answer = browser.post(f"{page}/release", data=sent)
        assert answer.status_code == 422
        assert answer.get_data(as_text=True).count("The words beside the button changed.") == 2
        assert row(session, first).contact_released_at is None
    assert agree(browser, page, first) == 303
    stored = select(ConsentText.text).join(Consent.text).where(Consent.matter == "contact")
    assert session.scalars(stored).one().startswith("Another Name, ")
    # Pressed twice, on a page from before, it stays given.
    assert browser.post(f"{page}/release", data=fields).status_code == 303


def test_a_shared_link_shows_the_comparison_and_nothing_of_hers(
    app: Flask, browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    enquiry.message = "My words"
    enquiry.recipients[0].contact_released_at = utc_now()
    asking.ask_all(enquiry, "A question", utc_now())
    quote(session, enquiry.recipients[0], 140_000, version=2, note="A note", conditions="Cash only")
    session.commit()
    answer = act(browser, page, "share", label=" My \u200bsister ").get_data(as_text=True)
    assert "<strong>My sister</strong>" in answer
    shared = answer.split('class="address">')[1].split("<")[0].split("127.0.0.1")[1]
    shared = shared[shared.index("/e/") :]
    somebody = app.test_client()
    seen = somebody.get(shared)
    assert (seen.headers["Cache-Control"], seen.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    body = seen.get_data(as_text=True)
    found = Page(somebody, shared).check()
    assert "S$1,400" in found.text
    hers = ("sister", "Mei", "mei@patient.test", "My words", "A note", "Cash only", "A question", enquiry.ref)
    assert [word for word in hers if word in body] == []
    assert found.all("form") == found.all("button") == []
    # It is a key to that page and to no other, and acts nowhere.
    token = shared.rsplit("/", 1)[1]
    assert somebody.get(f"/e/{token}").status_code == 404
    # Not even from her own browser, with what her page sends along.
    own = fields_of(browser.get(page).get_data(as_text=True), "/ask")
    for action in ("accept", "release", "share", "erase", "export", "open", "ask"):
        assert browser.post(f"/e/{token}/{action}", data=own).status_code == 404
    ended = fields_of(browser.get(page).get_data(as_text=True), "/unshare")
    assert browser.post(f"{page}/unshare", data=ended).status_code == 303
    assert somebody.get(shared).status_code == 410


def test_there_are_only_so_many_shared_links_and_another_enquirys_cannot_be_ended(
    browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    other = asked(session, factories.clinic(session))
    links.mint_to_share(other, utc_now(), 14)
    session.commit()
    (foreign,) = session.scalars(select(Link).where(Link.purpose == "share"))
    for _time in range(5):
        assert act(browser, page, "share").status_code == 200
    refused = act(browser, page, "share", label="My sister")
    assert refused.status_code == 422
    assert "end one first" in refused.get_data(as_text=True)
    act(browser, page, "unshare", link=str(foreign.id))
    session.refresh(foreign)
    assert foreign.revoked_at is None


def test_a_name_for_a_link_that_is_too_long_is_kept_with_a_word_beside_it(
    browser: FlaskClient, session: Session, page: str
) -> None:
    answer = act(browser, page, "share", label="x" * 81)
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    assert "in at most 80 characters" in shown
    assert fields_of(shown, "/share#share")["label"] == ["x" * 81]
    assert session.scalars(select(Link).where(Link.purpose == "share")).all() == []


def test_she_takes_everything_along_as_a_file(browser: FlaskClient, page: str, enquiry: Enquiry) -> None:
    answer = act(browser, page, "export")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{enquiry.ref}.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json is not None
    assert answer.json["identifier"] == enquiry.ref


def test_a_mailed_link_proves_the_address_by_the_button_and_not_by_itself(
    browser: FlaskClient, session: Session, enquiry: Enquiry
) -> None:
    from_browser, mailed = own_page(session, enquiry), own_page(session, enquiry, mailed=True)
    for page, confirmed in ((from_browser, False), (mailed, True)):
        browser.get(page)
        session.refresh(enquiry)
        assert enquiry.email_confirmed_at is None
        opened(browser, page)
        session.commit()
        session.refresh(enquiry)
        assert (enquiry.email_confirmed_at is not None) is confirmed


def test_the_clinics_page_knows_no_sooner_than_its_mail(
    app: Flask, browser: FlaskClient, session: Session, page: str, enquiry: Enquiry
) -> None:
    first = enquiry.recipients[0]
    token = links.mint_for_clinic(first, utc_now(), 14)
    session.commit()
    clinic = app.test_client()
    act(browser, page, "decline", recipient=str(first.id), reason="too_dear")
    act(clinic, f"/q/{token}", "open")
    assert "She decided" not in Page(clinic, f"/q/{token}").text
    decided_at = row(session, first).decided_at
    assert decided_at is not None
    first.decided_at = decided_at - timedelta(minutes=6)
    session.commit()
    text = Page(clinic, f"/q/{token}").text
    assert "She decided against your quote" in text
    assert "The price is too high" in text


@pytest.mark.parametrize("sender", ["patient", "clinic"])
def test_a_question_typed_before_the_browser_was_closed_is_handed_back_and_asked(
    app: Flask, browser: FlaskClient, session: Session, enquiry: Enquiry, sender: str
) -> None:
    address = own_page(session, enquiry) if sender == "patient" else quote_page(session, enquiry)
    fields = fields_of(opened(browser, address), "/ask") | {"text": ["Parking <near> you?"]}
    browser_opened_again = app.test_client()
    answer = browser_opened_again.post(f"{address}/ask?by=total", data=fields)
    assert answer.status_code == 400
    error_page = answer.get_data(as_text=True)
    assert "Nothing has been sent yet" in error_page
    assert session.scalars(select(Clarification)).all() == []
    handed_back = fields_of(error_page, f"{address}/ask?by=total")
    assert handed_back["text"] == ["Parking <near> you?"]
    assert browser_opened_again.post(f"{address}/ask", data=handed_back).status_code == 303
    session.commit()
    assert [row.text for row in session.scalars(select(Clarification))] == ["Parking <near> you?"]
