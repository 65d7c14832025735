"""Changes that a feed, a page or an import wants: kept until a person accepts or refuses them.

Fetched text never becomes public by itself. A proposal names what it would replace, so that one that the clinic
has overtaken since is told from one that still fits.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.moderation.actors import Actor
from webapp.moderation.models import Proposal
from webapp.moderation.queries import Source
from webapp.moderation.services import decisions, editing
from webapp.moderation.services.editing import OfferRefused
from webapp.moderation.services.facts import FIELDS
from webapp.moderation.services.texts import TextRefused
from webapp.offers.queries import terms_of
from webapp.offers.terms_json import terms_as_json, terms_from_json

CHANGE_CLINIC, CHANGE_PRACTITIONER = "change_clinic", "change_practitioner"
ADD_OFFER, CHANGE_OFFER, RETIRE_OFFER = "add_offer", "change_offer", "retire_offer"
_DAYS = frozenset({"checked_on", "enquiry_email_confirmed_on", "paused_until"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `after` is JSON: the columns of a clinic's fact or of a practitioner, or an offer's terms
    (offers.terms_json); None to retire. `subject` is the offer's ref or the practitioner's name.

    `out_of_bounds` is the code of the bound that it breaks; such a change is only ever accepted by hand.
    """

    action: str
    subject: str
    field: str
    after: Any
    out_of_bounds: str | None = None


@dataclass(slots=True)
class Outcome:
    """What became of the proposals that were to be accepted: by id, why a rule refused some."""

    accepted: list[int] = field(default_factory=list)
    overtaken: list[int] = field(default_factory=list)
    refused: dict[int, TextRefused | OfferRefused] = field(default_factory=dict)


def propose(
    clinic: Clinic, changes: Iterable[Change], *, origin: str, source: str, seen_on: date, now: datetime
) -> list[Proposal]:
    """Queue these changes, in the caller's transaction; returns those that are new.

    The same difference, found again, is the proposal that is there already; another one for the same thing takes
    its place. What was refused is not proposed again while the source still says the same. For a clinic that asked
    never to be listed nothing is proposed.
    """
    made: list[Proposal] = []
    if clinic.authority == "do_not_list":
        return made
    for change in changes:
        hashed = _hash(change.after)
        same = _earlier(clinic, change)
        waiting = next((row for row in same if row.state == "open"), None)
        if waiting is not None and waiting.after_hash == hashed:
            waiting.seen_on = seen_on
            continue
        if waiting is None and same and same[-1].state == "refused" and same[-1].after_hash == hashed:
            continue
        before = _current(clinic, change.action, change.subject, change.field, change.after)
        if before == change.after and change.action != RETIRE_OFFER:
            continue
        if waiting is not None:
            waiting.state, waiting.decided_at = "superseded", now
            db.session.flush()
        proposal = Proposal(
            clinic_id=clinic.id,
            action=change.action,
            subject=change.subject,
            field=change.field,
            before=before,
            after=change.after,
            after_hash=hashed,
            origin=origin,
            source=source,
            seen_on=seen_on,
            out_of_bounds=change.out_of_bounds,
            state="open",
            created_at=now,
        )
        db.session.add(proposal)
        made.append(proposal)
    db.session.flush()
    return made


def lapse(clinic: Clinic, origin: str, still: Collection[tuple[str, str, str]], now: datetime) -> int:
    """Set aside the open proposals of this origin that it does not want any more; says how many.

    `still` are the (action, subject, field) that it wants: a feed that went back to the listed price wants nothing.
    """
    gone = [
        row
        for row in waiting(clinic)
        if row.origin == origin and (row.action, row.subject, row.field) not in still
    ]
    for row in gone:
        row.state, row.decided_at = "superseded", now
    db.session.flush()
    return len(gone)


def waiting(clinic: Clinic | None = None) -> Sequence[Proposal]:
    """The open proposals, oldest first: of one clinic, or all."""
    chosen = select(Proposal).where(Proposal.state == "open").order_by(Proposal.id)
    if clinic is not None:
        chosen = chosen.where(Proposal.clinic_id == clinic.id)
    return db.session.scalars(chosen).all()


