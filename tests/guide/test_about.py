"""What the service says of itself follows from its settings, in every language."""

from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config import Settings
from tests import factories
from tests.reading import Page, words
from webapp.domain.market import Switches, policy
from webapp.enquiries.services import erasing
from webapp.fx.services import load_snapshot
from webapp.guide.rules import RULES
from webapp.unit_of_work import unit_of_work

PAGES = ("/how-results-are-ordered", "/about/data", "/privacy", "/for-clinics")


@pytest.mark.parametrize("prefix", ["", "/zh", "/ko"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_valid_with_one_title(
    client: FlaskClient, reference: Session, prefix: str, address: str
) -> None:
    Page(client, prefix + address).check()


def test_the_data_page_lists_sources_ages_and_the_gazetteers_licence(
    client: FlaskClient, reference: Session, settings: Settings
) -> None:
    page = Page(client, "/about/data")
    assert "Contains data from GeoNames" in page.text
    assert "https://creativecommons.org/licenses/by/4.0/" in [link.get("href") for link in page.all("a")]
    assert f"unconfirmed {settings.price_age_days} days" in words(page.row("A price"))
    assert f"unconfirmed {settings.listing_age_days} days" in words(page.row("A listing"))
    assert "Interview with Dr Mark Lim" in page.text
    assert "How a fact is corrected" in page.text


def test_the_data_page_says_which_days_rates_are_in_use_and_that_they_are_old(
    client: FlaskClient, reference: Session
) -> None:
    empty = Page(client, "/about/data")
    assert "European Central Bank" not in empty.text
    assert "Without a rate nothing is converted" in empty.text
    load_snapshot()
    reference.commit()
    with time_machine.travel("2026-10-13T12:00:00Z", tick=False):
        fresh = Page(client, "/about/data")
    assert "In use are those of 6 October 2026." in fresh.text
    assert "long ago" not in fresh.text
    with time_machine.travel("2026-10-14T12:00:00Z", tick=False):
        assert "That is long ago" in Page(client, "/about/data").text


def test_the_privacy_page_names_the_cookies_and_the_days(
    app: Flask, client: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        app.config,
        "SETTINGS",
        replace(
            settings,
            retention_unanswered_days=33,
            retention_quiet_days=44,
            retention_longest_days=55,
            quote_link_days=7,
        ),
    )
    page = Page(client, "/privacy")
    assert [words(name) for name in page.all("code")] == [app.config["SESSION_COOKIE_NAME"], "compare"]
    assert "33 days after you asked if no clinic answers" in words(page.row("How long"))
    assert "otherwise 44 days after you or a clinic last did something" in words(page.row("How long"))
    assert "55 days after you sent it at the latest" in words(page.row("How long"))
    assert "after 7 days" in words(page.row("How long"))
    assert "not end-to-end encrypted" in page.text
    assert "One exception" not in page.text
    assert "our mailbox" not in page.text
    heard = replace(settings, inbound_mail_url="imaps://inbound:secret@mail.example/INBOX")
    monkeypatch.setitem(app.config, "SETTINGS", heard)
    assert "one that cannot be read, after 5 days" in words(Page(client, "/privacy").row("What stays"))
    tiles = replace(settings, tiles_url="https://tiles.example/{z}/{x}/{y}.png")
    monkeypatch.setitem(app.config, "SETTINGS", tiles)
    assert "sees your IP address" in Page(client, "/privacy").text


def test_a_receipt_is_checked_on_the_privacy_page(client: FlaskClient, session: Session) -> None:
    ref = factories.enquiry(session, factories.clinic(session)).ref
    session.commit()
    with unit_of_work():
        enquiry = erasing.by_ref(ref)
        assert enquiry is not None
        number = erasing.erase(enquiry, erasing.PATIENT, factories.NOW)
    found = client.post("/privacy/receipt", data={"number": number.lower()})
    assert found.status_code == 200
    assert "Erased on 21 November 2026 (UTC): 4 records." in found.get_data(as_text=True)
    assert number not in found.get_data(as_text=True)
    for wrong in ("", "2222-2222-2222-2222-2222", "x" * 5000, "한국\x00"):
        page = client.post("/privacy/receipt", data={"number": wrong})
        assert page.status_code == 200
        assert "There is no such receipt." in page.get_data(as_text=True)
    assert client.get("/privacy/receipt").status_code == 405


def test_every_rule_of_both_markets_has_words() -> None:
    rules = {rule.id for country in ("SG", "KR") for rule in policy(country, Switches()).rules}
    assert rules == set(RULES)


def test_the_switches_say_which_value_stands_and_why(
    app: Flask, client: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(client, "/for-clinics")
    shown = words(page.row("UNCLAIMED_SG sourced"))
    assert "May a directory cite what a clinic published?" in shown
    assert "somebody’s own machine" in shown
    careful = replace(settings, base_url="https://likeforlike.example", unclaimed_sg="strict")
    monkeypatch.setitem(app.config, "SETTINGS", careful)
    page = Page(client, "/for-clinics")
    assert "careful value" in words(page.row("UNCLAIMED_SG strict"))
    assert "operator of this site decided" in words(page.row("BRAND_NAMES_SG on"))


def test_the_order_page_follows_the_switch(
    app: Flask, client: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "the nearest first" in Page(client, "/how-results-are-ordered").text
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, distance_order=False))
    page = Page(client, "/how-results-are-ordered")
    assert "the nearest first" not in page.text
    assert "has switched the order by distance off" in page.text
