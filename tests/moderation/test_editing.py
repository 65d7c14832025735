"""Edits of a clinic: what is written, what waits for a person, where it comes from, and what the log says."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from webapp.clinics.labels import SAID_HERE
from webapp.clinics.models import ClinicFact
from webapp.domain.money import Money
from webapp.domain.offers import OfferTerms, Part, Tax
from webapp.domain.units import Unit
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import Decision, HeldText
from webapp.moderation.queries import fact_sources
from webapp.moderation.services import editing, texts
from webapp.offers import queries as offers

OWNER = Actor(ActorKind.CLINIC, "Kim, owner")
EDITOR = Actor(ActorKind.STAFF, "An editor")
TODAY = date(2026, 11, 21)

TERMS = OfferTerms(
    title="Healer, one session",
    currency="SGD",
    price=Money(52000, "SGD"),
    parts=(Part("rejuran_healer", Decimal(2), Unit.ML),),
    tax=Tax.INCLUSIVE,
    tax_rate=Decimal(9),
)


def log(session: Session) -> list[str]:
    return list(session.scalars(select(Decision.what).order_by(Decision.id)))


def test_a_fact_is_written_with_who_said_it(session: Session) -> None:
    clinic = factories.clinic(session, hours="Mo-Fr 10:00-19:00")
    edited = editing.edit_clinic(clinic, {"hours": "Mo-Sa 09:00-18:00"}, OWNER, NOW)
    assert edited.changed == ("hours",)
    row = session.scalars(select(ClinicFact)).one()
    assert (row.field, row.origin, row.confirmed_by, row.confirmed_on) == (
        "hours",
        "clinic",
        "Kim, owner",
        TODAY,
    )
    assert fact_sources(clinic)["phone"].source == "sample data"
    assert log(session) == ["clinic.changed"]


def test_a_column_that_is_nobodys_to_edit_is_refused(session: Session) -> None:
    clinic = factories.clinic(session)
    with pytest.raises(KeyError, match="authority"):
        editing.edit_clinic(clinic, {"authority": "withdrawn"}, OWNER, NOW)


def test_forbidden_words_change_nothing_and_are_named_by_field(session: Session) -> None:
    clinic = factories.clinic(session, name="Orchard Skin")
    with pytest.raises(editing.TextRefused) as caught:
        editing.edit_clinic(clinic, {"name": "Lowest prices, 50% off", "phone": "+6562351234"}, OWNER, NOW)
    assert set(caught.value.findings) == {"name"}
    assert (clinic.name, clinic.phone) == ("Orchard Skin", None)


def test_words_for_a_person_wait_and_the_rest_is_public(session: Session) -> None:
    clinic = factories.clinic(session, name="Orchard Skin")
    edited = editing.edit_clinic(clinic, {"name": "Orchard's best skin", "phone": "+6562351234"}, OWNER, NOW)
    assert edited.changed == ("phone",)
    assert set(edited.held) == {"name"}
    session.flush()
    (held,) = texts.waiting(clinic)
    assert (held.text, held.findings[0]["rule"]) == ("Orchard's best skin", "SG-LAUD")
    assert clinic.name == "Orchard Skin"
    assert texts.release(held, EDITOR, NOW)
    assert clinic.name == "Orchard's best skin"
    assert log(session) == ["clinic.changed", "text.released"]


def test_a_newer_text_takes_the_place_of_the_one_that_waits(session: Session) -> None:
    clinic = factories.clinic(session, name="Orchard Skin")
    editing.edit_clinic(clinic, {"name": "Best of Orchard"}, OWNER, NOW)
    session.flush()
    editing.edit_clinic(clinic, {"name": "The best of Orchard"}, OWNER, NOW)
    session.flush()
    assert [row.text for row in texts.waiting(clinic)] == ["The best of Orchard"]
    editing.edit_clinic(clinic, {"name": "Orchard Skin"}, OWNER, NOW)
    session.flush()
    assert texts.waiting(clinic) == []
    assert [row.state for row in session.scalars(select(HeldText).order_by(HeldText.id))] == [
        "superseded"
    ] * 2


def test_a_new_offer_is_on_the_list_and_confirmed_today(session: Session) -> None:
    clinic = factories.clinic(session)
    factories.treatment(session)
    edited = editing.save_offer(clinic, None, TERMS, OWNER, NOW)
    assert edited.ref == "healer-one-session"
    (offer,) = offers.for_clinics([clinic.id])[clinic.id]
    assert offer.terms == replace(TERMS, source=SAID_HERE, verified_on=TODAY)


def test_a_held_title_leaves_the_offer_under_a_plain_one(session: Session) -> None:
    clinic = factories.clinic(session)
    factories.treatment(session)
    edited = editing.save_offer(clinic, "a", replace(TERMS, title="The best Healer"), OWNER, NOW)
    assert set(edited.held) == {"title"}
    assert offers.for_clinics([clinic.id])[clinic.id][0].terms.title == "PN skin booster"
    texts.release(texts.waiting(clinic)[0], EDITOR, NOW)
    session.flush()
    assert offers.for_clinics([clinic.id])[clinic.id][0].terms.title == "The best Healer"


def test_held_words_of_a_part_wait_with_their_part(session: Session) -> None:
    clinic = factories.clinic(session)
    factories.treatment(session)
    editing.save_offer(clinic, "a", TERMS, OWNER, NOW)
    part = replace(TERMS.parts[0], words="our best Healer")
    edited = editing.save_offer(clinic, "a", replace(TERMS, parts=(part,)), OWNER, NOW)
    assert set(edited.held) == {"parts.0.words"}
    assert offers.for_clinics([clinic.id])[clinic.id][0].terms.parts[0].words is None
    texts.refuse(texts.waiting(clinic)[0], "no superlatives", EDITOR, NOW)
    assert texts.waiting(clinic) == []


@pytest.mark.parametrize("status", ["do not list", "no"])
def test_what_the_market_does_not_allow_is_refused_with_its_rule(session: Session, status: str) -> None:
    clinic = factories.clinic(session)
    factories.treatment(session, "nctf", status_sg=status)
    with pytest.raises(editing.OfferRefused) as caught:
        editing.save_offer(clinic, None, replace(TERMS, parts=(Part("nctf"),)), OWNER, NOW)
    assert caught.value.rules[0].id.startswith("PRODUCT-")
    assert offers.for_clinics([clinic.id]) == {}


def test_a_retired_offer_leaves_the_list_and_comes_back_as_old_as_it_was(session: Session) -> None:
    clinic = factories.clinic(session)
    offer = factories.offer(session, clinic, verified_on=date(2026, 9, 1))
    editing.retire_offer(clinic, offer, OWNER, NOW)
    session.flush()
    assert offers.for_clinics([clinic.id]) == {}
    assert session.scalars(offers.offering("rejuran_healer")).all() == []
    editing.restore_offer(clinic, offer, OWNER, NOW)
    session.flush()
    assert offers.for_clinics([clinic.id])[clinic.id][0].terms.verified_on == date(2026, 9, 1)


def test_one_confirmation_makes_every_price_of_the_list_fresh(session: Session) -> None:
    clinic = factories.clinic(session)
    for _number in range(3):
        factories.offer(session, clinic, verified_on=date(2026, 1, 1))
    retired = factories.offer(session, clinic, verified_on=date(2026, 1, 1), retired_on=date(2026, 2, 1))
    other = factories.offer(session, factories.clinic(session), verified_on=date(2026, 1, 1))
    assert editing.confirm_prices(clinic, OWNER, NOW) == 3
    assert {offer.terms.verified_on for offer in offers.for_clinics([clinic.id])[clinic.id]} == {TODAY}
    assert retired.verified_on == other.verified_on == date(2026, 1, 1)


def test_a_doctor_is_added_changed_and_removed(session: Session) -> None:
    clinic = factories.clinic(session)
    person = editing.save_practitioner(clinic, None, {"name": "Dr Tan", "registration_no": "M1"}, OWNER, NOW)
    editing.save_practitioner(clinic, person, {"name": "Dr Tan", "registration_no": "M2"}, OWNER, NOW)
    with pytest.raises(ValueError, match="Dr Tan"):
        editing.save_practitioner(clinic, None, {"name": "Dr Tan"}, OWNER, NOW)
    assert (person.registration_no, person.confirmed_on) == ("M2", TODAY)
    editing.remove_practitioner(clinic, person, OWNER, NOW)
    assert clinic.practitioners == []
    assert log(session) == ["practitioner.added", "practitioner.changed", "practitioner.removed"]


def test_a_pin_of_the_clinic_stays_in_its_building_and_no_further(session: Session) -> None:
    clinic = factories.clinic(session, lat=1.3, lng=103.8, pin_confirmed_on=TODAY, position_source="clinic")
    editing.edit_clinic(clinic, {"address": "290 Orchard Road, Paragon"}, OWNER, NOW)
    assert (clinic.lat, clinic.pin_confirmed_on) == (1.3, TODAY)
    editing.edit_clinic(clinic, {"postal_code": "307506"}, OWNER, NOW)
    assert clinic.pin_confirmed_on is None
    assert (clinic.lat, clinic.position_source) != (1.3, "clinic")


@pytest.mark.parametrize("change", ["UPDATE decision SET by_name = 'nobody'", "DELETE FROM decision"])
def test_the_log_of_decisions_cannot_be_changed(session: Session, change: str) -> None:
    editing.confirm_prices(factories.clinic(session), OWNER, NOW)
    session.flush()
    with pytest.raises(DatabaseError, match="never changed or deleted"), session.begin_nested():
        session.execute(text(change))
    assert log(session) == ["prices.confirmed"]
