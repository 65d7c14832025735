"""From a comparison to the enquiry form: what its totals lack stands there as questions."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import enquiry_fields
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.enquiries.choices import Missing, questions_about
from webapp.enquiries.models import Enquiry

EVERYTHING = "&".join(f"missing={code}" for code in Missing)


def message(client: FlaskClient, query: str) -> str:
    page = Page(client, f"/enquiries/new?{query}").check()
    (box,) = page.all("textarea", name="message")
    return "".join(box.itertext()).strip()


def test_one_question_for_each_thing_that_is_missing(client: FlaskClient, clinics: list[Clinic]) -> None:
    asked = message(client, f"clinic={clinics[0].slug}&missing=tax&missing=consultation")
    assert asked.split("\n") == [
        "Is tax in the price, and if not, how much is it?",
        "What does the consultation cost, and is it taken off with the treatment?",
    ]
    everything = message(client, f"clinic={clinics[0].slug}&{EVERYTHING}").split("\n")
    assert len(everything) == len(set(everything)) == len(Missing)
    assert all(line.endswith("?") for line in everything)


def test_twice_or_in_another_order_is_asked_once_in_one_order(
    client: FlaskClient, clinics: list[Clinic]
) -> None:
    slug = clinics[0].slug
    assert message(client, f"clinic={slug}&missing=tax&missing=price&missing=tax") == message(
        client, f"clinic={slug}&missing=price&missing=tax"
    )


@pytest.mark.parametrize(
    "query", ["", "missing=", "missing=everything", "missing=%00", "missing=TAX", "missing=" + "x" * 9000]
)
def test_what_is_no_code_asks_nothing(client: FlaskClient, clinics: list[Clinic], query: str) -> None:
    assert message(client, f"clinic={clinics[0].slug}&{query}") == ""


def test_a_thousand_codes_fit_the_form(client: FlaskClient, clinics: list[Clinic]) -> None:
    query = f"clinic={clinics[0].slug}&" + "&".join([EVERYTHING] * 125)
    asked = message(client, query)
    assert len(asked) <= 2000
    assert len(asked.split("\n")) == len(Missing)


def test_the_questions_are_sent_as_they_stand_or_as_she_changed_them(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    query = f"clinic={clinics[0].slug}&treatment=rejuran_healer&sessions=3&missing=tax&missing=numbing"
    fields = enquiry_fields(client, query)
    fields["message"] = message(client, query)
    assert client.post("/enquiries/new", data=fields).status_code == 303
    session.commit()
    (row,) = session.query(Enquiry).all()
    assert (row.message or "").replace("\r\n", "\n").split("\n") == questions_of("tax", "numbing")


def questions_of(*codes: str) -> list[str]:
    return questions_about(codes).split("\n")


def test_from_a_comparison_to_the_form(client: FlaskClient, session: Session, clinics: list[Clinic]) -> None:
    silent = factories.clinic(session)
    factories.offer(
        session, silent, tax="unknown", tax_rate=None, consultation=None, other_fees=[], numbing="included"
    )
    session.commit()
    page = Page(client, f"/compare?clinic={silent.slug}&want=rejuran_healer:3x2ml").check()
    (link,) = page.links("Ask 1 clinic for what is missing")
    form = Page(client, link).check()
    (box,) = form.all("textarea", name="message")
    assert "".join(box.itertext()).strip().split("\n") == questions_of("tax", "consultation")
    assert form.all("input", name="sessions")[0].get("value") == "3"
    (chosen,) = [
        option for option in form.all("option", value="rejuran_healer") if option.get("selected") is not None
    ]
    assert chosen is not None
