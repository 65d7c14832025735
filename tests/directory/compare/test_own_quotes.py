"""The reader's own quotes: the same gate and bill as a clinic's offer, and nothing of them is kept anywhere."""

import logging
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from tests import factories
from tests.directory.compare.bills import Bill, bills
from tests.directory.test_nasty_queries import NASTY
from tests.reading import Page, words

_HTML = "{http://www.w3.org/1999/xhtml}"

TOLD = {
    "who": "Told Clinic",
    "treatment": "rejuran_healer",
    "quantity": "2 ml",
    "sessions": "1",
    "price": "500",
    "currency": "SGD",
    "basis": "total",
    "tax": "inclusive",
    "tax_rate": "9",
    "consultation": "included",
    "consultation_fee": "",
    "fees": "",
    "numbing": "",
}


def form(*quotes: dict[str, str]) -> dict[str, str]:
    """The fields of the page's form, each quote different from TOLD only where it says so."""
    return {
        f"quotes-{number}-{name}": value
        for number, quote in enumerate(quotes)
        for name, value in (TOLD | quote).items()
    }


BLANK = dict.fromkeys(TOLD, "") | {"treatment": "rejuran_healer", "sessions": "1", "currency": "SGD"}


def post(client: FlaskClient, query: str, *quotes: dict[str, str]) -> Page:
    return Page(client, f"/compare?{query}", form(*quotes)).check()


def own_bills(page: Page) -> list[Bill]:
    """Those marked as hers."""
    found = [bill for bill in bills(page) if bill.name.endswith(" yours")]
    for bill in found:
        assert "sample" not in bill.words
    return found


@pytest.fixture(autouse=True)
def catalogue(session: Session) -> None:
    factories.treatment(session)
    factories.treatment(session, "rejuran_s")
    session.commit()


@pytest.mark.parametrize(
    ("quote", "offer", "part"),
    [
        ({}, {}, {}),
        ({"price": "1,499.95", "sessions": "3"}, {"price_amount": 149995}, {"sessions": 3}),
        ({"price": "450", "sessions": "3", "basis": "per_session"}, {"price_amount": 45000}, {}),
        ({"tax": "exclusive"}, {"tax": "exclusive"}, {}),
        ({"tax": "exclusive", "tax_rate": ""}, {"tax": "exclusive", "tax_rate": None}, {}),
        ({"tax": "exclusive", "tax_rate": "8.25 %"}, {"tax": "exclusive", "tax_rate": Decimal("8.25")}, {}),
        ({"tax": "unknown", "tax_rate": ""}, {"tax": "unknown", "tax_rate": None}, {}),
        ({"consultation": ""}, {"consultation": None}, {}),
        (
            {"consultation": "fee", "consultation_fee": "49.90"},
            {"consultation": "fee", "consultation_fee_amount": 4990},
            {},
        ),
        ({"fees": "0"}, {"other_fees": []}, {}),
        (
            {"fees": "15", "tax": "exclusive"},
            {"other_fees": [["Other fees", 1500]], "tax": "exclusive"},
            {},
        ),
        ({"numbing": "included", "fees": "0"}, {"numbing": "included", "other_fees": []}, {}),
        ({"numbing": "extra"}, {"numbing": "extra"}, {}),
        ({"quantity": ""}, {}, {"quantity": None, "unit": None}),
        ({"quantity": "4cc"}, {}, {"quantity": Decimal(4)}),
        ({"quantity": "1 vial"}, {}, {"quantity": Decimal(1), "unit": "vial"}),
        ({"treatment": "rejuran_s"}, {}, {"treatment": "rejuran_s"}),
        ({"sessions": "4"}, {}, {"sessions": 4}),
        (
            {"currency": "KRW", "price": "300,000"},
            {"currency": "KRW", "price_amount": 300000},
            {},
        ),
    ],
    ids=range(19),
)
def test_the_same_gate_and_bill_as_a_clinics_own_offer(
    session: Session,
    client: FlaskClient,
    quote: dict[str, str],
    offer: dict[str, Any],
    part: dict[str, Any],
) -> None:
    """Everything but the names: amounts, lines, total, tax, reasons, remainders, differences."""
    # A clinic that shows each price as it states it, so that only the quote and the offer are compared.
    clinic = factories.clinic(
        session, name="Own Clinic", gst_registered=None, country="KR", lat=37.5, lng=127
    )
    own_part = dict(part)
    if slug := own_part.pop("treatment", None):
        own_part["treatment_id"] = factories.treatment(session, slug).id
    slug = quote.get("treatment", "rejuran_healer")
    title = {"rejuran_healer": "Rejuran Healer", "rejuran_s": "Rejuran S"}[slug]
    amount = {"4cc": "4 ml"}.get(quote.get("quantity", "2 ml"), quote.get("quantity", "2 ml"))
    sessions = own_part.get("sessions", 1)
    named = " ".join(filter(None, (title, amount))) + (f" × {sessions}" if sessions > 1 else "")
    # A total for several sessions was said once; a price for one holds for each.
    once = quote.get("basis") != "per_session"
    factories.offer(
        session, clinic, parts=[own_part], title=named, **({"once_per_patient": once or None} | offer)
    )
    session.commit()
    for query in ("want=rejuran_healer:1x2ml", "want=rejuran_healer:3x2ml"):
        page = post(client, f"clinic={clinic.slug}&{query}&currency=SGD", quote)
        theirs, hers = bills(page)
        assert hers.name == "Told Clinic yours"
        assert hers.lines == theirs.lines
        assert (hers.total, hers.tax) == (theirs.total, theirs.tax)
        for marker in ("is left over", "not covered", "not stated.", "not on its price list", "incomplete"):
            assert (marker in hers.words) == (marker in theirs.words), marker
        theirs_said, hers_said = _reasons(page)
        assert hers_said == theirs_said


