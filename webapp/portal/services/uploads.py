"""Price lists on their way: kept from the page that shows what they change until somebody confirms them."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.moderation.actors import Actor
from webapp.moderation.services import editing
from webapp.portal.models import PriceListUpload
from webapp.portal.price_upload import Plan

LIFETIME = timedelta(hours=1)


def keep(clinic: Clinic, account_id: int, filename: str, content: bytes, now: datetime) -> PriceListUpload:
    """Keep a file for an hour, in the caller's transaction. An earlier one of the same person for the same clinic,
    and whatever has expired, goes."""
    db.session.execute(
        delete(PriceListUpload).where(
            or_(
                PriceListUpload.expires_at <= now,
                (PriceListUpload.clinic_id == clinic.id) & (PriceListUpload.account_id == account_id),
            )
        )
    )
    upload = PriceListUpload(
        clinic_id=clinic.id,
        account_id=account_id,
        filename=filename,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def find(clinic: Clinic, account_id: int, number: int) -> PriceListUpload | None:
    """The upload with that number, if it is this person's for this clinic; also one that was used or has expired."""
    return db.session.scalar(
        select(PriceListUpload).where(
            PriceListUpload.id == number,
            PriceListUpload.clinic_id == clinic.id,
            PriceListUpload.account_id == account_id,
        )
    )


def is_open(upload: PriceListUpload, now: datetime) -> bool:
    return upload.used_at is None and now < upload.expires_at


def use(upload: PriceListUpload, now: datetime) -> bool:
    """Take the file, once: False when somebody was quicker. Its bytes go with it."""
    taken = db.session.scalar(
        update(PriceListUpload)
        .where(
            PriceListUpload.id == upload.id,
            PriceListUpload.used_at.is_(None),
            PriceListUpload.expires_at > now,
        )
        .values(used_at=now, content=b"")
        .returning(PriceListUpload.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def apply(clinic: Clinic, found: Plan, by: Actor, now: datetime, *, retire_missing: bool) -> None:
    """Write a plan that is `ok`, in the caller's transaction: all of it, or it raises TextRefused or OfferRefused.

    What the file says again is confirmed by saying it. `retire_missing` takes off the list what it does not name.
    """
    for row in found.rows:
        editing.save_offer(clinic, row.ref, row.after, by, now)
    if retire_missing:
        for ref, _terms in found.missing:
            offer = editing.find_offer(clinic, ref)
            if offer is not None:
                editing.retire_offer(clinic, offer, by, now)
