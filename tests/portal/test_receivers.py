"""What the portal hears: an accepted claim makes an owner; and the owners of sample clinics."""

from dataclasses import replace

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from tests import factories
from tests.factories import NOW
from tests.portal.keepers import keeper, memberships
from webapp import events
from webapp.accounts.models import Account
from webapp.encryption import address_hash
from webapp.moderation.models import AuthorityText, Claim
from webapp.portal import demo
from webapp.portal.models import Membership
from webapp.unit_of_work import unit_of_work

CLAIMANT = "mei@larch.example"


def claim(session: Session, **more: object) -> Claim:
    words = AuthorityText(language="en", sha256="0" * 64, text="…", first_used_at=NOW)
    session.add(words)
    session.flush()
    row = Claim(
        clinic_id=factories.clinic(session, slug="larch", name="Larch Clinic").id, name="Mei Lin", email=CLAIMANT,
        email_hash=address_hash(CLAIMANT), language="zh", text_id=words.id, proof="domain", state="accepted",
        created_at=NOW, **more,
    )  # fmt: skip
    session.add(row)
    session.commit()
    return row


def test_an_accepted_claim_makes_an_owner(session: Session) -> None:
    row = claim(session)
    with unit_of_work():
        events.claim_accepted.send(Claim, claim=row)
    account = session.scalars(select(Account)).one()
    assert (account.email, account.name, account.language) == (CLAIMANT, "Mei Lin", "zh")
    assert session.scalars(select(Membership.role)).all() == ["owner"]


def test_the_owner_of_one_clinic_may_claim_another(session: Session) -> None:
    account = keeper(session, factories.clinic(session), email=CLAIMANT)
    row = claim(session)
    with unit_of_work():
        events.claim_accepted.send(Claim, claim=row)
        events.claim_accepted.send(Claim, claim=row)
    assert session.scalars(select(Membership.account_id)).all() == [account.id] * 2


def test_sample_clinics_have_owners_on_a_development_machine(session: Session) -> None:
    larch = factories.clinic(session, enquiry_email="Larch@sample.example")
    factories.clinic(session, sample=False)
    factories.clinic(session, enquiry_email=None)
    factories.clinic(session, authority="unclaimed")
    session.commit()
    for made in (["larch@sample.example"], []):
        with unit_of_work():
            assert demo.give_owners(NOW) == made
    assert memberships(session, larch) == {"larch@sample.example": "owner"}
    assert session.scalar(select(func.count(Account.id))) == 1


def test_elsewhere_nobody_is_made(app: Flask, session: Session, settings: Settings) -> None:
    factories.clinic(session)
    session.commit()
    served = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, base_url="https://likeforlike.example")
    try:
        with unit_of_work():
            assert demo.give_owners(NOW) == []
    finally:
        app.config["SETTINGS"] = served
    assert session.scalar(select(func.count(Account.id))) == 0
