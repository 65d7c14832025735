"""A clinic leaves with one press: it is gone from every page at once, and so are its enquiries."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.moderation.conftest import mails, plain_part
from tests.quotes.conftest import Asked
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.domain.listing_csv import read
from webapp.i18n import in_language
from webapp.moderation import authority_text, queries
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import AuthorityText, Decision
from webapp.moderation.services import authority, links, proposals
from webapp.moderation.services.imports import import_listing
from webapp.moderation.services.proposals import CHANGE_CLINIC, Change
from webapp.unit_of_work import unit_of_work

Press = Callable[..., int]
OWNER = Actor(ActorKind.CLINIC, "Kim, owner")
# The English text by its version: other words need another version, since clinics agreed to these.
VERSIONS = {"2026-11-21": "becb9cc63f23e8f631976d924408f061e6ab4ab7a38b428f6c16cb89a2b8789a"}


@pytest.fixture
def listed(session: Session) -> Clinic:
    clinic = factories.clinic(session, name="Larch Skin Clinic", slug="larch-skin", sample=False)
    factories.offer(session, clinic)
    session.commit()
    return clinic


def withdraw(clinic: Clinic) -> bool:
    with unit_of_work():
        return authority.withdraw(clinic, OWNER, NOW, way=authority.PORTAL)


@contextmanager
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context(), in_language("en"):
        yield


def test_other_words_have_another_version(app: Flask, session: Session) -> None:
    with english(app):
        digest = hashlib.sha256("\n".join(authority_text.paragraphs()).encode()).hexdigest()
    assert VERSIONS[authority_text.VERSION] == digest


def test_the_text_is_kept_once_per_language_and_wording(session: Session) -> None:
    with unit_of_work():
        rows = {authority.remember_text(language, NOW).id for language in ("en", "en", "zh")}
    assert len(rows) == 2
    session.commit()
    assert set(session.scalars(select(AuthorityText.language))) == {"en", "zh"}


def test_giving_and_leaving_are_records_that_stay(session: Session, listed: Clinic) -> None:
    with unit_of_work():
        text = authority.remember_text("en", NOW)
        authority.give(listed, text.id, OWNER, NOW, name="Kim, owner", way=authority.PORTAL)
    assert withdraw(listed)
    assert not withdraw(listed)
    with unit_of_work():
        authority.give(listed, text.id, OWNER, NOW, name="Lee, manager", way=authority.PORTAL)
    session.commit()
    rows = authority.records(listed)
    assert [row.authority for row in rows] == ["authorised", "withdrawn", "authorised"]
    assert (listed.authority, listed.authority_by) == ("authorised", "Lee, manager")
    assert listed.authority_on == date(2026, 11, 21)
    assert list(session.scalars(select(Decision.what).order_by(Decision.id))) == [
        "authority.given",
        "authority.withdrawn",
        "authority.given",
    ]


@pytest.mark.parametrize("state", ["withdrawn", "do_not_list"])
def test_a_clinic_that_left_is_on_no_page_from_that_moment(
    client: FlaskClient, session: Session, listed: Clinic, state: str
) -> None:
    places = [
        "/clinics",
        "/clinics?treatment=rejuran_healer",
        "/clinics.geojson",
        "/sitemap.xml",
        "/api/v1/clinics",
        "/api/v1/clinics?treatment=rejuran_healer&sort=price",
        "/compare?want=rejuran_healer:1&clinic=larch-skin",
        "/enquiries/new?clinic=larch-skin",
    ]
    for path in places:
        assert "larch-skin" in client.get(path).get_data(as_text=True), path
    assert client.get("/api/v1/clinics").get_json()["total"]["value"] == 1
    assert client.get("/clinics/larch-skin").status_code == 200
    with unit_of_work():
        authority.leave(listed, state, OWNER, NOW, way=authority.PORTAL)
    for path in places:
        assert "Larch Skin Clinic" not in client.get(path).get_data(as_text=True), path
    assert client.get("/api/v1/clinics").get_json()["total"]["value"] == 0
    assert client.get("/clinics/larch-skin").status_code == 404
    assert client.get("/api/v1/clinics/larch-skin").status_code == 404


def test_the_clinic_is_told_who_decided_it(session: Session, listed: Clinic) -> None:
    withdraw(listed)
    (mail,) = mails(session, "authority-withdrawn:")
    assert "Kim, owner" in plain_part(mail)


@pytest.mark.parametrize(
    "changes", [{"sample": True}, {"enquiry_email_confirmed_on": None}, {"enquiry_email": None}]
)
def test_no_mail_goes_to_a_sample_or_to_an_address_that_nobody_confirmed(
    session: Session, listed: Clinic, changes: dict[str, None]
) -> None:
    for name, value in changes.items():
        setattr(listed, name, value)
    session.commit()
    assert withdraw(listed)
    assert mails(session, "authority-withdrawn:") == []


def test_open_links_and_proposals_end_with_it(session: Session, listed: Clinic) -> None:
    change = Change(CHANGE_CLINIC, "", "hours", {"hours": "Mo-Fr 09:00-18:00"})
    with unit_of_work():
        token = links.mint(links.CONFIRM_PRICES, listed, NOW, days=4000)
        assert proposals.propose(
            listed, [change], origin="feed", source="https://x.example", seen_on=NOW.date(), now=NOW
        )
    withdraw(listed)
    session.commit()
    link = links.find(token, links.CONFIRM_PRICES)
    assert link is not None
    assert not links.is_open(link, NOW)
    assert proposals.waiting(listed) == []


def test_a_mailed_link_leaves_with_its_button_and_not_before(
    client: FlaskClient, session: Session, listed: Clinic, press: Press
) -> None:
    with unit_of_work():
        token = links.mint(links.WITHDRAW, listed, NOW, days=4000)
    path = f"/c/{token}"
    for _time in range(3):
        client.head(path)
    for _time in range(5):
        client.get(path)
    session.commit()
    assert listed.authority == "authorised"
    assert press(path, times=3) == 303
    session.commit()
    assert listed.authority == "withdrawn"
    assert len(authority.records(listed)) == 1
    assert "is listed no longer" in Page(client, path).check().text


def test_a_link_of_one_clinic_leaves_the_other_alone(session: Session, listed: Clinic, press: Press) -> None:
    other = factories.clinic(session)
    session.commit()
    with unit_of_work():
        token = links.mint(links.WITHDRAW, other, NOW, days=4000)
    press(f"/c/{token}")
    session.commit()
    assert (listed.authority, other.authority) == ("authorised", "withdrawn")


# Patients who wait


def test_patients_see_that_it_left_and_it_gets_nothing_further(
    client: FlaskClient, session: Session, asked: Asked
) -> None:
    left, stays = asked.clinics
    with unit_of_work():
        authority.withdraw(left, OWNER, NOW, way=authority.PORTAL)
    page = Page(client, asked.patient_page).check()
    assert "This clinic has left Like for Like" in page.text
    assert page.links(left.name) == []
    assert page.links(stays.name) == [f"/clinics/{stays.slug}"]
    states = {row.key: row.state for row in mails(session, "enquiry-asks-clinic:")}
    assert sorted(states.values()) == ["cancelled", "pending"]
    assert client.get(asked.quote_pages[0]).status_code == 410
    assert client.get(asked.quote_pages[1]).status_code == 200


def test_a_file_that_takes_a_clinic_off_ends_its_enquiries_too(
    session: Session, asked: Asked, tmp_path: Path
) -> None:
    left = asked.clinics[0]
    head = "ref,name,country,address,postal_code,authority,accepts_enquiries,sample,source"
    row = f"{left.ref},{left.name},SG,290 Orchard Road,238859,withdrawn,no,yes,sample data"
    (tmp_path / "clinics.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    with unit_of_work():
        import_listing(read(tmp_path, queries.known(), on=NOW.date()).listing, NOW)
    states = [row.state for row in mails(session, "enquiry-asks-clinic:")]
    assert sorted(states) == ["cancelled", "pending"]


def test_a_patients_contact_is_not_given_to_a_clinic_that_left(
    client: FlaskClient, session: Session, asked: Asked
) -> None:
    page = client.get(asked.patient_page).get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    with unit_of_work():
        authority.withdraw(asked.clinics[0], OWNER, NOW, way=authority.PORTAL)
    session.commit()
    recipient = asked.enquiry.recipients[0]
    client.post(f"{asked.patient_page}/release", data={"csrf_token": token, "recipient": str(recipient.id)})
    session.commit()
    assert recipient.contact_released_at is None
