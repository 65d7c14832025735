"""Proposals: the same difference once, never back after a no, and set aside when the listing went on."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from webapp.clinics.models import Clinic, ClinicFact
from webapp.domain.money import Money
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import Proposal
from webapp.moderation.services import editing, proposals
from webapp.moderation.services.proposals import Change
from webapp.offers import queries as offers
from webapp.offers.models import Offer
from webapp.offers.terms_json import terms_as_json, terms_from_json

OWNER = Actor(ActorKind.CLINIC, "Kim, owner")
TODAY = date(2026, 11, 21)
SEEN = date(2026, 11, 20)


def propose(clinic: Clinic, *changes: Change) -> list[Proposal]:
    return proposals.propose(
        clinic, changes, origin="feed", source="https://clinic.example/prices.csv", seen_on=SEEN, now=NOW
    )


def price(offer: Offer, amount: int, **more: Any) -> Change:
    terms = replace(offers.terms_of(offer), price=Money(amount, "SGD"))
    return Change("change_offer", offer.ref, "", proposals.offer_after(terms_as_json(terms)), **more)


def hours(text: str) -> Change:
    return Change("change_clinic", "", "hours", {"hours": text})


def test_terms_survive_as_json(session: Session) -> None:
    offer = factories.offer(
        session, factories.clinic(session), valid_until=date(2026, 12, 31), other_fees=[["needle", 3000]]
    )
    terms = offers.terms_of(offer)
    assert terms_from_json(terms_as_json(terms)) == terms


def test_an_accepted_price_is_on_the_list_with_its_source(session: Session) -> None:
    clinic = factories.clinic(session)
    offer = factories.offer(session, clinic)
    made = propose(clinic, price(offer, 54000))
    assert offer.price_amount == 50000
    assert proposals.accept(made, OWNER, NOW).accepted == [made[0].id]
    assert (offer.price_amount, offer.origin, offer.source) == (
        54000,
        "feed",
        "https://clinic.example/prices.csv",
    )
    assert (offer.verified_on, offer.confirmed_by, offer.seen_on) == (TODAY, "Kim, owner", SEEN)


def test_the_same_difference_is_proposed_once(session: Session) -> None:
    clinic = factories.clinic(session)
    offer = factories.offer(session, clinic)
    assert len(propose(clinic, price(offer, 54000))) == 1
    assert propose(clinic, price(offer, 54000)) == []
    (newer,) = propose(clinic, price(offer, 56000))
    assert proposals.waiting(clinic) == [newer]


def test_no_difference_is_no_proposal(session: Session) -> None:
    clinic = factories.clinic(session, hours="Mo-Fr 10:00-19:00")
    offer = factories.offer(session, clinic)
    assert propose(clinic, price(offer, 50000), hours("Mo-Fr 10:00-19:00")) == []


def test_a_refused_change_comes_back_only_when_the_source_says_something_else(session: Session) -> None:
    clinic = factories.clinic(session)
    offer = factories.offer(session, clinic)
    assert proposals.refuse(propose(clinic, price(offer, 54000)), OWNER, NOW) == 1
    assert propose(clinic, price(offer, 54000)) == []
    assert len(propose(clinic, price(offer, 56000))) == 1
    assert offer.price_amount == 50000


def test_what_the_clinic_changed_meanwhile_is_not_overwritten(session: Session) -> None:
    clinic = factories.clinic(session, hours="Mo-Fr 10:00-19:00")
    made = propose(clinic, hours("Mo-Fr 09:00-18:00"))
    editing.edit_clinic(clinic, {"hours": "Mo-Su 10:00-20:00"}, OWNER, NOW)
    outcome = proposals.accept(made, OWNER, NOW)
    assert (outcome.accepted, outcome.overtaken) == ([], [made[0].id])
    assert (clinic.hours, made[0].state) == ("Mo-Su 10:00-20:00", "superseded")


def test_words_that_a_rule_forbids_stay_open_and_undone(session: Session) -> None:
    clinic = factories.clinic(session, name="Orchard Skin")
    made = propose(
        clinic,
        Change(
            "change_clinic",
            "",
            "name",
            {"name": "Lowest price, was $900", "name_zh": "乌节", "name_ko": None},
        ),
    )
    outcome = proposals.accept(made, OWNER, NOW)
    assert set(outcome.refused) == {made[0].id}
    assert (clinic.name, clinic.name_zh, made[0].state) == ("Orchard Skin", None, "open")
    assert session.scalars(select(ClinicFact)).all() == []


def test_an_offer_comes_and_goes_by_proposals(session: Session) -> None:
    clinic = factories.clinic(session)
    offer = factories.offer(session, clinic)
    terms = replace(offers.terms_of(offer), title="Another")
    new = Change("add_offer", "another", "", proposals.offer_after(terms_as_json(terms)))
    proposals.accept(propose(clinic, new, Change("retire_offer", offer.ref, "", None)), OWNER, NOW)
    session.flush()
    assert [row.ref for row in offers.for_clinics([clinic.id])[clinic.id]] == ["another"]


def test_a_new_doctor_is_accepted_with_a_date(session: Session) -> None:
    clinic = factories.clinic(session)
    after = {"name": "Dr Lee", "registration_no": "M7", "checked_on": "2026-11-01"}
    proposals.accept(propose(clinic, Change("change_practitioner", "Dr Lee", "", after)), OWNER, NOW)
    (person,) = clinic.practitioners
    assert (person.checked_on, person.origin, person.confirmed_by) == (
        date(2026, 11, 1),
        "feed",
        "Kim, owner",
    )