def _reasons(page: Page) -> list[list[str]]:
    """Per column: the reasons, and what is set aside or not comparable; without the chips of what is bought."""
    return [
        [
            words(item)
            for entries in column.iter(f"{_HTML}ul")
            if "chips" not in (entries.get("class") or "")
            for item in entries
        ]
        for column in page.all("article", class_="card")
    ]


def test_tax_that_nobody_stated_is_no_total(client: FlaskClient) -> None:
    page = post(client, "want=rejuran_healer:1x2ml", {"tax": "unknown", "tax_rate": ""})
    (bill,) = own_bills(page)
    assert bill.total is None
    assert "Whether tax is in the price is not stated." in bill.words


def test_a_price_per_session_and_one_for_all(client: FlaskClient) -> None:
    query = "want=rejuran_healer:3x2ml"
    (each,) = own_bills(post(client, query, {"price": "500", "sessions": "3", "basis": "per_session"}))
    assert each.lines[0][0] == "3 × Rejuran Healer 2 ml"
    assert each.total is not None
    assert each.total.amount == each.sum == 150000
    (all_,) = own_bills(post(client, query, {"price": "1200", "sessions": "3", "basis": "total"}))
    assert all_.lines[0][0] == "Rejuran Healer 2 ml × 3"
    assert all_.total is not None
    assert all_.total.amount == 120000
    (few,) = own_bills(post(client, query, {"price": "1200", "sessions": "2", "basis": "total"}))
    assert few.total is None
    assert "1 session of Rejuran Healer 2 ml is not covered: the price is for one purchase only." in few.words


def test_the_area_is_asked_for_where_one_is_wanted(client: FlaskClient) -> None:
    assert post(client, "want=rejuran_healer:1x2ml", {}).all("select", name="quotes-0-area") == []
    page = post(client, "want=rejuran_healer:1x2ml@face", {}, {"who": "Other", "area": "face"})
    without, with_area = own_bills(page)
    assert without.total is None
    assert "The area is not stated." in without.words
    assert with_area.total is not None
    assert with_area.lines[0][0] == "Rejuran Healer 2 ml (face)"
    assert [len(page.all("select", name=f"quotes-{number}-area")) for number in range(3)] == [1, 1, 1]
    # For the next quote as well, with what is wanted now.
    again = post(client, "want=rejuran_healer:1x2ml@face;neck", {})
    (blank,) = again.all("select", name="quotes-1-area")
    assert "face, neck" in words(blank)


