"""Where a clinic's enquiries go: a new address waits until the mail sent there is answered."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from webapp.clinics.models import Clinic
from webapp.encryption import address_hash
from webapp.enquiries.mail import clinic_language
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import ClinicLink
from webapp.moderation.services import decisions, editing, links
from webapp.outbox import services as outbox
from webapp.portal import mail
from webapp.portal.models import AddressChange

DAYS = 7
CHANGES_A_DAY = 5


class TooManyChanges(Exception):
    """A clinic has asked to confirm as many addresses as it may in a day."""


class AlreadyConfirmed(Exception):
    """Enquiries go to this address already."""


def ask(clinic: Clinic, email: str, by: Actor, now: datetime, language: str) -> AddressChange:
    """Mail a new address a link that confirms it. Enquiries go on to the one that was confirmed before.

    An address that still waits is given up for this one. Raises AlreadyConfirmed, TooManyChanges.
    """
    if email == clinic.enquiry_email and clinic.enquiry_email_confirmed_on is not None:
        raise AlreadyConfirmed
    asked_today = select(func.count(AddressChange.id)).where(
        AddressChange.clinic_id == clinic.id, AddressChange.created_at > now - timedelta(days=1)
    )
    if (db.session.scalar(asked_today) or 0) >= CHANGES_A_DAY:
        raise TooManyChanges
    give_up(clinic, now)
    change = AddressChange(
        clinic_id=clinic.id,
        email=email,
        by_name=by.name,
        account_id=by.account_id,
        created_at=now,
        expires_at=now + timedelta(days=DAYS),
    )
    db.session.add(change)
    db.session.flush()
    # Mail to it may have come back before; its owner says that it works now, and this mail is the test of it.
    outbox.lift(address_hash(email), outbox.BOUNCED)
    token = links.mint(
        links.CONFIRM_ADDRESS,
        clinic,
        now,
        days=DAYS,
        subject_id=change.id,
        subject_hash=address_hash(email),
    )
    outbox.post(
        f"portal-confirm-address:{change.id}",
        email,
        partial(mail.confirm_address, clinic, by.name, token, language, DAYS),
    )
    decisions.log("address.asked", by, now, clinic=clinic)
    return change


def waiting(clinic: Clinic, now: datetime) -> AddressChange | None:
    """The new address that has not answered yet."""
    return db.session.scalar(
        select(AddressChange)
        .where(
            AddressChange.clinic_id == clinic.id,
            AddressChange.confirmed_at.is_(None),
            AddressChange.cancelled_at.is_(None),
            AddressChange.expires_at > now,
        )
        .order_by(AddressChange.id.desc())
        .limit(1)
    )


def give_up(clinic: Clinic, now: datetime) -> None:
    """No longer wait for a new address; the link in the mail to it ends."""
    change = waiting(clinic, now)
    if change is not None:
        change.cancelled_at = now
        db.session.flush()


def behind(link: ClinicLink, now: datetime) -> AddressChange | None:
    """The change that a mailed link confirms; None when it was given up, confirmed, or is too old."""
    change = db.session.get(AddressChange, link.subject_id) if link.subject_id else None
    if change is None or change.clinic_id != link.clinic_id or not links.is_open(link, now):
        return None
    return change if change.confirmed_at is None and change.cancelled_at is None else None


def clinic_behind(link: ClinicLink, now: datetime) -> Clinic | None:
    """The clinic whose new address a mailed link confirms; None as in `behind`."""
    return db.session.get(Clinic, link.clinic_id) if behind(link, now) else None


def confirm(link: ClinicLink, now: datetime) -> Clinic | None:
    """From now on enquiries go to the new address; the old one is told. None when there is nothing to confirm."""
    change = behind(link, now)
    if change is None or not links.use(link, now):
        return None
    clinic = db.session.get_one(Clinic, change.clinic_id)
    before = clinic.enquiry_email if clinic.enquiry_email_confirmed_on else None
    change.confirmed_at = now
    by = Actor(ActorKind.CLINIC, change.by_name, change.account_id)
    values = {
        "enquiry_email": change.email,
        "enquiry_email_confirmed_on": today_in(clinic.country, now),
    }
    editing.edit_clinic(clinic, values, by, now)
    if before and before != change.email:
        outbox.post(
            f"portal-address-replaced:{change.id}",
            before,
            partial(mail.address_replaced, clinic, change.by_name, clinic_language(clinic)),
        )
    return clinic
