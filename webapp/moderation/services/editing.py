"""A clinic's facts, doctors and offers, written for the clinic, for staff, or from an accepted proposal.

Every write reads the market's text rules, records where the fact comes from, adds to the log of decisions, and
tells the rooms above in the same transaction.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from webapp import events
from webapp.clinics.labels import SAID_BY_STAFF, SAID_HERE
from webapp.clinics.models import Clinic, Practitioner
from webapp.domain.market import Rule, mentions_injection
from webapp.domain.offers import OfferTerms
from webapp.domain.units import Unit
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.moderation.actors import Actor
from webapp.moderation.queries import Source
from webapp.moderation.services import decisions, facts, offer_rows, placing, texts
from webapp.moderation.services.texts import Findings, TextRefused
from webapp.offers.models import Offer
from webapp.offers.queries import terms_of
from webapp.offers.services import record_version
from webapp.offers.terms_json import terms_as_json
from webapp.settings import market_policy
from webapp.treatments.models import Treatment

__all__ = ["Edited", "OfferRefused", "TextRefused"]

# Columns that a clinic, staff or an accepted proposal may write; anything else is a mistake of the caller's.
EDITABLE = frozenset(facts.FIELD_OF)
PRACTITIONER_COLUMNS = ("name", "name_local", "registration_no", "register_url", "checked_on", "languages")


class OfferRefused(Exception):
    """The market does not allow one of the offer's treatments. `rules` names the rule by the part's number."""

    def __init__(self, rules: Mapping[int, Rule]) -> None:
        super().__init__(", ".join(rule.id for rule in rules.values()))
        self.rules = rules


@dataclass(frozen=True, slots=True)
class Edited:
    """What a write did: the fields that are different now, and the findings of those that wait or are warned of."""

    changed: tuple[str, ...] = ()
    held: Findings = field(default_factory=dict)
    warned: Findings = field(default_factory=dict)
    # The ref of the offer that was written.
    ref: str | None = None


def edit_clinic(
    clinic: Clinic, values: Mapping[str, Any], by: Actor, now: datetime, *, source: Source | None = None
) -> Edited:
    """Write these columns of a clinic, in the caller's transaction.

    `source` is where the values come from when it is not `by` who says them (a proposal). Raises KeyError for a
    column that is not EDITABLE, TextRefused when a rule forbids the words.
    """
    unknown = set(values) - EDITABLE
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    before = {name: getattr(clinic, name) for name in values}
    wanted = {name: value for name, value in values.items() if value != before[name]}
    named = {name: wanted[name] for name in texts.CLINIC_TEXTS if name in wanted}
    verdict = texts.judge(named, clinic.country)
    texts.hold(clinic, "", {**named, **_unchanged_texts(values, wanted)}, verdict.held, by, now)
    changed = {name: value for name, value in wanted.items() if name not in verdict.held}
    for name, value in changed.items():
        setattr(clinic, name, value)
    if {"address", "postal_code"} & set(changed):
        _address_changed(clinic, postal_code_changed="postal_code" in changed)
    # Also what was said again is confirmed by saying it.
    said = [name for name in values if name not in verdict.held]
    facts.record(clinic, said, source or said_by(clinic, by, now))
    if changed:
        clinic.updated_at = now
        decisions.log(
            "clinic.changed",
            by,
            now,
            clinic=clinic,
            details={name: [_plain(before[name]), _plain(value)] for name, value in changed.items()},
        )
        events.clinic_changed.send(Clinic, clinic_id=clinic.id)
    return Edited(tuple(sorted(changed)), verdict.held, verdict.warned)


def save_offer(
    clinic: Clinic,
    ref: str | None,
    terms: OfferTerms,
    by: Actor,
    now: datetime,
    *,
    source: Source | None = None,
) -> Edited:
    """Add an offer (`ref` None, or new) or write over the one with that ref, in the caller's transaction.

    Saving confirms the price today, unless `source` says otherwise; source and date in `terms` are not read.
    Raises OfferRefused when the market forbids a treatment, TextRefused when it forbids the words.
    """
    _refuse_unlistable(clinic, terms)
    offer = find_offer(clinic, ref) if ref else None
    before = terms_of(offer) if offer else None
    given = texts.texts_of(terms)
    verdict = judge_offer(clinic, before, terms)
    public = texts.without(terms, verdict.held, before, _neutral_title(terms))
    said = source or said_by(clinic, by, now)
    public = replace(public, source=said.source, verified_on=said.confirmed_on)
    if offer is None:
        offer = Offer(clinic_id=clinic.id, ref=ref or _free_ref(clinic, terms.title), created_at=now)
        offer.updated_at = now
    offer_rows.write_terms(offer, public, offer_rows.treatment_ids())
    db.session.add(offer)
    offer.origin, offer.seen_on, offer.confirmed_by = said.origin, said.seen_on, said.confirmed_by
    offer.retired_on = None
    record_version(offer, now)
    texts.hold(clinic, offer.ref, given, verdict.held, by, now)
    after = terms_of(offer)
    changed = _changed_terms(before, after)
    if changed:
        offer.updated_at = now
        decisions.log(
            "offer.changed" if before else "offer.added",
            by,
            now,
            clinic=clinic,
            subject=offer.ref,
            details={"before": terms_as_json(before) if before else None, "after": terms_as_json(after)},
        )
    _offers_changed(clinic)
    return Edited(changed, verdict.held, verdict.warned, offer.ref)


def retire_offer(clinic: Clinic, offer: Offer, by: Actor, now: datetime) -> None:
    """Take an offer off the public price list; twice changes nothing."""
    if offer.retired_on is None:
        offer.retired_on, offer.updated_at = today_in(clinic.country, now), now
        decisions.log("offer.retired", by, now, clinic=clinic, subject=offer.ref)
        _offers_changed(clinic)


def restore_offer(clinic: Clinic, offer: Offer, by: Actor, now: datetime) -> None:
    """Put a retired offer back on the price list, as it was: its price is as old as it was."""
    if offer.retired_on is not None:
        offer.retired_on, offer.updated_at = None, now
        decisions.log("offer.restored", by, now, clinic=clinic, subject=offer.ref)
        _offers_changed(clinic)


def confirm_prices(clinic: Clinic, by: Actor, now: datetime) -> int:
    """Every offer on the price list is still right today; says how many."""
    today = today_in(clinic.country, now)
    offers = db.session.scalars(
        select(Offer).where(Offer.clinic_id == clinic.id, Offer.retired_on.is_(None))
    ).all()
    for offer in offers:
        offer.verified_on, offer.confirmed_by = today, by.name
    decisions.log("prices.confirmed", by, now, clinic=clinic, details=[offer.ref for offer in offers])
    _offers_changed(clinic)
    return len(offers)


def confirm_listing(clinic: Clinic, by: Actor, now: datetime) -> int:
    """Every public fact of the clinic and its doctors is still right today; says how many."""
    today = today_in(clinic.country, now)
    clinic.verified_on = today
    confirmed = facts.confirm(clinic, by.name, today)
    for person in clinic.practitioners:
        person.confirmed_by, person.confirmed_on = by.name, today
    decisions.log("listing.confirmed", by, now, clinic=clinic)
    events.clinic_changed.send(Clinic, clinic_id=clinic.id)
    return confirmed + len(clinic.practitioners)


def save_practitioner(
    clinic: Clinic,
    person: Practitioner | None,
    values: Mapping[str, Any],
    by: Actor,
    now: datetime,
    *,
    source: Source | None = None,
) -> Practitioner:
    """Add a doctor (`person` None) or write over one. Raises KeyError for an unknown column, ValueError for a name
    that another doctor of the clinic has."""
    unknown = set(values) - set(PRACTITIONER_COLUMNS)
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    others = [other for other in clinic.practitioners if other is not person]
    if any(other.name == values.get("name") for other in others):
        raise ValueError(values["name"])
    added = person is None
    if person is None:
        person = Practitioner(name=values["name"])
        clinic.practitioners.append(person)
    for name, value in values.items():
        setattr(person, name, value)
    said = source or said_by(clinic, by, now)
    person.origin, person.source, person.seen_on = said.origin, said.source, said.seen_on
    person.confirmed_by, person.confirmed_on = said.confirmed_by, said.confirmed_on
    clinic.updated_at = now
    decisions.log(
        "practitioner.added" if added else "practitioner.changed", by, now, clinic=clinic, subject=person.name
    )
    events.clinic_changed.send(Clinic, clinic_id=clinic.id)
    return person


def remove_practitioner(clinic: Clinic, person: Practitioner, by: Actor, now: datetime) -> None:
    """A doctor who is no longer there leaves the page."""
    clinic.practitioners.remove(person)
    clinic.updated_at = now
    decisions.log("practitioner.removed", by, now, clinic=clinic, subject=person.name)
    events.clinic_changed.send(Clinic, clinic_id=clinic.id)


def find_offer(clinic: Clinic, ref: str) -> Offer | None:
    """The clinic's offer with that ref, retired or not."""
    return db.session.scalar(select(Offer).where(Offer.clinic_id == clinic.id, Offer.ref == ref))


