"""Stopping early: what comes back by the basis that the clinic answered; where it answered none, that stays open."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.reading import Page, words
from webapp.directory.compare.leaving import single_price
from webapp.domain.money import Money
from webapp.domain.offers import (
    PRICE_AGE_DAYS,
    Consultation,
    Eligibility,
    Numbing,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    Tax,
)
from webapp.domain.units import Unit

ON = date(2026, 11, 21)
TWO_ML = Part("rejuran_healer", Decimal(2), Unit.ML, areas=("face",))
SINGLE = OfferTerms(
    "Healer",
    "SGD",
    Money(50000, "SGD"),
    (TWO_ML,),
    tax=Tax.INCLUSIVE,
    tax_rate=Decimal(9),
    consultation=Consultation.INCLUDED,
    verified_on=ON,
)
COURSE = replace(SINGLE, title="Healer × 3", price=Money(120000, "SGD"), parts=(replace(TWO_ML, sessions=3),))


def single(*price_list: OfferTerms) -> Money | None:
    return single_price(COURSE, price_list, ON, PRICE_AGE_DAYS)


def test_the_single_price_is_that_of_the_very_same_thing() -> None:
    assert single(COURSE, SINGLE) == Money(50000, "SGD")
    per_session = replace(SINGLE, price_basis=PriceBasis.PER_SESSION)
    assert single(per_session) == Money(50000, "SGD")
    per_ml = replace(SINGLE, price=Money(26000, "SGD"), price_basis=PriceBasis.PER_UNIT)
    assert single(per_ml) == Money(52000, "SGD")


def test_of_several_single_prices_the_dearest_counts() -> None:
    assert single(replace(SINGLE, price=Money(45000, "SGD")), SINGLE) == Money(50000, "SGD")


@pytest.mark.parametrize(
    "other",
    [
        replace(SINGLE, parts=(replace(TWO_ML, quantity=Decimal(1)),)),
        replace(SINGLE, parts=(replace(TWO_ML, quantity=None, unit=None),)),
        replace(SINGLE, parts=(replace(TWO_ML, areas=("neck",)),)),
        replace(SINGLE, parts=(replace(TWO_ML, treatment="rejuran_eye"),)),
        replace(SINGLE, parts=(replace(TWO_ML, sessions=2),)),
        replace(SINGLE, parts=(TWO_ML, Part(None))),
        replace(SINGLE, tax=Tax.EXCLUSIVE),
        replace(SINGLE, numbing=Numbing.EXTRA),
        replace(SINGLE, eligibility=Eligibility.FIRST_VISIT),
        replace(SINGLE, weekday_only=True),
        replace(SINGLE, price_kind=PriceKind.EVENT, valid_until=date(2026, 12, 1)),
        replace(SINGLE, price=None, price_kind=PriceKind.ON_REQUEST),
        replace(SINGLE, verified_on=date(2026, 1, 1)),
        replace(SINGLE, currency="KRW", price=Money(500000, "KRW")),
    ],
)
def test_another_thing_or_another_way_to_sell_it_gives_no_single_price(other: OfferTerms) -> None:
    assert single(other) is None


def test_a_course_that_does_not_say_what_it_holds_has_no_single_price() -> None:
    vague = replace(COURSE, parts=(replace(TWO_ML, sessions=3, quantity=None, unit=None),))
    silent = replace(SINGLE, parts=(replace(TWO_ML, quantity=None, unit=None),))
    assert single_price(vague, [silent], ON, PRICE_AGE_DAYS) is None


@pytest.mark.parametrize(
    ("basis", "rows"),
    [
        ("nothing", [["1", "S$0", "S$1,200"], ["2", "S$0", "S$600"], ["3", "S$0", "S$400"]]),
        ("pro_rata", [["1", "S$800", "S$400"], ["2", "S$400", "S$400"], ["3", "S$0", "S$400"]]),
        ("less_singles", [["1", "S$700", "S$500"], ["2", "S$200", "S$500"], ["3", "S$0", "S$400"]]),
        (
            None,
            [
                ["1", "not known", "at most S$1,200"],
                ["2", "not known", "at most S$600"],
                ["3", "S$0", "S$400"],
            ],
        ),
    ],
)
def test_the_page_says_what_comes_back_after_each_session(
    session: Session, client: FlaskClient, basis: str | None, rows: list[list[str]]
) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic)
    factories.offer(
        session, clinic, [{"sessions": 3}], title="Three", price_amount=120000, refund_basis=basis
    )
    session.commit()
    page = Page(client, f"/compare?clinic={clinic.slug}&want=rejuran_healer:3x2ml").check()
    assert exits(page) == rows
    assert ("Refund of unused sessions: not stated" in page.text) is (basis is None)


def test_without_a_single_price_what_it_leaves_is_not_known(session: Session, client: FlaskClient) -> None:
    clinic = factories.clinic(session)
    factories.offer(
        session, clinic, [{"sessions": 3}], title="Three", price_amount=120000, refund_basis="less_singles"
    )
    session.commit()
    page = Page(client, f"/compare?clinic={clinic.slug}&want=rejuran_healer:3x2ml").check()
    assert exits(page)[0] == ["1", "not known", "at most S$1,200"]
    assert "less the sessions taken at the single price" in page.text


def test_a_single_session_cannot_be_left_early(session: Session, client: FlaskClient) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic)
    session.commit()
    page = Page(client, f"/compare?clinic={clinic.slug}&want=rejuran_healer:2x2ml").check()
    assert "S$1,000" in page.text
    assert "If you stop early" not in page.text


def exits(page: Page) -> list[list[str]]:
    """The rows below Sessions used, Comes back, Each has cost."""
    (table,) = [one for one in page.all("table", class_="sum") if "Comes back" in words(one)]
    return [[words(cell) for cell in row] for row in table.iter() if row.tag.endswith("}tr")][1:]