def test_two_quotes_of_one_clinic_are_one_answer_and_two_clinics_two(client: FlaskClient) -> None:
    page = post(
        client,
        "want=rejuran_healer:1x2ml&want=rejuran_s:1x1ml",
        {"who": "One"},
        {"who": "One", "treatment": "rejuran_s", "quantity": "1 ml", "price": "300"},
        {"who": "Two"},
    )
    one, two = own_bills(page)
    assert (one.name, two.name) == ("One yours", "Two yours")
    assert [what for what, _amount in one.lines] == ["Rejuran Healer 2 ml", "Rejuran S 1 ml"]
    assert one.total is not None
    assert one.total.amount == one.sum == 80000
    assert two.total is None
    assert "Rejuran S 1 ml: not on its price list." in two.words


def test_blank_rows_in_between_close_up(client: FlaskClient) -> None:
    page = post(client, "want=rejuran_healer:1x2ml", {"who": "First"}, BLANK, {"who": "Third"}, BLANK)
    assert [bill.name for bill in own_bills(page)] == ["First yours", "Third yours"]
    typed = [page.all("input", id=f"quotes-{number}-who")[0].get("value") for number in range(3)]
    assert typed == ["First", "Third", ""]
    names = [element.get("name") for element in page.all("input", class_="") if element.get("name")]
    assert names.count("quotes-1-who") <= 1
    assert page.all("input", id="quotes-3-who") == []


def test_at_most_five(client: FlaskClient) -> None:
    page = post(client, "want=rejuran_healer:1x2ml", *({"who": f"Clinic {number}"} for number in range(8)))
    assert [bill.name for bill in own_bills(page)] == [f"Clinic {number} yours" for number in range(5)]
    assert page.all("input", id="quotes-4-who") != []
    assert page.all("input", id="quotes-5-who") == []


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("who", "", "Give the clinic a name."),
        ("price", "", "Write the price."),
        ("price", "a few hundred", "We cannot read “a few hundred” as an amount in SGD."),
        ("price", "-500", "We cannot read “-500” as an amount in SGD."),
        ("price", "500.005", "We cannot read “500.005” as an amount in SGD."),
        ("quantity", "two", "We cannot read “two”. Write 2 ml, 1 vial or 100 shots."),
        ("sessions", "0", "Between 1 and 12 sessions."),
        ("sessions", "99", "Between 1 and 12 sessions."),
        ("tax_rate", "100", "Write a number of per cent, like 9."),
        ("tax_rate", "nan", "Write a number of per cent, like 9."),
        ("tax_rate", "1e-999999", "Write a number of per cent, like 9."),
        ("consultation_fee", "free", "We cannot read “free” as an amount in SGD."),
        ("fees", "some", "We cannot read “some” as an amount in SGD."),
    ],
)
def test_an_error_stands_beside_its_field_and_what_was_typed_stays(
    client: FlaskClient, field: str, typed: str, error: str
) -> None:
    page = post(client, "want=rejuran_healer:1x2ml", {"who": "Fine"}, {"who": "Wrong"} | {field: typed})
    box = page.all("input", id=f"quotes-1-{field}")[0]
    assert box.get("value") == typed
    assert box.get("aria-invalid") == "true"
    assert words(page.all("p", id=f"quotes-1-{field}-error")[0]) == error
    (summary,) = page.with_class("error-summary")
    assert f"Your quote 2, {words(page.all('label', for_=f'quotes-1-{field}')[0])}: {error}" in words(summary)
    # The quote beside it is compared all the same, and nothing else of this one is lost.
    assert [bill.name for bill in own_bills(page)] == ["Fine yours"]
    if field != "price":
        assert page.all("input", id="quotes-1-price")[0].get("value") == "500"


def test_a_fee_without_its_amount_is_asked_for(client: FlaskClient) -> None:
    page = post(client, "want=rejuran_healer:1x2ml", {"consultation": "fee"})
    assert "Write the fee, or choose “not stated”." in page.text
    assert own_bills(page) == []
    assert page.all("input", id="quotes-0-price")[0].get("value") == "500"


