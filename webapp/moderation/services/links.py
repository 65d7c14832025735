"""Links that act for a clinic without an account: minted for one purpose, found by the token's hash, used once."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update

from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.moderation.models import ClinicLink
from webapp.signing import new_token, token_hash

CLAIM: Final = "claim"
CONFIRM_ADDRESS: Final = "confirm_address"
CONFIRM_PRICES: Final = "confirm_prices"
CONFIRM_LISTING: Final = "confirm_listing"
WITHDRAW: Final = "withdraw"
INVITATION: Final = "invitation"
NEVER_LIST: Final = "never_list"
UNSUBSCRIBE: Final = "unsubscribe"


def mint(
    purpose: str,
    clinic: Clinic | None,
    now: datetime,
    *,
    days: int,
    subject_id: int | None = None,
    subject_hash: str | None = None,
) -> str:
    """A token for one purpose, good for `days`. Only its hash is stored."""
    token = new_token()
    db.session.add(
        ClinicLink(
            token_hash=token_hash(token),
            purpose=purpose,
            clinic_id=clinic.id if clinic else None,
            subject_id=subject_id,
            subject_hash=subject_hash,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    return token


def find(token: str, purpose: str | None = None) -> ClinicLink | None:
    """The row behind a token, whether or not it still acts; None for one that was never ours, or has another
    purpose than the one named."""
    hashed = token_hash(token)
    if hashed is None:
        return None
    link = db.session.scalar(select(ClinicLink).where(ClinicLink.token_hash == hashed))
    return link if link is not None and purpose in (None, link.purpose) else None


def is_open(link: ClinicLink, now: datetime) -> bool:
    """Neither ended by hand nor too old. One that was used still opens its page, which says so."""
    return link.revoked_at is None and now < link.expires_at


def use(link: ClinicLink, now: datetime) -> bool:
    """Mark the link as used; True for the one caller who did. Pressed twice, or twice at once, acts once."""
    used = db.session.scalar(
        update(ClinicLink)
        .where(
            ClinicLink.id == link.id,
            ClinicLink.used_at.is_(None),
            ClinicLink.revoked_at.is_(None),
            ClinicLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(ClinicLink.id)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(link)
    return used is not None


def revoke(clinic: Clinic, now: datetime, *purposes: str) -> None:
    """End the clinic's links for these purposes that nobody used."""
    db.session.execute(
        update(ClinicLink)
        .where(
            ClinicLink.clinic_id == clinic.id,
            ClinicLink.purpose.in_(purposes),
            ClinicLink.used_at.is_(None),
            ClinicLink.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
