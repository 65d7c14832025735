"""The site as it was read: every answer under each setting of the switches, and what the sample data says behind it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

import time_machine
from flask import Flask

from tests.conftest import rolled_back
from tests.market_rules.addresses import Address
from tests.market_rules.reader import Reading
from webapp.clinics.models import Clinic
from webapp.domain.market import MarketPolicy, Switches, policy
from webapp.domain.money import Money
from webapp.domain.offers import OfferTerms
from webapp.extensions import db
from webapp.i18n import LANGUAGES, format_day, format_money, in_language
from webapp.moderation.seed import seed
from webapp.offers.queries import for_clinics
from webapp.treatments.models import Treatment
from webapp.unit_of_work import unit_of_work

SWITCHES: Mapping[str, Switches] = {"development": Switches.development(), "safe": Switches.safe()}


@dataclass(frozen=True)
class Listed:
    """A clinic of the data: what the pages may say of it follows from this and the policy."""

    slug: str
    country: str
    authority: str
    gst_registered: bool | None
    doctors: tuple[str, ...]
    languages: str | None
    offers: tuple[OfferTerms, ...]


@dataclass(frozen=True)
class Site:
    """`clinics` by slug. `brands` are the product names that a careful Singapore page may not say. `now` is the
    clock of the readings; amounts and days are written as a page in each language writes them.
    """

    now: datetime
    clinics: Mapping[str, Listed]
    treatments: tuple[str, ...]
    brands: tuple[str, ...]
    days: Mapping[tuple[str, date], str]
    amounts: Mapping[Money, str]

    def at(self, now: datetime) -> "Site":
        """The same data read at another time."""
        return replace(self, now=now)

    def policy(self, clinic: Listed, switches: str) -> MarketPolicy:
        return policy(clinic.country, SWITCHES[switches])


@contextmanager
def sample_site(app: Flask, now: datetime) -> Iterator[Site]:
    """The sample data in the database at `now`, rolled back at the end."""
    with time_machine.travel(now, tick=False), rolled_back(app):
        with app.app_context(), unit_of_work():
            seed(now, sample=True)
        with app.test_request_context("/"):
            yield _site(now)


def read(app: Flask, switches: str, wanted: Iterable[Address]) -> list[Reading]:
    """Ask for every address under these switches."""
    before, chosen = app.config["SETTINGS"], SWITCHES[switches]
    app.config["SETTINGS"] = replace(
        before, **{name: getattr(chosen, name) for name in Switches.__dataclass_fields__}
    )
    client = app.test_client(use_cookies=False)
    try:
        found = []
        for address in wanted:
            answer = client.get(address.path)
            found.append(
                Reading(
                    address.path,
                    address.language,
                    switches,
                    answer.status_code,
                    answer.mimetype or "",
                    answer.get_data(as_text=True),
                )
            )
        return found
    finally:
        app.config["SETTINGS"] = before


def _site(now: datetime) -> Site:
    rows = list(db.session.query(Clinic).order_by(Clinic.id))
    published = for_clinics([row.id for row in rows])
    clinics = {
        row.slug: Listed(
            row.slug,
            row.country,
            row.authority,
            row.gst_registered,
            tuple(person.name for person in row.practitioners),
            row.languages,
            tuple(offer.terms for offer in published.get(row.id, ())),
        )
        for row in rows
    }
    treatments = list(db.session.query(Treatment).order_by(Treatment.id))
    days: dict[tuple[str, date], str] = {}
    amounts: dict[Money, str] = {}
    for terms in (terms for clinic in clinics.values() for terms in clinic.offers):
        for money in (terms.price, terms.regular_price):
            if money is not None:
                amounts[money] = format_money(money)
        for day in filter(None, (terms.valid_from, terms.valid_until)):
            for code in LANGUAGES:
                with in_language(code):
                    days[code, day] = format_day(day)
    return Site(
        now,
        clinics,
        tuple(row.slug for row in treatments),
        tuple(sorted(_brands(treatments))),
        days,
        amounts,
    )


def _brands(treatments: Sequence[Treatment]) -> set[str]:
    """The names that no careful page in Singapore says, in every language they are written in. A name that is part
    of a generic one (PRP) is not among them.
    """
    careful = policy("SG", Switches.safe())
    free = " ".join(f"{row.generic_en} {row.generic_zh} {row.generic_ko}" for row in treatments)
    return {
        name
        for row in treatments
        if not careful.name_is_public(row)
        for name in (row.name_en, row.name_zh_hans, row.name_zh_hant, row.name_ko)
        if name and name not in free
    }
