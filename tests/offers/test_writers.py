"""Whoever writes an offer keeps a version of it: every service that does, and what is no version."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.offers.kept import assert_all_kept, history
from webapp.clinics.models import Clinic
from webapp.domain.listing_csv import read
from webapp.domain.money import Money
from webapp.domain.offers import Fee, Part
from webapp.domain.units import Unit
from webapp.moderation import queries as moderation
from webapp.moderation import seed
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.services import editing, imports, proposals, texts
from webapp.moderation.services.proposals import Change
from webapp.offers import queries as offers
from webapp.offers.models import Offer
from webapp.offers.terms_json import terms_as_json

OWNER = Actor(ActorKind.CLINIC, "Kim, owner")
EDITOR = Actor(ActorKind.STAFF, "Mina of our staff")
LATER = NOW + timedelta(days=1)


class Desk:
    """A clinic with one offer of one version, and the folder that its listing files are put into."""

    def __init__(self, session: Session, folder: Path) -> None:
        factories.treatment(session)
        factories.treatment(session, "ha_booster", name_en="HA booster")
        self.session, self.folder = session, folder
        self.clinic: Clinic = factories.clinic(session)
        self.offer: Offer = factories.offer(session, self.clinic, ref="healer", title="Healer")

    def save(self, ref: str | None = "healer", **changes: Any) -> None:
        terms = replace(offers.terms_of(self.offer), **changes)
        editing.save_offer(self.clinic, ref, terms, OWNER, LATER)

    def take(self, **files: str) -> None:
        for path in self.folder.iterdir():
            path.unlink()
        for name, text in files.items():
            (self.folder / f"{name}.csv").write_text(text, encoding="utf-8")
        result = read(self.folder, moderation.known(), on=LATER.date())
        assert result.errors == ()
        imports.import_listing(result.listing, LATER)

    def propose(self, action: str, ref: str, after: dict[str, object] | None) -> None:
        change = Change(action, ref, "", after)
        proposals.propose(
            self.clinic, [change], origin="feed", source="feed", seen_on=LATER.date(), now=LATER
        )

    def accept(self) -> None:
        outcome = proposals.accept(proposals.waiting(self.clinic), OWNER, LATER)
        assert len(outcome.accepted) == 1


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, tmp_path)


def add(desk: Desk) -> None:
    desk.save(ref=None, title="Another one")


def edit(desk: Desk) -> None:
    desk.save(price=Money(52000, "SGD"), other_fees=(Fee("needle", Money(3000, "SGD")),))


def edit_parts(desk: Desk) -> None:
    desk.save(parts=(Part("rejuran_healer", Decimal(2), Unit.ML), Part("ha_booster", Decimal(1), Unit.ML)))


def release_a_title(desk: Desk) -> None:
    desk.save(title="The best Healer")
    assert_all_kept(desk.session)
    assert texts.release(texts.waiting(desk.clinic)[0], EDITOR, LATER)


def release_the_words_of_a_part(desk: Desk) -> None:
    desk.save(parts=(Part("rejuran_healer", Decimal(2), Unit.ML, words="the best there is"),))
    assert texts.release(texts.waiting(desk.clinic)[0], EDITOR, LATER)


def release_the_name_of_a_fee(desk: Desk) -> None:
    desk.save(other_fees=(Fee("the best needle", Money(3000, "SGD")),))
    assert texts.release(texts.waiting(desk.clinic)[0], EDITOR, LATER)


def accept_a_change(desk: Desk) -> None:
    terms = replace(offers.terms_of(desk.offer), price=Money(54000, "SGD"))
    desk.propose("change_offer", "healer", proposals.offer_after(terms_as_json(terms)))
    assert_all_kept(desk.session)
    desk.accept()


def accept_a_new_one(desk: Desk) -> None:
    terms = replace(offers.terms_of(desk.offer), title="From the feed")
    desk.propose("add_offer", "fed", proposals.offer_after(terms_as_json(terms)))
    desk.accept()


def accept_the_end_of_one(desk: Desk) -> None:
    desk.propose("retire_offer", "healer", None)
    desk.accept()


def retire(desk: Desk) -> None:
    editing.retire_offer(desk.clinic, desk.offer, OWNER, LATER)


def restore(desk: Desk) -> None:
    retire(desk)
    editing.restore_offer(desk.clinic, desk.offer, OWNER, LATER)


def confirm(desk: Desk) -> None:
    assert editing.confirm_prices(desk.clinic, OWNER, LATER) == 1


OFFERS = (
    "clinic_ref,offer_ref,title,price,currency,tax,tax_rate,price_kind,consultation_fee,source,verified_on\n"
)
PARTS = "clinic_ref,offer_ref,treatment,quantity,unit\n"


def import_offers(desk: Desk) -> None:
    ref = desk.clinic.ref
    desk.take(
        offers=OFFERS
        + f"{ref},healer,Healer,510,SGD,inclusive,9,regular,included,a file,2026-11-20\n"
        + f"{ref},second,Second,300,SGD,inclusive,9,regular,included,a file,2026-11-20\n",
        offer_parts=PARTS + f"{ref},healer,rejuran_healer,2,ml\n{ref},second,ha_booster,1,ml\n",
    )
    assert desk.offer.price_amount == 51000


def import_parts_alone(desk: Desk) -> None:
    desk.take(offer_parts=PARTS + f"{desk.clinic.ref},healer,rejuran_healer,1,ml\n")
    assert desk.offer.parts[0].quantity == 1


def import_the_same(desk: Desk) -> None:
    ref = desk.clinic.ref
    desk.take(
        offers=OFFERS + f"{ref},healer,Healer,500,SGD,inclusive,9,regular,included,another file,2026-11-20\n",
        offer_parts=PARTS + f"{ref},healer,rejuran_healer,2,ml\n",
    )
    assert desk.offer.source == "another file"


Write = Callable[[Desk], None]
# Each way to write, and how many versions the offer has after it.
WRITERS: dict[Write, int] = {
    add: 1,
    edit: 2,
    edit_parts: 2,
    release_a_title: 2,
    release_the_words_of_a_part: 2,
    release_the_name_of_a_fee: 3,
    accept_a_change: 2,
    accept_a_new_one: 1,
    accept_the_end_of_one: 1,
    retire: 1,
    restore: 1,
    confirm: 1,
    import_offers: 2,
    import_parts_alone: 2,
    import_the_same: 1,
}


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_after_each_way_to_write_the_newest_version_is_what_the_offer_says(desk: Desk, write: Write) -> None:
    before = offers.terms_of(desk.offer)
    write(desk)
    assert_all_kept(desk.session)
    said = history(desk.session, desk.offer)
    assert len(said) == WRITERS[write]
    assert replace(said[0], source=before.source, verified_on=before.verified_on) == before


# Functions of the writing services that write no terms of an offer, so that the table above need not hold them.
WRITE_NO_TERMS = {
    "editing.edit_clinic",
    "editing.confirm_listing",
    "editing.save_practitioner",
    "editing.remove_practitioner",
    "editing.said_by",
    "proposals.propose",
    "proposals.lapse",
    "proposals.refuse",
    "texts.hold",
    "texts.refuse",
}
WRITE_TERMS = {
    "editing.save_offer",
    "editing.retire_offer",
    "editing.restore_offer",
    "editing.confirm_prices",
    "imports.import_listing",
    "proposals.accept",
    "texts.release",
}


@pytest.mark.once
def test_no_way_to_write_is_missing_above() -> None:
    """A new service in these modules: does it write an offer? Then it belongs into WRITERS too."""
    found = {
        f"{module.__name__.rsplit('.', 1)[1]}.{name}"
        for module in (editing, imports, proposals, texts)
        for name, function in _public_functions(module)
        if "now" in inspect.signature(function).parameters
    }
    assert found == WRITE_NO_TERMS | WRITE_TERMS


def _public_functions(module: ModuleType) -> list[tuple[str, Callable[..., object]]]:
    return [
        (name, function)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]


@pytest.mark.once
def test_only_these_modules_write_rows_of_offers() -> None:
    """Nothing else makes an offer or copies terms into one."""
    root = Path(inspect.getfile(editing)).parents[2]
    writing = {"write_terms(", "write_parts(", " Offer(clinic_id", "OfferPart("}
    found = {
        path.stem
        for path in root.rglob("*.py")
        if any(words in path.read_text(encoding="utf-8") for words in writing)
    }
    assert found == {"editing", "imports", "offer_rows", "models", "schemas", "offers"}


def test_the_seed_is_kept_and_twice_is_once(session: Session) -> None:
    seed.seed(NOW, sample=True)
    assert_all_kept(session)
    assert {offer.version for offer in session.query(Offer)} == {1}
    seed.seed(LATER, sample=True)
    assert {offer.version for offer in session.query(Offer)} == {1}


def test_a_version_carries_when_it_was_recorded_and_what_was_said_of_its_source(desk: Desk) -> None:
    desk.save(price=Money(52000, "SGD"))
    first, second = history(desk.session, desk.offer)
    assert (first.source, first.verified_on) == ("sample data", date(2026, 11, 1))
    assert second.verified_on == date(2026, 11, 22)
    assert (first.price, second.price) == (Money(50000, "SGD"), Money(52000, "SGD"))


def test_back_to_what_it_was_is_a_third_version(desk: Desk) -> None:
    """Whoever compared in between saw the second."""
    desk.save(price=Money(52000, "SGD"))
    desk.save(price=Money(50000, "SGD"))
    assert [terms.price for terms in history(desk.session, desk.offer)] == [
        Money(amount, "SGD") for amount in (50000, 52000, 50000)
    ]
