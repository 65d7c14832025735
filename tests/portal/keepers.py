"""People who keep clinics, and browsers in which they are signed in."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW
from webapp.accounts import services as accounts
from webapp.accounts.models import Account
from webapp.clinics.models import Clinic
from webapp.portal.models import Membership


def keeper(
    session: Session,
    *clinics: Clinic,
    role: str = "owner",
    email: str = "owner@example.org",
    name: str = "Mei Owner",
) -> Account:
    """An account that keeps these clinics."""
    account = accounts.find_or_create(email, NOW, name=name)
    for clinic in clinics:
        session.add(Membership(clinic_id=clinic.id, account_id=account.id, role=role, created_at=NOW))
    session.commit()
    return account


def as_account(client: FlaskClient, account: Account) -> FlaskClient:
    """The browser, signed in."""
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = account.fs_uniquifier, True
    return client


def sign_in(
    client: FlaskClient,
    session: Session,
    *clinics: Clinic,
    role: str = "owner",
    email: str = "owner@example.org",
) -> Account:
    """A keeper of these clinics, signed in in this browser."""
    account = keeper(session, *clinics, role=role, email=email)
    as_account(client, account)
    return account


def memberships(session: Session, clinic: Clinic) -> dict[str, str]:
    """Who keeps the clinic: address → role."""
    session.commit()
    rows = session.execute(
        select(Account.email, Membership.role)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.clinic_id == clinic.id)
    )
    return {row.email: row.role for row in rows}