def test_nothing_typed_is_lost_without_a_name_and_a_price(client: FlaskClient) -> None:
    page = post(client, "want=rejuran_healer:1x2ml", BLANK | {"quantity": "3 ml"})
    assert page.all("input", id="quotes-0-quantity")[0].get("value") == "3 ml"
    assert "Give the clinic a name." in page.text


def test_quotes_without_a_clinic_or_a_place_are_compared(client: FlaskClient) -> None:
    page = post(client, "want=rejuran_healer:1x2ml&currency=SGD&sort=price", {"who": "A", "price": "700"}, {})
    assert [(bill.name, bill.total and bill.total.amount) for bill in own_bills(page)] == [
        ("Told Clinic yours", 50000),
        ("A yours", 70000),
    ]


def test_the_question_stays_in_the_address_that_the_form_posts_to(
    session: Session, client: FlaskClient
) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic)
    session.commit()
    query = f"want=rejuran_healer:3x2ml&clinic={clinic.slug}&sort=price&currency=KRW&interval_weeks=3"
    (action,) = [element.get("action") or "" for element in Page(client, f"/compare?{query}").all("form")][
        1:2
    ]
    for said in ("want=rejuran_healer:3x2ml", f"clinic={clinic.slug}", "sort=price", "currency=KRW"):
        assert said in action
    assert "interval_weeks=3" in action
    again = Page(client, action, form({})).check()
    assert len(bills(again)) == 2


def test_a_quote_is_kept_nowhere(
    session: Session, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic)
    session.commit()
    caplog.set_level(logging.DEBUG)
    canaries = {"who": "Zyzzyva Praxis 4711", "price": "87654.32", "quantity": "2 ml", "fees": "13579.24"}
    path = f"/compare?clinic={clinic.slug}&want=rejuran_healer:1x2ml"
    answer = client.post(path, data=form(canaries))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Zyzzyva Praxis 4711" in page
    assert "87,654.32" in page
    assert answer.headers["Cache-Control"] == "no-store"

    found = [*answer.headers.values(), *(str(cookie) for cookie in answer.headers.getlist("Set-Cookie"))]
    parsed = Page(client, path, form(canaries))
    found += [element.get("href") or element.get("action") or "" for element in parsed.root.iter()]
    found += [record.getMessage() + str(record.args) for record in caplog.records]
    session.commit()
    for table in inspect(session.get_bind()).get_table_names():
        found += [str(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{table}"'))]
    assert any(clinic.slug in entry for entry in found), "the scan sees the tables"
    for trace in ("Zyzzyva", "4711", "87654", "8765432", "13579", "1357924"):
        assert [entry for entry in found if trace in entry] == []
    # The next page knows nothing of it.
    assert "Zyzzyva" not in client.get(path).get_data(as_text=True)
    with client.session_transaction() as kept:
        assert dict(kept) == {}


def test_a_get_carries_no_quotes(client: FlaskClient) -> None:
    page = Page(client, "/compare?want=rejuran_healer:1&quotes-0-who=Told&quotes-0-price=500").check()
    assert own_bills(page) == []
    assert "Told" not in page.text


def test_no_form_however_wrong_gives_an_error_page(client: FlaskClient) -> None:
    path = "/compare?want=rejuran_healer:1x2ml"
    for typed in NASTY[:-1]:
        quote = dict.fromkeys(TOLD, typed)
        assert client.post(path, data=form(quote)).status_code == 200, typed[:40]
    for typed in (" ", "\x00", "nan", "1e309", "²", "-" + "9" * 400, "9" * 5000, "<b>"):
        for name in TOLD:
            assert client.post(path, data=form({name: typed})).status_code == 200, (name, typed[:40])
    for name in (
        "quotes-²-who",
        "quotes-٣-who",
        "quotes-9999999999-who",
        "quotes--1-who",
        "quotes-",
        "quotes",
    ):
        assert client.post(path, data={name: "Told"}).status_code == 200, name
    many = {f"quotes-{number}-who": "Told" for number in range(900)}
    assert client.post(path, data=many).status_code == 200
    assert client.post(path).status_code == 200
