"""Who keeps a clinic's listing: invited by an owner, joined by the mailed link, removed at once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select, update

from webapp.accounts import services as accounts
from webapp.accounts.models import Account
from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.moderation.actors import SYSTEM, Actor, ActorKind
from webapp.moderation.models import ClinicLink
from webapp.moderation.services import decisions, links
from webapp.outbox import services as outbox
from webapp.portal import mail
from webapp.portal.models import OWNER, STAFF, Invitation, Membership

ROLES = (OWNER, STAFF)
INVITATION_DAYS = 7
# What a clinic can make us mail to strangers: invitations in a day, and mails about one of them.
INVITATIONS_A_DAY = 30
MAILS_PER_INVITATION = 4


class TooManyInvitations(Exception):
    """A clinic has sent as many invitations, or mails about one of them, as it may for now."""


class AlreadyThere(Exception):
    """Whoever is invited keeps all of these clinics already."""


class LastOwner(Exception):
    """Somebody must stay who may invite others and withdraw the clinic."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Who accepted an invitation, and the clinics that she keeps from now on."""

    account: Account
    clinics: tuple[Clinic, ...]


def add_owner(clinic: Clinic, account: Account, now: datetime, by: Actor = SYSTEM) -> Membership:
    """Make somebody an owner; who is one already stays it."""
    return _join(clinic, account, OWNER, by, now)


def invite(
    clinics: Sequence[Clinic], email: str, role: str, by: Actor, now: datetime, language: str
) -> list[Invitation]:
    """Ask somebody by mail to keep these clinics, in one mail with one link.

    An invitation of the same address that is still open is replaced. Raises AlreadyThere when there is nothing to
    ask for, TooManyInvitations.
    """
    email = email.strip().lower()
    wanted = [clinic for clinic in clinics if not _has_role(clinic, email, role)]
    if not wanted:
        raise AlreadyThere
    together = secrets.token_hex(16)
    rows = []
    for clinic in wanted:
        if _sent_since(clinic, now - timedelta(days=1)) >= INVITATIONS_A_DAY:
            raise TooManyInvitations
        for earlier in open_invitations(clinic, now):
            if earlier.email == email:
                earlier.revoked_at = now
        row = Invitation(
            clinic_id=clinic.id,
            email=email,
            role=role,
            invited_by=by.name,
            created_at=now,
            expires_at=now + timedelta(days=INVITATION_DAYS),
            mailed_at=now,
            mails=0,
            sent_together=together,
        )
        db.session.add(row)
        rows.append(row)
        decisions.log("member.invited", by, now, clinic=clinic, subject=email, details={"role": role})
    db.session.flush()
    _mail(rows[0], wanted, now, language)
    for row in rows:
        row.mails = 1
    return rows


def resend(clinic: Clinic, invitation: Invitation, by: Actor, now: datetime, language: str) -> None:
    """Mail an invitation once more, with a new link that is open for as long as the first one was.

    It is from now on about this clinic alone: the owner of one clinic does not prolong another's invitation.
    Raises TooManyInvitations; nothing happens to one that is no longer open.
    """
    if not is_open(invitation):
        return
    if invitation.mails >= MAILS_PER_INVITATION:
        raise TooManyInvitations
    invitation.sent_together = secrets.token_hex(16)
    invitation.expires_at = now + timedelta(days=INVITATION_DAYS)
    invitation.mailed_at, invitation.mails = now, invitation.mails + 1
    db.session.flush()
    _mail(invitation, [clinic], now, language)
    decisions.log("member.invited_again", by, now, clinic=clinic, subject=invitation.email)


def revoke(clinic: Clinic, invitation: Invitation, by: Actor, now: datetime) -> None:
    """Take an invitation back; its link opens nothing any more."""
    if is_open(invitation):
        invitation.revoked_at = now
        decisions.log("member.invitation_revoked", by, now, clinic=clinic, subject=invitation.email)


def is_open(invitation: Invitation) -> bool:
    """Neither accepted nor taken back; it may be too old, and can then be mailed once more."""
    return invitation.accepted_at is None and invitation.revoked_at is None


def open_invitations(clinic: Clinic, now: datetime) -> Sequence[Invitation]:
    """A clinic's invitations that nobody accepted or took back, also those whose time is over; oldest first."""
    return db.session.scalars(
        select(Invitation)
        .where(
            Invitation.clinic_id == clinic.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.created_at > now - timedelta(days=90),
        )
        .order_by(Invitation.id)
    ).all()


