"""Reads of the portal: which clinics somebody keeps, who else does, and what waits there."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from webapp.accounts.models import Account
from webapp.clinics.models import Clinic, Practitioner
from webapp.enquiries import queries as enquiries
from webapp.extensions import db
from webapp.moderation.models import HeldText, Proposal
from webapp.portal.models import OWNER, Invitation, Membership
from webapp.quotes.decisions import known_until


def clinic_of(account_id: int, slug: str) -> tuple[Clinic, str] | None:
    """The clinic with that slug and the account's role there; None when it keeps no such clinic.

    A clinic that withdrew is still its owner's to look at, and to join again.
    """
    row = db.session.execute(
        select(Clinic, Membership.role)
        .join(Membership, Membership.clinic_id == Clinic.id)
        .where(Membership.account_id == account_id, Clinic.slug == slug)
    ).first()
    return (row[0], row[1]) if row else None


def clinics_of(account_id: int) -> list[tuple[Clinic, str]]:
    """Every clinic that the account keeps with its role there, branches of one brand beside each other."""
    rows = db.session.execute(
        select(Clinic, Membership.role)
        .join(Membership, Membership.clinic_id == Clinic.id)
        .where(Membership.account_id == account_id)
        .order_by(Clinic.group_ref, Clinic.name, Clinic.id)
    )
    return [(clinic, role) for clinic, role in rows]


def members(clinic_id: int) -> list[tuple[Membership, Account]]:
    """Who keeps a clinic, owners first, with their accounts."""
    rows = db.session.execute(
        select(Membership, Account)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.clinic_id == clinic_id)
        # "owner" comes before "staff".
        .order_by(Membership.role, Account.email)
    )
    return [(member, account) for member, account in rows]


def member(clinic_id: int, membership_id: int) -> Membership | None:
    """A clinic's membership with that id; None for another clinic's."""
    found = db.session.get(Membership, membership_id)
    return found if found is not None and found.clinic_id == clinic_id else None


def membership_of(clinic_id: int, account_id: int) -> Membership | None:
    """The account's membership at the clinic."""
    return db.session.scalar(
        select(Membership).where(Membership.clinic_id == clinic_id, Membership.account_id == account_id)
    )


def invitation(clinic_id: int, invitation_id: int) -> Invitation | None:
    """A clinic's invitation with that id; None for another clinic's."""
    found = db.session.get(Invitation, invitation_id)
    return found if found is not None and found.clinic_id == clinic_id else None


def doctor(clinic: Clinic, doctor_id: int) -> Practitioner | None:
    """A clinic's doctor with that id; None for another clinic's."""
    return next((row for row in clinic.practitioners if row.id == doctor_id), None)


def branches(account_id: int, clinic: Clinic) -> list[Clinic]:
    """The other clinics of the same brand that the account owns."""
    if not clinic.group_ref:
        return []
    return [
        other
        for other, role in clinics_of(account_id)
        if role == OWNER and other.group_ref == clinic.group_ref and other.id != clinic.id
    ]


def owns_a_clinic(account_id: int) -> bool:
    """Is the account an owner anywhere?"""
    found = select(Membership.id).where(Membership.account_id == account_id, Membership.role == OWNER)
    return db.session.scalar(found.limit(1)) is not None


def unanswered(clinic: Clinic, now: datetime) -> int:
    """How many enquiries of patients the clinic is still to answer; one that left can answer none."""
    return enquiries.to_answer(clinic.id, known_until(now), now) if clinic.authority == "authorised" else 0


def open_proposals(clinic_id: int) -> int:
    """How many changes found elsewhere wait for the clinic."""
    waiting = select(func.count(Proposal.id)).where(Proposal.clinic_id == clinic_id, Proposal.state == "open")
    return db.session.scalar(waiting) or 0


def waiting_texts(clinic_id: int) -> Sequence[HeldText]:
    """The clinic's texts that wait for a person, oldest first."""
    chosen = select(HeldText).where(HeldText.clinic_id == clinic_id, HeldText.state == "held")
    return db.session.scalars(chosen.order_by(HeldText.id)).all()
