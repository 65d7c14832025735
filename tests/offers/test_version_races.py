"""An offer that several people write at once: every version is numbered once, and the newest says what there is."""

from dataclasses import replace
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.factories import NOW
from tests.moderation.test_races import at_once
from tests.moderation.test_races import site as site
from tests.offers.kept import assert_all_kept, history
from webapp.clinics.models import Clinic
from webapp.domain.money import Money
from webapp.extensions import db
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.services import editing
from webapp.offers.models import Offer
from webapp.offers.queries import terms_of
from webapp.unit_of_work import unit_of_work

OWNER = Actor(ActorKind.CLINIC, "Kim, owner")
# Each person has read the offer and changes another field of it.
CHANGES: tuple[dict[str, Any], ...] = (
    {"price": Money(52000, "SGD")},
    {"title": "Healer, one session"},
    {"refund_terms": "what is left"},
    {"once_per_patient": True},
)


def save(clinic_id: int, offer_id: int, change: dict[str, Any]) -> None:
    clinic, offer = db.session.get_one(Clinic, clinic_id), db.session.get_one(Offer, offer_id)
    editing.save_offer(clinic, offer.ref, replace(terms_of(offer), **change), OWNER, NOW)


def test_everybodys_change_is_in_the_newest_version(site: Flask) -> None:
    for time in range(5):
        with site.app_context(), unit_of_work() as session:
            clinic = factories.clinic(session)
            offer_id = factories.offer(session, clinic, ref=f"race-{time}").id
            clinic_id = clinic.id
        at_once(site, *(partial(save, clinic_id, offer_id, change) for change in CHANGES))
        with site.app_context():
            offer = db.session.scalars(select(Offer).where(Offer.id == offer_id)).one()
            assert 2 <= len(history(db.session(), offer)) <= 1 + len(CHANGES)
            assert_all_kept(db.session())
            db.session.remove()
