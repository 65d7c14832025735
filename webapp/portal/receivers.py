"""What the portal hears from below."""

from flask import Flask

from webapp import events
from webapp.accounts import services as accounts
from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.i18n import utc_now
from webapp.moderation.models import Claim
from webapp.portal.services import people


def init_app(app: Flask) -> None:
    events.claim_accepted.connect(_claim_accepted)


def _claim_accepted(sender: type[Claim], *, claim: Claim) -> None:
    """In moderation's transaction: whoever claimed the listing becomes its owner. Moderation's mail about the claim
    says how to sign in."""
    now = utc_now()
    clinic = db.session.get_one(Clinic, claim.clinic_id)
    account = accounts.find_or_create(claim.email, now, name=claim.name, language=claim.language)
    people.add_owner(clinic, account, now)