def said_by(clinic: Clinic, by: Actor, now: datetime) -> Source:
    """The source of what somebody types here: the clinic or staff, seen and confirmed today."""
    today = today_in(clinic.country, now)
    if by.kind == "clinic":
        return Source("clinic", SAID_HERE, today, by.name, today)
    return Source("staff", SAID_BY_STAFF, today, by.name, today)


def judge_offer(clinic: Clinic, before: OfferTerms | None, terms: OfferTerms) -> texts.Verdict:
    """Read the texts of an offer's new terms that are not public already (`before`), under the market's rules.

    What a person let through is not read again while it says the same, unless the event terms beside it have gone.
    Raises TextRefused.
    """
    given, has_terms = texts.texts_of(terms), has_event_terms(terms)
    if before is not None and (has_terms or not has_event_terms(before)):
        earlier = texts.texts_of(before)
        given = {name: words for name, words in given.items() if words != earlier.get(name)}
    return texts.judge(given, clinic.country, has_event_terms=has_terms)


def has_event_terms(terms: OfferTerms) -> bool:
    """Does the offer carry all that Korea wants beside a discount: target, scope, period and the price before?"""
    wanted = (terms.event_target, terms.event_scope, terms.valid_from, terms.valid_until, terms.regular_price)
    return all(value is not None for value in wanted)


