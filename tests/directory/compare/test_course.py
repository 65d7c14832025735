"""A course over time at a clinic: the reach of the sources, the years, the reader's own figures."""

from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.directory.compare.conftest import Says
from tests.reading import Page, words
from webapp.clinics.models import Clinic
from webapp.directory.compare.asking import Asked, Told, ask_all
from webapp.directory.compare.chosen import Chosen
from webapp.directory.compare.course import assumed, over_time, reach
from webapp.directory.compare.query import Row
from webapp.domain.basket import Reader
from webapp.domain.course_plan import Span, years
from webapp.domain.money import Money
from webapp.domain.offers import Want
from webapp.domain.units import Quantity
from webapp.offers import queries as offers
from webapp.offers.public import AmountFrom, Basket

TWO_ML = Quantity.parse("2 ml")


@pytest.fixture
def clinic(session: Session) -> Clinic:
    """A single at S$500 and three for S$1,350."""
    row = factories.clinic(session)
    factories.offer(session, row, title="Single")
    factories.offer(session, row, title="Three", price_amount=135000, parts=[{"sessions": 3}])
    return row


def asked(session: Session, clinic: Clinic, *wants: Want) -> Asked:
    """The clinic's answer to the basket, to be asked for others."""
    session.flush()
    told = Told([Chosen(clinic)], offers.for_clinics([clinic.id]), ())
    names = {want.treatment: factories.treatment(session, want.treatment) for want in wants}
    basket = Basket(tuple(wants), (AmountFrom.READER,) * len(wants))
    (found,) = ask_all(told, basket, Reader(), names, factories.NOW)
    return found


def rows(*wants: Want, weeks: int | None = None, months: int | None = None) -> list[Row]:
    return [
        Row(want.treatment, str(want.sessions), "", "", weeks=weeks, months=months, want=want)
        for want in wants
    ]


def years_of(page: Page) -> dict[str, list[str]]:
    """The table of years: per clinic as chosen, first year, each year after."""
    for table in page.all("table"):
        lines = [[words(cell) for cell in row] for row in table.iter("{http://www.w3.org/1999/xhtml}tr")]
        if lines[0][:1] == ["Clinic"]:
            return {line[0]: line[1:] for line in lines[1:]}
    return {}


def test_low_is_no_more_than_chosen_and_chosen_no_more_than_high(
    session: Session, clinic: Clinic, says: Says
) -> None:
    says("S0", "sessions", 1, 4)
    says("S1", "sessions", 3, 4)
    for sessions in (1, 2, 3, 4):
        want = Want("rejuran_healer", sessions, TWO_ML)
        courses = assumed([want], rows(want))
        found = reach(asked(session, clinic, want), courses)
        assert (found.low, found.high) == (Money(50000, "SGD"), Money(185000, "SGD"))
        assert found.low is not None
        assert found.chosen is not None
        assert found.high is not None
        assert found.low <= found.chosen <= found.high


def test_without_a_source_the_reach_is_what_was_chosen(session: Session, clinic: Clinic) -> None:
    want = Want("rejuran_healer", 2, TWO_ML)
    found = reach(asked(session, clinic, want), assumed([want], rows(want)))
    assert found.low == found.chosen == found.high == Money(100000, "SGD")


def test_a_refuted_figure_is_no_assumption(session: Session, clinic: Clinic, says: Says) -> None:
    says("S0", "sessions", 1, 4)
    says("S9", "sessions", 1, 10, status="refuted")
    want = Want("rejuran_healer", 3, TWO_ML)
    (course,) = assumed([want], rows(want))
    assert course.sessions is not None
    assert course.sessions.span == Span(1, 4)


def test_the_years_by_hand(session: Session, clinic: Clinic, says: Says) -> None:
    """Three sessions four weeks apart end in week 8; again after 6 to 12 months: one or none in what is left of
    the year (26 weeks each), and one or two in each year after."""
    says("S0", "interval_weeks", 4, 4)
    says("S0", "maintenance_months", 6, 12)
    want = Want("rejuran_healer", 3, TWO_ML)
    courses = assumed([want], rows(want))
    found = over_time(asked(session, clinic, want), courses, [years(course.plan) for course in courses])
    assert found.costs.first == (Money(135000, "SGD"), Money(185000, "SGD"))
    assert found.costs.following == (Money(50000, "SGD"), Money(100000, "SGD"))
    assert found.unsaid == ()


def test_what_is_for_the_first_visit_or_until_a_day_is_in_no_later_year(
    session: Session, client: FlaskClient, clinic: Clinic, says: Says
) -> None:
    says("S0", "interval_weeks", 4, 4)
    says("S0", "maintenance_months", 6, 6)
    factories.offer(session, clinic, title="First", price_amount=20000, eligibility="first_visit")
    factories.offer(session, clinic, title="Once", price_amount=21000, once_per_patient=True)
    factories.offer(session, clinic, title="Soon over", price_amount=30000, valid_until=date(2026, 12, 31))
    session.commit()
    page = Page(
        client, f"/compare?clinic={clinic.slug}&want=rejuran_healer:1x2ml&eligibility=first_visit"
    ).check()
    # The course is the first visit's price, the year after two singles at the price that holds then.
    assert years_of(page)[clinic.name][::2] == ["S$200", "S$1,000"]


