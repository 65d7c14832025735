"""What the patient's page shows: each clinic's state and answer, and the answers beside each other, like for like."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.quotes.given import asked, opened, own_page, quote
from tests.reading import Page
from tests.statements import sent_to
from webapp.enquiries import letters
from webapp.enquiries.models import Enquiry
from webapp.extensions import db
from webapp.fx.models import ExchangeRate
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery, DeliveryEvent
from webapp.quotes.models import MailReply


@pytest.fixture
def browser(app: Flask, isolated: None) -> FlaskClient:
    return app.test_client()


def read(browser: FlaskClient, page: str, query: str = "") -> str:
    return Page(browser, page + query).text


def order_of(text: str, *names: str) -> list[str]:
    """The names in the order in which they stand in the comparison's first row."""
    row = text.split("Total for what you asked")[1].split("The clinic's published price")[0]
    return sorted((name for name in names if name in row), key=row.index)


def three(session: Session, **wants: object) -> Enquiry:
    """One dear quote, one cheap one and one that leaves numbing open, in the order asked; each clinic lists S$1,500."""
    clinics = [factories.clinic(session, name=name) for name in ("Dear", "Cheap", "Open")]
    for clinic in clinics:
        factories.offer(session, clinic, verified_on=utc_now().date())
    enquiry = asked(session, *clinics, wants=[wants])
    dear, cheap, left_open = enquiry.recipients
    quote(session, dear, 162_000, listed_amount=150_000)
    quote(session, cheap, 148_000, listed_amount=150_000)
    quote(session, left_open, 100_000, numbing=None)
    return enquiry


def test_totals_stand_beside_the_price_list_and_differences_have_words(
    browser: FlaskClient, session: Session
) -> None:
    text = read(browser, own_page(session, three(session)))
    assert order_of(text, "S$1,620", "S$1,480", "incomplete") == ["S$1,620", "S$1,480", "incomplete"]
    assert "S$120 above the listed price of S$1,500" in text
    assert "S$20 below the listed price of S$1,500" in text
    assert text.count("S$1,500") >= 3 + 2, "what each clinic publishes today, and the two prices of that day"
    assert "What numbing cream costs is not stated." in text


def test_by_total_when_she_asks_and_what_is_incomplete_never_first(
    browser: FlaskClient, session: Session
) -> None:
    page = own_page(session, three(session))
    sorted_text = read(browser, page, "?by=total&currency=SGD")
    assert order_of(sorted_text, "S$1,620", "S$1,480", "incomplete") == ["S$1,480", "S$1,620", "incomplete"]
    # What cannot be read is the order asked for.
    assert order_of(read(browser, page, "?by=price"), "S$1,620", "S$1,480") == ["S$1,620", "S$1,480"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"withdrawn_at": utc_now()}, "The clinic has withdrawn it."),
        ({"valid_until": utc_now().date() - timedelta(days=3)}, "The price is no longer valid."),
        ({"lines": [{"sessions": 2}]}, "It is not for the same as you asked."),
        ({"lines": [{"quantity": Decimal(1)}]}, "It is not for the same as you asked."),
        ({"tax": "unknown", "tax_rate": None}, "Whether tax is in the price is not stated."),
    ],
)
def test_what_does_not_hold_or_is_something_else_stands_with_its_reason_behind_the_others(
    browser: FlaskClient, session: Session, changes: dict[str, object], reason: str
) -> None:
    clinics = [factories.clinic(session, name=name) for name in ("First", "Second")]
    enquiry = asked(session, *clinics, wants=[{"quantity": Decimal(2), "unit": "ml"}])
    first, second = enquiry.recipients
    quote(session, first, 90_000, **changes)
    quote(session, second, 160_000)
    text = read(browser, own_page(session, enquiry), "?by=total")
    assert order_of(text, "First", "Second") == ["Second", "First"]
    assert reason in text


def test_two_currencies_are_ordered_by_a_dated_rate_or_not_at_all(
    browser: FlaskClient, session: Session
) -> None:
    here = factories.clinic(session, name="Here")
    there = factories.clinic(session, name="There", country="KR", lat=37.5, lng=127.0)
    enquiry = asked(session, here, there)
    quote(session, enquiry.recipients[0], 160_000)
    quote(session, enquiry.recipients[1], 1_500_000, currency="KRW", tax_rate=Decimal(10))
    page = own_page(session, enquiry)
    text = read(browser, page, "?by=total&currency=SGD")
    assert "There is no exchange rate between these currencies" in text
    assert order_of(text, "Here", "There") == ["Here", "There"]
    for code, rate in (("KRW", "1700"), ("SGD", "1.5")):
        session.add(
            ExchangeRate(
                base="EUR", quote=code, rate=Decimal(rate), as_of=utc_now().date(), source="The bank"
            )
        )
    session.commit()
    text = read(browser, page, "?by=total&currency=SGD")
    assert order_of(text, "Here", "There") == ["There", "Here"]
    assert "1 SGD = 1133.33 KRW · The bank" in text
    assert "about S$1,323.53" in text


