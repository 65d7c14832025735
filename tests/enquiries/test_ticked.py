"""What became of the boxes she ticked: a clinic that has gone, or other words beside a box, is never passed over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import enquiry_fields, fields_of
from tests.reading import Page, words
from webapp.clinics.models import Clinic
from webapp.enquiries.models import Consent, ConsentText, Recipient
from webapp.i18n import utc_now
from webapp.offers.models import Offer

URL = "/enquiries/new"
LEFT = "A clinic that you ticked has left, so it cannot be asked any more."
PAUSED = "This clinic takes no enquiries for a while."
OTHERS = "Press the button again to ask the others."
NONE = "None of these clinics can be asked."
TICK_ONE = "Tick at least one clinic"
CHANGED = "The words beside some boxes changed."


def query(*clinics: Clinic) -> str:
    return "&".join(f"clinic={clinic.slug}" for clinic in clinics) + "&want=rejuran_healer:3"


def asked(session: Session) -> set[int]:
    session.commit()
    return set(session.scalars(select(Recipient.clinic_id)))


def pause(session: Session, clinic: Clinic) -> None:
    clinic.paused_until = utc_now().date() + timedelta(days=3)
    session.commit()


def leave(session: Session, clinic: Clinic) -> None:
    clinic.authority = "withdrawn"
    session.commit()


def retire(session: Session, clinic: Clinic) -> None:
    """It can be asked, but not for this."""
    for offer in session.scalars(select(Offer).where(Offer.clinic_id == clinic.id)):
        offer.retired_on = utc_now().date()
    session.commit()


def seller(session: Session, **more: Any) -> Clinic:
    clinic = factories.clinic(session, **more)
    factories.offer(session, clinic)
    session.commit()
    return clinic


def found(client: FlaskClient, path: str, fields: dict[str, Any]) -> tuple[str, dict[str, list[str]]]:
    """What the page that came back says first, and its form."""
    page = Page(client, path, fields)
    assert page.status == 422
    return words(page.with_class("error-summary")[0]), fields_of(page.source)


@pytest.fixture
def other_terms(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The site goes on with other days of retention, which stand in the words beside every clinic's box."""

    def change() -> None:
        settings = app.config["SETTINGS"]
        changed = replace(settings, retention_quiet_days=settings.retention_quiet_days + 1)
        monkeypatch.setitem(app.config, "SETTINGS", changed)

    return change


@pytest.fixture
def page(client: FlaskClient, session: Session, unhurried: None) -> str:
    """Her page, opened, of an enquiry to one clinic."""
    answer = client.post(URL, data=enquiry_fields(client, query(seller(session))))
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def ticked(client: FlaskClient, page: str, *clinics: Clinic) -> dict[str, Any]:
    fields = fields_of(client.get(f"{page}/add").get_data(as_text=True), "/add")
    return {**fields, "consent_health": "y", **{f"consent_{clinic.slug}": "y" for clinic in clinics}}


@pytest.mark.parametrize("gone", [pause, leave])
def test_one_of_two_that_has_gone_is_told_of_before_the_other_is_asked(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None, gone: Any
) -> None:
    first, second = clinics
    fields = enquiry_fields(client, query(first, second))
    gone(session, second)
    said, form = found(client, URL, fields)
    assert (f"{second.name}: {PAUSED}" if gone is pause else LEFT) in said
    assert OTHERS in said
    assert (second.name in said) is (gone is pause)
    assert form["message"] == ["Does it hurt?"]
    assert (form["clinic"], f"consent_{first.slug}" in form) == ([first.slug], True)
    assert asked(session) == set()
    assert client.post(URL, data=form).status_code == 303
    assert asked(session) == {first.id}


def test_a_row_more_tells_of_one_that_has_gone_too(
    client: FlaskClient, session: Session, clinics: list[Clinic]
) -> None:
    """The page that comes back has no box for it: whoever says it later says it to nobody."""
    fields = enquiry_fields(client, query(*clinics))
    leave(session, clinics[1])
    assert LEFT in client.post(f"{URL}?more=1", data=fields).get_data(as_text=True)
    # As does a form that is sent back for another reason.
    assert LEFT in found(client, URL, fields | {"started": "forged"})[0]


