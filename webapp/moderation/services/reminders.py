"""Facts that age: a clinic is asked by mail, before they count as unconfirmed, and confirms all with one press.

Only clinics that joined and confirmed their address are written to, never sample clinics, and never an address that
wants no such mail. A list is asked about twice at most: at the first age, and once more some days later.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from webapp.clinics.models import Clinic, ClinicFact, Practitioner
from webapp.encryption import address_hash
from webapp.enquiries.mail import clinic_language
from webapp.extensions import db
from webapp.i18n import in_language, today_in
from webapp.moderation import listed, mail, queries
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import ClinicLink
from webapp.moderation.services import editing, facts, links
from webapp.offers.models import Offer
from webapp.outbox import queries as outbox_queries
from webapp.outbox import services as outbox
from webapp.settings import current_settings

# What a link does is small and the clinic's own; it works until well after the facts count as unconfirmed.
_LINK_DAYS: Final = 60
_UNSUBSCRIBE_DAYS: Final = 730
# Whoever presses the button in a mail has no account there: the log says where it was pressed.
BY_LINK = Actor(ActorKind.CLINIC, "the clinic, by the link in our mail")


@dataclass(frozen=True, slots=True)
class _Due:
    """A clinic to write to: the day its oldest confirmation is from, and whether it was asked about it before."""

    clinic_id: int
    oldest: date
    again: bool


def remind_of_prices(now: datetime, limit: int = 200) -> int:
    """Post the mails about prices that are due now; says how many. Twice, or by two beats, posts nothing more."""
    first = current_settings().price_reminder_days
    posted = 0
    for due in _due(_oldest_prices(), links.CONFIRM_PRICES, first, now)[:limit]:
        clinic = db.session.get_one(Clinic, due.clinic_id)
        posted += _post(clinic, due, links.CONFIRM_PRICES, now)
    return posted


def remind_of_listings(now: datetime, limit: int = 200) -> int:
    """The same for what else stands on a clinic's page."""
    first = current_settings().listing_reminder_days
    posted = 0
    for due in _due(_oldest_facts(now, first), links.CONFIRM_LISTING, first, now)[:limit]:
        clinic = db.session.get_one(Clinic, due.clinic_id)
        posted += _post(clinic, due, links.CONFIRM_LISTING, now)
    return posted


def confirm(link: ClinicLink, now: datetime) -> bool:
    """The button behind a mail's link: everything it lists is right today. False when the link was used before, or
    the clinic is not listed any more."""
    clinic = db.session.get_one(Clinic, link.clinic_id)
    if clinic.authority != "authorised" or not links.use(link, now):
        return False
    if link.purpose == links.CONFIRM_PRICES:
        editing.confirm_prices(clinic, BY_LINK, now)
    else:
        editing.confirm_listing(clinic, BY_LINK, now)
    return True


def unsubscribe(link: ClinicLink, now: datetime) -> None:
    """No further mail that was not asked for goes to the link's address. Twice changes nothing."""
    outbox.suppress_hash(link.subject_hash or "", outbox.UNSUBSCRIBED, now)


def is_unsubscribed(link: ClinicLink) -> bool:
    """Does the link's address get no such mail any more?"""
    return outbox.UNSUBSCRIBED in outbox_queries.suppressions_of(link.subject_hash or "")


def _post(clinic: Clinic, due: _Due, purpose: str, now: datetime) -> bool:
    address = clinic.enquiry_email or ""
    if outbox_queries.suppressions(address):
        return False
    language = clinic_language(clinic)

    def compose() -> EmailMessage:
        confirm_token = links.mint(purpose, clinic, now, days=_LINK_DAYS)
        stop_token = links.mint(
            links.UNSUBSCRIBE, clinic, now, days=_UNSUBSCRIBE_DAYS, subject_hash=address_hash(address)
        )
        with in_language(language):
            if purpose == links.CONFIRM_PRICES:
                rows = listed.prices(clinic)
                return mail.prices_age(
                    clinic, language, rows, confirm=confirm_token, unsubscribe=stop_token, again=due.again
                )
            return mail.listing_ages(
                clinic,
                language,
                listed.facts(clinic),
                confirm=confirm_token,
                unsubscribe=stop_token,
                again=due.again,
            )

    what = "prices-age" if purpose == links.CONFIRM_PRICES else "listing-ages"
    key = f"{what}:{clinic.id}:{due.oldest.isoformat()}:{2 if due.again else 1}"
    outbox.post(key, address, compose, optional=True)
    return True


