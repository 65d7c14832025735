"""Order by total: by sums converted at a dated rate; equals share a rank; without a rate two currencies have none."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.directory.compare.bills import bills
from tests.directory.compare.conftest import rate
from tests.reading import Page, words
from webapp.clinics.models import Clinic

SEOUL = {"country": "KR", "lat": 37.498, "lng": 127.028, "gst_registered": None}


@pytest.fixture
def five(session: Session) -> str:
    """S$500, ₩300,000, S$400 twice, and one without a total, in this order."""

    def one(name: str, amount: int, currency: str = "SGD", **more: Any) -> Clinic:
        clinic = factories.clinic(session, name=name, **(SEOUL if currency == "KRW" else {}))
        factories.offer(session, clinic, price_amount=amount, currency=currency, **more)
        return clinic

    clinics = [
        one("Dear", 50000),
        one("Vague", 100, tax="unknown", tax_rate=None),
        one("Seoul", 300000, "KRW"),
        one("Same", 40000),
        one("Equal", 40000),
    ]
    session.commit()
    named = "&".join(f"clinic={clinic.slug}" for clinic in clinics)
    return f"/compare?{named}&want=rejuran_healer:1x2ml&currency=SGD"


def ranked(page: Page) -> list[tuple[str, int | None]]:
    """Names and ranks in the order of the page."""
    return [
        (bill.name, int(found[1]) if (found := re.search(r"Number (\d+) by total", bill.words)) else None)
        for bill in bills(page)
    ]


def test_as_chosen_until_she_asks(session: Session, client: FlaskClient, five: str) -> None:
    rate(session, "1000")
    session.commit()
    page = Page(client, five).check()
    assert ranked(page) == [("Dear", None), ("Vague", None), ("Seoul", None), ("Same", None), ("Equal", None)]


def test_by_converted_totals_and_what_has_none_comes_last(
    session: Session, client: FlaskClient, five: str
) -> None:
    rate(session, "1000")
    session.commit()
    page = Page(client, five + "&sort=price").check()
    assert ranked(page) == [("Seoul", 1), ("Same", 2), ("Equal", 2), ("Dear", 4), ("Vague", None)]
    assert "1 SGD = 1000 KRW · an example, 21 November 2026" in page.text
    assert "this rate is old" not in page.text
    assert "in SGD S$300" in words(page.all("article", class_="card")[0])


@pytest.mark.parametrize(
    ("won", "first"), [("500", "Dear"), ("700", "Seoul"), ("1000", "Seoul"), ("2000", "Seoul")]
)
def test_500_dollars_against_300000_won(
    session: Session, client: FlaskClient, five: str, won: str, first: str
) -> None:
    rate(session, won)
    session.commit()
    names = [name for name, _rank in ranked(Page(client, five + "&sort=price").check())]
    assert min(names, key=lambda name: names.index(name) if name in ("Dear", "Seoul") else 9) == first


def test_without_a_rate_each_currency_stands_by_itself(client: FlaskClient, five: str) -> None:
    page = Page(client, five + "&sort=price").check()
    assert (
        "There is no exchange rate between these currencies, so each is put in order only by itself."
        in page.text
    )
    headings = [words(element) for element in page.all("h2")]
    assert [heading for heading in headings if heading.startswith("In ")] == ["In SGD", "In KRW"]
    assert ranked(page) == [("Same", 1), ("Equal", 1), ("Dear", 3), ("Vague", None), ("Seoul", 1)]
    assert not any("in SGD" in bill.words for bill in bills(page))
    # What cannot be converted is not drawn on the axis of the others either.
    (svg,) = page.with_class("range")
    assert "Dear" in words(svg)
    assert "Seoul" not in words(svg)


def test_one_currency_needs_no_rate(session: Session, client: FlaskClient) -> None:
    dear, cheap = factories.clinic(session, name="Dear"), factories.clinic(session, name="Cheap")
    factories.offer(session, dear, price_amount=60000)
    factories.offer(session, cheap, price_amount=50000)
    session.commit()
    base = f"/compare?clinic={dear.slug}&clinic={cheap.slug}&want=rejuran_healer:1x2ml&sort=price"
    for currency in ("SGD", "USD"):
        page = Page(client, f"{base}&currency={currency}").check()
        assert ranked(page) == [("Cheap", 1), ("Dear", 2)]
        assert "There is no exchange rate" not in page.text


def test_an_old_rate_is_marked(seeded: Session, client: FlaskClient) -> None:
    page = Page(
        client,
        "/compare?clinic=chameoksae-clinic&clinic=quillwort-aesthetics&want=rejuran_healer:3x2ml&sort=price",
    ).check()
    assert "6 October 2026 · this rate is old" in page.text
    assert [number for _name, number in ranked(page)] == [1, 2]
