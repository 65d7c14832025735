"""Who gets into the portal: nobody who is not of the clinic, and to the others it is not there at all."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests import factories
from tests.portal.keepers import as_account, keeper, memberships, sign_in
from tests.reading import Page
from webapp.access import Audience, audience_of
from webapp.clinics.models import Clinic
from webapp.portal import queries
from webapp.portal.models import OWNER, STAFF


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session, slug="larch", name="Larch Clinic")


def routes(app: Flask, *audiences: Audience) -> list[tuple[str, str]]:
    """(method, path) of every page of a clinic, with made-up ids."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/portal/<slug>/") or audience_of(app, rule.endpoint) not in audiences:
            continue
        path = re.sub(r"<(int:)\w+>", "1", rule.rule.replace("<slug>", "larch"))
        path = re.sub(r"<[\w:]*\w+>", "x", path)
        found += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return sorted(found)


def test_every_page_of_a_clinic_is_for_its_own_people(app: Flask) -> None:
    open_ones = {
        rule.rule: audience_of(app, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/portal/")
        and audience_of(app, rule.endpoint) not in {Audience.CLINIC, Audience.CLINIC_OWNER}
    }
    assert open_ones == {"/portal/": Audience.SIGNED_IN}
    assert len(routes(app, Audience.CLINIC, Audience.CLINIC_OWNER)) > 25


def test_who_is_not_signed_in_is_asked_to_and_comes_back(
    app: Flask, client: FlaskClient, clinic: Clinic, session: Session
) -> None:
    session.commit()
    for method, path in routes(app, Audience.CLINIC, Audience.CLINIC_OWNER):
        answer = client.open(path, method=method)
        if method == "GET":
            assert answer.headers["Location"].startswith("/sign-in?next="), path
        else:
            # Refused for its missing token, or sent to sign in; either way without having been done.
            assert answer.status_code in {303, 400}, path
    answer = client.get("/portal/larch/profile?x=1")
    assert answer.headers["Location"] == "/sign-in?next=/portal/larch/profile?x%3D1"
    assert client.get("/portal/").status_code in {302, 303}
    # Also of a clinic that does not exist: who is not signed in learns nothing.
    assert client.get("/portal/nowhere/").headers["Location"] == "/sign-in?next=/portal/nowhere/"


def test_to_others_the_clinic_is_not_there(
    app: Flask, client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    theirs = factories.clinic(session, slug="fir")
    sign_in(client, session, theirs)
    token = _token(client, "/portal/fir/people")
    for method, path in routes(app, Audience.CLINIC, Audience.CLINIC_OWNER):
        data = {"csrf_token": token} if method == "POST" else None
        here = client.open(path, method=method, data=data)
        nowhere = client.open(path.replace("/larch/", "/nowhere/"), method=method, data=data)
        assert here.status_code == nowhere.status_code == 404, (method, path)
        assert _body(here.get_data(as_text=True)) == _body(nowhere.get_data(as_text=True))
    assert memberships(session, clinic) == {}


def test_owners_pages_are_not_there_for_staff(
    app: Flask, client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    sign_in(client, session, clinic, role=STAFF)
    token = _token(client, "/portal/larch/people")
    for method, path in routes(app, Audience.CLINIC_OWNER):
        data = {"csrf_token": token} if method == "POST" else None
        assert client.open(path, method=method, data=data).status_code == 404, (method, path)


def test_every_page_opens_for_an_owner_and_is_kept_by_nobody(
    app: Flask, client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    sign_in(client, session, clinic, role=OWNER)
    seen = 0
    for method, path in routes(app, Audience.CLINIC, Audience.CLINIC_OWNER):
        if method == "POST" or re.search(r"/(x|1)(/|$)", path):
            continue
        answer = client.get(path)
        assert answer.status_code in {200, 303}, path
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["X-Robots-Tag"] == "noindex", path
        seen += 1
    assert seen >= 10


def test_an_owner_needs_a_second_factor_and_staff_do_not(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    sign_in(client, session, clinic, role=STAFF, email="mei@clinic.sg")
    assert client.get("/portal/larch/profile").status_code == 200
    sign_in(client, session, clinic, role=OWNER, email="lin@clinic.sg")
    assert client.get("/portal/larch/profile").headers["Location"].startswith("/sign-in?")
    assert client.get("/sign-in").headers["Location"] == "/sign-in/second-factor"
    assert client.get("/portal/").status_code == 303


def test_my_clinics_stand_by_brand_and_a_single_one_opens(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    account = sign_in(client, session, clinic)
    assert client.get("/portal/").headers["Location"] == "/portal/larch/"
    fir = [factories.clinic(session, name=f"Fir {part}", group_ref="fir") for part in ("East", "West")]
    withdrawn = factories.clinic(session, name="Gone", authority="withdrawn")
    keeper(session, *fir, withdrawn, email=account.email)
    page = Page(client, "/portal/").check()
    assert (
        page.text.index("Branches of one brand") < page.text.index("Fir East") < page.text.index("Fir West")
    )
    assert page.text.index("Fir West") < page.text.index("Single clinics") < page.text.index("Larch Clinic")
    assert "not public" in page.text


def test_who_keeps_no_clinic_reads_how_to_begin(client: FlaskClient, session: Session) -> None:
    as_account(client, keeper(session))
    assert "You keep no clinic’s listing yet." in Page(client, "/portal/").check().text


def test_a_form_on_its_way_when_access_ends_changes_nothing(
    client: FlaskClient, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard let her in, and a colleague removed her before the write began."""
    account = sign_in(client, session, clinic)
    token = _token(client, "/portal/larch/people")
    monkeypatch.setitem(client.application.extensions["access_guards"], Audience.CLINIC, lambda: None)
    session.connection().exec_driver_sql(f"DELETE FROM membership WHERE account_id = {account.id}")
    session.commit()
    assert client.post("/portal/larch/pause/refuse", data={"csrf_token": token}).status_code == 404
    session.commit()
    session.refresh(clinic)
    assert clinic.accepts_enquiries is True


def test_a_database_that_is_away_is_said_so(
    client: FlaskClient, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of the error is drawn below the clinic's address, and must not ask the database again."""
    sign_in(client, session, clinic)

    def away(*_asked: object) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    monkeypatch.setattr(queries, "clinic_of", away)
    answer = client.get("/portal/larch/")
    assert answer.status_code == 503
    assert "We cannot show this at the moment" in answer.get_data(as_text=True)


def _token(client: FlaskClient, page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert found
    return found.group(1)


def _body(page: str) -> str:
    """The page without the addresses that differ because they were asked for."""
    return page.replace("/larch/", "/nowhere/")
