"""Sample clinics can be kept by whoever tries the service: each has an owner at its own enquiry address."""

from datetime import datetime

from sqlalchemy import exists, select

from webapp.accounts import services as accounts
from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.portal.models import Membership
from webapp.portal.services import people
from webapp.settings import current_settings


def give_owners(now: datetime) -> list[str]:
    """Make an owner for every sample clinic that takes part and that nobody keeps, in the caller's transaction.

    Returns their addresses, in the order of the clinics; twice changes nothing. On a development machine only: []
    elsewhere.
    """
    if not current_settings().is_development:
        return []
    clinics = db.session.scalars(
        select(Clinic)
        .where(
            Clinic.sample.is_(True),
            Clinic.authority == "authorised",
            Clinic.enquiry_email.is_not(None),
            ~exists().where(Membership.clinic_id == Clinic.id),
        )
        .order_by(Clinic.id)
    ).all()
    addresses = []
    for clinic in clinics:
        account = accounts.find_or_create(clinic.enquiry_email or "", now)
        people.add_owner(clinic, account, now)
        addresses.append(account.email)
    return addresses
