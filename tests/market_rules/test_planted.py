"""Each check finds what it is about: a real page with one violation planted in it, read by the same reader.

A check that finds nothing anywhere would pass every page.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask

from tests import factories
from tests.market_rules.addresses import Address
from tests.market_rules.reader import Reading
from tests.market_rules.rules import CHECKS
from tests.market_rules.site import Listed, Site, read, sample_site

pytestmark = pytest.mark.once

SINGAPORE, KOREA = "/clinics/whelk-periwinkle-aesthetic-clinic", "/clinics/chameoksae-clinic"
UNCLAIMED, HALLEY = "/clinics/sorrelgate-clinic", "/clinics/halley-medical-aesthetics"
LIST, COMPARE = (
    "/clinics?market=SG&sort=name",
    "/compare?clinic=larch-linden-skin-clinic&clinic=chameoksae-clinic",
)
API, API_KOREA = "/api/v1/clinics/larch-linden-skin-clinic", "/api/v1/clinics/chameoksae-clinic"
API_UNCLAIMED = "/api/v1/clinics/sorrelgate-clinic"
SAFE = "safe "
PLACES = (SINGAPORE, KOREA, UNCLAIMED, HALLEY, LIST, COMPARE, API, API_KOREA, API_UNCLAIMED)


@dataclass(frozen=True)
class Sample:
    site: Site
    pages: dict[str, Reading]

    def found(self, rule: str, reading: Reading) -> list[str]:
        return list(CHECKS[rule](reading, self.site))


@pytest.fixture(scope="module")
def sample(app: Flask) -> Iterator[Sample]:
    with sample_site(app, factories.NOW) as site:
        wanted = [Address(path, "en") for path in PLACES]
        pages = {each.path: each for each in read(app, "development", wanted)}
        pages |= {SAFE + each.path: each for each in read(app, "safe", wanted)}
        yield Sample(site, pages)


def beside_the_first_price(words: str) -> Callable[[str], str]:
    """Into the block that holds the page's first amount."""
    return lambda source: source.replace('<span class="amount">', f'<span class="amount">{words} ', 1)


def in_the_text(words: str) -> Callable[[str], str]:
    return lambda source: source.replace("</main>", f"<p>{words}</p></main>", 1)


def after_the_heading(words: str) -> Callable[[str], str]:
    return lambda source: source.replace("</h1>", f"</h1>{words}", 1)


def without(words: str) -> Callable[[str], str]:
    def take_out(source: str) -> str:
        assert words in source, words
        return source.replace(words, "")

    return take_out


def in_the_document(change: Callable[[Any], None]) -> Callable[[str], str]:
    """In what programs read: the API's answer, or the JSON-LD of a page."""

    def plant(source: str) -> str:
        opening, closing = '<script type="application/ld+json">', "</script>"
        start = source.index(opening) + len(opening) if opening in source else 0
        end = source.index(closing, start) if start else len(source)
        document = json.loads(source[start:end])
        change(document)
        return source[:start] + json.dumps(document) + source[end:]

    return plant


def first_offer(**fields: Any) -> Callable[[str], str]:
    return in_the_document(
        lambda document: document.get("makesOffer", document.get("offers"))[0].update(fields)
    )


