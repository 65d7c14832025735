"""A clinic's offers for those who keep them: each price as the public sees it, and if not, why and what to do."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from webapp.clinics.models import Clinic
from webapp.domain.market import Hidden, MarketPolicy, PriceLine, Rule, TaxWords
from webapp.domain.offers import OfferTerms, Part, PriceBasis
from webapp.domain.units import number_text
from webapp.extensions import db
from webapp.i18n import described, format_day, format_money, listed, localised, today_in
from webapp.moderation.models import HeldText
from webapp.offers import queries as offers
from webapp.offers.labels import CONDITIONS, HIDDEN, TAX_WORDS, UNITS, quantity_words
from webapp.offers.models import Offer
from webapp.offers.terms_json import terms_as_json
from webapp.portal.price_words import ADVICE, MISSING_TERMS
from webapp.settings import current_settings, market_policy
from webapp.treatments import queries as treatments
from webapp.treatments.models import Treatment

Names = Mapping[str, Treatment]


@dataclass(frozen=True, slots=True)
class PublicPrice:
    """What the public sees of a price, in words. `amount` None: nothing, for `hidden`, under the rule with the id
    `rule` (None: what the clinic states is the reason); `advice` is what to do."""

    amount: str | None
    basis: str
    tax: str
    event: str
    conditions: list[str]
    hidden: str
    rule: str | None
    advice: str


@dataclass(frozen=True, slots=True)
class Line:
    """One offer on the clinic's own list.

    `parts` are in the clinic's and the catalogue's names. `public_title` is set where the public reads another one.
    `confirmed` and `unconfirmed_since` are dates in words. `waiting` are its texts that a person still has to read,
    `refused` those that one kept from the public since it was last saved.
    """

    ref: str
    title: str
    public_title: str | None
    parts: list[str]
    price: PublicPrice
    confirmed: str | None
    confirmed_by: str | None
    unconfirmed_since: str | None
    waiting: list[HeldText]
    refused: list[HeldText]
    retired_on: date | None


@dataclass(frozen=True, slots=True)
class PriceSheet:
    """The whole list. `unconfirmed` counts the offers on it that are in no total because nobody confirmed them."""

    lines: list[Line]
    retired: list[Line]
    unconfirmed: int
    hidden: int


def version(terms: OfferTerms) -> str:
    """The same for terms that say the same, whenever they were read or confirmed."""
    said = {
        name: value for name, value in terms_as_json(terms).items() if name not in {"source", "verified_on"}
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def treatment_names() -> Names:
    """All treatments by slug: one statement a page."""
    return {row.slug: row for row in treatments.everything()}


def build(clinic: Clinic, now: datetime) -> PriceSheet:
    """Every offer of the clinic as of `now`."""
    names = treatment_names()
    read: dict[str, list[HeldText]] = {}
    for held in _held_texts(clinic):
        read.setdefault(held.subject, []).append(held)
    lines = [
        _line(row, terms, clinic, names, today_in(clinic.country, now), read.get(row.ref, []))
        for row, terms in offers.with_retired(clinic.id)
    ]
    listed = [line for line in lines if line.retired_on is None]
    return PriceSheet(
        lines=listed,
        retired=[line for line in lines if line.retired_on is not None],
        unconfirmed=sum(line.confirmed is None or line.unconfirmed_since is not None for line in listed),
        hidden=sum(line.price.amount is None for line in listed),
    )


def _held_texts(clinic: Clinic) -> Sequence[HeldText]:
    chosen = select(HeldText).where(
        HeldText.clinic_id == clinic.id, HeldText.subject != "", HeldText.state.in_(("held", "refused"))
    )
    return db.session.scalars(chosen.order_by(HeldText.id)).all()


def _line(
    row: Offer, terms: OfferTerms, clinic: Clinic, names: Names, on: date, read: Sequence[HeldText]
) -> Line:
    policy = market_policy(clinic.country)
    max_age = current_settings().price_age_days
    line = policy.price_line(terms, clinic, on, max_age)
    public_title = _public_title(terms, names, policy)
    confirmed = line.confirmed_on
    return Line(
        ref=row.ref,
        title=terms.title,
        public_title=public_title if public_title != terms.title else None,
        parts=[part_words(part, names) for part in terms.parts]
        + ([] if terms.parts_complete else [_("another part that is not named")]),
        price=public_price(terms, line, policy),
        confirmed=format_day(confirmed) if confirmed else None,
        confirmed_by=row.confirmed_by,
        unconfirmed_since=format_day(confirmed + timedelta(days=max_age))
        if confirmed and line.unconfirmed
        else None,
        waiting=[held for held in read if held.state == "held"],
        refused=[
            held
            for held in read
            if held.state == "refused" and held.decided_at and held.decided_at > row.updated_at
        ],
        retired_on=row.retired_on,
    )


def public_price(terms: OfferTerms, line: PriceLine, policy: MarketPolicy) -> PublicPrice:
    """A public line in words, or why there is none."""
    amount, hidden = line.amount, line.hidden
    missing = [str(MISSING_TERMS[name]) for name in line.missing]
    advice = str(ADVICE[hidden]) if hidden else ""
    if hidden is Hidden.EVENT_TERMS_MISSING:
        advice = _("Missing: %(fields)s.", fields=listed(missing or [str(MISSING_TERMS["valid_until"])]))
    return PublicPrice(
        amount=format_money(amount) if amount else None,
        basis=_basis(terms) if amount else "",
        tax=_tax(line),
        event=_event(line) if line.is_event else "",
        conditions=[str(CONDITIONS[condition]) for condition in line.conditions],
        hidden=str(HIDDEN[hidden]) if hidden else "",
        rule=policy.hidden_by(hidden) if hidden else None,
        advice=advice,
    )


def part_words(part: Part, names: Names) -> str:
    """Rejuran Healer, 2 ml × 3; the clinic's own words where the catalogue has no name."""
    row = names.get(part.treatment or "")
    name = localised(row, "name") if row is not None else part.words or _("another treatment")
    quantity = quantity_words(part.amount) or _("how much is not stated")
    words = described([name, quantity])
    return f"{words} × {part.sessions}" if part.sessions > 1 else words