def _refuse_unlistable(clinic: Clinic, terms: OfferTerms) -> None:
    """Product × market (field rules, market policies 12), as the import's checks read it."""
    slugs = [part.treatment for part in terms.parts if part.treatment]
    rows = {row.slug: row for row in db.session.scalars(select(Treatment).where(Treatment.slug.in_(slugs)))}
    policy = market_policy(clinic.country)
    refused: dict[int, Rule] = {}
    for number, part in enumerate(terms.parts):
        treatment = rows.get(part.treatment or "")
        if treatment is None:
            continue
        # A title tells what a part is only where it is the only one.
        title = terms.title if len(terms.parts) == 1 else ""
        injected = (
            treatment.injectable or part.unit is Unit.SYRINGE or mentions_injection(f"{part.words} {title}")
        )
        answer = policy.listable(policy.status(treatment), injected)
        if not answer.allowed and answer.rule is not None:
            refused[number] = answer.rule
    if refused:
        raise OfferRefused(refused)


def _address_changed(clinic: Clinic, *, postal_code_changed: bool) -> None:
    """A pin that the clinic put stays within its building; at another postal code it says nothing."""
    if clinic.pin_confirmed_on is not None and not postal_code_changed:
        return
    clinic.pin_confirmed_on = None
    placing.place_by_postal_code(clinic)


def _unchanged_texts(values: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, str | None]:
    """Texts given as they already are: what waited for them is no longer wanted."""
    return {name: values[name] for name in texts.CLINIC_TEXTS if name in values and name not in wanted}


def _changed_terms(before: OfferTerms | None, after: OfferTerms) -> tuple[str, ...]:
    now_ = terms_as_json(after)
    if before is None:
        return tuple(now_)
    then = terms_as_json(before)
    return tuple(name for name, value in now_.items() if then[name] != value)


def _neutral_title(terms: OfferTerms) -> str:
    """What a new offer is called while its own title waits for a person: the parts, plainly."""
    slugs = {part.treatment for part in terms.parts if part.treatment}
    rows = db.session.scalars(select(Treatment).where(Treatment.slug.in_(slugs)).order_by(Treatment.slug))
    return " + ".join(row.generic_en for row in rows) or "—"


def _free_ref(clinic: Clinic, title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "offer"
    # The portal's own pages stand at these names: /portal/<slug>/prices/new.
    taken = {"new", "confirm", *db.session.scalars(select(Offer.ref).where(Offer.clinic_id == clinic.id))}
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(ref for ref in candidates if ref not in taken)


def _offers_changed(clinic: Clinic) -> None:
    db.session.flush()
    events.offers_changed.send(Offer, clinic_id=clinic.id)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
