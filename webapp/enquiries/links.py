"""Links that act, as rows: minted for one purpose, looked up by the token's hash, ended by time or by hand."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from webapp.enquiries import clocks
from webapp.enquiries.models import Enquiry, Link, Recipient
from webapp.extensions import db
from webapp.signing import new_token, token_hash

PATIENT = "patient"
QUOTE = "quote"
SHARE = "share"
# Characters of the words that say for whom a link was made by hand.
LONGEST_LABEL = 80


def mint_for_patient(
    enquiry: Enquiry, now: datetime, token: str | None = None, *, mailed: bool = False
) -> str:
    """A token for the patient's own page, good for as long as the enquiry is kept: it ends with the row.

    `mailed`: it goes to her address and nowhere else, so whoever uses it reads that address.
    """
    return _mint(PATIENT, enquiry, None, now, clocks.longest_life(enquiry), token, mailed=mailed)


def mint_for_clinic(
    recipient: Recipient, now: datetime, days: int, *, mailed: bool = True, label: str | None = None
) -> str:
    """A token with which one clinic answers one enquiry, good for `days`.

    `mailed`: it goes to the clinic's address. `label` says for whom it is, where it was made by hand.
    """
    expires = min(now + timedelta(days=days), clocks.longest_life(recipient.enquiry))
    return _mint(QUOTE, recipient.enquiry, recipient, now, expires, None, mailed=mailed, label=label)


def living(recipient_id: int, now: datetime) -> Sequence[Link]:
    """The links with which a clinic can answer an enquiry now, the newest first."""
    return db.session.scalars(
        select(Link)
        .where(
            Link.recipient_id == recipient_id,
            Link.purpose == QUOTE,
            Link.revoked_at.is_(None),
            Link.expires_at > now,
        )
        .order_by(Link.id.desc())
    ).all()


def mint_to_share(enquiry: Enquiry, now: datetime, days: int, label: str | None = None) -> str:
    """A token that shows the comparison of an enquiry and nothing of the patient, good for `days`; `label` is what she
    calls it."""
    expires = min(now + timedelta(days=days), clocks.longest_life(enquiry))
    return _mint(SHARE, enquiry, None, now, expires, None, mailed=False, label=label)


def shared(enquiry: Enquiry, now: datetime) -> Sequence[Link]:
    """The links to share that still show something, oldest first."""
    return db.session.scalars(
        select(Link)
        .where(
            Link.enquiry_id == enquiry.id,
            Link.purpose == SHARE,
            Link.revoked_at.is_(None),
            Link.expires_at > now,
        )
        .order_by(Link.id)
    ).all()


def find(token: str, purpose: str) -> Link | None:
    """The row behind a token, whether or not it still acts; None for a token that was never ours."""
    hashed = token_hash(token)
    if hashed is None:
        return None
    return db.session.scalar(select(Link).where(Link.token_hash == hashed, Link.purpose == purpose))


def is_open(link: Link, now: datetime) -> bool:
    return link.revoked_at is None and now < link.expires_at


def revoke_quote_links(recipient_ids: Sequence[int], now: datetime) -> None:
    """End the links with which these recipients answer."""
    db.session.execute(
        update(Link)
        .where(Link.recipient_id.in_(recipient_ids), Link.purpose == QUOTE, Link.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def _mint(
    purpose: str,
    enquiry: Enquiry,
    recipient: Recipient | None,
    now: datetime,
    expires: datetime,
    token: str | None,
    *,
    mailed: bool,
    label: str | None = None,
) -> str:
    token = token or new_token()
    db.session.add(
        Link(
            token_hash=token_hash(token),
            purpose=purpose,
            enquiry_id=enquiry.id,
            recipient_id=recipient.id if recipient else None,
            mailed=mailed,
            label=label,
            created_at=now,
            expires_at=expires,
        )
    )
    return token