def behind(link: ClinicLink, now: datetime) -> list[tuple[Invitation, Clinic]]:
    """What a mailed invitation still asks for; empty when it was answered, taken back or is too old."""
    named = db.session.get(Invitation, link.subject_id) if link.subject_id else None
    if named is None or named.clinic_id != link.clinic_id or not links.is_open(link, now):
        return []
    rows = db.session.execute(
        select(Invitation, Clinic)
        .join(Clinic, Clinic.id == Invitation.clinic_id)
        .where(
            Invitation.sent_together == named.sent_together,
            Invitation.email == named.email,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .order_by(Invitation.id)
    )
    return [(invitation, clinic) for invitation, clinic in rows]


def accept(link: ClinicLink, now: datetime, language: str) -> Joined | None:
    """Join as invited; None when there is nothing left to accept. The account is the one of the invited address,
    whoever is signed in, and is made when there is none."""
    asked = behind(link, now)
    if not asked or not links.use(link, now):
        return None
    account = accounts.find_or_create(asked[0][0].email, now, language=language)
    for invitation, clinic in asked:
        invitation.accepted_at = now
        by = Actor(ActorKind.CLINIC, account.name or account.email, account.id)
        _join(clinic, account, invitation.role, by, now, invited_by=invitation.invited_by)
    return Joined(account, tuple(clinic for _invitation, clinic in asked))


def change_role(clinic: Clinic, member: Membership, role: str, by: Actor, now: datetime) -> None:
    """Make a colleague an owner or staff. Raises LastOwner."""
    if member.role == role:
        return
    if role != OWNER:
        _keep_an_owner(clinic, member)
    member.role = role
    decisions.log(
        "member.role_changed", by, now, clinic=clinic, subject=_name(member), details={"role": role}
    )


def remove(clinic: Clinic, member: Membership, by: Actor, now: datetime) -> None:
    """End somebody's access at once, and whatever invitation of hers is still open. Raises LastOwner."""
    _keep_an_owner(clinic, member)
    account = db.session.get_one(Account, member.account_id)
    for invitation in open_invitations(clinic, now):
        if invitation.email == account.email:
            invitation.revoked_at = now
    decisions.log("member.removed", by, now, clinic=clinic, subject=_name(member))
    db.session.delete(member)
    db.session.flush()


def _join(
    clinic: Clinic, account: Account, role: str, by: Actor, now: datetime, *, invited_by: str | None = None
) -> Membership:
    member = db.session.scalar(
        select(Membership).where(Membership.clinic_id == clinic.id, Membership.account_id == account.id)
    )
    if member is None:
        member = Membership(
            clinic_id=clinic.id, account_id=account.id, role=role, created_at=now, invited_by=invited_by
        )
        db.session.add(member)
    elif member.role == role or role != OWNER:
        # An owner who accepts an invitation as staff stays an owner.
        return member
    member.role = role
    db.session.flush()
    decisions.log("member.joined", by, now, clinic=clinic, subject=account.email, details={"role": role})
    return member


def _keep_an_owner(clinic: Clinic, leaving: Membership) -> None:
    """The clinic's rows are locked first: of two owners who remove each other at once only one succeeds."""
    owners = db.session.scalars(
        select(Membership.id)
        .where(Membership.clinic_id == clinic.id, Membership.role == OWNER)
        .order_by(Membership.id)
        .with_for_update()
    ).all()
    if list(owners) == [leaving.id]:
        raise LastOwner


def _has_role(clinic: Clinic, email: str, role: str) -> bool:
    """Is the address an owner of the clinic, or what it is to become?"""
    now_is = db.session.scalar(
        select(Membership.role)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.clinic_id == clinic.id, Account.email == email)
    )
    return now_is in {OWNER, role}


def _sent_since(clinic: Clinic, since: datetime) -> int:
    sent = select(func.count(Invitation.id)).where(
        Invitation.clinic_id == clinic.id, Invitation.created_at > since
    )
    return db.session.scalar(sent) or 0


def _mail(invitation: Invitation, clinics: Sequence[Clinic], now: datetime, language: str) -> None:
    """One mail with a link of its own; the links of earlier mails about it end."""
    db.session.execute(
        update(ClinicLink)
        .where(
            ClinicLink.purpose == links.INVITATION,
            ClinicLink.clinic_id == invitation.clinic_id,
            ClinicLink.subject_id == invitation.id,
            ClinicLink.used_at.is_(None),
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    token = links.mint(links.INVITATION, clinics[0], now, days=INVITATION_DAYS, subject_id=invitation.id)
    outbox.post(
        f"portal-invitation:{invitation.id}:{invitation.mails}",
        invitation.email,
        partial(mail.invitation, invitation, clinics, token, language, INVITATION_DAYS),
    )


def _name(member: Membership) -> str:
    return db.session.get_one(Account, member.account_id).email
