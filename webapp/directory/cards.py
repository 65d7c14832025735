"""Prices and clinics as a page shows them: every figure and word ready, so that templates only place them.

What the market's rules hide never reaches a template.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.clinics.models import Clinic
from webapp.directory.labels import language_names, missing_part
from webapp.domain.market import Hidden, MarketPolicy, PriceLine, TaxWords
from webapp.domain.offers import OfferTerms, Part, PriceBasis
from webapp.domain.units import Unit, number_text
from webapp.i18n import format_day, format_distance, format_money, listed, localised, today_in, utc_now
from webapp.offers.labels import CONDITIONS, UNITS, area_names, public_reason, quantity_words
from webapp.offers.queries import PublishedOffer
from webapp.search.queries import FoundClinic
from webapp.settings import current_settings, market_policy
from webapp.treatments import queries as treatments
from webapp.treatments.models import Treatment

# Two lines a card, so that all cards are of one size.
LINES_ON_A_CARD = 2

Names = Mapping[str, Treatment]


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of an offer. `quantity` None is "not stated"; `open` marks a part that nobody states."""

    name: str
    quantity: str | None = None
    sessions: int = 1
    areas: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """What stands beside an event price where the market wants it."""

    regular: str
    percent: int | None
    period: str
    target: str
    scope: str


@dataclass(frozen=True, slots=True)
class Price:
    """A public price line in words. `amount` None: not shown, `hidden` says why.

    `confirmed` is a date in words or None where nobody confirmed; `unconfirmed_since` is set when it is stale.
    """

    amount: str | None
    basis: str
    hidden: str | None
    per_session: str | None
    tax: str
    tax_stated: bool
    event: Event | None
    confirmed: str | None
    unconfirmed_since: str | None
    conditions: list[str]


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer ready for a page."""

    title: str
    combo: bool
    chips: list[Chip]
    price: Price
    offer: PublishedOffer


@dataclass(frozen=True, slots=True)
class ClinicCard:
    """A clinic on a list. `lines` match the wanted treatment, `more` counts the others that do."""

    slug: str
    name: str
    area: str | None
    distance: str | None
    place_unknown: bool
    authority: str
    sample: bool
    lines: list[OfferView]
    more: int
    languages: list[str]
    may_enquire: bool
    has_prices: bool
    all_in: str | None
    clinic: Clinic


def treatment_names() -> Names:
    """All treatments by slug: one statement a page."""
    return {row.slug: row for row in treatments.everything()}


def treatment_label(treatment: Treatment, policy: MarketPolicy) -> str:
    """The product's name where the market lets a public page say it, else its generic class."""
    return localised(treatment, "name" if policy.name_is_public(treatment) else "generic")


def heading_label(treatment: Treatment, countries: Sequence[str]) -> str:
    """The treatment's name on a page that speaks of several markets: the generic one where any of them wants it."""
    public = [market_policy(country).name_is_public(treatment) for country in countries]
    return localised(treatment, "name" if public and all(public) else "generic")


def name_is_public(slug: str | None, names: Names, policy: MarketPolicy) -> bool:
    """May the product's own name, and so the clinic's own words about it, stand on a public page?"""
    return policy.name_is_public(names.get(slug or ""))


def chips(terms: OfferTerms, names: Names, policy: MarketPolicy) -> list[Chip]:
    """The parts of an offer, and an open one where the clinic leaves a part unsaid."""
    found = [part_chip(part, names, policy) for part in terms.parts]
    if not terms.parts_complete or not terms.parts:
        found.append(Chip(missing_part(len(terms.parts) + 1), open=True))
    return found


def part_chip(part: Part, names: Names, policy: MarketPolicy) -> Chip:
    """One part as the market lets a public page name it."""
    row = names.get(part.treatment or "")
    if row is not None:
        name = treatment_label(row, policy)
    elif part.words and name_is_public(None, names, policy):
        name = part.words
    else:
        name = _("another treatment")
    return Chip(name, quantity_words(part.amount), part.sessions, listed(area_names(part.areas)))


def offer_title(terms: OfferTerms, names: Names, policy: MarketPolicy) -> str:
    """The clinic's own title, unless it would carry a name that the market keeps off public pages."""
    if all(name_is_public(part.treatment, names, policy) for part in terms.parts):
        return terms.title
    return " + ".join(dict.fromkeys(part_chip(part, names, policy).name for part in terms.parts))


def offer_view(offer: PublishedOffer, clinic: Clinic, names: Names, *, beside_others: bool) -> OfferView:
    """An offer for a page. `beside_others`: it stands next to other clinics' prices, which a market may limit."""
    policy = market_policy(clinic.country)
    settings = current_settings()
    on = today_in(clinic.country, utc_now())
    line = policy.price_line(offer.terms, clinic, on, settings.price_age_days)
    shown = not beside_others or policy.cross_clinic_prices(clinic.authority)
    return OfferView(
        title=offer_title(offer.terms, names, policy),
        combo=offer.terms.is_combo,
        chips=chips(offer.terms, names, policy),
        price=_price(offer.terms, line, policy, on, settings.price_age_days, shown=shown),
        offer=offer,
    )


