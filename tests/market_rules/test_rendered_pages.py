"""Every page and every document of the sample data, in three languages and under both settings of the switches, read
under each rule of the two markets.

The pages are the same on both databases, whose answers the rooms' own tests hold against each other, so they are read
on one. What a check can find is shown in test_planted.py.
"""

from collections import Counter

import pytest
from flask import Flask

from tests.market_rules.addresses import NOT_READ, addresses, routes
from tests.market_rules.conftest import Crawl
from tests.market_rules.exemptions import unneeded
from tests.market_rules.rules import CHECKS
from tests.market_rules.site import SWITCHES
from webapp.domain.market import Authority, Country, Switches, policy
from webapp.i18n import LANGUAGES

pytestmark = pytest.mark.once

_SHOWN = 20
# Rules of the policy that no rendered page can break, with where they are held.
HELD_ELSEWHERE = {
    "ORDER-READER": "the order of results: tests/search and tests/directory",
    "ORDER-CURRENCY": "sums in two currencies: tests/domain/test_exchange.py",
    "KR-FOREIGN-PATIENTS": "who may be asked: tests/domain/market/test_policies.py and tests/enquiries",
    "KR-PRICE-WORDS": "a discount outside an event is found under TEXT-READ",
    "PRODUCT-DO-NOT-LIST": "refused before it is listed: tests/moderation",
    "PRODUCT-NOT-REGISTERED": "refused before it is listed: tests/moderation",
    "PRODUCT-TOPICAL-ONLY": "refused before it is listed: tests/moderation",
    "PRODUCT-STATUS-UNKNOWN": "refused before it is listed: tests/moderation",
    "PRODUCT-VERIFY": "told to staff",
    "PRODUCT-ALLOWED": "forbids nothing",
    "NEVER-COMMISSION": "the fields of every table and document: test_no_field_of_ours.py",
}


@pytest.mark.parametrize("rule", CHECKS)
def test_the_rule_holds_on_every_page(crawl: Crawl, rule: str) -> None:
    found: Counter[str] = Counter()
    where: dict[str, str] = {}
    for reading in crawl.readings:
        for what in CHECKS[rule](reading, crawl.site):
            found[what] += 1
            where.setdefault(what, str(reading))
    if found:
        shown = found.most_common(_SHOWN)
        pytest.fail(
            f"{len(found)} different findings\n"
            + "\n".join(f"{what}\n    {times} times, first {where[what]}" for what, times in shown)
        )


def test_every_rule_of_a_market_is_read_on_the_pages_or_says_where_it_is_held() -> None:
    ids = {rule.id for country in Country for rule in policy(country, Switches.safe()).rules}
    assert ids == {*CHECKS, *HELD_ELSEWHERE}
    assert not set(CHECKS) & set(HELD_ELSEWHERE)


def test_every_route_that_is_open_to_anyone_was_read(app: Flask, crawl: Crawl) -> None:
    read = {rule for endpoint, rule in routes(app).items() if endpoint not in NOT_READ}
    for rule in read:
        path = rule.split("<")[0]
        assert [reading for reading in crawl.readings if path in reading.path], rule
    assert {each.path for each in addresses(app, list(crawl.site.clinics), crawl.site.treatments)} == {
        reading.path for reading in crawl.readings
    }


def test_every_answer_was_a_page_except_of_clinics_that_are_gone(crawl: Crawl) -> None:
    gone = {
        clinic.slug
        for clinic in crawl.site.clinics.values()
        if clinic.authority in (Authority.WITHDRAWN, Authority.DO_NOT_LIST)
    }
    assert gone
    refused = {reading.path for reading in crawl.readings if reading.status == 404}
    assert refused
    assert not [path for path in refused if not any(f"/clinics/{slug}" in path for slug in gone)]
    # A step that needs the one before it leads there.
    assert {reading.status for reading in crawl.readings} <= {200, 302, 303, 404}
    moved = {
        reading.path.removeprefix("/zh").removeprefix("/ko")
        for reading in crawl.readings
        if reading.status in (302, 303)
    }
    assert moved == {"/sign-in/second-factor", "/plan.ics"}


def test_the_readings_hold_what_the_rules_are_about(crawl: Crawl) -> None:
    """Nothing is found where nothing is read: both markets, prices, events, unclaimed clinics, all languages."""
    for switches in SWITCHES:
        for code in LANGUAGES:
            readings = [
                reading
                for reading in crawl.readings
                if reading.is_page and (reading.switches, reading.language) == (switches, code)
            ]
            text = " ".join(reading.text for reading in readings)
            for wanted in (
                "S$872",
                "₩189,000",
                "₩250,000",
                "24 %" if code == "en" else "24",
                "Larch & Linden",
            ):
                assert wanted in text, (switches, code, wanted)
            shown = {section.slug for reading in readings for section in reading.sections}
            listed = {
                slug
                for slug, clinic in crawl.site.clinics.items()
                if clinic.authority in ("authorised", "unclaimed")
            }
            assert listed <= shown


def test_every_exemption_is_needed(crawl: Crawl) -> None:
    assert unneeded(reading.text for reading in crawl.readings if reading.is_page) == []
