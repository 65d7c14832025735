"""An address whose mail came back for good: no enquiry goes there until somebody who reads it confirms it again."""

from datetime import datetime

from sqlalchemy import select

from webapp import events
from webapp.clinics.models import Clinic
from webapp.encryption import address_hash
from webapp.extensions import db
from webapp.moderation.actors import SYSTEM
from webapp.moderation.services import decisions


def address_came_back(hashed: str, now: datetime) -> list[Clinic]:
    """Take back the confirmation of every clinic whose enquiries go to this address (`encryption.address_hash`).

    The address itself stays, for its owners to see and mend. Only for a hard bounce: a full mailbox is still theirs.
    Says which clinics; a second bounce finds none.
    """
    confirmed = db.session.scalars(
        select(Clinic)
        .where(Clinic.enquiry_email.is_not(None), Clinic.enquiry_email_confirmed_on.is_not(None))
        .order_by(Clinic.id)
    )
    # An address is only found by its hash from here; some thousand of them take milliseconds.
    affected = [row for row in confirmed if row.enquiry_email and address_hash(row.enquiry_email) == hashed]
    for clinic in affected:
        before = clinic.enquiry_email_confirmed_on
        clinic.enquiry_email_confirmed_on = None
        clinic.updated_at = now
        details = {"enquiry_email_confirmed_on": [before.isoformat() if before else None, None]}
        decisions.log("address.came_back", SYSTEM, now, clinic=clinic, details=details)
        events.clinic_changed.send(Clinic, clinic_id=clinic.id)
    return affected