def _price(
    terms: OfferTerms, line: PriceLine, policy: MarketPolicy, on: date, max_age: int, *, shown: bool
) -> Price:
    amount = line.amount if shown else None
    hidden = line.hidden if line.amount is None or shown else Hidden.NOT_AUTHORISED
    rule = policy.tax(on)
    confirmed = line.confirmed_on
    return Price(
        amount=format_money(amount) if amount else None,
        basis=_basis(terms) if amount else "",
        hidden=public_reason(hidden, policy) if hidden else None,
        per_session=_per_session(terms, line) if amount else None,
        tax=_tax(line, rule.name if rule else _("tax")),
        tax_stated=line.tax in (TaxWords.INCLUSIVE, TaxWords.EXCLUSIVE),
        event=_event(line) if amount and line.is_event else None,
        confirmed=format_day(confirmed) if confirmed else None,
        unconfirmed_since=format_day(confirmed + timedelta(days=max_age))
        if confirmed and line.unconfirmed
        else None,
        conditions=[str(CONDITIONS[condition]) for condition in line.conditions],
    )


def _basis(terms: OfferTerms) -> str:
    if terms.price_basis is PriceBasis.PER_SESSION:
        return _("per session")
    if terms.price_basis is PriceBasis.PER_UNIT:
        unit = terms.parts[0].unit if terms.parts else None
        return _("per %(unit)s", unit=UNITS[unit]) if unit and unit is not Unit.SESSION else _("per unit")
    return ""


def _per_session(terms: OfferTerms, line: PriceLine) -> str | None:
    """What one session comes to: true only of several sessions of one known part sold for one price."""
    if line.amount is None or terms.price_basis is not PriceBasis.TOTAL or terms.is_combo or not terms.parts:
        return None
    sessions = terms.parts[0].sessions
    if sessions < 2:
        return None
    each = line.amount.scaled(Decimal(1) / sessions)
    words = format_money(each)
    if each * sessions == line.amount:
        return _("%(price)s per session", price=words)
    return _("about %(price)s per session", price=words)


def _tax(line: PriceLine, name: str) -> str:
    rate = number_text(line.tax_rate) if line.tax_rate else ""
    match line.tax:
        case TaxWords.INCLUSIVE:
            return _("incl. %(tax)s", tax=name)
        case TaxWords.EXCLUSIVE:
            return _("plus %(rate)s %% %(tax)s", rate=rate, tax=name)
        case TaxWords.EXCLUSIVE_RATE_UNKNOWN:
            return _("plus %(tax)s, rate not stated", tax=name)
        case TaxWords.NOT_STATED:
            return _("%(tax)s: not stated", tax=name)


def _event(line: PriceLine) -> Event:
    begins, ends = line.valid_from, line.valid_until
    period = f"{format_day(begins)} – {format_day(ends)}" if begins and ends else ""
    return Event(
        regular=format_money(line.regular) if line.regular else "",
        percent=line.discount_percent,
        period=period,
        target=(line.event_target or "").rstrip(". 。"),
        scope=(line.event_scope or "").rstrip(". 。"),
    )


def clinic_name(clinic: Clinic) -> str:
    """In the reader's language where the clinic has such a name, else as it writes itself."""
    return localised(clinic, "name") or clinic.name


def clinic_card(found: FoundClinic, treatment: Treatment | None, names: Names) -> ClinicCard:
    """A result as a card."""
    clinic = found.clinic
    policy = market_policy(clinic.country)
    offers = _matching(found.offers, treatment) if policy.shows_offers(clinic.authority) else []
    lines = [offer_view(offer, clinic, names, beside_others=True) for offer in _first(offers)]
    return ClinicCard(
        slug=clinic.slug,
        name=clinic_name(clinic),
        area=localised(clinic, "area") or None,
        distance=format_distance(found.distance_m) if found.distance_m is not None else None,
        place_unknown=clinic.lat is None,
        authority=clinic.authority,
        sample=clinic.sample,
        lines=lines,
        more=len(offers) - len(lines),
        languages=language_names(clinic.languages) if policy.shows_details(clinic.authority) else [],
        may_enquire=policy.may_enquire(clinic, today_in(clinic.country, utc_now())),
        has_prices=policy.shows_prices(clinic.authority),
        all_in=format_money(found.price) if found.price else None,
        clinic=clinic,
    )


def _matching(offers: Sequence[PublishedOffer], treatment: Treatment | None) -> list[PublishedOffer]:
    if treatment is None:
        return list(offers)
    held = [offer for offer in offers if any(part.treatment == treatment.slug for part in offer.terms.parts)]
    return held or list(offers)


def _first(offers: Sequence[PublishedOffer]) -> list[PublishedOffer]:
    """The first single and the first combo of the price list: what differs most, in the clinic's own order."""
    singles = [offer for offer in offers if not offer.terms.is_combo]
    combos = [offer for offer in offers if offer.terms.is_combo]
    picked = [*singles[:1], *combos[:1]] if singles and combos else [*offers[:LINES_ON_A_CARD]]
    return picked[:LINES_ON_A_CARD]


def more_offers(number: int) -> str:
    """The link to the rest of a clinic's price list."""
    return ngettext("%(num)s more price", "%(num)s more prices", number)
