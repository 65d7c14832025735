"""What stands behind a token in the address, and whether this browser pressed the button that opens it."""

from dataclasses import dataclass

from flask import abort, request, session
from sqlalchemy import select

from webapp.enquiries import links
from webapp.enquiries.models import Enquiry, Link, Recipient
from webapp.enquiries.services.holding import hold
from webapp.extensions import db
from webapp.i18n import utc_now
from webapp.signing import token_hash

# The field of an error page that hands a form back (webapp/errors.py): its button is pressed by hand like the one that
# opens the page, which may have been forgotten with the browser's cookies.
BY_HAND = "sent_by_hand"
_OPENED = "opened"
# A cookie holds 4 KB; the oldest pages ask for their button again.
_REMEMBERED = 20


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows that a link speaks for. `recipient` is set for a clinic's link only."""

    link: Link
    enquiry: Enquiry
    recipient: Recipient | None

    @property
    def is_opened(self) -> bool:
        """Did this browser press the button? Mail scanners follow links, so before it nothing personal shows."""
        return _mark(self.link.token_hash) in session.get(_OPENED, [])


def behind(token: str, purpose: str) -> Behind:
    """Look a token up, to read. Answers 404 for one that was never ours and 410 for one that has ended.

    Nobody erases the enquiry while the page is made: its parts are read in several statements.
    """
    link = links.find(token, purpose)
    if link is None:
        abort(404)
    enquiry = db.session.scalar(
        select(Enquiry).where(Enquiry.id == link.enquiry_id).with_for_update(read=True, key_share=True)
    )
    if enquiry is None:
        abort(404)
    # The row of one whose time is over may still stand for an hour, until the purge.
    if not links.is_open(link, utc_now()) or enquiry.expires_at <= utc_now():
        abort(410)
    if BY_HAND in request.form:
        remember_opened(token)
    recipient = db.session.get_one(Recipient, link.recipient_id) if link.recipient_id else None
    return Behind(link, enquiry, recipient)


def held(token: str, purpose: str, *, to_delete: bool = False) -> Behind:
    """`behind` for an act, at the beginning of its unit of work: whoever acts on the same enquiry at once waits.

    404 also where it was erased while we waited. `to_delete` as in services.holding.
    """
    link = links.find(token, purpose)
    if link is None or not hold(link.enquiry_id, to_delete=to_delete):
        abort(404)
    return behind(token, purpose)


def _mark(hashed: str) -> str:
    return hashed[:16]


def remember_opened(token: str) -> None:
    """Keep in this browser's session that the page behind the token was opened by hand."""
    mark = _mark(token_hash(token) or "")
    session[_OPENED] = [*(kept for kept in session.get(_OPENED, []) if kept != mark), mark][-_REMEMBERED:]
