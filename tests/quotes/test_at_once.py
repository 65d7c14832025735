"""Several people at one enquiry at the same moment, on a database of its own: nobody meets an error of ours, nothing is
done twice, and what stands in the end is what one after the other would have left.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import OperationalError

from config import Settings
from tests import factories
from tests.enquiries.filled_form import fields_of
from tests.quotes import given
from tests.quotes.conftest import answer_fields
from webapp.app import create_app
from webapp.enquiries import links
from webapp.enquiries.letters import about
from webapp.enquiries.models import Enquiry, Erasure, Recipient
from webapp.enquiries.services import keeping
from webapp.extensions import Base, db
from webapp.i18n import utc_now
from webapp.outbox import services as outbox
from webapp.outbox.models import Delivery
from webapp.outbox.services.rows import end
from webapp.quotes.models import Clarification, Quote
from webapp.unit_of_work import unit_of_work

# How often each pair meets: a collision that is possible happens in most of so many rounds.
ROUNDS = 4
# Taken; sent back to the page; nothing there any more; a finding beside the fields.
CALM = {200, 303, 404, 410, 422}


@pytest.fixture(scope="module")
def site(settings: Settings, new_database: Callable[[], str]) -> Iterator[Flask]:
    """A server on a database of its own, on which threads may commit."""
    application = create_app(
        replace(settings, database_url=new_database(), quote_limit_per_address="10000 per hour")
    )
    application.config["WTF_CSRF_CHECK_DEFAULT"] = False
    application.config["PROPAGATE_EXCEPTIONS"] = False
    with application.app_context():
        upgrade()
        with unit_of_work() as session:
            # For whoever asks one more.
            for _clinic in range(4):
                factories.offer(session, factories.clinic(session))
    yield application
    with application.app_context():
        db.engine.dispose()


@dataclass(frozen=True)
class Pages:
    """One enquiry to two clinics, the first of which has quoted, and the links of all three."""

    enquiry_id: int
    recipient_ids: list[int]
    patient: str
    clinics: list[str]


def new_enquiry(site: Flask) -> Pages:
    with site.app_context(), unit_of_work() as session:
        clinics = [factories.clinic(session), factories.clinic(session)]
        for clinic in clinics:
            factories.offer(session, clinic)
        enquiry = given.asked(session, *clinics)
        given.quote(session, enquiry.recipients[0])
        now = utc_now()
        return Pages(
            enquiry.id,
            [recipient.id for recipient in enquiry.recipients],
            f"/e/{links.mint_for_patient(enquiry, now)}",
            [f"/q/{links.mint_for_clinic(recipient, now, 14)}" for recipient in enquiry.recipients],
        )


def opened(site: Flask, page: str) -> FlaskClient:
    browser = site.test_client()
    assert browser.post(f"{page}/open").status_code == 303
    return browser


def at_once(*works: Callable[[], int]) -> list[int]:
    start = Barrier(len(works))

    def go(work: Callable[[], int]) -> int:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(go, works))


def post(browser: FlaskClient, path: str, fields: Mapping[str, object] | None = None) -> Callable[[], int]:
    return lambda: browser.post(path, data=dict(fields or {})).status_code


def sheet(browser: FlaskClient, page: str, **changes: object) -> dict[str, object]:
    return answer_fields(browser.get(page).get_data(as_text=True), **changes)


def boxes(browser: FlaskClient, page: str) -> dict[str, object]:
    """The form that asks clinics more, with a box ticked for the first three."""
    fields: dict[str, object] = dict(
        fields_of(browser.get(f"{page}/add").get_data(as_text=True), f"{page}/add")
    )
    names = re.findall(r'name="(consent_[^"]+)"', browser.get(f"{page}/add").get_data(as_text=True))
    return fields | dict.fromkeys([name for name in names if name != "consent_abroad"][:3], "y")


def released(browser: FlaskClient, page: str, recipient: str) -> dict[str, object]:
    """The form that gives a clinic her contact, once it may have it; else as little as it needs."""
    found = re.search(
        rf'name="recipient" value="{recipient}">\s*<input type="hidden" name="words" value="(\w+)">',
        browser.get(page).get_data(as_text=True),
    )
    return {"recipient": recipient, "words": found.group(1) if found else ""}


def acts_of(site: Flask, pages: Pages) -> dict[str, Callable[[], int]]:
    """Everything that patient and clinics do, each ready to be pressed in a browser of its own."""
    hers, first, second = (opened(site, page) for page in (pages.patient, *pages.clinics))
    quoted, other = (str(number) for number in pages.recipient_ids)
    price = {"lines-0-price": "1500"}
    return {
        "answer": post(second, pages.clinics[1], sheet(second, pages.clinics[1], **price)),
        "amend": post(first, pages.clinics[0], sheet(first, pages.clinics[0], **{"lines-0-price": "999"})),
        "draft": post(second, pages.clinics[1], sheet(second, pages.clinics[1], answer="draft", **price)),
        "discard": post(second, pages.clinics[1], sheet(second, pages.clinics[1], answer="discard")),
        "withdraw": post(first, f"{pages.clinics[0]}/withdraw"),
        "clinic asks": post(second, f"{pages.clinics[1]}/ask", {"text": "Since when?"}),
        "pass on": post(second, f"{pages.clinics[1]}/links", {"label": "Dr Lim"}),
        "send anew": post(second, f"{pages.clinics[1]}/send-anew"),
        "clinic reads": lambda: first.get(pages.clinics[0]).status_code,
        "accept": post(hers, f"{pages.patient}/accept", {"recipient": quoted, "version": "1"}),
        "decline": post(hers, f"{pages.patient}/decline", {"recipient": quoted}),
        "none suited": post(hers, f"{pages.patient}/none-suited"),
        "ask": post(hers, f"{pages.patient}/ask", {"text": "Does it hurt?"}),
        "release": post(hers, f"{pages.patient}/release", released(hers, pages.patient, other)),
        "share": post(hers, f"{pages.patient}/share"),
        "add": post(hers, f"{pages.patient}/add", boxes(hers, pages.patient)),
        "not me": post(hers, f"{pages.patient}/not-me"),
        "open": post(hers, f"{pages.patient}/open"),
        "export": post(hers, f"{pages.patient}/export"),
        "read": lambda: hers.get(pages.patient).status_code,
    }


ACTS = (
    "answer", "amend", "draft", "discard", "withdraw", "clinic asks", "pass on", "send anew", "clinic reads",
    "accept", "decline", "none suited", "ask", "release", "share", "add", "not me", "open", "export", "read",
)  # fmt: skip


def test_the_acts_are_all_there(site: Flask) -> None:
    assert tuple(acts_of(site, new_enquiry(site))) == ACTS


@pytest.mark.parametrize("act", ACTS)
def test_whatever_is_done_while_she_erases_is_answered_calmly(
    site: Flask, act: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    seen: Counter[int] = Counter()
    erased: Counter[int] = Counter()
    for _round in range(ROUNDS):
        pages = new_enquiry(site)
        erase = post(opened(site, pages.patient), f"{pages.patient}/erase")
        found = at_once(erase, acts_of(site, pages)[act])
        erased[found[0]] += 1
        seen[found[1]] += 1
        with site.app_context():
            erased[-1] += db.session.get(Enquiry, pages.enquiry_id) is not None
    assert set(seen) <= CALM, seen
    assert erased == {200: ROUNDS, -1: 0}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("accept", "withdraw"), ("accept", "amend"), ("decline", "amend"), ("none suited", "answer"),
        ("answer", "draft"), ("draft", "discard"), ("ask", "answer"), ("clinic asks", "amend"), ("draft", "draft"),
    ],
)  # fmt: skip
def test_whatever_meets_is_done_one_after_the_other(
    site: Flask, one: str, other: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    seen: Counter[int] = Counter()
    for _round in range(ROUNDS):
        acts = acts_of(site, new_enquiry(site))
        seen.update(at_once(acts[one], acts[other]))
    assert set(seen) <= CALM, seen


def test_a_question_asked_twice_at_once_is_asked_once(site: Flask) -> None:
    for _round in range(ROUNDS):
        pages = new_enquiry(site)
        ask = acts_of(site, pages)["ask"]
        assert at_once(ask, ask, ask) == [303] * 3
        with site.app_context():
            assert count(Clarification, Clarification.enquiry_id == pages.enquiry_id) == 1


def test_an_answer_sent_twice_at_once_is_one_answer(site: Flask) -> None:
    for _round in range(ROUNDS):
        pages = new_enquiry(site)
        answer = acts_of(site, pages)["answer"]
        assert at_once(answer, answer, answer) == [303] * 3
        with site.app_context():
            assert count(Quote, Quote.recipient_id == pages.recipient_ids[1]) == 1


def test_of_two_colleagues_who_answer_at_once_one_is_shown_the_others_answer(site: Flask) -> None:
    for _round in range(ROUNDS):
        pages = new_enquiry(site)
        page = pages.clinics[1]
        browsers = [opened(site, page), opened(site, page)]
        prices = [{"lines-0-price": "1500"}, {"lines-0-price": "1600"}]
        sheets = [sheet(browser, page, **price) for browser, price in zip(browsers, prices, strict=True)]
        presses = [post(browser, page, fields) for browser, fields in zip(browsers, sheets, strict=True)]
        found = at_once(*presses)
        assert sorted(found) == [303, 422]
        with site.app_context():
            assert count(Quote, Quote.recipient_id == pages.recipient_ids[1]) == 1


def test_clinics_added_at_once_are_five_at_most(site: Flask) -> None:
    for _round in range(ROUNDS):
        pages = new_enquiry(site)
        tabs = [acts_of(site, pages)["add"] for _tab in range(2)]
        assert set(at_once(*tabs)) <= {303, 422}
        with site.app_context():
            asked = count(Recipient, Recipient.enquiry_id == pages.enquiry_id)
            assert asked == 5


def test_links_to_share_made_at_once_are_as_many_as_may_be(site: Flask) -> None:
    pages = new_enquiry(site)
    share = acts_of(site, pages)["share"]
    assert Counter(at_once(*[share] * 8)) == {200: 5, 422: 3}


def test_whoever_erases_twice_at_once_gets_one_receipt(site: Flask) -> None:
    for _round in range(ROUNDS):
        pages = new_enquiry(site)
        erase = post(opened(site, pages.patient), f"{pages.patient}/erase")
        with site.app_context():
            before = count(Erasure)
        assert at_once(erase, erase, erase) == [200, 200, 200]
        with site.app_context():
            assert count(Erasure) == before + 1


def test_two_clocks_that_purge_at_once_forget_one_enquiry_once(site: Flask) -> None:
    for _round in range(ROUNDS):
        pages = new_enquiry(site)
        with site.app_context(), unit_of_work() as session:
            session.get_one(Enquiry, pages.enquiry_id).expires_at = utc_now() - timedelta(seconds=1)
            before = count(Erasure)
        at_once(*[lambda: purge(site)] * 3)
        with site.app_context():
            assert db.session.get(Enquiry, pages.enquiry_id) is None
            assert count(Erasure) == before + 1


def test_a_clinic_that_answers_while_its_mail_is_settled_has_answered(site: Flask) -> None:
    """From the portal, while the mail server is still taking the mail."""
    for _round in range(ROUNDS):
        pages = new_enquiry(site)
        key = with_a_mail(site, pages)
        answer = acts_of(site, pages)["answer"]
        assert at_once(answer, partial(settle, site, key, "sent")) == [303, 0]
        with site.app_context():
            assert db.session.get_one(Recipient, pages.recipient_ids[1]).state == "answered"


def test_a_mail_that_fails_while_she_erases_keeps_neither_from_its_end(site: Flask) -> None:
    """The worker holds the mail and wants the enquiry, she holds the enquiry and wants the mail."""
    for _round in range(ROUNDS):
        pages = new_enquiry(site)
        fails = partial(settle, site, with_a_mail(site, pages), "failed")
        erase = post(opened(site, pages.patient), f"{pages.patient}/erase")
        assert at_once(erase, fails) == [200, 0]


def with_a_mail(site: Flask, pages: Pages) -> str:
    """The key of a mail to the second clinic that is on its way."""
    with site.app_context(), unit_of_work() as session:
        recipient = session.get_one(Recipient, pages.recipient_ids[1])
        delivery = outbox.post(f"settled:{recipient.id}", "desk@clinic.example", EmailMessage)
        delivery.about = about(pages.enquiry_id)
        recipient.state, recipient.delivery_id = "asked", delivery.id
        return delivery.key


def purge(site: Flask) -> int:
    with site.app_context(), unit_of_work():
        return keeping.forget_expired(utc_now())


def settle(site: Flask, key: str, state: str) -> int:
    """As a worker does once the mail server has answered; it tries again where the database let it go."""
    with site.app_context():
        try:
            with unit_of_work():
                end(Delivery.key == key, state, 250, "")
        except OperationalError:
            with unit_of_work():
                end(Delivery.key == key, state, 250, "")
    return 0


def count(model: type[Base], *where: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0
