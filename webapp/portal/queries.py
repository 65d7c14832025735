"""Reads of the portal: which clinics somebody keeps."""

from sqlalchemy import select

from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.portal.models import Membership


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
