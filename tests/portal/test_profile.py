"""The clinic's details and hours: on the public page at once, under the market's rules, and nobody's work lost."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import fields_of
from tests.portal.browsing import filled, send, text_of
from tests.portal.keepers import sign_in
from tests.reading import Page
from webapp.clinics.models import Clinic, ClinicFact
from webapp.domain.lint import Finding, Severity
from webapp.domain.market import policies
from webapp.moderation.models import Decision, HeldText

PAGE = "/portal/larch/profile"
HOURS = "/portal/larch/hours"


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(
        session, slug="larch", name="Larch Clinic", phone="+6561234567", hours="Mo-Fr 10:00-19:00"
    )


@pytest.fixture
def owner(client: FlaskClient, session: Session, clinic: Clinic) -> FlaskClient:
    sign_in(client, session, clinic)
    return client


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three words of our own, so that these tests do not depend on the list of words."""
    severities = {"Badword": "block", "Heldword": "hold", "Warnword": "warn"}

    def check(text: str, market: str, **_more: Any) -> tuple[Finding, ...]:
        return tuple(
            Finding(
                f"T-{severity}", Severity(severity), word, 0, len(word), f"{word} is a {severity}.", "a test"
            )
            for word, severity in severities.items()
            if word in text
        )

    monkeypatch.setattr(policies, "check", check)


def again(session: Session, clinic: Clinic) -> Clinic:
    session.commit()
    session.refresh(clinic)
    return clinic


def test_the_form_shows_what_is_stored(owner: FlaskClient) -> None:
    page = Page(owner, PAGE).check()
    assert page.heading == "Details"
    assert page.all("input", name="phone")[0].get("value") == "+6561234567"
    assert not page.all("input", name="foreign_patient_reg_no")


def test_a_clinic_in_korea_is_asked_for_its_own_registration(client: FlaskClient, session: Session) -> None:
    sign_in(client, session, factories.clinic(session, slug="seoul", country="KR", postal_code="06014"))
    page = Page(client, "/portal/seoul/profile").check()
    assert page.all("input", name="foreign_patient_reg_no")
    assert not page.all("select", name="gst_registered")


