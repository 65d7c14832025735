"""From a comparison to the enquiry form: what its totals lack is ticked there as questions."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import enquiry_fields
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.enquiries.choices import Missing
from webapp.enquiries.models import Enquiry
from webapp.i18n import utc_now

EVERYTHING = "&".join(f"missing={code}" for code in Missing)


def ticked(client: FlaskClient, address: str) -> list[str]:
    page = Page(client, address).check()
    boxes = page.all("input", name="questions")
    return [str(box.get("value")) for box in boxes if box.get("checked") is not None]


def test_one_question_for_each_thing_that_is_missing(client: FlaskClient, clinics: list[Clinic]) -> None:
    form = f"/enquiries/new?clinic={clinics[0].slug}"
    assert ticked(client, f"{form}&missing=consultation&missing=tax&missing=tax") == ["tax", "consultation"]
    assert ticked(client, f"{form}&{EVERYTHING}") == [code.value for code in Missing]
    assert ticked(client, f"{form}&" + "&".join([EVERYTHING] * 125)) == [code.value for code in Missing]


@pytest.mark.parametrize(
    "query", ["", "missing=", "missing=everything", "missing=%00", "missing=TAX", "missing=" + "x" * 9000]
)
def test_what_is_no_code_asks_nothing(client: FlaskClient, clinics: list[Clinic], query: str) -> None:
    assert ticked(client, f"/enquiries/new?clinic={clinics[0].slug}&{query}") == []


def test_the_questions_are_sent_as_they_are_ticked(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    query = f"clinic={clinics[0].slug}&treatment=rejuran_healer&sessions=3&missing=tax&missing=numbing"
    assert client.post("/enquiries/new", data=enquiry_fields(client, query)).status_code == 303
    session.commit()
    (row,) = session.query(Enquiry).all()
    assert row.questions == "tax;numbing"
    assert row.message == "Does it hurt?"


def test_from_a_comparison_to_the_form(client: FlaskClient, session: Session, clinics: list[Clinic]) -> None:
    silent = factories.clinic(session)
    factories.offer(
        session, silent, tax="unknown", tax_rate=None, consultation=None, other_fees=[], numbing="included",
        verified_on=utc_now().date(),
    )  # fmt: skip
    session.commit()
    page = Page(client, f"/compare?clinic={silent.slug}&want=rejuran_healer:3x2ml&want=profhilo:1").check()
    (link,) = page.links("Ask 1 clinic for what is missing")
    assert ticked(client, link) == ["tax", "consultation"]
    fields = enquiry_fields(client, link.partition("?")[2])
    assert (fields["wants-0-treatment"], fields["wants-0-sessions"]) == (["rejuran_healer"], ["3"])
    assert (fields["wants-0-quantity"], fields["wants-0-unit"]) == (["2"], ["ml"])
