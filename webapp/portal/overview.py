"""What a clinic's overview says: what the public sees, what it does not and by which rule, and what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.clinics.labels import ENQUIRY_REFUSALS
from webapp.clinics.models import Clinic
from webapp.domain.market import EnquiryRefusal, MarketPolicy
from webapp.domain.offers import is_stale
from webapp.i18n import format_day, today_in
from webapp.moderation.models import HeldText
from webapp.moderation.queries import fact_sources
from webapp.offers import queries as offers
from webapp.offers.labels import HIDDEN
from webapp.offers.queries import PublishedOffer
from webapp.outbox import queries as outbox
from webapp.outbox.services import BOUNCED
from webapp.portal import queries
from webapp.portal.price_words import ADVICE
from webapp.portal.words import ENQUIRY_RULES, FACTS
from webapp.settings import current_settings, market_policy


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do, and the page where it is done."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class NotShown:
    """Something of the clinic that the public does not see: why, by which rule, and what would change it."""

    what: str
    why: str
    rule: str | None
    advice: str
    href: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One public fact. `stated` False: not stated. `unconfirmed_since` is set when nobody confirmed it for long."""

    label: str
    stated: bool
    confirmed: str | None
    unconfirmed_since: str | None
    href: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The page of one clinic on one day."""

    is_public: bool
    why_not_public: str
    facts: list[Fact]
    steps: list[Step]
    not_shown: list[NotShown]
    held: Sequence[HeldText]
    proposals: int
    unanswered: int
    prices: int
    prices_shown: int
    prices_unconfirmed: int
    enquiries_refused: str | None
    # The address for enquiries, where mail to it came back and nobody has confirmed it since.
    came_back: str | None
    paused_until: str | None


def build(clinic: Clinic, now: datetime) -> Overview:
    """Everything the overview shows, by the rules of the clinic's market on the day of `now`."""
    policy = market_policy(clinic.country)
    today = today_in(clinic.country, now)
    settings = current_settings()
    listed = offers.for_clinics([clinic.id])[clinic.id]
    refusal = policy.enquiry_refusal(clinic, today)
    facts = _facts(clinic, today)
    not_shown = _not_shown(clinic, listed, policy, today)
    stale = [offer for offer in listed if offer.terms.is_stale(today, settings.price_age_days)]
    page = Overview(
        is_public=policy.listing_visible(clinic.authority),
        why_not_public=why_not_public(clinic),
        facts=facts,
        steps=[],
        not_shown=not_shown,
        held=queries.waiting_texts(clinic.id),
        proposals=queries.open_proposals(clinic.id),
        unanswered=queries.unanswered(clinic, now),
        prices=len(listed),
        prices_shown=sum(
            policy.price_line(offer.terms, clinic, today, settings.price_age_days).amount is not None
            for offer in listed
        ),
        prices_unconfirmed=len(stale),
        enquiries_refused=str(ENQUIRY_REFUSALS[refusal]) if refusal else None,
        came_back=_came_back(clinic),
        paused_until=format_day(clinic.paused_until)
        if refusal is EnquiryRefusal.PAUSED and clinic.paused_until
        else None,
    )
    page.steps.extend(_steps(clinic, page, refusal))
    return page


def _came_back(clinic: Clinic) -> str | None:
    if not clinic.enquiry_email or clinic.enquiry_email_confirmed_on:
        return None
    return clinic.enquiry_email if BOUNCED in outbox.suppressions(clinic.enquiry_email) else None


def why_not_public(clinic: Clinic) -> str:
    """The sentence for a clinic that no public page shows; empty for one that is shown."""
    if clinic.authority == "withdrawn":
        return _("The clinic has withdrawn, so no public page shows it (rule LISTING-AUTHORITY).")
    if clinic.authority == "do_not_list":
        return _("The clinic asked never to be listed, so no public page shows it (rule LISTING-AUTHORITY).")
    return ""