def _due(oldest: Mapping[int, tuple[str, date]], purpose: str, first: int, now: datetime) -> list[_Due]:
    """Who is to be written to now. `oldest` maps a clinic to its country and the day its oldest fact is from."""
    apart = current_settings().reminder_again_days
    asked = _asked(purpose, oldest)
    found = []
    for clinic_id, (country, day) in oldest.items():
        today = today_in(country, now)
        before = [today_in(country, at) for at in asked[clinic_id]]
        # A mail about an earlier state of the list does not count, but two never come close upon each other.
        about_this = [at for at in before if at >= day + timedelta(days=first)]
        wanted_at = day + timedelta(days=first + (apart if about_this else 0))
        too_soon = any(today < at + timedelta(days=apart) for at in before)
        if len(about_this) < 2 and today >= wanted_at and not too_soon:
            found.append(_Due(clinic_id, day, again=bool(about_this)))
    return sorted(found, key=lambda due: (due.oldest, due.clinic_id))


def _asked(purpose: str, clinic_ids: Iterable[int]) -> Mapping[int, list[datetime]]:
    """When each of these clinics was written to for this purpose."""
    rows = db.session.execute(
        select(ClinicLink.clinic_id, ClinicLink.created_at).where(
            ClinicLink.purpose == purpose, ClinicLink.clinic_id.in_(clinic_ids)
        )
    )
    asked: dict[int, list[datetime]] = defaultdict(list)
    for clinic_id, at in rows:
        if clinic_id is not None:
            asked[clinic_id].append(at)
    return asked


def _oldest_prices() -> dict[int, tuple[str, date]]:
    """The day of the oldest confirmation on each price list; of a price that nobody confirmed, the day it came."""
    never = case((Offer.verified_on.is_(None), Offer.created_at))
    rows = db.session.execute(
        select(Clinic.id, Clinic.country, func.min(Offer.verified_on), func.min(never))
        .join(Offer, Offer.clinic_id == Clinic.id)
        .where(_remindable(), Offer.retired_on.is_(None), Offer.price_amount.is_not(None))
        .group_by(Clinic.id, Clinic.country)
    )
    return {
        clinic_id: (country, _earliest(country, confirmed, came))
        for clinic_id, country, confirmed, came in rows
    }


def _oldest_facts(now: datetime, first: int) -> dict[int, tuple[str, date]]:
    """The day of the oldest confirmation of what each page states, where one is old enough to matter."""
    # In either market it is at most a day later than here.
    old = now.date() + timedelta(days=1 - first)
    old_facts = select(ClinicFact.clinic_id).where(
        or_(ClinicFact.confirmed_on.is_(None), ClinicFact.confirmed_on <= old)
    )
    old_people = select(Practitioner.clinic_id).where(
        or_(Practitioner.confirmed_on.is_(None), Practitioner.confirmed_on <= old)
    )
    candidates = db.session.scalars(
        select(Clinic).where(
            _remindable(),
            or_(
                Clinic.verified_on.is_(None),
                Clinic.verified_on <= old,
                Clinic.id.in_(old_facts),
                Clinic.id.in_(old_people),
            ),
        )
    ).all()
    return {clinic.id: (clinic.country, _oldest_fact(clinic)) for clinic in candidates}


def _oldest_fact(clinic: Clinic) -> date:
    came = today_in(clinic.country, clinic.created_at)
    stated = [
        source.confirmed_on or came
        for field, source in queries.fact_sources(clinic).items()
        if any(getattr(clinic, column) for column in facts.FIELDS[field])
    ]
    people = [person.confirmed_on or clinic.verified_on or came for person in clinic.practitioners]
    return min([*stated, *people], default=came)


def _remindable() -> ColumnElement[bool]:
    """The clinic joined, is real, and answered from the address that we would write to."""
    return and_(
        Clinic.authority == "authorised",
        Clinic.sample.is_(False),
        Clinic.enquiry_email.is_not(None),
        Clinic.enquiry_email_confirmed_on.is_not(None),
    )


def _earliest(country: str, confirmed: date | None, came: datetime | None) -> date:
    days = [day for day in (confirmed, came and today_in(country, came)) if day is not None]
    return min(days)