PLANTED: list[tuple[str, str, Callable[[str], str]]] = [
    *(
        ("SG-PRICE-WORDS", place, beside_the_first_price(words))
        for place in (SINGAPORE, LIST)
        for words in ("from", "as low as", "起价", "부터", "lowest", "最低", "최저가", "package", "套餐", "패키지")
    ),
    *(
        ("SG-PRICE-WORDS", SINGAPORE, in_the_text(words))
        for words in ("Just from S$380", "S$380 起", "S$380부터", "S$380~", "The lowest price", "全岛最低", "S$380+")
    ),
    *(
        ("SG-PRICE-SUM", place, beside_the_first_price(words))
        for place in (SINGAPORE, LIST)
        for words in ("save S$50", "20% off", "-20 %", "S$50 cheaper", "立减", "节省", "优惠", "할인", "절약", "8 折")
    ),
    ("SG-PRICE-SUM", SINGAPORE, in_the_text("You save S$50 against three singles")),
    ("SG-PRICE-SUM", COMPARE, in_the_text("This mix is cheaper")),
    *(
        ("SG-PRICE-ONE", SINGAPORE, plant)
        for plant in (
            beside_the_first_price("<del>S$600</del>"),
            beside_the_first_price("usual price"),
            beside_the_first_price("S$380 –"),
            beside_the_first_price("原价"),
            beside_the_first_price("정가"),
            beside_the_first_price("U.P. S$900"),
            lambda source: source.replace("S$479.60", "S$479.60 (S$534.10)"),
            first_offer(priceSpecification=[{"priceType": "https://schema.org/SalePrice"}]),
        )
    ),
    ("SG-PRICE-ONE", API, first_offer(event={"regular_price": {"amount": "900.00", "currency": "SGD"}})),
    *(
        ("SG-PRICE-PERIOD", SINGAPORE, plant)
        for plant in (
            beside_the_first_price("valid until Friday"),
            beside_the_first_price("限时"),
            beside_the_first_price("이벤트"),
            in_the_text("The event price has ended."),
            in_the_text("Until 30 November 2026"),
            first_offer(validThrough="2026-11-30"),
            first_offer(priceValidUntil="2026-11-30"),
        )
    ),
    ("SG-PRICE-PERIOD", API, first_offer(valid_until="2026-11-30")),
    (
        "SG-PRICE-GST",
        SINGAPORE,
        lambda source: source.replace("incl. GST", "plus 9 % GST", 1),
    ),
    (
        "SG-CROSS-CLINIC",
        LIST,
        lambda source: source.replace('"/clinics/sorrelgate-clinic">', '"/clinics/sorrelgate-clinic">S$380 ', 1),
    ),
    ("SG-BRAND-NAMES", SAFE + SINGAPORE, in_the_text("Rejuran Healer")),
    ("SG-BRAND-NAMES", SAFE + SINGAPORE, in_the_text('<img alt="丽珠兰（黑盒）">')),
    ("SG-BRAND-NAMES", SAFE + SINGAPORE, lambda source: source.replace("<title>", "<title>Profhilo ", 1)),
    ("SG-BRAND-NAMES", SAFE + LIST, in_the_text('<datalist id="d"><option value="1">리쥬란 힐러</option></datalist>')),
    ("SG-BRAND-NAMES", SAFE + SINGAPORE, first_offer(name="Profhilo")),
    ("SG-BRAND-NAMES", SAFE + API, first_offer(title="Rejuran Healer")),
    *(
        ("KR-EVENT-TERMS", KOREA, without(words))
        for words in (
            "1 November 2026",
            "30 November 2026",
            "₩250,000",
            "24 %",
            "Patients aged 19 and over, one per patient",
            "Rejuran Healer 2cc, face, one session; numbing cream and VAT not included",
        )
    ),
    ("KR-EVENT-TERMS", API_KOREA, in_the_document(lambda document: blank_an_event(document))),
    ("KR-EVENT-PERIOD", KOREA, in_the_text("Rejuran Healer 2cc, next month's event ₩199,000")),
    ("KR-EVENT-PERIOD", KOREA, in_the_text("Rejuran Healer 2cc, holiday week ₩179,000")),
    ("KR-PRICE-TAX", KOREA, without("VAT")),
    ("PRICE-CONFIRMED", SINGAPORE, lambda source: source.replace("confirmed", "seen")),
    ("LISTING-AUTHORITY", UNCLAIMED, after_the_heading("<p>S$380</p>")),
    ("LISTING-AUTHORITY", UNCLAIMED, after_the_heading('<a href="/enquiries/new?clinic=sorrelgate-clinic">Ask</a>')),
    ("LISTING-AUTHORITY", LIST, after_the_heading('<a href="/clinics/oxbow-kettle-aesthetics">Oxbow Kettle</a>')),
    ("LISTING-AUTHORITY", API_UNCLAIMED, in_the_document(lambda document: document.update(accepts_enquiries=True))),
    ("LISTING-UNCLAIMED", SAFE + HALLEY, in_the_text("Baby Skin Trio")),
    ("LISTING-UNCLAIMED", SAFE + UNCLAIMED, in_the_text("Not on its price list.")),
    ("LISTING-UNCLAIMED", SAFE + HALLEY, in_the_text("Dr Mark Lim is the doctor here")),
    ("LISTING-UNCLAIMED", SAFE + API_UNCLAIMED, in_the_document(lambda document: document.update(languages=["en"]))),
    *(
        ("TEXT-READ", SINGAPORE, in_the_text(words))
        for words in ("Read our reviews", "Free gift voucher", "unlike other clinics", "前后对比", "후기")
    ),
    ("TEXT-READ", KOREA, in_the_text("부작용 없는 시술")),
    *(
        ("NEVER-REVIEWS", place, in_the_text(words))
        for place in (SINGAPORE, LIST, COMPARE)
        for words in ("Five stars from patients", "★★★★★", "好评如潮", "생생한 후기", "Refer a friend", "抽奖")
    ),
    ("NEVER-REVIEWS", SINGAPORE, in_the_document(lambda document: document.update(aggregateRating={"ratingValue": 5}))),
    ("NEVER-REVIEWS", API, in_the_document(lambda document: document.update(commission="5 %"))),
    ("NEVER-REVIEWS", LIST, in_the_text('<span class="rating">4</span>')),
]  # fmt: skip


