"""The clinic's page, its list in the portal and staff's mails read the database as often for much as for little."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests import factories
from tests.accounts.signing_in import account, sign_in
from tests.quotes.conftest import quote_page
from tests.quotes.given import asked, quote
from tests.statements import sent_to
from webapp.clinics.models import Clinic
from webapp.enquiries import letters
from webapp.enquiries.models import Enquiry
from webapp.extensions import db
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery, DeliveryEvent
from webapp.portal.models import Membership
from webapp.quotes.models import QuoteDraft
from webapp.quotes.services import asking


@pytest.fixture
def engine(app: Flask, isolated: None) -> Engine:
    with app.app_context():
        return db.engine


def statements(engine: Engine, client: FlaskClient, page: str) -> int:
    with sent_to(engine) as seen:
        assert client.get(page).status_code == 200
    return len(seen)


def busy(session: Session, clinic: Clinic, number: int) -> Enquiry:
    """An enquiry to the clinic in which everything has happened `number` times."""
    wants = [
        {"treatment_id": factories.treatment(session, f"treatment-{want}").id}
        for want in range(min(number, 4))
    ]
    enquiry = asked(session, clinic, factories.clinic(session), wants=wants)
    recipient = enquiry.recipients[0]
    mail = Delivery(
        key=f"mail-{enquiry.id}", message_id=f"mail-{enquiry.id}@localhost", state="failed",
        about=letters.about(enquiry.id), next_at=utc_now(), created_at=utc_now(), ended_at=utc_now(),
    )  # fmt: skip
    session.add_all([mail, QuoteDraft(recipient_id=recipient.id, fields="{}", saved_at=utc_now())])
    session.flush()
    recipient.delivery_id = mail.id
    for count in range(number):
        lines = [{"words": f"Line {line}"} for line in range(count + 1)]
        quote(
            session, recipient, *([10_000] * (count + 1)), version=count + 1, lines=lines,
            created_at=utc_now() - timedelta(minutes=number - count),
        )  # fmt: skip
        question = asking.ask_patient(recipient, f"Question {count}", utc_now())
        asking.answer_as_patient(enquiry, question.id, "Answer", utc_now())
        session.add(DeliveryEvent(delivery_id=mail.id, at=utc_now(), what="deferred", note=""))
    session.commit()
    return enquiry


@pytest.fixture
def growing(
    engine: Engine, client: FlaskClient, session: Session
) -> Callable[[Callable[[Enquiry], str]], list[int]]:
    """Counts the statements of a page, with little behind it and then with much: four enquiries of that kind."""

    def grow(page_of: Callable[[Enquiry], str]) -> list[int]:
        clinic = factories.clinic(session, slug="larch")
        owner = account(session, "owner@larch.example", is_staff=True)
        session.add(Membership(clinic_id=clinic.id, account_id=owner.id, role="owner", created_at=utc_now()))
        factories.offer(session, clinic)
        counts = []
        for enquiries, number in ((1, 1), (3, 5)):
            latest = [busy(session, clinic, number) for _enquiry in range(enquiries)][-1]
            sign_in(client, owner)
            page = page_of(latest)
            if page.startswith("/q/"):
                assert client.post(f"{page}/open").status_code == 303
            counts.append(statements(engine, client, page))
        return counts

    return grow


@pytest.fixture(autouse=True)
def no_token_needed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_CHECK_DEFAULT", False)


def test_the_clinics_page(session: Session, growing: Callable[[Callable[[Enquiry], str]], list[int]]) -> None:
    little, much = growing(lambda enquiry: quote_page(session, enquiry))
    assert little == much


def test_the_list_in_the_portal(growing: Callable[[Callable[[Enquiry], str]], list[int]]) -> None:
    little, much = growing(lambda _enquiry: "/portal/larch/enquiries")
    assert little == much


@pytest.mark.parametrize("query", ["", "?enquiry={ref}"])
def test_staffs_mails(growing: Callable[[Callable[[Enquiry], str]], list[int]], query: str) -> None:
    little, much = growing(lambda enquiry: "/staff/letters" + query.format(ref=enquiry.ref))
    assert little == much
