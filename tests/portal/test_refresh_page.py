"""What is read of a clinic: the addresses, each look with how far it is and what is wrong, and a button to look now."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import fields_of
from tests.portal.keepers import sign_in
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.refresh.models import RefreshRun

FEED = "https://feed.example/prices.csv"


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session, feed_url=FEED)


@pytest.fixture
def owner(client: FlaskClient, session: Session, clinic: Clinic) -> FlaskClient:
    sign_in(client, session, clinic)
    return client


def url(clinic: Clinic) -> str:
    return f"/portal/{clinic.slug}/refresh"


def run(session: Session, clinic: Clinic, **more: Any) -> RefreshRun:
    """A look at the feed that found nothing different."""
    number = len(session.scalars(select(RefreshRun)).all())
    values: dict[str, Any] = {
        "clinic_id": clinic.id, "kind": "feed", "slot": f"slot {number}", "state": "done", "step": "over",
        "created_at": factories.NOW, "next_at": factories.NOW, "started_at": factories.NOW, "url": FEED,
        "http_status": 200,
    }  # fmt: skip
    row = RefreshRun(**(values | more))
    session.add(row)
    session.commit()
    return row


def ask(browser: FlaskClient, clinic: Clinic) -> Page:
    fields = fields_of(browser.get(url(clinic)).get_data(as_text=True), url(clinic))
    assert browser.post(url(clinic), data=fields).status_code == 303
    return Page(browser, url(clinic)).check()


def runs(session: Session) -> list[RefreshRun]:
    session.commit()
    return list(session.scalars(select(RefreshRun).order_by(RefreshRun.id)))


def test_the_page_says_what_is_read_and_that_nothing_was_yet(owner: FlaskClient, clinic: Clinic) -> None:
    text = Page(owner, url(clinic)).check().text
    assert FEED in text
    assert "We have not looked yet." in text
    assert "Small changes of prices in your price list wait for you" in text


def test_every_state_of_a_look_is_told(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    run(session, clinic, rows=40, compared=40, unchanged=37, proposed=2, accepted=1)
    run(session, clinic, state="failed", code="http_status", http_status=503)
    run(session, clinic, code="not_modified", http_status=304)
    run(session, clinic, state="queued", step="waiting", started_at=None)
    run(session, clinic, state="running", step="fetching")
    run(session, clinic, state="running", step="comparing", rows=40, compared=10)
    page = Page(owner, url(clinic)).check()
    for words in (
        "40 compared · 37 the same · 2 proposed · 1 live at once · 0 refused",
        "Not read The site answers with the error 503.",
        "Nothing has changed there since the last check.",
        "Waiting for its turn",
        "Asking your site",
        "Comparing with your listing 25 %",
    ):
        assert words in page.text, words
    assert [bar.get("value") for bar in page.all("progress")] == ["25", None, None]
    # Whoever waits is told by the page itself and reloads when she likes.
    (status,) = page.all("p", role="status")
    assert status.get("aria-live") == "polite"
    assert page.links("Reload to see how far it is") == [url(clinic)]
    assert 'http-equiv="refresh"' not in page.source


def test_rows_of_a_feed_that_cannot_be_read_are_named(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    wrong = {
        "file": "price list", "line": 7, "column": "price", "code": "amount_negative", "params": {}, "rule": None,
    }  # fmt: skip
    run(session, clinic, state="failed", code="rows", refused=1, problems=[wrong])
    text = Page(owner, url(clinic)).check().text
    assert "Some rows cannot be read, so nothing of the list was taken over." in text
    assert "Row 7, Price: An amount cannot be negative." in text


def test_asking_now_begins_one_look_and_an_hour_passes_before_the_next(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    page = ask(owner, clinic)
    assert "We are reading 1 address now." in page.text
    assert "We are reading. Reload" in page.text
    (asked,) = runs(session)
    assert (asked.kind, asked.state, asked.url) == ("feed", "queued", FEED)
    # Again while it is under way: the same one.
    ask(owner, clinic)
    assert len(runs(session)) == 1
    asked.state = "done"
    session.commit()
    assert "You asked within the hour. You may ask again in 60 minutes." in ask(owner, clinic).text
    assert len(runs(session)) == 1
    session.get_one(RefreshRun, asked.id).created_at -= timedelta(hours=2)
    session.get_one(RefreshRun, asked.id).slot = "asked long ago"
    session.commit()
    ask(owner, clinic)
    assert len(runs(session)) == 2


def test_without_an_address_there_is_nothing_to_read(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    bare = factories.clinic(session, feed_url=None)
    left = factories.clinic(session, feed_url=FEED, authority="withdrawn")
    sign_in(client, session, bare, left)
    for each in (bare, left):
        assert "There is nothing to read yet" in ask(client, each).text
    assert runs(session) == []


def test_another_clinics_looks_are_not_there(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    other = factories.clinic(session, feed_url="https://theirs.example/list.csv")
    run(session, other, url="https://theirs.example/list.csv")
    assert "theirs.example" not in Page(owner, url(clinic)).text
    fields = fields_of(owner.get(url(clinic)).get_data(as_text=True), url(clinic))
    assert owner.get(url(other)).status_code == 404
    assert owner.post(url(other), data=fields).status_code == 404
    assert len(runs(session)) == 1


def test_an_address_that_is_markup_stays_text(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    evil = 'https://x.example/"><script>window.__x=1</script>'
    clinic.feed_url = evil
    session.commit()
    run(session, clinic, url=evil)
    page = Page(owner, url(clinic)).check()
    assert "<script>window" not in page.source
    assert evil in page.text
