"""An import over a clinic that speaks for itself: what it said stays, and the file's word becomes a proposal."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from webapp.clinics.models import Clinic
from webapp.domain.listing_csv import read
from webapp.domain.offers import Part
from webapp.moderation import queries
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import AuthorityRecord
from webapp.moderation.services import editing, imports, proposals
from webapp.offers import queries as offers
from webapp.offers.models import Offer

Take = Callable[..., imports.ImportCount]
OWNER = Actor(ActorKind.CLINIC, "Kim, owner")

FILES = {
    "clinics.csv": "ref,name,country,address,postal_code,hours,authority,accepts_enquiries,sample,source,verified_on\n"
    "a,Orchard Skin,SG,290 Orchard Road,238859,{hours},authorised,yes,yes,sample data,2026-11-01\n",
    "practitioners.csv": "clinic_ref,name,registration_no\na,Dr Tan,{number}\n",
    "offers.csv": "clinic_ref,offer_ref,title,price,currency,tax,price_kind,source,verified_on\n"
    "a,one,Healer,{price},SGD,inclusive,regular,sample data,2026-11-01\n",
    "offer_parts.csv": "clinic_ref,offer_ref,treatment,quantity,unit\na,one,rejuran_healer,{quantity},ml\n",
}
FIRST = {"hours": "Mo-Fr 10:00-19:00", "number": "M1", "price": "500", "quantity": "2"}


@pytest.fixture
def take(session: Session, tmp_path: Path) -> Take:
    factories.treatment(session)

    def take(*names: str, **cells: str) -> imports.ImportCount:
        for path in tmp_path.iterdir():
            path.unlink()
        for name in names or FILES:
            (tmp_path / name).write_text(FILES[name].format(**(FIRST | cells)), encoding="utf-8")
        result = read(tmp_path, queries.known(), on=NOW.date())
        assert result.errors == ()
        count = imports.import_listing(result.listing, NOW)
        session.flush()
        return count

    return take


def clinic(session: Session) -> Clinic:
    return session.query(Clinic).filter_by(ref="a").one()


def offer(session: Session) -> Offer:
    return session.query(Offer).filter_by(ref="one").one()


def test_the_same_files_twice_change_nothing(session: Session, take: Take) -> None:
    assert take() == imports.ImportCount(clinics_added=1, offers_added=1)
    assert take() == imports.ImportCount()


def test_what_the_clinic_said_itself_is_only_proposed(session: Session, take: Take) -> None:
    take()
    editing.edit_clinic(clinic(session), {"hours": "Mo-Su 10:00-20:00"}, OWNER, NOW)
    count = take(hours="Mo-Fr 08:00-17:00")
    assert (count.proposed, count.clinics_changed) == (1, 0)
    assert clinic(session).hours == "Mo-Su 10:00-20:00"
    assert [row.after for row in proposals.waiting(clinic(session))] == [{"hours": "Mo-Fr 08:00-17:00"}]


def test_a_price_that_the_clinic_set_is_only_proposed(session: Session, take: Take) -> None:
    take()
    editing.save_offer(clinic(session), "one", offers.terms_of(offer(session)), OWNER, NOW)
    count = take(price="450")
    assert (count.proposed, count.offers_changed, offer(session).price_amount) == (1, 0, 50000)
    proposals.accept(proposals.waiting(), OWNER, NOW)
    assert offer(session).price_amount == 45000


def test_parts_without_their_offer_are_proposed_too(session: Session, take: Take) -> None:
    take()
    editing.save_offer(clinic(session), "one", offers.terms_of(offer(session)), OWNER, NOW)
    assert take("offer_parts.csv", quantity="4").proposed == 1
    assert offers.terms_of(offer(session)).parts[0].quantity == 2
    proposals.accept(proposals.waiting(), OWNER, NOW)
    (part,) = offers.terms_of(offer(session)).parts
    assert isinstance(part, Part)
    assert part.quantity == 4


def test_the_clinics_own_doctors_stay_and_the_others_follow_the_file(session: Session, take: Take) -> None:
    take()
    here = clinic(session)
    editing.save_practitioner(here, None, {"name": "Dr Lee"}, OWNER, NOW)
    take(number="M2")
    assert {person.name: person.registration_no for person in here.practitioners} == {
        "Dr Tan": "M2",
        "Dr Lee": None,
    }
    (tan,) = (person for person in here.practitioners if person.name == "Dr Tan")
    editing.save_practitioner(here, tan, {"name": "Dr Tan", "registration_no": "M9"}, OWNER, NOW)
    assert take(number="M3").proposed == 1
    assert tan.registration_no == "M9"


def test_a_clinic_that_withdrew_here_is_not_brought_back_by_a_file(session: Session, take: Take) -> None:
    take()
    here = clinic(session)
    here.authority = "withdrawn"
    session.add(
        AuthorityRecord(
            clinic_id=here.id, authority="withdrawn", at=NOW, by_name="Kim", scope="listing", way="portal"
        )
    )
    session.flush()
    take(hours="Mo-Fr 08:00-17:00")
    assert (here.authority, here.hours) == ("withdrawn", "Mo-Fr 08:00-17:00")


def test_a_position_that_was_found_or_dragged_is_not_lost_to_a_file(
    session: Session, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    take()
    here = clinic(session)
    here.lat, here.lng, here.precision, here.position_source = 1.30401, 103.83581, "building", "onemap"
    take(hours="Mo-Fr 08:00-17:00")
    assert (here.lat, here.position_source) == (1.30401, "onemap")
    here.position_source, here.pin_confirmed_on = "clinic", date(2026, 11, 2)
    with_a_point = FILES["clinics.csv"].replace("postal_code,", "postal_code,lat,lng,")
    monkeypatch.setitem(FILES, "clinics.csv", with_a_point.replace("238859,", "238859,1.31,103.84,"))
    take()
    assert (here.lat, here.position_source) == (1.30401, "clinic")


def test_an_offer_taken_off_the_list_comes_back_with_the_editors_file(session: Session, take: Take) -> None:
    take()
    offer(session).retired_on = date(2026, 11, 10)
    assert take().offers_changed == 1
    assert offer(session).retired_on is None
