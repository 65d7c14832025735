"""A clinic is claimed without an account: an address is proven by a link, then its domain or a person decides."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.moderation.conftest import AT_DOMAIN, ELSEWHERE, mails, path_in, plain_part
from tests.reading import Page
from webapp import events
from webapp.clinics.models import Clinic
from webapp.moderation import authority_text
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import AuthorityRecord, AuthorityText, Claim, ClinicLink, Decision
from webapp.moderation.services import claims, do_not_list, links
from webapp.moderation.services.claims import ClaimDraft
from webapp.unit_of_work import unit_of_work

Send = Callable[..., int]
Press = Callable[..., int]
FORM = "/clinics/larch-skin/claim"
STAFF = Actor(ActorKind.STAFF, "Ann of our staff")


def only_claim(session: Session) -> Claim:
    session.commit()
    return session.scalars(select(Claim)).one()


def decisions(session: Session) -> list[str]:
    session.commit()
    return list(session.scalars(select(Decision.what).order_by(Decision.id)))


def state(session: Session) -> list[Any]:
    """Everything that a link could change."""
    session.commit()
    return [
        *session.execute(select(Clinic.id, Clinic.authority, Clinic.enquiry_email, Clinic.updated_at)),
        *session.execute(select(Claim.id, Claim.state, Claim.proven_at)),
        *session.execute(select(ClinicLink.id, ClinicLink.used_at, ClinicLink.revoked_at)),
        session.scalar(select(func.count()).select_from(Decision)),
    ]


def waiting_claim(session: Session, send: Send, press: Press, **changes: Any) -> Claim:
    """A claim from an address elsewhere, proven, so that it waits for staff."""
    send(FORM, **({"email": ELSEWHERE} | changes))
    press(path_in(mails(session, "claim-asked:")[-1]))
    return only_claim(session)


# The form


def test_an_unclaimed_listing_says_how_to_claim_it_and_shows_the_whole_text(
    client: FlaskClient, session: Session, unclaimed: Clinic
) -> None:
    listing = client.get("/clinics/larch-skin").get_data(as_text=True)
    assert f'href="{FORM}"' in listing
    page = Page(client, FORM).check()
    for paragraph in authority_text.paragraphs():
        assert paragraph in page.text
    assert authority_text.VERSION in page.text
    assert 'content="noindex"' in page.source


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(
    client: FlaskClient, session: Session, unclaimed: Clinic, send: Send
) -> None:
    assert send(FORM, email="not an address", agrees=None, name="Kim <b>", position="") == 422
    session.commit()
    assert session.scalar(select(func.count()).select_from(Claim)) == 0
    page = client.post(FORM, data={"name": "Kim <b>", "email": "not an address"}).get_data(as_text=True)
    assert "Kim &lt;b&gt;" in page
    for name in ("email", "position", "agrees"):
        assert f'id="{name}-error"' in page


def test_a_clinic_that_nobody_knows_has_no_form(client: FlaskClient, session: Session) -> None:
    assert client.get("/clinics/no-such-clinic/claim").status_code == 404


def test_the_answer_is_the_same_whether_or_not_there_is_a_claim(
    client: FlaskClient, session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    """The second form finds an open claim, the third one that waits for staff, the fourth one of another person."""
    places = []
    for email in (ELSEWHERE, ELSEWHERE, ELSEWHERE, "somebody@naver.com"):
        page = client.get(FORM).get_data(as_text=True)
        token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        answer = client.post(
            FORM,
            data={"csrf_token": token, "name": "Kim", "position": "x", "email": email, "agrees": "y"},
        )
        places.append((answer.status_code, answer.headers["Location"], answer.get_data()))
        if len(places) == 2:
            press(path_in(mails(session, "claim-asked:")[0]))
    assert len(set(places)) == 1


def test_one_address_has_one_open_claim_of_a_clinic_and_one_mail_a_day(
    session: Session, unclaimed: Clinic, send: Send
) -> None:
    for name in ("Kim Tan", "Somebody Else"):
        assert send(FORM, email=ELSEWHERE, name=name) == 303
    assert only_claim(session).name == "Kim Tan"
    assert len(mails(session, "claim-asked:")) == 1
    draft = ClaimDraft("Kim Tan", "manager", ELSEWHERE, None, "en")
    with unit_of_work():
        claims.file(unclaimed, draft, NOW + timedelta(days=400))
    assert len(mails(session, "claim-asked:")) == 2
    assert only_claim(session).state == "proof_asked"


def test_nobody_fills_a_strangers_mailbox(session: Session) -> None:
    draft = ClaimDraft("Kim", "manager", "victim@example.org", None, "en")
    for _number in range(12):
        clinic = factories.clinic(session, authority="unclaimed")
        session.commit()
        with unit_of_work():
            claims.file(clinic, draft, NOW)
    assert len(mails(session, "claim-asked:")) == 10


@pytest.mark.parametrize("path", [FORM, "/clinics/larch-skin/never-list", "/never-list"])
def test_one_network_address_sends_so_many_forms(
    app: Flask,
    client: FlaskClient,
    session: Session,
    unclaimed: Clinic,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    settings = replace(app.config["SETTINGS"], claim_limit_per_address="2 per hour")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert [client.post(path).status_code for _time in range(3)] == [422, 422, 429]
    assert client.get(path).status_code == 200


def test_names_and_addresses_are_kept_encrypted(session: Session, unclaimed: Clinic, send: Send) -> None:
    send(FORM, email=ELSEWHERE, note="call me at noon")
    row = session.connection().exec_driver_sql("SELECT name, email, position, note FROM claim").one()
    for word in ("Kim", "gmail", "manager", "noon"):
        assert word not in " ".join(row)


# The link


def test_a_mail_scanner_changes_and_learns_nothing(
    client: FlaskClient, session: Session, unclaimed: Clinic, send: Send
) -> None:
    send(FORM, email=AT_DOMAIN)
    path = path_in(mails(session, "claim-asked:")[0])
    before = state(session)
    for _time in range(3):
        assert client.head(path).status_code == 200
    for _time in range(5):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        for personal in ("Kim Tan", "manager", AT_DOMAIN):
            assert personal not in answer.get_data(as_text=True)
    assert state(session) == before


def test_an_address_at_the_clinics_own_domain_is_proof_enough(
    client: FlaskClient, session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    heard: list[int] = []

    def listen(sender: type[Claim], claim: Claim) -> None:
        heard.append(claim.id)

    assert send(FORM, email=AT_DOMAIN) == 303
    session.commit()
    assert unclaimed.authority == "unclaimed"
    with events.claim_accepted.connected_to(listen):
        assert press(path_in(mails(session, "claim-asked:")[0])) == 303
    claim = only_claim(session)
    assert heard == [claim.id]
    assert (claim.state, claim.proof) == ("accepted", "domain")
    assert (unclaimed.authority, unclaimed.authority_by) == ("authorised", "Kim Tan, manager")
    assert unclaimed.enquiry_email == AT_DOMAIN
    assert unclaimed.enquiry_email_confirmed_on is not None
    assert not unclaimed.accepts_enquiries
    record = session.scalars(select(AuthorityRecord)).one()
    assert (record.authority, record.scope, record.way) == ("authorised", "listing;prices;enquiries", "claim")
    agreed = session.get_one(AuthorityText, record.text_id)
    assert authority_text.VERSION in agreed.text
    assert all(paragraph in agreed.text for paragraph in authority_text.paragraphs())
    assert {"authority.given", "claim.accepted"} <= set(decisions(session))
    assert "/portal/" in plain_part(mails(session, "claim-accepted:")[0])
    assert "Kim Tan, manager" in client.get("/clinics/larch-skin").get_data(as_text=True)


def test_the_button_acts_once(
    client: FlaskClient, session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    send(FORM, email=AT_DOMAIN)
    path = path_in(mails(session, "claim-asked:")[0])
    assert press(path, times=4) == 303
    assert len(mails(session, "claim-accepted:")) == 1
    assert decisions(session).count("claim.accepted") == 1
    assert session.scalar(select(func.count()).select_from(AuthorityRecord)) == 1
    assert "The listing is yours." in Page(client, path).check().text


@pytest.mark.parametrize(
    ("website", "email"),
    [
        ("https://www.larch.com.sg", "larch@gmail.com"),
        ("https://www.instagram.com/larch", "press@instagram.com"),
        ("https://blog.naver.com/larch", "larch@naver.com"),
        ("https://larch.com.sg", "somebody@com.sg"),
        ("https://larch.com.sg", "somebody@other.com.sg"),
        ("https://larch.com.sg", "somebody@larch.com.sg.evil.example"),
        (None, "front.desk@larch.com.sg"),
    ],
)
def test_any_other_address_waits_for_a_person(
    session: Session, unclaimed: Clinic, send: Send, press: Press, website: str | None, email: str
) -> None:
    unclaimed.website = website
    session.commit()
    claim = waiting_claim(session, send, press, email=email)
    assert (claim.state, claim.proof) == ("waiting", "judgement")
    assert unclaimed.authority == "unclaimed"
    assert [row.id for row in claims.waiting()] == [claim.id]
    assert mails(session, "claim-accepted:") == []


def test_a_web_site_that_changed_since_the_form_proves_nothing(
    session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    send(FORM, email=AT_DOMAIN)
    unclaimed.website = "https://another.example"
    session.commit()
    press(path_in(mails(session, "claim-asked:")[0]))
    assert only_claim(session).state == "waiting"


def test_a_listing_that_somebody_keeps_is_for_staff_to_decide_and_says_so(
    client: FlaskClient, session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    unclaimed.authority, unclaimed.authority_by = "authorised", "The owner"
    session.commit()
    assert "keeps this listing already" in client.get(FORM).get_data(as_text=True)
    send(FORM, email=AT_DOMAIN)
    path = path_in(mails(session, "claim-asked:")[0])
    assert "keeps this listing already" in client.get(path).get_data(as_text=True)
    press(path)
    claim = only_claim(session)
    assert (claim.state, claim.proof) == ("waiting", "domain")
    assert unclaimed.authority_by == "The owner"


def test_a_clinic_that_left_joins_again_by_its_domain(
    session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    unclaimed.authority = "withdrawn"
    session.commit()
    send(FORM, email=AT_DOMAIN)
    press(path_in(mails(session, "claim-asked:")[0]))
    session.commit()
    assert unclaimed.authority == "authorised"


def test_of_a_clinic_that_is_not_shown_the_form_names_nothing(
    client: FlaskClient, session: Session, unclaimed: Clinic
) -> None:
    unclaimed.authority = "withdrawn"
    session.commit()
    answer = client.get(FORM)
    assert answer.status_code == 200
    assert "Larch Skin Clinic" not in answer.get_data(as_text=True)


def test_a_clinic_on_the_do_not_list_is_claimed_with_staff_only(
    session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    with unit_of_work():
        do_not_list.add(unclaimed, "asked for it", STAFF, NOW, way="staff")
    send(FORM, email=AT_DOMAIN)
    press(path_in(mails(session, "claim-asked:")[0]))
    claim = only_claim(session)
    assert (claim.state, unclaimed.authority) == ("waiting", "do_not_list")
    with unit_of_work():
        assert claims.accept(only_claim(session), STAFF, NOW)
    session.commit()
    assert unclaimed.authority == "authorised"
    assert do_not_list.keeps_out(unclaimed) is None


# Links that do not fit


@pytest.mark.parametrize("token", ["x" * 43, "x", "..%2f..", "é" * 43, "A" * 4000])
def test_a_token_that_was_never_ours_is_nothing(client: FlaskClient, session: Session, token: str) -> None:
    for page in ("c", "u"):
        assert client.get(f"/{page}/{token}").status_code == 404


def test_a_changed_token_opens_nothing(
    client: FlaskClient, session: Session, unclaimed: Clinic, send: Send
) -> None:
    send(FORM, email=AT_DOMAIN)
    path = path_in(mails(session, "claim-asked:")[0])
    other = "A" if path[-1] != "A" else "B"
    assert client.get(path[:-1] + other).status_code == 404


def test_a_link_ends_with_its_time(
    client: FlaskClient, session: Session, unclaimed: Clinic, send: Send
) -> None:
    send(FORM, email=AT_DOMAIN)
    path = path_in(mails(session, "claim-asked:")[0])
    link = session.scalars(select(ClinicLink)).one()
    token = client.get(path).get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    link.expires_at = NOW - timedelta(days=4000)
    session.commit()
    assert client.get(path).status_code == 410
    assert client.post(path, data={"csrf_token": token}).status_code == 410
    assert only_claim(session).state == "proof_asked"


def test_a_link_for_something_else_does_not_open_here(
    client: FlaskClient, session: Session, unclaimed: Clinic
) -> None:
    with unit_of_work():
        invitation = links.mint(links.INVITATION, unclaimed, NOW, days=4000)
        stop = links.mint(links.UNSUBSCRIBE, unclaimed, NOW, days=4000, subject_hash="0" * 64)
    assert client.get(f"/c/{invitation}").status_code == 404
    assert client.get(f"/c/{stop}").status_code == 404
    assert client.get(f"/u/{invitation}").status_code == 404


def test_without_the_pages_own_token_the_button_does_nothing(
    client: FlaskClient, session: Session, unclaimed: Clinic, send: Send
) -> None:
    send(FORM, email=AT_DOMAIN)
    path = path_in(mails(session, "claim-asked:")[0])
    before = state(session)
    assert client.post(path).status_code == 400
    assert state(session) == before


# Staff


def test_staff_accepts_a_claim_and_its_clinic_is_listed_in_her_name(
    session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    waiting_claim(session, send, press)
    with unit_of_work():
        claim = claims.waiting()[0]
        assert claims.accept(claim, STAFF, NOW)
        assert not claims.accept(claim, STAFF, NOW)
    session.commit()
    assert unclaimed.authority == "authorised"
    assert session.scalars(select(AuthorityRecord)).one().way == "staff"
    assert (
        session.scalars(select(Decision).where(Decision.what == "claim.accepted")).one().by_name == STAFF.name
    )
    assert len(mails(session, "claim-accepted:")) == 1
    assert claims.waiting() == []


def test_staff_refuses_a_claim_and_says_why(
    session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    waiting_claim(session, send, press)
    with unit_of_work():
        claim = claims.waiting()[0]
        assert claims.refuse(claim, "We could not reach you by telephone.", STAFF, NOW)
        assert not claims.accept(claim, STAFF, NOW)
    session.commit()
    assert unclaimed.authority == "unclaimed"
    assert "We could not reach you by telephone." in plain_part(mails(session, "claim-refused:")[0])
    assert "claim.refused" in decisions(session)


def test_a_claim_whose_address_is_not_proven_cannot_be_accepted(
    session: Session, unclaimed: Clinic, send: Send
) -> None:
    send(FORM, email=ELSEWHERE)
    with unit_of_work():
        assert not claims.accept(only_claim(session), STAFF, NOW)
    assert claims.waiting() == []


def test_what_came_to_nothing_is_forgotten(session: Session, unclaimed: Clinic) -> None:
    draft = ClaimDraft("Kim Tan", "manager", ELSEWHERE, "a note", "en")
    with unit_of_work():
        claims.file(unclaimed, draft, NOW)
        assert claims.expire(NOW + timedelta(days=13)) == 0
    assert only_claim(session).name == "Kim Tan"
    with unit_of_work():
        assert claims.expire(NOW + timedelta(days=14)) == 1
        assert claims.expire(NOW + timedelta(days=14)) == 0
    claim = only_claim(session)
    assert claim.state == "expired"
    assert (claim.name, claim.email, claim.position, claim.note) == ("", "", None, None)


def test_a_claim_that_waits_for_us_does_not_run_out(
    session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    waiting_claim(session, send, press)
    with unit_of_work():
        assert claims.expire(NOW + timedelta(days=4000)) == 0
    assert only_claim(session).name == "Kim Tan"
