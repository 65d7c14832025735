"""Clinic texts under the rules of their market: refused, held for a person, or let through with a warning.

What is held is not public: the earlier text stays until a person has read the new one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp import events
from webapp.clinics.models import Clinic
from webapp.domain.lint import Finding
from webapp.domain.offers import OfferTerms
from webapp.extensions import db
from webapp.moderation.actors import Actor
from webapp.moderation.models import HeldText
from webapp.moderation.services import decisions
from webapp.offers.models import Offer
from webapp.offers.services import record_version
from webapp.settings import market_policy

CLINIC_TEXTS = ("name", "name_zh", "name_ko")
OFFER_TEXTS = ("title", "event_target", "event_scope", "refund_terms")

Findings = Mapping[str, tuple[Finding, ...]]


class TextRefused(Exception):
    """A rule of the market forbids the words. `findings` names them by field ("title", "parts.0.words")."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(", ".join(findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which fields wait for a person, and which are public with a warning."""

    held: Findings
    warned: Findings


def judge(texts: Mapping[str, str | None], country: str, *, has_event_terms: bool = False) -> Verdict:
    """Read these texts, by field, under the rules of "SG" or "KR". Raises TextRefused."""
    policy = market_policy(country)
    found: dict[str, tuple[Finding, ...]] = {}
    for field, text in texts.items():
        if text:
            found[field] = policy.read_text(text, has_event_terms=has_event_terms)
    refused = _with(found, "block")
    if refused:
        raise TextRefused(refused)
    return Verdict(held=_with(found, "hold"), warned=_with(found, "warn"))


def texts_of(terms: OfferTerms) -> dict[str, str | None]:
    """Every free text of an offer by its field."""
    texts: dict[str, str | None] = {name: getattr(terms, name) for name in OFFER_TEXTS}
    texts |= {f"parts.{number}.words": part.words for number, part in enumerate(terms.parts)}
    texts |= {f"other_fees.{number}.name": fee.name for number, fee in enumerate(terms.other_fees or ())}
    return texts


def without(terms: OfferTerms, fields: Findings, before: OfferTerms | None, title: str) -> OfferTerms:
    """The terms with the fields that wait as they were before; a new offer's title is `title` until then."""
    earlier = texts_of(before) if before else {}
    changes: dict[str, Any] = {
        name: earlier.get(name) or (title if name == "title" else None)
        for name in OFFER_TEXTS
        if name in fields
    }
    parts = tuple(
        replace(part, words=earlier.get(f"parts.{number}.words"))
        if f"parts.{number}.words" in fields
        else part
        for number, part in enumerate(terms.parts)
    )
    fees = terms.other_fees
    if fees:
        fees = tuple(
            replace(fee, name=earlier.get(f"other_fees.{number}.name") or "—")
            if f"other_fees.{number}.name" in fields
            else fee
            for number, fee in enumerate(fees)
        )
    return replace(terms, **changes, parts=parts, other_fees=fees)


def hold(
    clinic: Clinic,
    subject: str,
    texts: Mapping[str, str | None],
    held: Findings,
    by: Actor,
    now: datetime,
) -> None:
    """Queue the held texts for a person; a newer text of the same field replaces the one that waits.

    `subject` is an offer's ref, or "" for the clinic itself. `texts` are all that were given: a field whose new
    text passes takes its waiting one out of the queue.
    """
    for row in _waiting(clinic.id, subject):
        if row.field in texts and (row.field not in held or texts[row.field] != row.text):
            row.state, row.decided_at = "superseded", now
    db.session.flush()
    there = {row.field for row in _waiting(clinic.id, subject)}
    for field, findings in held.items():
        if field in there:
            continue
        db.session.add(
            HeldText(
                clinic_id=clinic.id,
                subject=subject,
                field=field,
                text=texts[field],
                findings=[
                    {"rule": finding.rule_id, "matched": finding.matched, "why": finding.why}
                    for finding in findings
                ],
                state="held",
                by_name=by.name,
                created_at=now,
            )
        )


def waiting(clinic: Clinic | None = None) -> Sequence[HeldText]:
    """The texts that wait for a person, oldest first: of one clinic, or all."""
    chosen = select(HeldText).where(HeldText.state == "held").order_by(HeldText.created_at, HeldText.id)
    if clinic is not None:
        chosen = chosen.where(HeldText.clinic_id == clinic.id)
    return db.session.scalars(chosen).all()


def release(held: HeldText, by: Actor, now: datetime) -> bool:
    """Make a held text public. False when there is nothing left that it belongs to, and it leaves the queue."""
    if held.state != "held":
        return False
    clinic = db.session.get_one(Clinic, held.clinic_id)
    written = _write(clinic, held, now)
    held.state = "released" if written else "superseded"
    held.decided_at, held.decided_by = now, by.name
    decisions.log(
        f"text.{held.state}", by, now, clinic=clinic, subject=held.subject, details=[held.field, held.text]
    )
    if written:
        clinic.updated_at = now
        events.clinic_changed.send(Clinic, clinic_id=clinic.id)
    return written


def refuse(held: HeldText, reason: str, by: Actor, now: datetime) -> None:
    """Keep a held text from the public, and say why to the clinic."""
    if held.state != "held":
        return
    held.state, held.decided_at, held.decided_by, held.reason = "refused", now, by.name, reason
    clinic = db.session.get_one(Clinic, held.clinic_id)
    decisions.log(
        "text.refused",
        by,
        now,
        clinic=clinic,
        subject=held.subject,
        reason=reason,
        details=[held.field, held.text],
    )


def _write(clinic: Clinic, held: HeldText, now: datetime) -> bool:
    if not held.subject:
        setattr(clinic, held.field, held.text)
        return True
    offer = db.session.scalar(select(Offer).where(Offer.clinic_id == clinic.id, Offer.ref == held.subject))
    if offer is None:
        return False
    kind, _, rest = held.field.partition(".")
    number = int(rest.split(".")[0]) if rest else 0
    if kind == "parts":
        if number >= len(offer.parts):
            return False
        offer.parts[number].words = held.text
    elif kind == "other_fees":
        fees = [list(fee) for fee in offer.other_fees or []]
        if number >= len(fees):
            return False
        fees[number][0] = held.text
        offer.other_fees = fees
    else:
        setattr(offer, held.field, held.text)
    record_version(offer, now)
    return True


def _waiting(clinic_id: int, subject: str) -> Sequence[HeldText]:
    return db.session.scalars(
        select(HeldText).where(
            HeldText.clinic_id == clinic_id, HeldText.subject == subject, HeldText.state == "held"
        )
    ).all()


def _with(found: Findings, severity: str) -> dict[str, tuple[Finding, ...]]:
    chosen = {
        field: tuple(finding for finding in findings if finding.severity == severity)
        for field, findings in found.items()
    }
    return {field: findings for field, findings in chosen.items() if findings}
