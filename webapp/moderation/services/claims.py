"""Somebody says that a listing is theirs: an address is proven by a link, and then the clinic's own domain, or a
person of ours, decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import select

from webapp import events
from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.moderation import mail
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import Claim, ClinicLink
from webapp.moderation.services import authority, decisions, do_not_list, editing, links, proof
from webapp.outbox import services as outbox
from webapp.settings import current_settings

# How long the link works with which a clinic leaves again without signing in; a newer mail holds a newer one.
_WITHDRAW_DAYS = 365


@dataclass(frozen=True, slots=True)
class ClaimDraft:
    """What a checked form says."""

    name: str
    position: str
    email: str
    note: str | None
    language: str


def file(clinic: Clinic, draft: ClaimDraft, now: datetime) -> None:
    """Somebody claims a clinic: queue a mail with a link to her address, in the caller's transaction.

    Says nothing about whether there was a claim before: the same address claiming again gets the mail again, once
    a day, and its first words stand.
    """
    hashed = proof.wait_for_turn(draft.email)
    claim = db.session.scalars(
        select(Claim).where(
            Claim.clinic_id == clinic.id,
            Claim.email_hash == hashed,
            Claim.state.in_((proof.ASKED, proof.WAITING)),
        )
    ).first()
    if claim is None:
        if proof.asks_too_often(hashed, now):
            return
        claim = _new_claim(clinic, draft, hashed, now)
    if claim.state != proof.ASKED:
        return
    found, days = claim, current_settings().claim_days

    def compose() -> EmailMessage:
        token = links.mint(links.CLAIM, clinic, now, days=days, subject_id=found.id)
        return mail.claim_asked(clinic, found.language, token, days)

    outbox.post(f"claim-asked:{claim.id}:{now.date()}", draft.email, compose)


def prove(link: ClinicLink, now: datetime) -> Claim:
    """The link in the mail was used. At the clinic's own domain the claim is accepted by itself, unless somebody
    else speaks for the clinic already or it asked never to be listed; else it waits for staff."""
    claim = db.session.get_one(Claim, link.subject_id, with_for_update=True)
    if not links.use(link, now) or claim.state != proof.ASKED:
        return claim
    clinic = _clinic_locked(claim)
    claim.proven_at, claim.state = now, proof.WAITING
    # Looked at again: the listing may name another web site by now.
    claim.proof = proof.kind(claim.email, clinic.website)
    if claim.proof == proof.DOMAIN and may_accept_by_itself(clinic):
        _accept(claim, clinic, Actor(ActorKind.CLINIC, _who(claim)), now, way=authority.CLAIM)
    return claim


def may_accept_by_itself(clinic: Clinic) -> bool:
    """Nobody speaks for the clinic yet, and it never asked not to be listed."""
    free = clinic.authority in {authority.UNCLAIMED, authority.WITHDRAWN}
    return free and do_not_list.keeps_out(clinic) is None


def waiting() -> Sequence[Claim]:
    """Claims whose address is proven and that wait for staff, oldest first."""
    return db.session.scalars(
        select(Claim).where(Claim.state == proof.WAITING).order_by(Claim.created_at, Claim.id)
    ).all()


def accept(claim: Claim, by: Actor, now: datetime) -> bool:
    """Staff accepts a claim that waits. False when it does not wait any more.

    A clinic on the do-not-list leaves it: it is the clinic itself that wants to be listed now.
    """
    if proof.locked(claim).state != proof.WAITING:
        return False
    clinic = _clinic_locked(claim)
    do_not_list.lift(clinic, by, now)
    _accept(claim, clinic, by, now, way=authority.STAFF)
    return True


def refuse(claim: Claim, reason: str, by: Actor, now: datetime) -> bool:
    """Staff refuses a claim that waits, and says why by mail. False when it does not wait any more."""
    if proof.locked(claim).state != proof.WAITING:
        return False
    clinic = _clinic_locked(claim)
    _decide(claim, proof.REFUSED, clinic, by, now, reason)
    language = claim.language
    outbox.post(
        f"claim-refused:{claim.id}", claim.email, lambda: mail.claim_refused(clinic, language, reason)
    )
    return True


def expire(now: datetime) -> int:
    """Claims that nobody proved in time end, and what was written in those that came to nothing goes."""
    return proof.expire(Claim, now, current_settings().claim_days)


def _new_claim(clinic: Clinic, draft: ClaimDraft, hashed: str, now: datetime) -> Claim:
    claim = Claim(
        clinic_id=clinic.id,
        name=draft.name,
        email=draft.email,
        email_hash=hashed,
        position=draft.position,
        note=draft.note or None,
        language=draft.language,
        text_id=authority.remember_text(draft.language, now).id,
        proof=proof.kind(draft.email, clinic.website),
        state=proof.ASKED,
        created_at=now,
    )
    db.session.add(claim)
    db.session.flush()
    return claim


def _accept(claim: Claim, clinic: Clinic, by: Actor, now: datetime, *, way: str) -> None:
    authority.give(clinic, claim.text_id, by, now, name=_who(claim), way=way)
    if clinic.enquiry_email is None:
        # She has just answered from it. Whether enquiries go there is for the clinic to say.
        address = {
            "enquiry_email": claim.email,
            "enquiry_email_confirmed_on": today_in(clinic.country, now),
        }
        editing.edit_clinic(clinic, address, by, now)
    _decide(claim, proof.ACCEPTED, clinic, by, now)
    events.claim_accepted.send(Claim, claim=claim)
    language = claim.language

    def compose() -> EmailMessage:
        token = links.mint(links.WITHDRAW, clinic, now, days=_WITHDRAW_DAYS)
        return mail.claim_accepted(clinic, language, token)

    outbox.post(f"claim-accepted:{claim.id}", claim.email, compose)


def _decide(
    claim: Claim, state: str, clinic: Clinic, by: Actor, now: datetime, reason: str | None = None
) -> None:
    claim.state, claim.decided_at, claim.decided_by, claim.reason = state, now, by.name, reason
    decisions.log(f"claim.{state}", by, now, clinic=clinic, reason=reason, details={"proof": claim.proof})


def _clinic_locked(claim: Claim) -> Clinic:
    """The claim's clinic, for one decision at a time: two proven claims do not both find it free."""
    return db.session.get_one(Clinic, claim.clinic_id, with_for_update=True)


def _who(claim: Claim) -> str:
    """As it stands on the page: who agreed to the listing."""
    return ", ".join(part for part in (claim.name, claim.position) if part)