def test_the_readers_own_weeks_and_months_stand_in_place_of_the_sources(
    session: Session, client: FlaskClient, clinic: Clinic, says: Says
) -> None:
    says("S0", "interval_weeks", 4, 4)
    says("S0", "maintenance_months", 6, 12)
    session.commit()
    base = f"/compare?clinic={clinic.slug}&want=rejuran_healer:3x2ml"
    sourced = Page(client, base).check()
    assert years_of(sourced)[clinic.name] == ["S$1,350", "S$1,350 to S$1,850", "S$500 to S$1,000"]
    assert "again after 6–12 months (Document S0)" in sourced.text
    own = Page(client, base + "&interval_weeks=2&maintenance_months=3").check()
    # Week 4 is the last of the course; then every 13 weeks: 17, 30 and 43.
    assert years_of(own)[clinic.name] == ["S$1,350", "S$2,700", "S$2,000"]
    assert "2 weeks apart (yours); 4 weeks apart (Document S0)" in own.text
    assert "again after 3 months (yours); again after 6–12 months (Document S0)" in own.text
    assert own.all("input", id="interval_weeks-0")[0].get("value") == "2"
    assert own.all("input", id="maintenance_months-0")[0].get("value") == "3"


def test_without_a_figure_for_maintenance_no_year_is_made_up(
    session: Session, client: FlaskClient, clinic: Clinic, says: Says
) -> None:
    says("S0", "sessions", 1, 4)
    says("S0", "interval_weeks", 4, 4)
    session.commit()
    page = Page(client, f"/compare?clinic={clinic.slug}&want=rejuran_healer:3x2ml").check()
    assert years_of(page) == {}
    assert "No source says: how often it is repeated." in page.text
    assert "3 sessions (your choice); 1–4 sessions (Document S0)" in page.text


def test_a_treatment_without_a_figure_is_named_beside_the_years(
    session: Session, client: FlaskClient, clinic: Clinic, says: Says
) -> None:
    says("S0", "interval_weeks", 4, 4)
    says("S0", "maintenance_months", 6, 6)
    eye = factories.treatment(session, "rejuran_eye", usual_quantity=Decimal(1))
    factories.offer(session, clinic, parts=[{"treatment_id": eye.id, "quantity": Decimal(1)}])
    session.commit()
    page = Page(
        client, f"/compare?clinic={clinic.slug}&want=rejuran_healer:3x2ml&want=rejuran_eye:1x1ml"
    ).check()
    assert "Without Rejuran Eye: no source says how often it is repeated." in page.text
    assert years_of(page)[clinic.name] == ["S$1,850", "S$1,850", "S$1,000"]


def test_an_incomplete_clinic_has_no_figure_for_a_year(
    session: Session, client: FlaskClient, clinic: Clinic, says: Says
) -> None:
    says("S0", "interval_weeks", 4, 4)
    says("S0", "maintenance_months", 6, 6)
    silent = factories.clinic(session, name="Silent")
    factories.offer(session, silent, tax="unknown", tax_rate=None)
    session.commit()
    page = Page(
        client, f"/compare?clinic={clinic.slug}&clinic={silent.slug}&want=rejuran_healer:3x2ml"
    ).check()
    assert years_of(page)["Silent"] == ["incomplete", "incomplete", "incomplete"]


def test_sessions_that_expire_before_the_last_of_them_are_said(
    session: Session, client: FlaskClient, clinic: Clinic
) -> None:
    short = factories.clinic(session, name="Short")
    course = {"sessions": 3, "interval_weeks": 4}
    factories.offer(session, short, title="Three", parts=[course], expires_after_days=50)
    longer = factories.clinic(session, name="Longer")
    factories.offer(session, longer, title="Three", parts=[course], expires_after_days=56)
    session.commit()
    page = Page(
        client, f"/compare?clinic={short.slug}&clinic={longer.slug}&want=rejuran_healer:3x2ml"
    ).check()
    too_soon, in_time = (words(element) for element in page.all("article"))
    assert "The clinic itself says: 4 weeks apart." in too_soon
    assert "its sessions expire after 50 days: too soon for all of them." in too_soon
    assert "too soon" not in in_time


def test_a_basket_too_large_to_search_is_refused_in_words(
    session: Session, client: FlaskClient, clinic: Clinic
) -> None:
    for slug in ("one_thing", "two_thing", "three_thing", "four_thing"):
        factories.treatment(session, slug)
    session.commit()
    wants = "&".join(f"want={slug}_thing:12x2ml" for slug in ("one", "two", "three", "four"))
    page = Page(client, f"/compare?clinic={clinic.slug}&{wants}").check()
    assert "This basket is too large to be searched exactly while you wait." in page.text
    assert page.all("article") == []