def _facts(clinic: Clinic, today: date) -> list[Fact]:
    """The public facts with their ages; the doctors are one of them."""
    max_age = current_settings().listing_age_days
    pages = {"hours": "portal.hours"}
    rows = []
    for field, source in fact_sources(clinic).items():
        stated = bool(getattr(clinic, field))
        rows.append(
            _fact(
                str(FACTS[field]),
                stated,
                source.confirmed_on if stated else None,
                today,
                max_age,
                url_for(pages.get(field, "portal.profile"), slug=clinic.slug),
            )
        )
    people = clinic.practitioners
    confirmed = [person.confirmed_on or clinic.verified_on for person in people]
    oldest = None if None in confirmed else min((day for day in confirmed if day), default=None)
    rows.append(
        _fact(_("Doctors"), bool(people), oldest, today, max_age, url_for("portal.doctors", slug=clinic.slug))
    )
    return rows


def _fact(label: str, stated: bool, confirmed: date | None, today: date, max_age: int, href: str) -> Fact:
    stale = confirmed is not None and is_stale(confirmed, today, max_age)
    return Fact(
        label=label,
        stated=stated,
        confirmed=format_day(confirmed) if confirmed else None,
        unconfirmed_since=format_day(confirmed + timedelta(days=max_age)) if confirmed and stale else None,
        href=href,
    )


def _not_shown(
    clinic: Clinic, listed: Sequence[PublishedOffer], policy: MarketPolicy, today: date
) -> list[NotShown]:
    rows = []
    if policy.listing_visible(clinic.authority) and not policy.shows_details(clinic.authority):
        rows.append(
            NotShown(
                _("Hours, doctors, languages and prices"),
                _("The clinic has not agreed to be listed, so only its contact details are shown."),
                "LISTING-UNCLAIMED",
                "",
                url_for("portal.overview", slug=clinic.slug),
            )
        )
    age = current_settings().price_age_days
    for offer in listed:
        line = policy.price_line(offer.terms, clinic, today, age)
        if line.hidden is None:
            continue
        rows.append(
            NotShown(
                offer.terms.title,
                str(HIDDEN[line.hidden]),
                policy.hidden_by(line.hidden),
                str(ADVICE[line.hidden]),
                url_for("portal.prices", slug=clinic.slug),
            )
        )
    refusal = policy.enquiry_refusal(clinic, today)
    if refusal:
        rows.append(
            NotShown(
                _("The button that asks you for a quote"),
                str(ENQUIRY_REFUSALS[refusal]),
                ENQUIRY_RULES.get(refusal),
                "",
                url_for("portal.pause", slug=clinic.slug),
            )
        )
    return rows


def _steps(clinic: Clinic, page: Overview, refusal: EnquiryRefusal | None) -> list[Step]:
    """What to do next, the most urgent first."""

    def to(endpoint: str) -> str:
        return url_for(f"portal.{endpoint}", slug=clinic.slug)

    steps = []
    if page.unanswered:
        words = ngettext("Answer %(num)s enquiry", "Answer %(num)s enquiries", page.unanswered)
        steps.append(Step(words, to("clinic_enquiries")))
    if page.proposals:
        words = ngettext(
            "Decide about %(num)s change found", "Decide about %(num)s changes found", page.proposals
        )
        steps.append(Step(words, to("proposals")))
    if page.prices_unconfirmed:
        words = ngettext(
            "Confirm %(num)s price that has grown old",
            "Confirm %(num)s prices that have grown old",
            page.prices_unconfirmed,
        )
        steps.append(Step(words, to("prices")))
    if not page.prices:
        steps.append(Step(_("List your prices"), to("prices")))
    if refusal in {EnquiryRefusal.NO_ADDRESS, EnquiryRefusal.ADDRESS_NOT_CONFIRMED}:
        steps.append(Step(_("Give an address for enquiries and confirm it"), to("pause")))
    for fact in page.facts:
        if not fact.stated:
            steps.append(Step(_("Fill in: %(fact)s", fact=fact.label), fact.href))
    if any(fact.stated and (fact.unconfirmed_since or not fact.confirmed) for fact in page.facts):
        steps.append(Step(_("Confirm the details that nobody has confirmed lately"), "#details"))
    if clinic.lat is None and clinic.address:
        steps.append(Step(_("Put your pin on the map"), to("position")))
    return steps
