"""The seed as `flask seed` loads it: real rows through the same code as any import, twice without a change."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import NOW
from webapp.clinics.models import Clinic
from webapp.fx.models import ExchangeRate
from webapp.moderation.seed import seed
from webapp.offers.models import Offer, OfferPart
from webapp.treatments.models import Fact, Source, Treatment, TreatmentName
from webapp.unit_of_work import unit_of_work

TABLES = (Clinic, Offer, OfferPart, Treatment, TreatmentName, Source, Fact, ExchangeRate)


def sizes(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


@pytest.fixture
def seeded(session: Session) -> Session:
    with unit_of_work():
        seed(NOW, sample=True)
    return session


def test_twice_changes_nothing(seeded: Session) -> None:
    before = sizes(seeded)
    with unit_of_work():
        again = seed(NOW, sample=True)
    assert sizes(seeded) == before
    assert (again.clinics_added, again.offers_added, again.clinics_changed, again.offers_changed) == (
        0,
        0,
        0,
        0,
    )


def test_the_two_cited_clinics_are_unclaimed_and_unpriced(seeded: Session) -> None:
    cited = seeded.scalars(select(Clinic).where(Clinic.sample.is_(False)).order_by(Clinic.name)).all()
    assert [clinic.name for clinic in cited] == ["Halley Medical Aesthetics", "Hugo Plastic Surgery"]
    for clinic in cited:
        assert clinic.authority == "unclaimed"
        assert not clinic.accepts_enquiries
        assert (clinic.address, clinic.phone, clinic.enquiry_email, clinic.lat) == (None, None, None, None)
    (trio,) = seeded.scalars(
        select(Offer).join(Clinic, Clinic.id == Offer.clinic_id).where(Clinic.sample.is_(False))
    )
    assert trio.title == "Baby Skin Trio"
    assert trio.price_amount is None
    assert not trio.parts_complete
    assert len(trio.parts) == 2


def test_every_sample_clinic_is_placed_and_marked(seeded: Session) -> None:
    samples = seeded.scalars(select(Clinic).where(Clinic.sample)).all()
    assert sum(clinic.country == "SG" and clinic.authority != "withdrawn" for clinic in samples) == 12
    assert sum(clinic.country == "KR" for clinic in samples) == 8
    for clinic in samples:
        assert clinic.lat is not None
        assert clinic.phone is None


def test_there_are_at_least_150_offers_and_18_combos(seeded: Session) -> None:
    offers = seeded.scalars(select(Offer)).all()
    assert len(offers) >= 150
    assert sum(len(offer.parts) > 1 for offer in offers) >= 18


def test_the_sample_moves_with_the_calendar(session: Session) -> None:
    later = NOW + timedelta(days=400)
    with unit_of_work():
        seed(later, sample=True)
    newest = session.scalar(select(func.max(Offer.verified_on)))
    assert newest is not None
    assert timedelta(0) <= later.date() - newest <= timedelta(days=45)


def test_an_editors_change_survives_the_next_seed(seeded: Session) -> None:
    clinic = seeded.scalars(select(Clinic).where(Clinic.sample).limit(1)).one()
    clinic.website = "https://changed.example"
    seeded.commit()
    with unit_of_work():
        seed(NOW, sample=True)
    assert seeded.scalar(select(Clinic.website).where(Clinic.id == clinic.id)) == "https://changed.example"
