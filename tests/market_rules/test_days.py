"""Event prices by the calendar of Seoul: there on the last day until midnight, gone with the next, back with a new one.

Only the clock moves between the readings; the data is the same.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from tests.market_rules.addresses import Address
from tests.market_rules.reader import Reading, words
from tests.market_rules.rules import CHECKS
from tests.market_rules.site import Site, read, sample_site
from webapp.i18n import LANGUAGES, language_prefix

pytestmark = pytest.mark.once

SEEDED = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
# Midnight in Seoul is 15:00 in UTC.
LAST_MINUTE = datetime(2026, 11, 30, 14, 59, tzinfo=UTC)
FIRST_MINUTE = datetime(2026, 11, 30, 15, 1, tzinfo=UTC)
NOVEMBER, DECEMBER = "Rejuran Healer 2cc, monthly event", "Rejuran Healer 2cc, next month's event"
PAGES = [
    Address(f"{language_prefix(code)}{path}", code)
    for code in LANGUAGES
    for path in (
        "/clinics/chameoksae-clinic",
        "/clinics?treatment=rejuran_healer&market=KR&sort=price",
        "/compare?clinic=chameoksae-clinic&clinic=hoeyangmok-clinic&treatment=rejuran_healer&sessions=1",
        "/clinics/whelk-periwinkle-aesthetic-clinic",
    )
] + [Address(f"/api/v1/clinics/chameoksae-clinic?lang={code}", code) for code in LANGUAGES]


@pytest.fixture(scope="module")
def site(app: Flask) -> Iterator[Site]:
    with sample_site(app, SEEDED) as site:
        yield site


def at(app: Flask, site: Site, now: datetime) -> tuple[Site, list[Reading]]:
    with time_machine.travel(now, tick=False):
        return site.at(now), read(app, "development", PAGES)


def shown(readings: list[Reading], title: str) -> set[str]:
    """What a reader finds beside the offer's title: "₩189,000" or the words for no price, per language."""
    return {
        words(amount)
        for reading in readings
        if reading.subject == "chameoksae-clinic" and reading.is_page
        for price in reading.main.css(".price")
        if title in words(price)
        for amount in price.css(".amount")
    }


def test_kr_event_period_ends_at_midnight_in_seoul(app: Flask, site: Site) -> None:
    before, after = at(app, site, LAST_MINUTE)[1], at(app, site, FIRST_MINUTE)[1]
    assert shown(before, NOVEMBER) == {"₩189,000"}
    assert "₩189,000" not in shown(after, NOVEMBER)
    assert "₩199,000" not in shown(before, DECEMBER)
    assert shown(after, DECEMBER) == {"₩199,000"}


@pytest.mark.parametrize("now", [LAST_MINUTE, FIRST_MINUTE, datetime(2027, 1, 15, 4, 0, tzinfo=UTC)])
def test_kr_event_terms_and_all_other_rules_hold_on_other_days_too(
    app: Flask, site: Site, now: datetime
) -> None:
    then, readings = at(app, site, now)
    found = [what for rule in CHECKS for reading in readings for what in CHECKS[rule](reading, then)]
    assert found == []


def test_kr_event_terms_stand_for_programs_too(app: Flask, site: Site) -> None:
    events = {
        offer["title"]: offer["event"]
        for reading in at(app, site, FIRST_MINUTE)[1]
        for document in reading.documents
        for offer in document.get("offers", ())
    }
    assert events[NOVEMBER] is None
    assert set(events[DECEMBER]) == {
        "regular_price", "discount_percent", "valid_from", "valid_until", "target", "scope",
    }  # fmt: skip
    assert all(events[DECEMBER].values())