def test_her_own_quote_stands_beside_them_and_is_kept_nowhere(browser: FlaskClient, session: Session) -> None:
    page = own_page(session, three(session))
    typed = {
        "quotes-0-who": "Aunt's clinic", "quotes-0-treatment": "rejuran_healer", "quotes-0-quantity": "2 ml",
        "quotes-0-sessions": "3", "quotes-0-price": "1,500", "quotes-0-currency": "SGD", "quotes-0-basis": "total",
        "quotes-0-tax": "inclusive", "quotes-0-consultation": "included", "quotes-0-fees": "0",
        "quotes-0-numbing": "included",
    }  # fmt: skip
    text = Page(browser, f"{page}/beside?by=total&currency=SGD", typed).text
    assert order_of(text, "Cheap", "Aunt's clinic", "Dear") == ["Cheap", "Aunt's clinic", "Dear"]
    assert "Aunt" not in read(browser, page)
    wrong = Page(browser, f"{page}/beside", typed | {"quotes-0-price": "cheap"})
    assert wrong.status == 422
    assert "We cannot read “cheap” as an amount in SGD." in wrong.text
    assert wrong.all("input", value="Aunt's clinic")


def test_before_the_button_no_words_of_hers_or_of_a_clinic(browser: FlaskClient, session: Session) -> None:
    clinic = factories.clinic(session)
    enquiry = asked(session, clinic, message="My words", concerns="texture")
    recipient = enquiry.recipients[0]
    quote(session, recipient, note="A note", conditions="A condition")
    session.add(MailReply(recipient_id=recipient.id, text="A mail", raw="raw", received_at=utc_now()))
    page = own_page(session, enquiry)
    secrets = ("My words", "Mei", "mei@patient.test", "Texture", "A note", "A condition", "A mail")
    before = read(browser, page)
    assert [secret for secret in secrets if secret in before] == []
    assert "By mail, not structured" in before
    opened(browser, page)
    after = read(browser, page)
    assert [secret for secret in secrets if secret not in after] == []


def test_every_delivery_is_visible_in_our_words(browser: FlaskClient, session: Session) -> None:
    enquiry = asked(session, factories.clinic(session), state="asked")
    at = utc_now() - timedelta(hours=2)
    mail = Delivery(
        key=letters.asking(enquiry.recipients[0].id), message_id="m@k", state="deferred",
        next_at=at + timedelta(hours=5), created_at=at,
        about=letters.about(enquiry.id),
    )  # fmt: skip
    session.add(mail)
    session.flush()
    for what in ("posted", "deferred", "lease lost"):
        session.add(
            DeliveryEvent(delivery_id=mail.id, at=at, what=what, smtp_code=451, note="451 greylisted")
        )
    enquiry.recipients[0].delivery_id = mail.id
    text = read(browser, own_page(session, enquiry))
    assert re.search(r"asked.*not taken yet, tried again.*next try", text)
    assert "451" not in text
    assert "lease" not in text


def test_the_page_reads_as_often_for_five_clinics_as_for_one(
    app: Flask, browser: FlaskClient, session: Session
) -> None:
    counts = []
    with app.app_context():
        engine = db.engine
    for number in (1, 5):
        clinics = [factories.clinic(session) for _clinic in range(number)]
        for clinic in clinics:
            factories.offer(session, clinic)
        enquiry = asked(session, *clinics)
        for recipient in enquiry.recipients:
            quote(session, recipient, 150_000, 20_000)
            session.add(MailReply(recipient_id=recipient.id, text="A mail", raw="r", received_at=utc_now()))
        page = own_page(session, enquiry)
        opened(browser, page)
        with sent_to(engine) as seen:
            assert browser.get(page).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] < 30


def test_the_page_is_sound_in_three_languages_with_everything_on_it(
    browser: FlaskClient, session: Session
) -> None:
    page = own_page(session, three(session))
    Page(browser, page).check()
    opened(browser, page)
    for prefix in ("", "/zh", "/ko"):
        Page(browser, prefix + page).check()
