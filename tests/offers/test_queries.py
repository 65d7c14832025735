"""A saved comparison's offers: what they said in their versions, and what they say today."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.statements import sent_to
from webapp.clinics.models import Clinic
from webapp.domain.money import Money
from webapp.domain.offers import Fee, changes
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.services import editing
from webapp.offers import queries as offers
from webapp.offers.models import Offer
from webapp.row_ids import LARGEST

OWNER = Actor(ActorKind.CLINIC, "Kim, owner")
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session)


@pytest.fixture
def healer(session: Session, clinic: Clinic) -> Offer:
    return factories.offer(session, clinic, ref="healer")


def reprice(clinic: Clinic, offer: Offer, amount: int) -> None:
    terms = replace(offers.terms_of(offer), price=Money(amount, "SGD"))
    editing.save_offer(clinic, offer.ref, terms, OWNER, TOMORROW)


def test_a_page_knows_the_version_of_what_it_shows(clinic: Clinic, healer: Offer) -> None:
    assert [offer.version for offer in offers.for_clinics([clinic.id])[clinic.id]] == [1]
    reprice(clinic, healer, 52000)
    assert [offer.version for offer in offers.for_clinics([clinic.id])[clinic.id]] == [2]


def test_a_version_says_what_the_offer_said_and_what_it_says_today(clinic: Clinic, healer: Offer) -> None:
    reprice(clinic, healer, 52000)
    kept = offers.versions([(healer.id, 1)])[healer.id, 1]
    assert (kept.offer_id, kept.clinic_id, kept.number, kept.retired_on) == (healer.id, clinic.id, 1, None)
    assert kept.current is not None
    (found,) = changes(kept.terms, kept.current.terms)
    assert (found.field, found.then, found.now) == ("price", Money(50000, "SGD"), Money(52000, "SGD"))


def test_what_it_says_today_is_what_the_price_list_shows(clinic: Clinic, healer: Offer) -> None:
    reprice(clinic, healer, 52000)
    editing.confirm_prices(clinic, OWNER, TOMORROW + timedelta(days=30))
    for number in (1, 2):
        current = offers.versions([(healer.id, number)])[healer.id, number].current
        assert [current] == list(offers.for_clinics([clinic.id])[clinic.id])
        assert current is not None and current.terms.verified_on == date(2026, 12, 22)


def test_an_offer_that_left_the_list_says_when_and_what_it_was(clinic: Clinic, healer: Offer) -> None:
    editing.retire_offer(clinic, healer, OWNER, TOMORROW)
    kept = offers.versions([(healer.id, 1)])[healer.id, 1]
    assert (kept.current, kept.retired_on) == (None, date(2026, 11, 22))
    assert kept.terms.price == Money(50000, "SGD")
    editing.restore_offer(clinic, healer, OWNER, TOMORROW)
    assert offers.versions([(healer.id, 1)])[healer.id, 1].current is not None


def test_a_pair_that_never_was_is_left_out(clinic: Clinic, healer: Offer) -> None:
    never = [
        (healer.id, 2),
        (healer.id, 0),
        (healer.id + 1, 1),
        (-1, 1),
        (LARGEST + 1, 1),
        (healer.id, 2**80),
    ]
    assert offers.versions(never) == {}
    assert set(offers.versions([*never, (healer.id, 1), (healer.id, 1)])) == {(healer.id, 1)}
    assert offers.versions([]) == {}


def test_the_number_of_one_offer_is_not_taken_for_anothers(
    session: Session, clinic: Clinic, healer: Offer
) -> None:
    other = factories.offer(session, clinic, ref="other", title="Other")
    reprice(clinic, healer, 52000)
    assert set(offers.versions([(healer.id, 2), (other.id, 2)])) == {(healer.id, 2)}
    assert set(offers.versions([(healer.id, 1), (other.id, 1)])) == {(healer.id, 1), (other.id, 1)}


def test_one_statement_however_many_and_none_more_for_a_page(session: Session, clinic: Clinic) -> None:
    made = [factories.offer(session, clinic, ref=f"offer-{number}") for number in range(30)]
    session.flush()
    pairs = [(offer.id, 1) for offer in made]
    session.expire_all()
    with sent_to(session.connection().engine) as seen:
        assert len(offers.versions(pairs)) == 30
    assert len(seen) == 1
    session.expire_all()
    clinic_id = clinic.id
    with sent_to(session.connection().engine) as seen:
        assert len(offers.for_clinics([clinic_id])[clinic_id]) == 30
    assert len(seen) == 2


def test_only_the_offers_with_one_of_the_treatments_and_all_their_parts(
    session: Session, clinic: Clinic
) -> None:
    eye, hands = factories.treatment(session, "rejuran_eye"), factories.treatment(session, "restylane_vital")
    combo: list[dict[str, Any]] = [
        {"treatment_id": eye.id},
        {"treatment_id": hands.id},
        {"treatment_id": None, "words": "a mask"},
    ]
    factories.offer(session, clinic, combo, ref="combo")
    factories.offer(session, clinic, [{"treatment_id": hands.id}], ref="hands")
    factories.offer(session, clinic, ref="healer")
    found = offers.for_clinics([clinic.id], ["rejuran_eye", "rejuran_healer", "no_such"])[clinic.id]
    assert [offer.ref for offer in found] == ["combo", "healer"]
    assert [part.treatment for part in found[0].terms.parts] == ["rejuran_eye", "restylane_vital", None]
    assert offers.for_clinics([clinic.id], []) == {}
    everything = offers.for_clinics([clinic.id])[clinic.id]
    assert [offer.ref for offer in everything] == ["combo", "hands", "healer"]


def test_what_was_read_before_is_not_told_again_when_it_has_changed(
    session: Session, clinic: Clinic, healer: Offer
) -> None:
    """Terms that say the same are made once; fees that nobody stated are not those that are none."""
    for fees, told in (
        (None, None),
        ([], ()),
        ([["medicine", 2000]], (Fee("medicine", Money(2000, "SGD")),)),
    ):
        healer.other_fees = fees
        assert offers.for_clinics([clinic.id])[clinic.id][0].terms.other_fees == told
    healer.parts[0].quantity, healer.source = Decimal("2.500"), "its menu"
    (now,) = offers.for_clinics([clinic.id])[clinic.id]
    assert (now.terms.parts[0].quantity, now.terms.source) == (Decimal("2.5"), "its menu")
    assert now.terms == offers.terms_of(healer)
    other = factories.offer(session, clinic, title=healer.title, ref="other")
    assert [offer.id for offer in offers.for_clinics([clinic.id])[clinic.id]] == [healer.id, other.id]


def test_versions_go_with_their_offer(session: Session, clinic: Clinic, healer: Offer) -> None:
    pair = (healer.id, 1)
    session.delete(clinic)
    session.flush()
    assert offers.versions([pair]) == {}