@pytest.mark.parametrize("gone", [pause, leave])
def test_when_all_have_gone_what_she_typed_is_still_there(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None, gone: Any
) -> None:
    typed = {
        "message": "Does it hurt?", "name": "Mei", "email": "mei@example.org", "wants-0-quantity": "2",
        "earliest_on": "2099-12-01", "other_channel": "line", "other_handle": "mei.line", "concerns": ["fine_lines"],
    }  # fmt: skip
    fields = enquiry_fields(client, query(*clinics), consent_health=None, **typed)
    for clinic in clinics:
        gone(session, clinic)
    said, form = found(client, URL, fields)
    assert NONE in said
    assert "Nothing was sent, and what you typed is still here." in said
    assert (OTHERS in said, TICK_ONE in said, "box about health" in said) == (False, False, False)
    assert {name: form[name] for name in typed} == {
        name: value if isinstance(value, list) else [value] for name, value in typed.items()
    }
    shown = Page(client, URL, fields)
    assert shown.all("button", type="submit") == []
    assert shown.all("input", type="submit") == []
    assert shown.links("Find clinics")


def test_whoever_ticked_only_those_that_have_gone_is_not_told_to_press_again(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    left_empty = {f"consent_{clinics[0].slug}": None}
    fields = enquiry_fields(client, query(*clinics), **left_empty)
    pause(session, clinics[1])
    said, _form = found(client, URL, fields)
    assert f"{clinics[1].name}: {PAUSED}" in said
    assert (OTHERS in said, TICK_ONE in said) == (False, False)


@pytest.mark.parametrize("beside_another", [False, True])
@pytest.mark.parametrize(
    ("gone", "reason"),
    [(pause, PAUSED), (retire, "This clinic does not offer what you asked for any more."), (leave, None)],
)
def test_one_that_has_gone_is_told_of_on_the_page_that_asks_one_more(
    client: FlaskClient,
    session: Session,
    page: str,
    gone: Any,
    reason: str | None,
    beside_another: bool,
) -> None:
    stays, goes = seller(session), seller(session)
    before = asked(session)
    chosen = [stays, goes] if beside_another else [goes]
    fields = ticked(client, page, *chosen)
    gone(session, goes)
    said, form = found(client, f"{page}/add", fields)
    assert (f"{goes.name}: {reason}" if reason else LEFT) in said
    assert ((OTHERS in said), (TICK_ONE in said)) == (beside_another, False)
    assert asked(session) == before
    if beside_another:
        assert client.post(f"{page}/add", data=form).status_code == 303
        assert asked(session) == before | {stays.id}


def test_a_clinic_far_down_the_list_that_the_address_named_is_on_the_form_it_sends(
    client: FlaskClient, session: Session, page: str
) -> None:
    far = seller(session, lat=1.45, lng=103.65)
    for _number in range(11):
        seller(session)
    fields = fields_of(client.get(f"{page}/add?clinic={far.slug}").get_data(as_text=True), "/add")
    assert fields["clinic"][0] == far.slug
    assert far.slug not in fields_of(client.get(f"{page}/add").get_data(as_text=True), "/add")["clinic"]
    # Sent with something to mend, it comes back with the same clinics in their order.
    fields |= {f"consent_{far.slug}": ["y"]}
    said, form = found(client, f"{page}/add", fields)
    assert "Tick the box about health" in said
    assert form["clinic"] == fields["clinic"]
    assert client.post(f"{page}/add", data=form | {"consent_health": "y"}).status_code == 303
    assert far.id in asked(session)


def test_an_enquiry_that_was_closed_meanwhile_takes_none(
    client: FlaskClient, session: Session, page: str
) -> None:
    fields = ticked(client, page, seller(session))
    enquiry = session.scalars(select(Recipient)).one().enquiry
    enquiry.closed_as, enquiry.closed_at = "none_suited", utc_now()
    session.commit()
    answer = client.post(f"{page}/add", data=fields)
    assert answer.status_code == 422
    assert "Nothing can be added to this enquiry any more." in answer.get_data(as_text=True)


def test_words_that_changed_since_are_read_once_more_and_stored_as_they_were_read(
    client: FlaskClient,
    session: Session,
    clinics: list[Clinic],
    unhurried: None,
    other_terms: Callable[[], None],
) -> None:
    fields = enquiry_fields(client, query(*clinics))
    other_terms()
    said, form = found(client, URL, fields)
    assert CHANGED in said
    assert (OTHERS in said, TICK_ONE in said) == (False, False)
    boxes = {f"consent_{clinic.slug}": "y" for clinic in clinics}
    assert not boxes.keys() & form.keys()
    # The words about health are the same as before.
    assert (form["consent_health"], form["message"]) == (["y"], ["Does it hurt?"])
    assert asked(session) == set()
    assert client.post(URL, data=form | boxes).status_code == 303
    stored = session.scalars(select(ConsentText.text).join(Consent.text).where(Consent.matter == "enquiry"))
    shown = words(Page(client, f"{URL}?{query(*clinics)}").all("main")[0])
    assert all(text.split("\n")[1] in shown for text in stored.all())


def test_a_form_that_does_not_say_what_stood_on_it_is_read_once_more(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    said, form = found(client, URL, enquiry_fields(client, query(*clinics), words=None))
    assert CHANGED in said
    assert [name for name in form if name.startswith("consent_")] == []
    assert asked(session) == set()


def test_a_row_more_brings_no_tick_beside_words_that_nobody_read(
    client: FlaskClient, clinics: list[Clinic], other_terms: Callable[[], None]
) -> None:
    fields = enquiry_fields(client, query(*clinics))
    other_terms()
    page = client.post(f"{URL}?more=1", data=fields).get_data(as_text=True)
    assert CHANGED in page
    assert not {f"consent_{clinic.slug}" for clinic in clinics} & fields_of(page).keys()


def test_words_in_another_language_are_other_words(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    fields = enquiry_fields(client, query(*clinics))
    assert client.post(f"/zh{URL}", data=fields).status_code == 422
    assert asked(session) == set()


def test_only_the_boxes_whose_words_changed_are_emptied(
    client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    fields = enquiry_fields(client, query(*clinics))
    clinics[1].name = "Another Name"
    session.commit()
    said, form = found(client, URL, fields)
    assert CHANGED in said
    assert [name for name in form if name.startswith("consent_")] == [
        f"consent_{clinics[0].slug}", "consent_health"
    ]  # fmt: skip


def test_the_form_sent_again_is_one_enquiry_whatever_the_words_are_by_now(
    client: FlaskClient,
    session: Session,
    clinics: list[Clinic],
    unhurried: None,
    other_terms: Callable[[], None],
) -> None:
    fields = enquiry_fields(client, query(*clinics))
    first = client.post(URL, data=fields)
    other_terms()
    # An error page hands it back with a mark of its own.
    for again in (fields, fields | {"sent_by_hand": "y"}):
        second = client.post(URL, data=again)
        assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])


def test_words_that_changed_are_read_once_more_on_the_page_that_asks_one_more(
    client: FlaskClient, session: Session, page: str, other_terms: Callable[[], None]
) -> None:
    other = seller(session)
    before = asked(session)
    fields = ticked(client, page, other)
    other_terms()
    said, form = found(client, f"{page}/add", fields)
    assert CHANGED in said
    assert (TICK_ONE in said, f"consent_{other.slug}" in form) == (False, False)
    assert form["consent_health"] == ["y"]
    assert asked(session) == before
    assert client.post(f"{page}/add", data=form | {f"consent_{other.slug}": "y"}).status_code == 303
    assert asked(session) == before | {other.id}