@dataclass(frozen=True, slots=True)
class NotListed:
    """A treatment of the catalogue that this market does not let be listed, and the rule."""

    name: str
    rule: Rule


def listable(country: str) -> tuple[list[Treatment], list[NotListed]]:
    """The treatments that may stand on a price list of the market, and those that may not."""
    policy = market_policy(country)
    allowed: list[Treatment] = []
    refused: list[NotListed] = []
    for row in treatments.everything():
        answer = policy.listable(policy.status(row), row.injectable)
        if answer.allowed:
            allowed.append(row)
        elif answer.rule is not None:
            refused.append(NotListed(localised(row, "name"), answer.rule))
    return allowed, refused


def _public_title(terms: OfferTerms, names: Names, policy: MarketPolicy) -> str:
    """What the public reads: the clinic's title, unless it would name a product where the market's pages may not."""
    rows = [names.get(part.treatment or "") for part in terms.parts]
    if all(policy.name_is_public(row) for row in rows):
        return terms.title
    return " + ".join(
        dict.fromkeys(
            localised(row, "generic") if row is not None else _("another treatment") for row in rows
        )
    )


def _basis(terms: OfferTerms) -> str:
    match terms.price_basis:
        case PriceBasis.TOTAL:
            return ""
        case PriceBasis.PER_SESSION:
            return _("per session")
        case PriceBasis.PER_UNIT:
            unit = terms.parts[0].unit if terms.parts else None
            return _("per %(unit)s", unit=UNITS[unit]) if unit else _("per unit")


def _tax(line: PriceLine) -> str:
    if line.tax is TaxWords.EXCLUSIVE and line.tax_rate is not None:
        return _("plus %(rate)s %% tax", rate=number_text(line.tax_rate))
    return str(TAX_WORDS[line.tax])


def _event(line: PriceLine) -> str:
    begins, ends = line.valid_from, line.valid_until
    period = f"{format_day(begins)} – {format_day(ends)}" if begins and ends else ""
    return _(
        "Event price: %(period)s. Before %(regular)s, %(percent)s %% less. For: %(target)s. Holds for: %(scope)s.",
        period=period,
        regular=format_money(line.regular) if line.regular else "",
        percent=line.discount_percent,
        target=(line.event_target or "").rstrip(". 。"),
        scope=(line.event_scope or "").rstrip(". 。"),
    )