def test_a_new_telephone_number_is_on_the_public_page_at_once(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    answer = send(owner, PAGE, phone="6235 0000")
    assert answer.status_code == 303
    assert "+6562350000" in Page(owner, "/clinics/larch").text
    fact = session.scalars(select(ClinicFact).where(ClinicFact.field == "phone")).one()
    assert (fact.origin, fact.confirmed_by) == ("clinic", "Mei Owner")
    assert session.scalars(select(Decision.what)).all() == ["clinic.changed"]
    # What was not touched keeps the source that it had.
    assert session.scalars(select(ClinicFact.field)).all() == ["phone"]


def test_everything_that_can_be_said_is_kept(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    said: dict[str, Any] = {
        "name": "Larch & Linden", "name_zh": "落椴", "name_ko": "라치", "address": "1 Orchard Road", "unit": "#02-03",
        "postal_code": "238823", "phone": "+82 2-555-0000", "website": "larch.example", "first_language": "ko",
        "other_languages": ["en", "ja"], "licence_no": "L 1", "gst_registered": "no",
        "feed_url": "https://sheets.example/list.csv", "auto_accept_prices": "y",
    }  # fmt: skip
    assert send(owner, PAGE, **said).status_code == 303
    kept = again(session, clinic)
    assert (kept.name, kept.name_zh, kept.name_ko) == ("Larch & Linden", "落椴", "라치")
    assert (kept.address, kept.unit, kept.postal_code) == ("1 Orchard Road", "#02-03", "238823")
    assert (kept.phone, kept.website) == ("+8225550000", "https://larch.example")
    assert (kept.languages, kept.licence_no, kept.gst_registered) == ("ko;en;ja", "L 1", False)
    assert (kept.feed_url, kept.auto_accept_prices) == ("https://sheets.example/list.csv", True)


def test_emptied_fields_are_not_stated(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    send(owner, PAGE, phone="", website=" ", gst_registered="", first_language="", other_languages=[])
    kept = again(session, clinic)
    assert (kept.phone, kept.website, kept.gst_registered, kept.languages) == (None, None, None, None)


@pytest.mark.parametrize(
    "field, typed",
    [
        ("name", ""), ("name", "x" * 201), ("phone", "12"), ("website", "no site"), ("website", "javascript:alert(1)"),
        ("postal_code", "12"), ("feed_url", "ftp://example.org/x"), ("feed_url", "https://user:pw@example.org/x"),
        ("first_language", "xx-nonsense"), ("gst_registered", "perhaps"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_beside_its_field_and_kept(
    owner: FlaskClient, session: Session, clinic: Clinic, field: str, typed: str
) -> None:
    before = again(session, clinic).updated_at
    answer = send(owner, PAGE, **{field: typed, "unit": "#99-99"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in page and "#99-99" in page
    assert again(session, clinic).updated_at == before


def test_extra_fields_change_nothing(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    answer = send(
        owner, PAGE, phone="62350001", authority="withdrawn", sample="", slug="mine", group_ref="theirs",
        enquiry_email="thief@example.org", enquiry_email_confirmed_on="2026-01-01", id="1", country="KR",
    )  # fmt: skip
    assert answer.status_code == 303
    kept = again(session, clinic)
    assert (kept.authority, kept.sample, kept.slug, kept.group_ref, kept.country) == (
        "authorised", True, "larch", None, "SG",
    )  # fmt: skip
    assert kept.enquiry_email_confirmed_on == date(2026, 11, 1)


def test_words_that_a_rule_forbids_are_refused_beside_the_field(
    owner: FlaskClient, session: Session, clinic: Clinic, rules: None
) -> None:
    answer = send(owner, PAGE, name_zh="Badword", unit="#99-99")
    assert answer.status_code == 422
    assert "Badword is a block. (rule T-block)" in text_of(answer)
    assert again(session, clinic).unit is None


def test_words_that_a_person_reads_first_wait_and_the_rest_is_public(
    owner: FlaskClient, session: Session, clinic: Clinic, rules: None
) -> None:
    assert send(owner, PAGE, name="Heldword Clinic", unit="#99-99").status_code == 303
    page = Page(owner, PAGE).check()
    assert "Heldword is a hold. (rule T-hold) This waits for a person" in page.text
    # The form shows what the clinic said last, and what patients read until then.
    assert page.all("input", name="name")[0].get("value") == "Heldword Clinic"
    assert "until then patients read: Larch Clinic" in page.text
    assert again(session, clinic).name == "Larch Clinic" and clinic.unit == "#99-99"
    # Saving something else leaves the waiting text in the queue.
    assert send(owner, PAGE, unit="#11-11").status_code == 303
    session.commit()
    assert session.scalars(select(HeldText.state)).all() == ["held"]


def test_a_waiting_text_can_be_taken_back(
    owner: FlaskClient, session: Session, clinic: Clinic, rules: None
) -> None:
    send(owner, PAGE, name="Heldword Clinic")
    assert send(owner, PAGE, name="Larch Clinic").status_code == 303
    session.commit()
    assert session.scalars(select(HeldText.state)).all() == ["superseded"]


def test_words_with_a_warning_are_public_and_say_so(owner: FlaskClient, rules: None) -> None:
    send(owner, PAGE, name="Warnword Clinic")
    assert "Warnword is a warn. (rule T-warn) Patients see it" in Page(owner, PAGE).text
    assert Page(owner, "/clinics/larch").heading == "Warnword Clinic"


def test_a_colleagues_change_elsewhere_is_kept_beside_hers(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    form = filled(owner, PAGE)
    clinic.website = "https://colleague.example"
    session.commit()
    assert owner.post(PAGE, data=form | {"phone": "62350002"}).status_code == 303
    kept = again(session, clinic)
    assert (kept.phone, kept.website) == ("+6562350002", "https://colleague.example")
    assert "A colleague changed “Website” while you were typing; that is kept." in Page(owner, PAGE).text


def test_what_two_colleagues_changed_is_asked_about_once(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    form = filled(owner, PAGE)
    clinic.phone = "+6560000000"
    session.commit()
    answer = owner.post(PAGE, data=form | {"phone": "62350003", "unit": "#03-03"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "A colleague saved “+6560000000” here while you were typing." in page
    assert "+6562350003" in page and "#03-03" in page
    assert again(session, clinic).phone == "+6560000000"
    # The page that came back knows of it: the next save replaces.
    assert owner.post(PAGE, data=fields_of(page, PAGE)).status_code == 303
    assert again(session, clinic).phone == "+6562350003"


def test_a_stale_token_keeps_what_was_typed(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    answer = owner.post(PAGE, data=filled(owner, PAGE, unit="#77-77") | {"csrf_token": "stale"})
    assert answer.status_code == 422
    assert "#77-77" in text_of(answer)
    assert again(session, clinic).unit is None


def test_markup_in_a_name_is_text(owner: FlaskClient) -> None:
    send(owner, PAGE, name='"><script>window.__x=1</script>')
    for path in (PAGE, "/portal/larch/", HOURS, "/portal/larch/doctors", "/portal/larch/people"):
        assert "<script>window.__x" not in text_of(owner.get(path))


def test_hours_are_a_row_per_day_and_on_the_public_page_at_once(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    page = Page(owner, HOURS).check()
    assert page.all("input", name="mo-opens")[0].get("value") == "10:00"
    assert page.all("input", name="sa-opens")[0].get("value") == ""
    changes = {
        "sa-opens": "09:00",
        "sa-closes": "12:30",
        "sa-opens_again": "13:30",
        "sa-closes_again": "18:00",
    }
    assert owner.post(HOURS, data=filled(owner, HOURS) | changes).status_code == 303
    assert again(session, clinic).hours == "Mo-Fr 10:00-19:00; Sa 09:00-12:30; Sa 13:30-18:00"
    assert "09:00 to 12:30, 13:30 to 18:00" in Page(owner, "/clinics/larch").text


def test_hours_that_do_not_fit_are_said_with_their_day(owner: FlaskClient) -> None:
    answer = owner.post(HOURS, data=filled(owner, HOURS) | {"mo-closes": "08:00"})
    assert answer.status_code == 422
    assert "Monday, Closes: This is before it opens." in text_of(answer)


def test_hours_that_the_rows_cannot_show_stay_until_they_are_filled_in(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    clinic.hours = "by appointment"
    session.commit()
    assert "by appointment" in Page(owner, HOURS).check().text
    assert send(owner, HOURS).status_code == 303
    assert again(session, clinic).hours == "by appointment"
    assert send(owner, HOURS, mo__opens="10:00", mo__closes="11:00").status_code == 303
    assert again(session, clinic).hours == "Mo 10:00-11:00"


def test_hours_that_a_colleague_saved_meanwhile_are_not_lost(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    form = filled(owner, HOURS)
    clinic.hours = "Mo 08:00-09:00"
    session.commit()
    answer = owner.post(HOURS, data=form | {"mo-opens": "11:00"})
    assert answer.status_code == 409
    assert "Mo 08:00-09:00" in text_of(answer) and "11:00" in text_of(answer)
    assert again(session, clinic).hours == "Mo 08:00-09:00"
