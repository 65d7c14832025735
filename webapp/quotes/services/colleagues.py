"""Links of a clinic: passed to a colleague, revoked, and sent anew to the clinic's own address."""

from datetime import datetime
from functools import partial

from webapp.clinics.addresses import confirmed_address
from webapp.clinics.models import Clinic
from webapp.enquiries import clinic_keys, links
from webapp.enquiries.clinic_keys import ToClinic
from webapp.enquiries.models import Link, Recipient
from webapp.enquiries.services import contact, holding, keeping
from webapp.extensions import db
from webapp.quotes import mail
from webapp.row_ids import LARGEST

# So many people of one clinic answer one enquiry at once, and no more.
MAX_LIVING = 20


def pass_on(recipient: Recipient, label: str, now: datetime, days: int) -> str | None:
    """A new link for the colleague that `label` names; None while MAX_LIVING links are open."""
    if len(links.living(recipient.id, now)) >= MAX_LIVING:
        return None
    keeping.note_act(recipient.enquiry, now)
    return links.mint_for_clinic(recipient, now, days, mailed=False, label=label)


def revoke(recipient: Recipient, link_id: int, now: datetime) -> bool:
    """End one of the recipient's links; False for a link that is not one of them, or has ended."""
    link = db.session.get(Link, link_id) if 0 < link_id <= LARGEST else None
    if link is None or link.recipient_id != recipient.id or not links.is_open(link, now):
        return False
    link.revoked_at = now
    return True


def send_anew(token: str, now: datetime, days: int) -> None:
    """Mail a new link to the clinic's confirmed address, for a link that has ended; once in each hour
    of the clock.

    Says nothing about what it did: whoever asks holds an old link and no more.
    """
    link = links.find(token, links.QUOTE)
    if link is None or link.recipient_id is None or links.is_open(link, now):
        return
    if not holding.hold(link.enquiry_id):
        return
    recipient = db.session.get_one(Recipient, link.recipient_id)
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    enquiry = recipient.enquiry
    confirmed = confirmed_address(clinic)
    if not confirmed or clinic.authority != "authorised" or enquiry.expires_at <= now:
        return
    key = clinic_keys.key(ToClinic.FRESH_LINK, recipient.id, f"{now:%Y%m%d%H}")
    contact.tell_clinic(recipient, confirmed, key, partial(mail.fresh_link, enquiry, clinic), now, days)