def blank_an_event(document: Any) -> None:
    """The first event offer loses what it covers."""
    next(offer["event"] for offer in document["offers"] if offer["event"])["scope"] = ""


@pytest.mark.parametrize(("rule", "place", "plant"), PLANTED)
def test_what_is_planted_is_found(sample: Sample, rule: str, place: str, plant: Callable[[str], str]) -> None:
    reading = sample.pages[place]
    assert sample.found(rule, reading) == []
    planted = replace(reading, source=plant(reading.source))
    assert planted.source != reading.source
    assert sample.found(rule, planted) != []


@pytest.mark.parametrize(
    ("rule", "slug", "result", "seen"),
    [
        ("LISTING-AUTHORITY", "sorrelgate-clinic", {"total": {"amount": "380.00", "currency": "SGD"}}, True),
        (
            "LISTING-AUTHORITY",
            "sorrelgate-clinic",
            {"total": None, "mix": [{"offer": "a", "price": "1"}]},
            True,
        ),
        ("LISTING-AUTHORITY", "sorrelgate-clinic", {"total": None, "mix": []}, False),
        (
            "LISTING-AUTHORITY",
            "quillwort-aesthetics",
            {"total": {"amount": "380.00", "currency": "SGD"}},
            False,
        ),
        ("SG-BRAND-NAMES", "quillwort-aesthetics", {"left_over": ["1 session of Rejuran Healer"]}, True),
        ("SG-BRAND-NAMES", "chameoksae-clinic", {"left_over": ["1 session of Rejuran Healer"]}, False),
    ],
)
def test_a_comparison_for_programs_is_read_too(
    sample: Sample, rule: str, slug: str, result: dict[str, Any], seen: bool
) -> None:
    document = {"results": [{"clinic": {"slug": slug, "name": slug}, **result}]}
    reading = Reading("/api/v1/compare?want=x:1", "en", "safe", 200, "application/json", json.dumps(document))
    assert bool(sample.found(rule, reading)) is seen


def test_every_check_has_something_planted() -> None:
    assert {rule for rule, _place, _plant in PLANTED} == set(CHECKS)


@pytest.mark.parametrize(
    "words",
    [
        "from Orchard",
        "Interval: 4 weeks",
        "not stated",
        "confirmed 3 November 2026",
        "2026년 9월 3일부터 미확인",
        "S$800~S$3,200",
    ],
)
def test_what_is_said_every_day_is_no_finding(sample: Sample, words: str) -> None:
    reading = sample.pages[SINGAPORE]
    planted = replace(reading, source=in_the_text(words)(reading.source))
    assert [what for rule in CHECKS for what in sample.found(rule, planted)] == []


def test_a_clinic_that_leaves_is_seen_on_the_next_page(sample: Sample) -> None:
    """The checks follow the data, not a list of clinics."""
    listed = sample.site.clinics["larch-linden-skin-clinic"]
    left: dict[str, Listed] = {**sample.site.clinics, listed.slug: replace(listed, authority="withdrawn")}
    reading = sample.pages[LIST]
    found = list(CHECKS["LISTING-AUTHORITY"](reading, replace(sample.site, clinics=left)))
    assert found == [f"{listed.slug} is withdrawn, and shown"]
