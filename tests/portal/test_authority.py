"""Authority: an owner sees what was agreed and when, leaves with one press, and joins again."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.portal.browsing import press, send
from tests.portal.keepers import as_account, keeper, sign_in
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.moderation import authority_text
from webapp.moderation.models import AuthorityRecord, Decision, DoNotList

PAGE = "/portal/larch/authority"
WITHDRAW, JOIN, NEVER = (f"{PAGE}/{what}" for what in ("withdraw", "join", "never"))


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session, slug="larch", name="Larch Clinic", sample=False)


@pytest.fixture
def owner(client: FlaskClient, session: Session, clinic: Clinic) -> FlaskClient:
    sign_in(client, session, clinic)
    return client


def again(session: Session, clinic: Clinic) -> str:
    session.commit()
    session.refresh(clinic)
    return clinic.authority


def test_the_page_has_the_text_with_its_version_and_what_it_covers(owner: FlaskClient) -> None:
    page = Page(owner, PAGE).check()
    for paragraph in authority_text.paragraphs():
        assert paragraph in page.text
    assert authority_text.VERSION in page.text
    assert "It covers: the clinic’s page, its prices, enquiries of patients." in page.text
    # Of an agreement that came with a list there is no record, but what the listing says.
    assert "Agreed by The owner on 1 November 2026" in page.text


def test_leaving_takes_one_press_and_joining_again_a_tick(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    assert press(owner, PAGE, WITHDRAW).status_code == 303
    assert again(session, clinic) == "withdrawn"
    assert owner.get("/clinics/larch").status_code == 404
    assert send(owner, PAGE, JOIN, position="Mei Owner, director").status_code == 422
    assert again(session, clinic) == "withdrawn"
    assert send(owner, PAGE, JOIN, position="Mei Owner, director", agrees="y").status_code == 303
    assert again(session, clinic) == "authorised"
    assert "Agreed by Mei Owner, director" in owner.get("/clinics/larch").get_data(as_text=True)
    left, joined = session.scalars(select(AuthorityRecord).order_by(AuthorityRecord.id))
    assert (left.authority, left.way, joined.authority, joined.way) == (
        "withdrawn", "portal", "authorised", "portal",
    )  # fmt: skip
    assert left.account_id is not None
    assert joined.text_id is not None
    assert "Mei Owner, director" in Page(owner, PAGE).check().text


def test_what_was_typed_stays_beside_what_is_missing(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    press(owner, PAGE, WITHDRAW)
    body = send(owner, PAGE, JOIN, position="Mei <b>").get_data(as_text=True)
    assert "Mei &lt;b&gt;" in body
    assert "Tick the box if you agree" in body


def test_leaving_for_good_wants_a_tick_and_is_on_the_list(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    assert send(owner, PAGE, NEVER).status_code == 422
    assert again(session, clinic) == "authorised"
    assert send(owner, PAGE, NEVER, sure="y").status_code == 303
    assert again(session, clinic) == "do_not_list"
    assert session.scalars(select(DoNotList)).one().clinic_id == clinic.id
    page = Page(owner, PAGE).check()
    assert page.links("To be listed after all, claim it anew; a person of ours looks at it.") == [
        "/clinics/larch/claim"
    ]


def test_a_clinic_on_the_list_does_not_join_by_a_form_that_was_kept(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    press(owner, PAGE, WITHDRAW)
    form = owner.get(PAGE).get_data(as_text=True).split('id="join-csrf_token"')[1]
    token = form.split('value="')[1].split('"')[0]
    send(owner, PAGE, NEVER, sure="y")
    owner.post(JOIN, data={"csrf_token": token, "position": "Mei", "agrees": "y"})
    assert again(session, clinic) == "do_not_list"


def test_leaving_twice_leaves_once(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    page = owner.get(PAGE).get_data(as_text=True).split(f'action="{WITHDRAW}"')[1]
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    for _time in range(2):
        assert owner.post(WITHDRAW, data={"csrf_token": token}).status_code == 303
    assert again(session, clinic) == "withdrawn"
    assert session.scalars(select(Decision.what)).all() == ["authority.withdrawn"]


def test_a_colleague_and_an_owner_of_another_clinic_change_nothing(
    app: Flask, client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    other = factories.clinic(session, slug="other")
    people = (
        keeper(session, clinic, role="staff", email="colleague@example.org"),
        keeper(session, other, email="somebody@example.org"),
    )
    for account in people:
        browser = as_account(app.test_client(), account)
        assert browser.get(PAGE).status_code == 404
        token = browser.get("/never-list").get_data(as_text=True)
        fields = {"csrf_token": token.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]}
        for action in (WITHDRAW, JOIN, NEVER):
            answer = browser.post(action, data=fields | {"agrees": "y", "sure": "y", "position": "x"})
            assert answer.status_code == 404
    assert again(session, clinic) == "authorised"
