"""Pressed by several people at once, on a database of its own: decisions stay in their log for good."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from config import Settings
from tests import factories
from tests.factories import NOW
from webapp.app import create_app
from webapp.clinics.models import Clinic
from webapp.encryption import address_hash
from webapp.extensions import db
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import AuthorityRecord, Claim, ClinicLink, Decision
from webapp.moderation.services import authority, claims, links
from webapp.outbox.models import Delivery
from webapp.unit_of_work import unit_of_work

PEOPLE = 4
STAFF = Actor(ActorKind.STAFF, "Ann of our staff")


@pytest.fixture(scope="module")
def site(settings: Settings, new_database: Callable[[], str]) -> Iterator[Flask]:
    application = create_app(replace(settings, database_url=new_database()))
    with application.app_context():
        upgrade()
    yield application
    with application.app_context():
        db.engine.dispose()


def new_clinic(site: Flask) -> int:
    with site.app_context(), unit_of_work() as session:
        clinic = factories.clinic(
            session, authority="unclaimed", website="https://larch.com.sg", sample=False
        )
        return clinic.id


def new_claim(site: Flask, clinic_id: int, state: str) -> int:
    with site.app_context(), unit_of_work() as session:
        claim = Claim(
            clinic_id=clinic_id, name="Kim", email="kim@larch.com.sg", email_hash=address_hash("kim@larch.com.sg"),
            language="en", text_id=authority.remember_text("en", NOW).id, proof="domain", state=state,
            created_at=NOW,
        )  # fmt: skip
        session.add(claim)
        session.flush()
        return claim.id


def at_once(site: Flask, *works: Callable[[], object]) -> list[object]:
    """What each of these gives, each in a thread and a transaction of its own, all begun together."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        with site.app_context():
            start.wait()
            with unit_of_work():
                return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [answer.result() for answer in [pool.submit(run, work) for work in works]]


def count(table: type[AuthorityRecord] | type[Claim], clinic_id: int) -> int:
    return db.session.scalar(select(func.count()).where(table.clinic_id == clinic_id)) or 0


def test_a_claim_is_accepted_once_however_many_people_press(site: Flask) -> None:
    clinic_id = new_clinic(site)
    claim_id = new_claim(site, clinic_id, "waiting")

    def accept() -> bool:
        return claims.accept(db.session.get_one(Claim, claim_id), STAFF, NOW)

    assert sorted(map(bool, at_once(site, *[accept] * PEOPLE))) == [False, False, False, True]
    with site.app_context():
        assert count(AuthorityRecord, clinic_id) == 1


def test_two_links_of_one_claim_accept_it_once(site: Flask) -> None:
    """The mail was sent again on another day, and both links are pressed."""
    clinic_id = new_clinic(site)
    claim_id = new_claim(site, clinic_id, "proof_asked")
    with site.app_context(), unit_of_work() as session:
        clinic = session.get_one(Clinic, clinic_id)
        tokens = [
            links.mint(links.CLAIM, clinic, NOW, days=14, subject_id=claim_id) for _mail in range(PEOPLE)
        ]

    def pressed(token: str) -> Callable[[], str]:
        def press() -> str:
            link = links.find(token, links.CLAIM)
            assert isinstance(link, ClinicLink)
            return claims.prove(link, NOW).state

        return press

    assert set(at_once(site, *map(pressed, tokens))) == {"accepted"}
    with site.app_context():
        assert count(AuthorityRecord, clinic_id) == 1
        accepted = select(Decision).where(Decision.what == "claim.accepted")
        ref = db.session.get_one(Clinic, clinic_id).ref
        assert len(db.session.scalars(accepted.where(Decision.clinic_ref == ref)).all()) == 1


def test_a_form_sent_many_times_makes_one_claim_and_one_mail(site: Flask) -> None:
    clinic_id = new_clinic(site)
    draft = claims.ClaimDraft("Kim", "manager", "kim@example.org", None, "en")

    def file() -> None:
        claims.file(db.session.get_one(Clinic, clinic_id), draft, NOW)

    at_once(site, *[file] * PEOPLE)
    with site.app_context():
        assert count(Claim, clinic_id) == 1
        claim = db.session.scalars(select(Claim).where(Claim.clinic_id == clinic_id)).one()
        mails = select(Delivery).where(Delivery.key.like(f"claim-asked:{claim.id}:%"))
        assert len(db.session.scalars(mails).all()) == 1