def accept(proposals: Iterable[Proposal], by: Actor, now: datetime) -> Outcome:
    """Make these changes, in the caller's transaction. One that the listing has overtaken since is set aside; one
    that a rule of the market refuses stays open and is named in the outcome.
    """
    outcome = Outcome()
    for row in proposals:
        if row.state != "open":
            continue
        clinic = db.session.get_one(Clinic, row.clinic_id)
        if _current(clinic, row.action, row.subject, row.field, row.after) != row.before:
            _decide(row, "superseded", by, now)
            outcome.overtaken.append(row.id)
            continue
        try:
            # A savepoint: what was written before a rule refused the rest goes with it.
            with db.session.begin_nested():
                _apply(clinic, row, by, now)
        except (TextRefused, OfferRefused) as refusal:
            outcome.refused[row.id] = refusal
            continue
        _decide(row, "accepted", by, now)
        outcome.accepted.append(row.id)
    return outcome


def refuse(proposals: Iterable[Proposal], by: Actor, now: datetime) -> int:
    """Leave the listing as it is; the same change is not proposed again. Says how many were open."""
    chosen = [row for row in proposals if row.state == "open"]
    for row in chosen:
        _decide(row, "refused", by, now)
    return len(chosen)


def _earlier(clinic: Clinic, change: Change) -> Sequence[Proposal]:
    """Everything that was ever proposed for the same thing, oldest first."""
    return db.session.scalars(
        select(Proposal)
        .where(
            Proposal.clinic_id == clinic.id,
            Proposal.action == change.action,
            Proposal.subject == change.subject,
            Proposal.field == change.field,
        )
        .order_by(Proposal.id)
    ).all()


def _decide(row: Proposal, state: str, by: Actor, now: datetime) -> None:
    row.state, row.decided_at, row.decided_by = state, now, by.name
    clinic = db.session.get_one(Clinic, row.clinic_id)
    decisions.log(
        f"proposal.{state}",
        by,
        now,
        clinic=clinic,
        subject=row.subject or row.field,
        details=[row.action, row.id],
    )


def _apply(clinic: Clinic, row: Proposal, by: Actor, now: datetime) -> None:
    # Whoever accepts it confirms it today; it still comes from where it was read.
    source = Source(row.origin, row.source, row.seen_on, by.name, today_in(clinic.country, now))
    if row.action == CHANGE_CLINIC:
        editing.edit_clinic(clinic, _read(row.after), by, now, source=source)
    elif row.action == CHANGE_PRACTITIONER:
        person = next((person for person in clinic.practitioners if person.name == row.subject), None)
        editing.save_practitioner(clinic, person, _read(row.after), by, now, source=source)
    elif row.action == RETIRE_OFFER:
        offer = editing.find_offer(clinic, row.subject)
        if offer is not None:
            editing.retire_offer(clinic, offer, by, now)
    else:
        editing.save_offer(clinic, row.subject, terms_from_json(row.after), by, now, source=source)


def _current(clinic: Clinic, action: str, subject: str, fact: str, after: Any) -> Any:
    """What the listing says now of what the proposal is about, in the shape of its `after`; None: nothing."""
    if action == CHANGE_CLINIC:
        names = after if isinstance(after, Mapping) else FIELDS[fact]
        return {name: _plain(getattr(clinic, name)) for name in names}
    if action == CHANGE_PRACTITIONER:
        person = next((person for person in clinic.practitioners if person.name == subject), None)
        return None if person is None else {name: _plain(getattr(person, name)) for name in after}
    offer = editing.find_offer(clinic, subject)
    if offer is None or offer.retired_on is not None:
        return None
    # Source and date of a price are not what a proposal changes.
    return {**terms_as_json(terms_of(offer)), **_SOURCELESS}


_SOURCELESS = {"source": "", "verified_on": None}


def offer_after(terms_json: dict[str, Any]) -> dict[str, Any]:
    """An offer's terms as a proposal keeps them: without source and date, which it does not change."""
    return {**terms_json, **_SOURCELESS}


def _read(after: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in _DAYS and value else value for name, value in after.items()
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _hash(after: Any) -> str:
    return hashlib.sha256(json.dumps(after, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
