"""Who may speak for a clinic: given with a claim, by staff or from the portal, and withdrawn with one press.

The records are only ever added to; what the newest says stands in Clinic.authority. A clinic that left is gone from
every page at once, because every page asks for that column.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from webapp import events
from webapp.clinics.models import Clinic
from webapp.enquiries.mail import clinic_language
from webapp.enquiries.services import deliveries as enquiries
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.moderation import authority_text, mail
from webapp.moderation.actors import Actor
from webapp.moderation.models import AuthorityRecord, AuthorityText, Proposal
from webapp.moderation.services import decisions, links
from webapp.outbox import services as outbox

UNCLAIMED, AUTHORISED, WITHDRAWN, DO_NOT_LIST = "unclaimed", "authorised", "withdrawn", "do_not_list"
# How it was given or taken: a proven claim, a decision of staff, the clinic's portal, a link in a mail.
CLAIM, STAFF, PORTAL, LINK = "claim", "staff", "portal", "link"
_LONGEST_NAME = 200


def remember_text(language: str, now: datetime) -> AuthorityText:
    """The stored row of exactly the text that the reader has before her; made when it is first used."""
    text = authority_text.text()
    digest = hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()
    row = db.session.scalar(select(AuthorityText).where(AuthorityText.sha256 == digest))
    if row is None:
        row = AuthorityText(language=language, sha256=digest, text=text, first_used_at=now)
        db.session.add(row)
        db.session.flush()
    return row


def give(clinic: Clinic, text_id: int, by: Actor, now: datetime, *, name: str, way: str) -> AuthorityRecord:
    """The clinic is authorised from now on, in the caller's transaction. `name` is who agreed: it stands on the
    public page. `text_id` is the AuthorityText that was agreed to."""
    record = _record(clinic, AUTHORISED, by, now, name=name, way=way, text_id=text_id)
    decisions.log(
        "authority.given", by, now, clinic=clinic, subject=name[:_LONGEST_NAME], details={"way": way}
    )
    events.clinic_changed.send(Clinic, clinic_id=clinic.id)
    return record


def withdraw(clinic: Clinic, by: Actor, now: datetime, *, way: str) -> bool:
    """The clinic leaves: it is not shown, not asked and not written to any more. It can join again.

    False when it is not authorised, and then nothing changes.
    """
    if clinic.authority != AUTHORISED:
        return False
    leave(clinic, WITHDRAWN, by, now, way=way)
    if clinic.enquiry_email and clinic.enquiry_email_confirmed_on and not clinic.sample:
        language = clinic_language(clinic)
        outbox.post(
            f"authority-withdrawn:{clinic.id}:{now.isoformat()}",
            clinic.enquiry_email,
            lambda: mail.withdrawn(clinic, language, by.name),
        )
    return True


def leave(
    clinic: Clinic, authority: str, by: Actor, now: datetime, *, way: str, reason: str | None = None
) -> None:
    """Take the clinic off every page, `authority` being WITHDRAWN or DO_NOT_LIST: its open enquiries end, its links
    and what is proposed for it too."""
    _record(clinic, authority, by, now, name=by.name, way=way, text_id=None)
    enquiries.clinic_left(clinic.id, now)
    links.revoke(clinic, now, links.CONFIRM_PRICES, links.CONFIRM_LISTING, links.WITHDRAW)
    waiting = select(Proposal).where(Proposal.clinic_id == clinic.id, Proposal.state == "open")
    for proposal in db.session.scalars(waiting):
        proposal.state, proposal.decided_at = "superseded", now
    decisions.log(f"authority.{authority}", by, now, clinic=clinic, reason=reason, details={"way": way})
    events.clinic_changed.send(Clinic, clinic_id=clinic.id)


def records(clinic: Clinic) -> Sequence[AuthorityRecord]:
    """Every change of the clinic's authority, the newest first."""
    return db.session.scalars(
        select(AuthorityRecord)
        .where(AuthorityRecord.clinic_id == clinic.id)
        .order_by(AuthorityRecord.id.desc())
    ).all()


def texts(rows: Sequence[AuthorityRecord]) -> dict[int, AuthorityText]:
    """The texts that these records name, by id."""
    ids = {row.text_id for row in rows if row.text_id is not None}
    found = db.session.scalars(select(AuthorityText).where(AuthorityText.id.in_(ids)))
    return {row.id: row for row in found}


def _record(
    clinic: Clinic, authority: str, by: Actor, now: datetime, *, name: str, way: str, text_id: int | None
) -> AuthorityRecord:
    clinic.authority = authority
    clinic.authority_by, clinic.authority_on = name[:_LONGEST_NAME], today_in(clinic.country, now)
    clinic.updated_at = now
    row = AuthorityRecord(
        clinic_id=clinic.id,
        authority=authority,
        at=now,
        by_name=name[:_LONGEST_NAME],
        account_id=by.account_id,
        scope=";".join(authority_text.SCOPE),
        way=way,
        text_id=text_id,
    )
    db.session.add(row)
    db.session.flush()
    return row
