"""The migration that begins the versions: every offer there was has its first, with all that it says."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from config import Settings
from tests import factories
from tests.factories import NOW
from tests.offers.kept import history
from webapp.app import create_app
from webapp.extensions import db
from webapp.moderation.seed import seed
from webapp.offers.models import Offer, OfferVersion
from webapp.offers.queries import terms_of, versions
from webapp.offers.terms_json import terms_as_json
from webapp.unit_of_work import unit_of_work


@pytest.fixture
def before_versions(settings: Settings, new_database: Callable[[], str]) -> Iterator[Flask]:
    """The sample data, and an offer that states everything, as they stood before there were versions."""
    application = create_app(replace(settings, database_url=new_database()))
    with application.app_context():
        upgrade()
        with unit_of_work() as session:
            seed(NOW, sample=True)
            factories.offer(
                session, factories.clinic(session), ref="says-everything", price_amount=2**40, tax="exclusive",
                tax_rate=Decimal("7.5"), price_kind="event", regular_price_amount=2**41, retired_on=date(2026, 11, 3),
                valid_from=date(2026, 11, 1), valid_until=date(2026, 11, 30), event_target="모두", event_scope="1회",
                eligibility="returning", weekday_only=True, once_per_patient=False, consultation="fee",
                consultation_fee_amount=3000, consultation_waived=True, other_fees=[["약", 2000], ["needle", 0]],
                numbing="extra", injector="nurse", same_price_for_foreigners=False, parts_complete=False,
                expires_after_days=90, refund_terms="“half” of what is left", verified_on=None,
                parts=(
                    {"quantity": Decimal("2.125"), "areas": "face;neck", "interval_weeks": 4, "words": "먼저"},
                    {"treatment_id": None, "quantity": None, "unit": None, "sessions": 3, "words": "something"},
                    {"quantity": Decimal(100), "unit": "shot"},
                ),
            )  # fmt: skip
            factories.offer(session, factories.clinic(session), ref="no-fees", other_fees=[])
        db.session.remove()
        downgrade(revision="0007")
    yield application
    with application.app_context():
        db.engine.dispose()


def test_every_offer_begins_with_what_it_says(before_versions: Flask) -> None:
    with before_versions.app_context():
        upgrade()
        offers = db.session.scalars(select(Offer).order_by(Offer.id)).all()
        assert len(offers) > 50
        for offer in offers:
            assert (offer.version, history(db.session(), offer)) == (1, [terms_of(offer)])
        stored = {row.offer_id: row for row in db.session.scalars(select(OfferVersion))}
        # To the letter, but for the fields that came later and that nobody had stated.
        assert {number: {"refund_basis": None} | row.terms for number, row in stored.items()} == {
            offer.id: terms_as_json(terms_of(offer)) for offer in offers
        }
        assert all(row.recorded_at.tzinfo is not None for row in stored.values())
        retired = next(offer for offer in offers if offer.ref == "says-everything")
        kept = versions([(retired.id, 1)])[retired.id, 1]
        assert (kept.current, kept.retired_on) == (None, date(2026, 11, 3))
        db.session.remove()


def test_the_parts_are_still_there_after_going_back(before_versions: Flask) -> None:
    """On SQLite a table that is made anew takes the rows that point at it with it."""
    with before_versions.app_context(), db.engine.connect() as connection:
        parts = connection.scalar(text("select count(*) from offer_part"))
        assert parts is not None and parts > 50
        upgrade()
        downgrade(revision="0007")
        assert connection.scalar(text("select count(*) from offer_part")) == parts
