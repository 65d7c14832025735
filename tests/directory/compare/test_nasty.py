"""Whatever stands in the address of a comparison: a valid page, and every error leads to the field that it is about."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.directory.test_nasty_queries import NASTY
from tests.reading import Page

FIELDS = (
    "want", "treatment", "sessions", "quantity", "area", "interval_weeks", "maintenance_months", "clinic", "near",
    "also", "currency", "eligibility", "weekdays", "foreign", "sort", "home", "trip", "night", "nights", "seen",
    "chosen",
)  # fmt: skip


@pytest.fixture
def compared(session: Session) -> str:
    """Two clinics of two markets that a basket can be compared at."""
    here = factories.clinic(session)
    there = factories.clinic(session, country="KR", lat=37.498, lng=127.028, gst_registered=None)
    factories.offer(session, here)
    factories.offer(session, there, price_amount=300000, currency="KRW")
    session.commit()
    return f"/compare?clinic={here.slug}&clinic={there.slug}"


def errors_lead_somewhere(page: Page) -> None:
    ids = {element.get("id") for element in page.root.iter()}
    for summary in page.with_class("error-summary"):
        for element in summary.iter():
            if href := element.get("href"):
                assert href.removeprefix("#") in ids, (page.path[:200], href)


def test_the_same_wrong_text_in_every_field(client: FlaskClient, compared: str) -> None:
    for text in NASTY:
        everywhere = "&".join(f"{field}={quote(text)}" for field in FIELDS if field != "clinic")
        errors_lead_somewhere(Page(client, f"{compared}&{everywhere}").check())


@pytest.mark.parametrize("field", FIELDS)
def test_one_wrong_field_beside_a_question_that_is_fine(
    client: FlaskClient, compared: str, field: str
) -> None:
    for text in ("\x00", "-1", "9" * 400, "１２３", "<b>x</b>", "x" * 3000):
        page = Page(client, f"{compared}&want=rejuran_healer:3x2ml&home=SG&{field}={quote(text)}").check()
        assert len(page.all("article", class_="card")) >= 2, text[:20]
        assert "<b>x</b>" not in page.source
        errors_lead_somewhere(page)


def test_a_hundred_of_every_field(client: FlaskClient, compared: str) -> None:
    for text in ("rejuran_healer", "1", "x", ""):
        many = "&".join(f"{field}={text}" for field in FIELDS for _time in range(100))
        errors_lead_somewhere(Page(client, f"{compared}&{many}").check())


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("treatment=nothing&treatment=rejuran_healer&sessions=1&sessions=99", ["sessions-1", "treatment-0"]),
        ("treatment=rejuran_healer&interval_weeks=x&maintenance_months=x", 2),
        ("want=rejuran_healer:1&trip=x&night=x&nights=x&currency=xyz", 4),
    ],
)
def test_each_error_stands_beside_its_field(
    client: FlaskClient, compared: str, query: str, ids: list[str] | int
) -> None:
    page = Page(client, f"{compared}&{query}").check()
    (summary,) = page.with_class("error-summary")
    linked = [
        (element.get("href") or "").removeprefix("#") for element in summary.iter() if element.get("href")
    ]
    assert sorted(linked) == ids if isinstance(ids, list) else len(linked) == ids
    for name in linked:
        (field,) = [element for element in page.root.iter() if element.get("id") == name]
        assert field.get("aria-invalid") == "true"
        assert field.get("aria-describedby") == f"{name}-error"
        assert page.all("p", id=f"{name}-error") != []
