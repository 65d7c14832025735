"""Several treatments in one form: from the address, a row more without JavaScript, and what a row may hold."""

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import enquiry_fields, fields_of
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.enquiries.models import Enquiry, EnquiryWant

URL = "/enquiries/new"
MORE = f"{URL}?more=1"


def rows(session: Session) -> list[tuple[int, Decimal | None, str | None, str | None]]:
    session.commit()
    found = session.query(EnquiryWant).order_by(EnquiryWant.position)
    return [(row.sessions, row.quantity, row.unit, row.area) for row in found]


@pytest.fixture
def address(session: Session, clinics: list[Clinic]) -> str:
    """Of the form that asks both clinics."""
    factories.treatment(session, "profhilo")
    session.commit()
    return "&".join(f"clinic={clinic.slug}" for clinic in clinics)


def test_every_want_of_the_address_is_a_row(
    client: FlaskClient, session: Session, address: str, unhurried: None
) -> None:
    wants = "want=rejuran_healer:3x2ml@face;neck&want=profhilo:2"
    fields = enquiry_fields(client, f"{address}&{wants}&treatment=profhilo&sessions=9")
    assert [fields[f"wants-0-{name}"] for name in ("treatment", "sessions", "quantity", "unit", "area")] == [
        ["rejuran_healer"], ["3"], ["2"], ["ml"], ["face;neck"]
    ]  # fmt: skip
    assert [fields[f"wants-1-{name}"] for name in ("treatment", "sessions", "quantity", "area")] == [
        ["profhilo"], ["2"], [""], [""]
    ]  # fmt: skip
    assert "wants-2-treatment" not in fields
    assert client.post(URL, data=fields).status_code == 303
    assert rows(session) == [(3, Decimal(2), "ml", "face;neck"), (2, None, None, None)]
    assert [row.treatment_id for row in session.query(EnquiryWant).order_by(EnquiryWant.position)] == [
        factories.treatment(session, slug).id for slug in ("rejuran_healer", "profhilo")
    ]


@pytest.mark.parametrize(
    "wants",
    [
        "",
        "want=snake_oil:3",
        "want=rejuran_healer:0",
        "want=%00",
        "treatment=snake_oil",
        "want=" + "x" * 9000,
    ],
)
def test_what_the_address_says_of_nothing_we_know_is_an_empty_row(
    client: FlaskClient, address: str, wants: str
) -> None:
    fields = enquiry_fields(client, f"{address}&{wants}")
    assert (fields["wants-0-treatment"], fields["wants-0-sessions"]) == ([""], ["1"])


def test_no_more_rows_than_a_basket_has(client: FlaskClient, address: str) -> None:
    fields = enquiry_fields(client, f"{address}&" + "&".join(["want=rejuran_healer:1"] * 9))
    assert sorted(name for name in fields if name.endswith("-treatment")) == [
        f"wants-{number}-treatment" for number in range(4)
    ]
    assert 'formaction="/enquiries/new?more=1"' not in client.post(MORE, data=fields).get_data(as_text=True)


def test_a_row_more_loses_nothing_and_sends_nothing(
    client: FlaskClient, session: Session, address: str, unhurried: None
) -> None:
    before = enquiry_fields(
        client, f"{address}&want=rejuran_healer:3x2ml@face", questions=["injector"], consent_abroad=None
    )
    answer = client.post(MORE, data=before)
    assert answer.status_code == 200
    after: dict[str, Any] = dict(fields_of(answer.get_data(as_text=True)))
    assert after.pop("wants-1-treatment") == [""]
    for name in ("sessions", "quantity", "unit", "area"):
        after.pop(f"wants-1-{name}")
    same = {name: value if isinstance(value, list) else [value] for name, value in before.items()}
    assert after | {"csrf_token": [""]} == same | {"csrf_token": [""]}
    assert session.query(Enquiry).count() == 0

    sent = dict(fields_of(answer.get_data(as_text=True))) | {"wants-1-treatment": ["profhilo"]}
    assert client.post(URL, data=sent).status_code == 303
    assert len(rows(session)) == 2


def test_the_enter_key_sends_the_form(client: FlaskClient, address: str) -> None:
    """A browser presses the first submit button of the form for it: the one that adds a row must not be it."""
    page = Page(client, f"{URL}?{address}").check()
    first = page.all("input", type="submit")[0]
    assert first.get("formaction") is None
    assert first.get("name") is None


def test_an_empty_row_asks_for_nothing(
    client: FlaskClient, session: Session, address: str, unhurried: None
) -> None:
    fields = enquiry_fields(
        client, f"{address}&want=rejuran_healer:3",
        **{"wants-1-treatment": "", "wants-1-sessions": "", "wants-2-treatment": "profhilo", "wants-2-sessions": "1"},
    )  # fmt: skip
    assert client.post(URL, data=fields).status_code == 303
    assert [row[0] for row in rows(session)] == [3, 1]


@pytest.mark.parametrize(
    ("typed", "quantity", "unit"),
    [
        ({"quantity": "2", "unit": "ml"}, Decimal(2), "ml"),
        ({"quantity": "0.5", "unit": "vial"}, Decimal("0.5"), "vial"),
        ({"quantity": "300 shots", "unit": "ml"}, Decimal(300), "shot"),
        ({"quantity": "2cc", "unit": "vial"}, Decimal(2), "ml"),
        ({"quantity": "", "unit": "ml"}, None, None),
    ],
)
def test_how_much_is_a_number_beside_its_unit_or_both_in_one(
    client: FlaskClient,
    session: Session,
    address: str,
    unhurried: None,
    typed: dict[str, str],
    quantity: Decimal | None,
    unit: str | None,
) -> None:
    changes = {f"wants-0-{name}": value for name, value in typed.items()}
    fields = enquiry_fields(client, f"{address}&want=rejuran_healer:3", **changes)
    assert client.post(URL, data=fields).status_code == 303
    assert [row[1:3] for row in rows(session)] == [(quantity, unit)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"wants-0-quantity": "a lot"}, "Give an amount above zero"),
        ({"wants-0-quantity": "0"}, "Give an amount above zero"),
        ({"wants-0-quantity": "2 tubes"}, "Give an amount above zero"),
        ({"wants-0-quantity": "٣"}, "Give an amount above zero"),
        ({"wants-0-unit": "tube"}, "Not a valid choice"),
        ({"wants-0-area": "<b>"}, "Choose an area of the list"),
        ({"wants-0-treatment": ""}, "Choose a treatment"),
        ({"wants-1-treatment": "", "wants-1-quantity": "2"}, "Choose the treatment of this row"),
        ({"wants-1-treatment": "profhilo", "wants-1-sessions": ""}, "Say how many sessions"),
    ],
)
def test_a_row_says_what_is_wrong_with_it(
    client: FlaskClient,
    session: Session,
    address: str,
    unhurried: None,
    changes: dict[str, str],
    message: str,
) -> None:
    answer = client.post(URL, data=enquiry_fields(client, f"{address}&want=rejuran_healer:3", **changes))
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
    assert session.query(Enquiry).count() == 0
