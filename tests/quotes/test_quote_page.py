"""A clinic's answer by link: prefilled, checked, sent; every finding stands beside what was typed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.quotes import given
from tests.quotes.conftest import Asked, answer_fields, answered, letters, plain_part, press, quote_page
from tests.reading import Page
from webapp.enquiries.models import Recipient
from webapp.i18n import today_in, utc_now
from webapp.quotes.models import Quote
from webapp.quotes.sheet import USUAL_DAYS


def page_of(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def newest(session: Session) -> Quote:
    session.commit()
    return session.scalars(select(Quote).order_by(Quote.id.desc()).limit(1)).one()


def test_the_rows_come_from_the_clinics_own_offer(clinic_browser: FlaskClient, asked: Asked) -> None:
    fields = answer_fields(page_of(clinic_browser, asked.quote_pages[0]))
    assert fields["lines-0-treatment"] == ["rejuran_healer"]
    assert fields["lines-0-sessions"] == ["3"]
    assert fields["lines-0-price"] == ["1500.00"]
    assert fields["lines-1-price"] == [""]
    assert fields["tax"] == ["inclusive"]
    # What the offer does not say, nobody says for the clinic.
    assert [fields[name] for name in ("needle", "medicine", "follow_up", "numbing")] == [[""]] * 4
    assert "no_other_fees" not in fields
    assert fields["valid_until"] == [(today_in("SG", utc_now()) + timedelta(days=USUAL_DAYS)).isoformat()]


def test_everything_that_was_asked_has_a_row_from_the_cheapest_mix(
    clinic_browser: FlaskClient, session: Session
) -> None:
    booster, toning = (
        factories.treatment(session, "ha_booster_generic"),
        factories.treatment(session, "toning"),
    )
    clinic = factories.clinic(session)
    combo = [{"sessions": 3}, {"treatment_id": booster.id}]
    factories.offer(session, clinic, combo, title="Trio and a booster", price_amount=118000, other_fees=[])
    factories.offer(session, clinic, title="One", price_amount=50000, other_fees=[["needle", 2000]])
    wants = [{"sessions": 4}, {"treatment_id": booster.id, "sessions": 1, "area": "face"}]
    wants.append({"treatment_id": toning.id, "sessions": 2, "quantity": Decimal(1), "unit": "session"})
    page = quote_page(session, given.asked(session, clinic, wants=wants))
    fields = answer_fields(page_of(clinic_browser, page))
    rows = [
        tuple(fields[f"lines-{row}-{name}"][0] for name in ("treatment", "sessions", "price", "area"))
        for row in range(4)
    ]
    assert rows == [
        ("rejuran_healer", "3", "1180.00", ""),
        ("ha_booster_generic", "1", "0.00", "face"),
        ("rejuran_healer", "1", "500.00", ""),
        # It sells none of this: the clinic names the price.
        ("toning", "2", "", ""),
    ]
    assert (fields["needle"], fields["needle_amount"]) == (["extra"], ["20.00"])
    assert fields["medicine"] == ["included"]
    assert fields["no_other_fees"] == ["y"]


def test_a_clinic_starts_from_another_of_its_offers(clinic_browser: FlaskClient, session: Session) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic, title="One", price_amount=50000)
    first_visit = factories.offer(
        session, clinic, [{"sessions": 3}], title="First visit", price_amount=99000, eligibility="first_visit"
    )
    page = quote_page(session, given.asked(session, clinic))
    # A price for some only is not offered to somebody of whom nothing is known.
    assert answer_fields(page_of(clinic_browser, page))["lines-0-price"] == ["1500.00"]
    assert answer_fields(page_of(clinic_browser, f"{page}?offer={first_visit.ref}"))["lines-0-price"] == [
        "990.00"
    ]
    assert answer_fields(page_of(clinic_browser, f"{page}?offer=none"))["lines-0-price"] == ["1500.00"]


def test_an_amount_that_nobody_named_is_the_one_the_clinic_uses(
    clinic_browser: FlaskClient, session: Session
) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic, [{"quantity": Decimal(1)}], price_amount=30000)
    fields = answer_fields(page_of(clinic_browser, quote_page(session, given.asked(session, clinic))))
    assert (fields["lines-0-quantity"], fields["lines-0-price"]) == (["1"], ["900.00"])


def test_a_clinic_without_offers_names_its_own_price(clinic_browser: FlaskClient, session: Session) -> None:
    page = quote_page(session, given.asked(session, factories.clinic(session)))
    fields = answer_fields(page_of(clinic_browser, page))
    assert (fields["lines-0-treatment"], fields["lines-0-price"]) == (["rejuran_healer"], [""])


def test_the_sheet_of_a_clinic_that_states_everything_is_sent_as_it_stands(
    clinic_browser: FlaskClient, session: Session
) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic, other_fees=[], numbing="included", injector="doctor")
    page = quote_page(session, given.asked(session, clinic))
    assert answered(clinic_browser, page).status_code == 303
    shown = Page(clinic_browser, page).text
    assert "S$1,500" in shown
    assert "Incomplete" not in shown


def test_the_bill_is_looked_at_before_it_is_sent(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    page = asked.quote_pages[0]
    extra = {
        "needle": "extra", "needle_amount": "30", "medicine": "included", "follow_up": "not_used",
        "numbing": "included", "no_other_fees": "y", "answer": "check",
    }  # fmt: skip
    looked = answered(clinic_browser, page, **extra)
    assert looked.status_code == 200
    shown = looked.get_data(as_text=True)
    assert "So the patient will see it" in shown
    assert "Needle or injector, per visit" in shown
    assert "S$1,590" in shown
    fields = answer_fields(shown)
    assert (fields["needle"], fields["needle_amount"]) == (["extra"], ["30"])
    session.commit()
    assert session.scalar(select(func.count()).select_from(Quote)) == 0
    open_terms = answered(clinic_browser, page, needle="", answer="check").get_data(as_text=True)
    assert "Incomplete, so there is no total" in open_terms


def test_a_quote_is_stored_as_it_was_typed_and_the_patient_is_told(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    typed = {
        "lines-0-price": "1,420.50", "lines-0-words": "With the fine needle", "lines-0-area": "face",
        "numbing": "extra", "numbing_amount": "15", "needle": "included", "medicine": "extra",
        "medicine_amount": "8.50", "follow_up": "not_used", "fees-0-name": "Kit", "fees-0-amount": "5",
        "injector": "doctor", "injector_name": "Dr Lim", "aftercare": "Our partner in Seoul",
        "aftercare_language": "ko", "conditions": "Weekdays only", "note": "Come fasting.",
    }  # fmt: skip
    assert answered(clinic_browser, asked.quote_pages[0], **typed).status_code == 303
    quote = newest(session)
    (line,) = quote.lines
    assert (line.price_amount, line.words, line.area, line.sessions) == (
        142050,
        "With the fine needle",
        "face",
        3,
    )
    assert quote.inclusions == {
        "numbing": ["extra", 1500], "needle": ["included"], "medicine": ["extra", 850], "follow_up": ["not_used"],
    }  # fmt: skip
    assert (quote.numbing, quote.other_fees) == ("extra", [["Kit", 500]])
    assert (quote.injector, quote.injector_name, quote.aftercare_language) == ("doctor", "Dr Lim", "ko")
    assert (quote.aftercare, quote.conditions, quote.note) == (
        "Our partner in Seoul", "Weekdays only", "Come fasting.",
    )  # fmt: skip
    (told,) = letters(session, "clinic-answered:")
    assert told["To"] == "mei@example.org"
    assert asked.clinics[0].name in told["Subject"]
    assert "1,420" not in plain_part(told)
    shown = Page(clinic_browser, asked.quote_pages[0]).text
    # 1,420.50 and at each of three visits 15 + 8.50 + 5.
    assert "S$1,506" in shown
    again = answer_fields(page_of(clinic_browser, asked.quote_pages[0]))
    assert (again["fees-0-name"], again["injector_name"], again["note"]) == (
        ["Kit"], ["Dr Lim"], ["Come fasting."],
    )  # fmt: skip


def test_a_consultation_first_has_an_honest_range_or_none(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    # What stands in the rows is left alone.
    said = {"answer": "consultation_first", "range_low": "1200", "range_high": "1,800", "lines-0-price": "?"}
    assert answered(clinic_browser, asked.quote_pages[0], **said).status_code == 303
    quote = newest(session)
    assert (quote.kind, quote.range_low_amount, quote.range_high_amount) == (
        "consultation_first",
        120000,
        180000,
    )
    assert list(quote.lines) == []
    assert "S$1,200 to S$1,800" in Page(clinic_browser, asked.quote_pages[0]).text
    assert answered(clinic_browser, asked.quote_pages[1], answer="consultation_first").status_code == 303
    assert newest(session).range_low_amount is None


def test_a_decline_may_say_why(clinic_browser: FlaskClient, session: Session, asked: Asked) -> None:
    said = {"answer": "decline", "decline_reason": "no_dates", "lines-0-price": "?", "tax": "vat"}
    assert answered(clinic_browser, asked.quote_pages[0], **said).status_code == 303
    quote = newest(session)
    assert (quote.kind, quote.decline_reason) == ("decline", "no_dates")
    session.refresh(recipient := session.get_one(Recipient, quote.recipient_id))
    assert recipient.state == "declined"
    assert "no appointment on these dates" in Page(clinic_browser, asked.quote_pages[0]).text
    assert len(letters(session, "clinic-answered:")) == 1


def test_the_words_stand_behind_a_button_in_the_clinics_language_and_the_contact_behind_the_patient(
    clinic_browser: FlaskClient, session: Session
) -> None:
    clinic = factories.clinic(session)
    page = quote_page(
        session,
        given.asked(
            session, clinic, factories.clinic(session), message="Does it hurt?", concerns="fine_lines",
            questions="downtime", had_before="no", earliest_on=date(2026, 12, 1),
        ),
    )  # fmt: skip
    before = Page(clinic_browser, page).text
    assert not any(words in before for words in ("Mei", "Does it hurt?", "Fine lines", "How many days"))
    assert "Number of clinics asked 2" in before
    assert press(clinic_browser, page, "open").status_code == 303
    shown = Page(clinic_browser, page).text
    assert all(words in shown for words in ("Mei", "Does it hurt?", "Fine lines", "How many days"))
    assert "mei@patient.test" not in shown
    korean = Page(clinic_browser, f"/ko{page}").text
    assert "Does it hurt?" in korean
    assert "Fine lines" not in korean


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
        (
            {"range_low": "9", "range_high": "8", "answer": "consultation_first"},
            "must not be below the first",
        ),
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


def test_the_contact_and_the_decision_stand_on_the_page_of_the_clinic_that_they_are_for(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    for page in asked.quote_pages:
        answered(clinic_browser, page)
    session.commit()
    first, second = asked.enquiry.recipients
    first.contact_released_at = utc_now()
    # So long ago that she cannot undo it any more.
    first.decided_at = second.decided_at = utc_now() - timedelta(minutes=6)
    first.decision, second.decision, second.decision_reason = "accepted", "declined", "price"
    session.commit()
    chosen, other = (Page(clinic_browser, page).text for page in asked.quote_pages)
    assert "mei@example.org" in chosen
    assert "She accepted your quote" in chosen
    assert "mei@example.org" not in other
    assert "She decided against your quote" in other


def test_the_page_is_valid_and_has_what_every_page_has(clinic_browser: FlaskClient, asked: Asked) -> None:
    page = asked.quote_pages[0]
    for prefix in ("", "/zh", "/ko"):
        Page(clinic_browser, prefix + page).check()
    answered(clinic_browser, page, **{"lines-0-price": ""})
    answered(clinic_browser, page)
    answered(clinic_browser, page, **{"lines-0-price": "1400"})
    for prefix in ("", "/zh", "/ko"):
        Page(clinic_browser, prefix + page).check()


def test_a_quote_of_nothing_is_no_quote(clinic_browser: FlaskClient, asked: Asked, session: Session) -> None:
    """0 says "in another row's price": a bill of zeros would come out first of all totals."""
    nothing = {"lines-0-price": "0", "lines-1-words": "Cream", "lines-1-price": "0.00"}
    answer = answered(clinic_browser, asked.quote_pages[0], **nothing)
    assert answer.status_code == 422
    assert "above zero" in answer.get_data(as_text=True)
    assert session.scalar(select(func.count(Quote.id))) == 0
    assert (
        answered(clinic_browser, asked.quote_pages[0], **nothing | {"lines-1-price": "80"}).status_code == 303
    )


@pytest.mark.parametrize(
    ("field", "text"), [("tax_rate", "8.875"), ("lines-0-quantity", "1.2345"), ("lines-0-quantity", "1.5e-3")]
)
def test_a_number_that_would_be_stored_rounded_is_asked_for_again(
    clinic_browser: FlaskClient, asked: Asked, session: Session, field: str, text: str
) -> None:
    answer = answered(clinic_browser, asked.quote_pages[0], tax="exclusive", **{field: text})
    assert answer.status_code == 422
    assert "decimals" in answer.get_data(as_text=True)
    assert text in answer.get_data(as_text=True)
