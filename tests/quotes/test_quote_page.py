"""A clinic's answer by link: prefilled, checked, sent; a GET changes nothing and shows nothing personal."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.enquiries.filled_form import fields_of
from tests.quotes.conftest import Asked, answer_fields, letters, path_in, plain_part
from tests.reading import Page
from webapp.enquiries.models import Link, Recipient
from webapp.quotes.models import Quote


def state(session: Session) -> list[tuple[Any, ...]]:
    session.commit()
    return [
        *session.execute(select(Recipient.id, Recipient.state, Recipient.contact_released_at)),
        *session.execute(select(Link.id, Link.revoked_at)),
        (session.scalar(select(func.count()).select_from(Quote)),),
    ]


def test_a_mail_scanner_changes_and_learns_nothing(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    before = state(session)
    for page in (*asked.quote_pages, asked.patient_page):
        for _time in range(3):
            assert clinic_browser.head(page).status_code == 200
        for _time in range(5):
            body = clinic_browser.get(page).get_data(as_text=True)
            for personal in ("Mei", "mei@example.org", "Does it hurt?", "Fine lines"):
                assert personal not in body
    assert state(session) == before


def test_the_words_stand_behind_a_button_and_the_contact_behind_the_patient(
    clinic_browser: FlaskClient, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    opened = clinic_browser.post(
        f"{page}/open", data=fields_of(clinic_browser.get(page).get_data(as_text=True), f"{page}/open")
    )
    assert opened.status_code == 303
    body = clinic_browser.get(page).get_data(as_text=True)
    assert "Mei" in body
    assert "Does it hurt?" in body
    assert "mei@example.org" not in body


def test_the_rows_come_from_the_clinics_own_offer(clinic_browser: FlaskClient, asked: Asked) -> None:
    fields = answer_fields(clinic_browser.get(asked.quote_pages[0]).get_data(as_text=True))
    assert fields["lines-0-treatment"] == ["rejuran_healer"]
    assert fields["lines-0-sessions"] == ["3"]
    assert fields["lines-0-price"] == ["1500.00"]
    assert fields["tax"] == ["inclusive"]


def test_a_quote_is_stored_and_the_patient_is_told_and_sees_it(
    client: FlaskClient, clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    fields = answer_fields(
        clinic_browser.get(page).get_data(as_text=True),
        **{"lines-0-price": "1,420.50", "note": "Come fasting."},
    )
    assert clinic_browser.post(page, data=fields).status_code == 303
    (told,) = letters(session, "clinic-answered:")
    assert told["To"] == "mei@example.org"
    assert asked.clinics[0].name in told["Subject"]
    assert "1,420" not in plain_part(told)
    seen = client.get(path_in(told, "e")).get_data(as_text=True)
    assert "S$1,420.50" in seen
    assert "Come fasting." in client.get(asked.patient_page).get_data(as_text=True)
    assert "No answer yet" in seen


@pytest.mark.parametrize("kind", ["decline", "consultation_first"])
def test_the_other_two_answers_need_no_price(
    client: FlaskClient, clinic_browser: FlaskClient, session: Session, asked: Asked, kind: str
) -> None:
    page = asked.quote_pages[1]
    blank = answer_fields(
        clinic_browser.get(page).get_data(as_text=True), answer=kind, **{"lines-0-price": "?"}
    )
    assert clinic_browser.post(page, data=blank).status_code == 303
    words = {"decline": "It declined.", "consultation_first": "It wants to see you before it names a price."}
    assert words[kind] in client.get(asked.patient_page).get_data(as_text=True)
    assert len(letters(session, "clinic-answered:")) == 1


def test_a_second_answer_replaces_the_first_and_both_are_kept(
    client: FlaskClient, clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    for price in ("1400", "1300"):
        fields = answer_fields(clinic_browser.get(page).get_data(as_text=True), **{"lines-0-price": price})
        clinic_browser.post(page, data=fields)
    body = client.get(asked.patient_page).get_data(as_text=True)
    assert "S$1,300" in body
    assert "S$1,400" not in body
    session.commit()
    assert list(session.scalars(select(Quote.version).order_by(Quote.version))) == [1, 2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lines-0-price": ""}, "Give an amount"),
        ({"lines-0-price": "-5"}, "cannot be below zero"),
        ({"lines-0-price": "12.345"}, "more decimals"),
        ({"lines-0-price": "1e9"}, "in figures"),
        ({"lines-0-price": "9" * 30}, "more than we can store"),
        ({"lines-0-quantity": "0"}, "above zero"),
        ({"lines-0-unit": ""}, "Choose the unit"),
        ({"lines-0-sessions": "1000"}, "Between 1 and 50"),
        ({"tax": "exclusive", "tax_rate": ""}, "Give the rate"),
        ({"tax": "vat"}, "Not a valid choice"),
        ({"consultation": "fee", "consultation_fee": ""}, "Give an amount"),
        (
            {"no_other_fees": "y", "fees-0-name": "Kit", "fees-0-amount": "20"},
            "Either there are no other fees",
        ),
        ({"fees-0-name": "Kit"}, "Give an amount"),
        ({"fees-0-amount": "20"}, "Say what the fee is for"),
        ({"needle": "extra"}, "Give an amount"),
        ({"needle": "maybe"}, "Not a valid choice"),
        ({"lines-0-area": "moon"}, "Not a valid choice"),
        ({"valid_until": "2020-01-01"}, "That day has passed"),
        ({"valid_until": "2190-01-01"}, "more than a year away"),
        ({"range_low": "9", "range_high": "", "answer": "consultation_first"}, "Give both ends of the range"),
        ({"range_low": "9", "range_high": "8", "answer": "consultation_first"}, "not below the first"),
        ({"decline_reason": "rude", "answer": "decline"}, "Not a valid choice"),
        ({"seen": "7"}, "A colleague answered while you were typing"),
        ({"valid_until": "soon"}, "Not a valid date"),
        ({"note": "x" * 1_000_000}, "At most 2000 characters"),
        ({"csrf_token": "stale"}, "CSRF"),
        ({"answer": None}, "Choose one of the three answers"),
        ({"answer": "maybe"}, "Choose one of the three answers"),
    ],
)
def test_a_finding_stands_on_the_page_and_nothing_is_sent(
    clinic_browser: FlaskClient, session: Session, asked: Asked, changes: dict[str, str | None], message: str
) -> None:
    page = asked.quote_pages[0]
    fields = answer_fields(
        clinic_browser.get(page).get_data(as_text=True), **{"note": "Come fasting."} | changes
    )
    answer = clinic_browser.post(page, data=fields)
    body = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert message in body
    if "note" not in changes:
        assert "Come fasting." in body
    session.commit()
    assert session.scalar(select(func.count()).select_from(Quote)) == 0


def test_tokens_that_are_wrong_ended_or_for_the_other_page(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    assert clinic_browser.get("/q/" + "A" * 43).status_code == 404
    assert clinic_browser.get("/q/short").status_code == 404
    assert clinic_browser.get(asked.patient_page.replace("/e/", "/q/")).status_code == 404
    assert clinic_browser.get(asked.quote_pages[0].replace("/q/", "/e/")).status_code == 404
    for link in session.scalars(select(Link).where(Link.purpose == "quote")):
        link.expires_at = link.created_at
    session.commit()
    assert clinic_browser.get(asked.quote_pages[0]).status_code == 410
    assert clinic_browser.post(asked.quote_pages[0], data={"answer": "decline"}).status_code == 410


def test_the_contact_goes_to_one_clinic_when_the_patient_says_so(
    client: FlaskClient, clinic_browser: FlaskClient, asked: Asked
) -> None:
    for page in asked.quote_pages:
        clinic_browser.post(page, data=answer_fields(clinic_browser.get(page).get_data(as_text=True)))
    body = client.get(asked.patient_page).get_data(as_text=True)
    token = body.split('name="csrf_token" value="')[1].split('"')[0]
    first = body.split('name="recipient" value="')[1].split('"')[0]
    assert client.post(f"{asked.patient_page}/release", data={"recipient": first}).status_code == 400
    client.post(f"{asked.patient_page}/release", data={"recipient": first, "csrf_token": token})
    first_page, second_page = (clinic_browser.get(page).get_data(as_text=True) for page in asked.quote_pages)
    assert "mei@example.org" in first_page
    assert "mei@example.org" not in second_page


def test_whoever_did_not_ask_gets_no_further_mail(
    client: FlaskClient, clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    body = client.get(asked.patient_page).get_data(as_text=True)
    token = body.split('name="csrf_token" value="')[1].split('"')[0]
    client.post(f"{asked.patient_page}/not-me", data={"csrf_token": token})
    page = asked.quote_pages[0]
    clinic_browser.post(page, data=answer_fields(clinic_browser.get(page).get_data(as_text=True)))
    assert letters(session, "clinic-answered:") == []


def test_the_pages_are_valid_and_have_what_every_page_has(
    client: FlaskClient, clinic_browser: FlaskClient, asked: Asked
) -> None:
    slugs = "&".join(f"clinic={clinic.slug}" for clinic in asked.clinics)
    for prefix in ("", "/zh", "/ko"):
        Page(client, f"{prefix}/enquiries/new?{slugs}").check()
        Page(client, prefix + asked.patient_page).check()
        Page(clinic_browser, prefix + asked.quote_pages[0]).check()
    clinic_browser.post(
        asked.quote_pages[0],
        data=answer_fields(clinic_browser.get(asked.quote_pages[0]).get_data(as_text=True)),
    )
    Page(client, asked.patient_page).check()
    Page(clinic_browser, asked.quote_pages[0]).check()
