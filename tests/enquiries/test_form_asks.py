"""The form asks for what its clinics need and for nothing else; what is ticked is read in every language."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import enquiry_fields, fields_of
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.enquiries.choices import ASKS_FOR, QUESTIONS, Missing, channel_words, question_words
from webapp.enquiries.models import Enquiry
from webapp.i18n import in_language

URL = "/enquiries/new"
ASKED = {
    "concerns": ["concerns"],
    "dates": ["earliest_on", "latest_on"],
    "had_before": ["had_before"],
    "channel": ["other_channel", "other_handle"],
}
TYPED = {
    "concerns": ["fine_lines"], "earliest_on": "2099-12-01", "latest_on": "2099-12-24", "had_before": "no",
    "other_channel": "line", "other_handle": "mei.line",
}  # fmt: skip


def new_clinic(session: Session, asks_for: str | None, **more: Any) -> Clinic:
    clinic = factories.clinic(session, asks_for=asks_for, **more)
    factories.treatment(session)
    session.commit()
    return clinic


def ask(client: FlaskClient, *clinics: Clinic, **changes: Any) -> int:
    query = "&".join(f"clinic={clinic.slug}" for clinic in clinics) + "&want=rejuran_healer:3"
    return client.post(URL, data=enquiry_fields(client, query, **changes)).status_code


def sent(session: Session) -> Enquiry:
    session.commit()
    return session.query(Enquiry).one()


def shown(client: FlaskClient, *clinics: Clinic) -> set[str]:
    """The names of all fields of the form."""
    page = Page(client, f"{URL}?" + "&".join(f"clinic={clinic.slug}" for clinic in clinics)).check()
    names = {str(field.get("name")) for kind in ("input", "select", "textarea") for field in page.all(kind)}
    return names - {f"consent_{clinic.slug}" for clinic in clinics} - {"None"}


def test_the_minimum_where_no_clinic_asks_for_more(client: FlaskClient, session: Session) -> None:
    names = shown(client, new_clinic(session, None))
    assert {"email", "name", "questions", "message", "wants-0-treatment", "consent_health"} <= names
    assert not names & {name for names_of in ASKED.values() for name in names_of}


@pytest.mark.parametrize("code", ASKED)
def test_one_clinic_that_asks_is_enough_and_is_named(
    client: FlaskClient, session: Session, code: str
) -> None:
    silent, asking = new_clinic(session, None), new_clinic(session, code, name="Larch & Linden")
    names = shown(client, silent, asking)
    assert names >= set(ASKED[code])
    assert not names & {name for other in ASKED if other != code for name in ASKED[other]}
    page = Page(client, f"{URL}?clinic={silent.slug}&clinic={asking.slug}").check()
    assert "Asked for by Larch & Linden." in page.text
    assert page.text.count("Asked for by") == 1


def test_a_code_that_nobody_knows_any_more_asks_for_nothing(client: FlaskClient, session: Session) -> None:
    assert shown(client, new_clinic(session, "passport;")) == shown(client, new_clinic(session, None))


def test_what_nobody_asks_for_is_not_stored_even_if_it_is_posted(
    client: FlaskClient, session: Session, unhurried: None
) -> None:
    assert ask(client, new_clinic(session, None), **TYPED) == 303
    row = sent(session)
    assert [
        row.concerns,
        row.earliest_on,
        row.latest_on,
        row.had_before,
        row.other_channel,
        row.other_handle,
    ] == ([None] * 6)


def test_what_is_asked_for_is_stored(client: FlaskClient, session: Session, unhurried: None) -> None:
    everything = new_clinic(session, ";".join(ASKS_FOR))
    assert ask(client, everything, **TYPED) == 303
    row = sent(session)
    assert (row.concerns, row.had_before, row.other_channel, row.other_handle) == (
        "fine_lines", "no", "line", "mei.line"
    )  # fmt: skip
    assert (str(row.earliest_on), str(row.latest_on)) == ("2099-12-01", "2099-12-24")


@pytest.mark.parametrize(
    ("countries", "first"),
    [(["SG"], "2026-11-21"), (["KR"], "2026-11-22"), (["KR", "SG"], "2026-11-21")],
)
def test_a_wish_begins_on_the_day_that_it_still_is_at_one_of_the_clinics(
    client: FlaskClient, session: Session, unhurried: None, countries: list[str], first: str
) -> None:
    clinics = [
        new_clinic(session, "dates", country=country, foreign_patient_reg_no="A-1") for country in countries
    ]
    before = str(date.fromisoformat(first) - timedelta(days=1))
    # Half past eleven at night in Singapore, and past midnight in Seoul.
    with time_machine.travel(datetime(2026, 11, 21, 15, 30, tzinfo=UTC), tick=False):
        for days in (
            {"earliest_on": before},
            {"earliest_on": before, "latest_on": first},
            {"latest_on": before},
        ):
            assert ask(client, *clinics, **days) == 422
        assert ask(client, *clinics, earliest_on=first, latest_on=first) == 303
    assert str(sent(session).earliest_on) == first


@pytest.mark.parametrize(
    "told", [{"concerns": ["fine_lines"]}, {"had_before": "yes"}, {"message": "My skin"}]
)
def test_whatever_tells_of_health_needs_its_box(
    client: FlaskClient, session: Session, unhurried: None, told: dict[str, Any]
) -> None:
    clinic = new_clinic(session, "concerns;had_before")
    nothing: dict[str, Any] = {"concerns": [], "had_before": "", "message": "", "consent_health": None}
    assert ask(client, clinic, **nothing | told) == 422
    assert ask(client, clinic, **nothing | told | {"consent_health": "y"}) == 303
    assert [consent.matter for consent in sent(session).recipients[0].consents] == ["enquiry", "health"]


def test_nothing_about_health_needs_no_box(client: FlaskClient, session: Session, unhurried: None) -> None:
    clinic = new_clinic(session, "concerns")
    assert ask(client, clinic, concerns=[], message="", consent_health=None, questions=["injector"]) == 303
    assert [consent.matter for consent in sent(session).recipients[0].consents] == ["enquiry"]


def test_questions_are_codes_that_each_reader_has_in_her_language(
    client: FlaskClient, session: Session, unhurried: None
) -> None:
    assert ask(client, new_clinic(session, None), questions=["aftercare", "injector"]) == 303
    row = sent(session)
    assert row.questions == "aftercare;injector"
    assert question_words(row) == [str(QUESTIONS["aftercare"]), str(QUESTIONS["injector"])]
    with in_language("ko"):
        korean = question_words(row)
    assert len(korean) == 2


def test_the_list_is_short_until_something_is_missing(client: FlaskClient, session: Session) -> None:
    clinic = new_clinic(session, None)
    codes = [
        box.get("value") for box in Page(client, f"{URL}?clinic={clinic.slug}").all("input", name="questions")
    ]
    assert codes == [code for code in QUESTIONS if code not in set(Missing)]


@pytest.mark.parametrize(
    ("prefix", "channel", "typed", "stored", "shown_as"),
    [
        ("", "phone", "9123 4567", "+6591234567", "+65 9123 4567"),
        ("", "whatsapp", "+82 10-1234-5678", "+821012345678", "+82 10-1234-5678"),
        ("/ko", "phone", "010-1234-5678", "+821012345678", "+82 10-1234-5678"),
        ("/zh", "phone", "138 0013 8000", "+8613800138000", "+86 138 0013 8000"),
        ("", "kakaotalk", "mei.kakao", "mei.kakao", "mei.kakao"),
    ],
)
def test_numbers_are_read_and_shown_as_one_dials_them_from_abroad(
    client: FlaskClient,
    session: Session,
    unhurried: None,
    prefix: str,
    channel: str,
    typed: str,
    stored: str,
    shown_as: str,
) -> None:
    clinic = new_clinic(session, "channel")
    query = f"clinic={clinic.slug}&want=rejuran_healer:1"
    # She agrees in the words of the language that she reads.
    words_read = fields_of(client.get(f"{prefix}{URL}?{query}").get_data(as_text=True))["words"]
    fields = enquiry_fields(client, query, other_channel=channel, other_handle=typed, words=words_read)
    assert client.post(f"{prefix}{URL}", data=fields).status_code == 303
    row = sent(session)
    assert row.other_handle == stored
    words = channel_words(row)
    assert words is not None
    assert words[1] == shown_as


@pytest.mark.parametrize(
    ("channel", "typed", "message"),
    [
        ("phone", "12", "no number that can be dialled"),
        ("whatsapp", "mei_2026", "no number that can be dialled"),
        ("", "9123 4567", "Choose which way this is"),
        ("line", "", "Give the number or name"),
    ],
)
def test_a_way_that_leads_nowhere_is_told_so(
    client: FlaskClient, session: Session, unhurried: None, channel: str, typed: str, message: str
) -> None:
    clinic = new_clinic(session, "channel")
    fields = enquiry_fields(
        client, f"clinic={clinic.slug}&want=rejuran_healer:1", other_channel=channel, other_handle=typed
    )
    answer = client.post(URL, data=fields)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert message in page
    assert f'value="{typed}"' in page
