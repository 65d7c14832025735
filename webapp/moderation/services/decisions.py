"""The log of decisions: only ever added to; the database refuses anything else (migration 0003)."""

from datetime import datetime
from typing import Any

from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.moderation.actors import Actor
from webapp.moderation.models import Decision


def log(
    what: str,
    by: Actor,
    now: datetime,
    *,
    clinic: Clinic | None = None,
    subject: str | None = None,
    reason: str | None = None,
    details: Any = None,
) -> Decision:
    """Add one decision, in the caller's transaction. `what` is "claim.accepted", "offer.changed" …

    `details` is anything that JSON holds: the values before and after. Nothing of a patient's goes here.
    """
    decision = Decision(
        at=now,
        by_kind=by.kind.value,
        by_name=by.name,
        account_id=by.account_id,
        what=what,
        clinic_ref=clinic.ref if clinic else None,
        subject=subject,
        reason=reason,
        details=details,
    )
    db.session.add(decision)
    # In the order in which they were taken, also within one moment.
    db.session.flush()
    return decision
