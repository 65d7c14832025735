"""The clinic's page: its state, what it offers, what a reader can check, and where each fact comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.clinics.labels import ENQUIRY_REFUSALS, WEEKDAYS, source_words
from webapp.clinics.models import Clinic, Practitioner
from webapp.directory.cards import Names, OfferView, clinic_name, offer_view
from webapp.directory.labels import language_names
from webapp.directory.questions import questions
from webapp.domain.listing_csv.hours import InvalidHours, OpeningSpan, Weekday, parse_hours
from webapp.domain.offers import Consultation, Field, OfferTerms, is_stale, unstated
from webapp.i18n import format_day, format_money, listed, today_in, utc_now
from webapp.moderation.queries import fact_sources
from webapp.offers.labels import ANSWERS, FIELDS, INJECTOR, answer_words
from webapp.offers.queries import PublishedOffer
from webapp.settings import current_settings, market_policy


@dataclass(frozen=True, slots=True)
class Sourced:
    """Where a fact comes from and when it was last confirmed; `unconfirmed_since` is set when that is too long ago."""

    source: str
    confirmed: str | None
    unconfirmed_since: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """A fact of the listing. `values` empty is "not stated"; `sourced` None: its source is the listing's."""

    label: str
    values: list[str]
    link: str | None = None
    sourced: Sourced | None = None


@dataclass(frozen=True, slots=True)
class CheckableDoctor:
    """What a reader can check of a doctor; None is "not stated"."""

    name: str
    name_local: str | None
    registration_no: str | None
    register_url: str | None
    checked_on: str | None
    languages: list[str]
    sourced: Sourced | None


@dataclass(frozen=True, slots=True)
class OfferDetail:
    """An offer with everything it states and leaves open."""

    view: OfferView
    facts: list[tuple[str, str]]
    unstated: list[str]
    sourced: Sourced
    courses: list[str]


@dataclass(frozen=True, slots=True)
class ClinicPage:
    """The page. What the market's rules hide is empty here."""

    clinic: Clinic
    name: str
    other_names: list[tuple[str, str]]
    joined: bool
    authority_day: str | None
    refusal: str | None
    singles: list[OfferDetail]
    combos: list[OfferDetail]
    doctors: list[CheckableDoctor]
    injects: list[str]
    hours: list[tuple[str, list[str]]]
    hours_text: str | None
    hours_sourced: Sourced | None
    facts: list[Row]
    sourced: Sourced
    shows_details: bool
    questions: dict[str, tuple[str, str, list[str]]]


def clinic_page(clinic: Clinic, offers: Sequence[PublishedOffer], names: Names) -> ClinicPage:
    """Everything the page shows of a clinic, under its market's rules."""
    policy = market_policy(clinic.country)
    details = policy.shows_details(clinic.authority)
    shown = offers if policy.shows_offers(clinic.authority) else []
    prepared = [_detail(offer, clinic, names) for offer in shown]
    refusal = policy.enquiry_refusal(clinic, today_in(clinic.country, utc_now()))
    own = _own_sources(clinic)
    hours, hours_text = _hours(clinic.hours if details else None)
    return ClinicPage(
        clinic=clinic,
        name=clinic_name(clinic),
        other_names=_other_names(clinic),
        joined=policy.shows_prices(clinic.authority),
        authority_day=format_day(clinic.authority_on) if clinic.authority_on else None,
        refusal=str(ENQUIRY_REFUSALS[refusal]) if refusal else None,
        singles=[detail for detail in prepared if not detail.view.combo],
        combos=[detail for detail in prepared if detail.view.combo],
        doctors=[_doctor(row, clinic.country) for row in clinic.practitioners] if details else [],
        injects=_injects(shown),
        hours=hours,
        hours_text=hours_text,
        hours_sourced=own.get("hours") if details else None,
        facts=_facts(clinic, own, details=details),
        sourced=_sourced(
            clinic.source, clinic.verified_on, clinic.country, current_settings().listing_age_days
        ),
        shows_details=details,
        questions=questions(),
    )


def _other_names(clinic: Clinic) -> list[tuple[str, str]]:
    """(BCP 47 tag, name) of the names that are not the page's title."""
    names = [("en", clinic.name), ("zh-Hans", clinic.name_zh), ("ko", clinic.name_ko)]
    return [(tag, name) for tag, name in names if name and name != clinic_name(clinic)]


def _sourced(source: str, verified_on: Any, country: str, max_age: int) -> Sourced:
    stale = verified_on is not None and is_stale(verified_on, today_in(country, utc_now()), max_age)
    return Sourced(
        source_words(source),
        format_day(verified_on) if verified_on else None,
        format_day(verified_on + timedelta(days=max_age)) if stale else None,
    )


