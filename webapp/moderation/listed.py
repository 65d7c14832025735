"""What a clinic is asked to confirm, as it stands in the mail and on the page behind the link: its own list."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from webapp.clinics.models import Clinic
from webapp.domain.offers import PriceBasis, PriceKind
from webapp.i18n import format_money, listed
from webapp.offers import queries as offers
from webapp.offers.labels import quantity_words
from webapp.offers.queries import PublishedOffer
from webapp.offers.terms_json import terms_as_json
from webapp.treatments import queries as treatments


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One offer: its title, what it buys, its price in words, and the day it was last confirmed."""

    title: str
    parts: list[str]
    price: str
    confirmed_on: date | None


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of the listing."""

    label: str
    value: str


def prices(clinic: Clinic) -> list[PriceRow]:
    """The whole price list in its order, also what a rule keeps off the public page: it is the clinic's own."""
    names = dict(treatments.choices())
    return [_price_row(offer, names) for offer in offers.for_clinics([clinic.id]).get(clinic.id, ())]


def facts(clinic: Clinic) -> list[Row]:
    """What the clinic states of itself on its page, and its doctors."""
    address = ", ".join(part for part in (clinic.address, clinic.unit, clinic.postal_code) if part)
    stated = [
        (_("Name"), " · ".join(name for name in (clinic.name, clinic.name_zh, clinic.name_ko) if name)),
        (_("Address"), address),
        (_("Opening hours"), clinic.hours),
        (_("Telephone"), clinic.phone),
        (_("Website"), clinic.website),
        (_("Languages"), listed((clinic.languages or "").split(";"))),
        *((_("Doctor"), _doctor(person.name, person.registration_no)) for person in clinic.practitioners),
    ]
    return [Row(label, value) for label, value in stated if value]


def mark_of_prices(clinic: Clinic) -> str:
    """Changes with every change of the price list but its dates: what was looked at is what is confirmed."""
    listed = offers.for_clinics([clinic.id]).get(clinic.id, ())
    return _mark([[offer.ref, terms_as_json(offer.terms) | {"verified_on": None}] for offer in listed])


def mark_of_facts(clinic: Clinic) -> str:
    """Changes with every change of what `facts` lists, whatever the language."""
    people = [[person.name, person.registration_no] for person in clinic.practitioners]
    columns = (
        clinic.name, clinic.name_zh, clinic.name_ko, clinic.address, clinic.unit, clinic.postal_code, clinic.hours,
        clinic.phone, clinic.website, clinic.languages,
    )  # fmt: skip
    return _mark([columns, people])


def _price_row(offer: PublishedOffer, names: dict[str, str]) -> PriceRow:
    terms = offer.terms
    parts = []
    for part in terms.parts:
        name = names.get(part.treatment or "", part.words or _("Something else"))
        amount = f" {quantity_words(part.amount)}" if part.amount else ""
        parts.append(f"{name}{amount} × {part.sessions}")
    price = format_money(terms.price) if terms.price else _("on request")
    if terms.price and terms.price_basis is PriceBasis.PER_SESSION:
        price = _("%(price)s per session", price=price)
    elif terms.price and terms.price_basis is PriceBasis.PER_UNIT:
        price = _("%(price)s per unit", price=price)
    if terms.price_kind is PriceKind.EVENT:
        price = _("%(price)s (event price)", price=price)
    return PriceRow(terms.title, parts, price, terms.verified_on)


def _doctor(name: str, registration_no: str | None) -> str:
    return f"{name}, {registration_no}" if registration_no else name


def _mark(of: object) -> str:
    return hashlib.sha256(json.dumps(of, sort_keys=True, default=str).encode()).hexdigest()[:32]
