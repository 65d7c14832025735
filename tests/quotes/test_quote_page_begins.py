"""How a sheet begins where the clinic's offers are many or leave something out, and how a row is left out."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.quotes import given
from tests.quotes.conftest import Asked, answer_fields, answered, quote_page
from tests.reading import Page
from webapp.offers import queries as offers
from webapp.quotes.forms import MAX_FEES
from webapp.quotes.models import Quote

Row = tuple[str, str, str]


def sheet(browser: FlaskClient, page: str) -> dict[str, list[str]]:
    answer = browser.get(page)
    assert answer.status_code == 200
    return answer_fields(answer.get_data(as_text=True))


def rows(fields: dict[str, list[str]]) -> list[Row]:
    """(sessions, price, area) of each row for Rejuran Healer."""
    return [
        (fields[f"lines-{number}-sessions"][0], fields[f"lines-{number}-price"][0], fields[f"lines-{number}-area"][0])
        for number in range(len([name for name in fields if name.endswith("-price")]))
        if fields[f"lines-{number}-treatment"] == ["rejuran_healer"]
    ]  # fmt: skip


def test_every_fee_that_the_offers_name_is_on_the_sheet(
    clinic_browser: FlaskClient, session: Session
) -> None:
    booster = factories.treatment(session, "ha_booster_generic")
    clinic = factories.clinic(session)
    factories.offer(session, clinic, other_fees=[[f"a {number}", 100] for number in range(50)])
    factories.offer(
        session,
        clinic,
        [{"treatment_id": booster.id}],
        other_fees=[[f"b {number}", 100] for number in range(5)],
    )
    wants = [{"sessions": 1}, {"treatment_id": booster.id, "sessions": 1}]
    page = quote_page(session, given.asked(session, clinic, wants=wants))
    fields = sheet(clinic_browser, page)
    assert [fields[f"fees-{number}-amount"] for number in (0, 54, 55)] == [["1.00"], ["1.00"], [""]]
    # Nothing of it is lost on its way, not in a draft either.
    assert answered(clinic_browser, page, answer="draft").status_code == 303
    assert answered(clinic_browser, page, numbing="included").status_code == 303
    session.commit()
    assert len(session.scalars(select(Quote)).one().other_fees or ()) == 55


def test_every_part_of_a_large_offer_has_a_row(clinic_browser: FlaskClient, session: Session) -> None:
    clinic = factories.clinic(session)
    parts: list[dict[str, Any]] = [{"sessions": 3}]
    parts += [{"treatment_id": None, "words": f"Part {number}"} for number in range(20)]
    factories.offer(session, clinic, parts)
    fields = sheet(clinic_browser, quote_page(session, given.asked(session, clinic)))
    assert fields["lines-20-words"] == ["Part 19"]
    assert fields["lines-21-words"] == [""]


def test_more_than_a_sheet_takes_is_left_to_the_clinic_and_said(
    clinic_browser: FlaskClient, session: Session
) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic, other_fees=[[f"fee {number}", 100] for number in range(MAX_FEES + 1)])
    page = quote_page(session, given.asked(session, clinic))
    fields = sheet(clinic_browser, page)
    # Some of the fees would read as all of them.
    assert (fields["lines-0-price"], fields["fees-0-name"], fields["needle"]) == ([""], [""], [""])
    assert "no_other_fees" not in fields
    assert "so it begins without them" in Page(clinic_browser, page).check().text


def test_rows_that_no_page_has_are_refused_and_not_dropped(
    clinic_browser: FlaskClient, session: Session, asked: Asked
) -> None:
    many = {f"fees-{number}-{name}": "1" for number in range(MAX_FEES + 1) for name in ("name", "amount")}
    for wanted in ("quote", "draft"):
        assert answered(clinic_browser, asked.quote_pages[0], answer=wanted, **many).status_code == 422
    session.commit()
    assert session.scalars(select(Quote)).all() == []


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        # It prices any area: in which of the two a row is, is the clinic's to say.
        (None, [("5", "2500.00", "")]),
        # It prices the face only: the neck has a row of its own, without a price.
        ("face", [("3", "1500.00", "face"), ("2", "", "neck")]),
    ],
)
def test_two_areas_of_one_treatment_are_two_things(
    clinic_browser: FlaskClient, session: Session, areas: str | None, expected: list[Row]
) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic, [{"areas": areas}])
    wants = [{"sessions": 3, "area": "face"}, {"sessions": 2, "area": "neck"}]
    page = quote_page(session, given.asked(session, clinic, wants=wants))
    assert rows(sheet(clinic_browser, page)) == expected


def test_rows_begun_from_an_offer_are_not_called_the_draft(clinic_browser: FlaskClient, asked: Asked) -> None:
    page, clinic = asked.quote_pages[0], asked.clinics[0]
    answered(clinic_browser, page, answer="draft", note="Draft words")
    (offer,) = offers.for_clinics([clinic.id])[clinic.id]
    shown = Page(clinic_browser, f"{page}?offer={offer.ref}").text
    assert "Draft words" not in shown
    assert "This is the draft of" not in shown
    assert "This is the draft of" in Page(clinic_browser, page).text


def test_what_a_clinic_does_not_sell_is_left_out_and_the_quote_is_incomplete(
    clinic_browser: FlaskClient, session: Session
) -> None:
    toning = factories.treatment(session, "toning")
    clinic = factories.clinic(session)
    factories.offer(session, clinic, other_fees=[], numbing="included")
    wants = [{"sessions": 3}, {"treatment_id": toning.id, "sessions": 2}]
    page = quote_page(session, given.asked(session, clinic, wants=wants))
    refused = answered(clinic_browser, page)
    assert refused.status_code == 422
    assert "tick that you do not offer this" in refused.get_data(as_text=True)
    both = answered(clinic_browser, page, **{"lines-1-not_offered": "y", "lines-1-price": "10"})
    assert "Either it has a price, or you do not offer it." in both.get_data(as_text=True)
    looked = answered(clinic_browser, page, answer="check", **{"lines-1-not_offered": "y"})
    assert "Incomplete, so there is no total" in looked.get_data(as_text=True)
    kept = answer_fields(looked.get_data(as_text=True))
    assert (kept["lines-1-treatment"], kept["lines-1-not_offered"]) == (["toning"], ["y"])
    assert clinic_browser.post(page, data=kept).status_code == 303
    session.commit()
    quote = session.scalars(select(Quote)).one()
    assert [line.treatment_id for line in quote.lines] == [factories.treatment(session).id]
    # Nothing is quoted where nothing is offered.
    nothing = answered(clinic_browser, page, **{"lines-0-not_offered": "y", "lines-0-price": ""})
    assert "Give at least one price" in nothing.get_data(as_text=True)