def _own_sources(clinic: Clinic) -> dict[str, Sourced]:
    """The facts that have a source and a date of their own, by field."""
    max_age = current_settings().listing_age_days
    return {
        field: _sourced(source.source, source.confirmed_on, clinic.country, max_age)
        for field, source in fact_sources(clinic).items()
        if source.is_own
    }


def _doctor(row: Practitioner, country: str) -> CheckableDoctor:
    url = row.register_url if (row.register_url or "").startswith(("https://", "http://")) else None
    return CheckableDoctor(
        row.name,
        row.name_local,
        row.registration_no,
        url,
        format_day(row.checked_on) if row.checked_on else None,
        language_names(row.languages),
        _sourced(row.source, row.confirmed_on, country, current_settings().listing_age_days)
        if row.source
        else None,
    )


def _injects(offers: Sequence[PublishedOffer]) -> list[str]:
    """Who injects, over the whole price list; empty where no offer says."""
    said = dict.fromkeys(offer.terms.injector for offer in offers if offer.terms.injector)
    return [str(INJECTOR[injector]) for injector in said]


def _facts(clinic: Clinic, own: Mapping[str, Sourced], *, details: bool) -> list[Row]:
    address = ", ".join(text for text in (clinic.address, clinic.unit, clinic.postal_code) if text)
    website = clinic.website if (clinic.website or "").startswith(("https://", "http://")) else None
    rows = [
        Row(_("Address"), [address] if address else [], sourced=own.get("address")),
        Row(
            _("Phone"),
            [clinic.phone] if clinic.phone else [],
            f"tel:{clinic.phone}" if clinic.phone else None,
            own.get("phone"),
        ),
        Row(_("Website"), [website] if website else [], website, own.get("website")),
    ]
    if details:
        rows.append(Row(_("Languages"), language_names(clinic.languages), sourced=own.get("languages")))
        rows.append(Row(_("Licence number"), [clinic.licence_no] if clinic.licence_no else []))
    return rows


def _hours(text: str | None) -> tuple[list[tuple[str, list[str]]], str | None]:
    """Seven days with their spans (none: closed); or the clinic's own words where they cannot be read."""
    if not text:
        return [], None
    try:
        spans = parse_hours(text)
    except InvalidHours:
        return [], text
    return [(str(WEEKDAYS[day]), _open(spans, day)) for day in Weekday], None


def _open(spans: Sequence[OpeningSpan], day: Weekday) -> list[str]:
    return [
        _("%(opens)s to %(closes)s", opens=span.opens_at, closes=span.closes_at)
        for span in sorted(spans, key=lambda span: span.opens)
        if day in span.days
    ]


def _detail(offer: PublishedOffer, clinic: Clinic, names: Names) -> OfferDetail:
    terms = offer.terms
    view = offer_view(offer, clinic, names, beside_others=False)
    # What is open about a price is only a question where a price stands.
    asks_price = view.price.amount is not None
    return OfferDetail(
        view=view,
        facts=_terms_stated(terms, priced=asks_price),
        unstated=[
            str(FIELDS[field]) for field in unstated(terms) if asks_price and field is not Field.CONFIRMED
        ],
        sourced=_sourced(terms.source, terms.verified_on, clinic.country, current_settings().price_age_days),
        courses=[
            ngettext("%(num)s week between sessions", "%(num)s weeks between sessions", part.interval_weeks)
            for part in terms.parts
            if part.interval_weeks
        ],
    )


def _terms_stated(terms: OfferTerms, *, priced: bool) -> list[tuple[str, str]]:
    """What the offer says beside its price, as (label, words)."""
    rows: list[tuple[str, str]] = []
    if priced:
        if terms.consultation is Consultation.INCLUDED:
            rows.append((_("Consultation"), _("included")))
        elif terms.consultation_fee is not None:
            fee = format_money(terms.consultation_fee)
            if terms.consultation_waived is True:
                fee = _("%(fee)s, waived with the treatment", fee=fee)
            elif terms.consultation_waived is False:
                fee = _("%(fee)s, not waived", fee=fee)
            rows.append((_("Consultation"), fee))
        if terms.other_fees is not None:
            fees = listed(f"{fee.name} {format_money(fee.amount)}" for fee in terms.other_fees)
            rows.append((_("Other fees"), fees or _("none")))
    for name, answer in ANSWERS.items():
        words = answer_words(name, getattr(terms, name))
        if words and answer.heading and (priced or not answer.of_price):
            rows.append((str(answer.heading), words))
    return rows
