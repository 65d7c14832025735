"""Which clinic a request in the portal is about, and who acts for it. The guard has let the reader in before."""

from flask import abort, request

from webapp.accounts import session
from webapp.accounts.models import Account
from webapp.clinics.models import Clinic
from webapp.moderation.actors import Actor, ActorKind
from webapp.portal import queries


def current_account() -> Account:
    """Who is signed in; 404 when that ended since the guard looked."""
    account = session.current()
    if account is None:
        abort(404)
    return account


def current_clinic() -> Clinic:
    """The clinic that the address names, read in the transaction around the call.

    Asked inside `unit_of_work()` it looks again whether the reader may keep it, so that a colleague who was
    removed while her form was on its way changes nothing: 404 then.
    """
    return (kept() or abort(404))[0]


def current_role() -> str:
    """owner or staff: what the reader is at `current_clinic()`."""
    return (kept() or abort(404))[1]


def actor() -> Actor:
    """In whose name the request changes something."""
    account = current_account()
    return Actor(ActorKind.CLINIC, account.name or account.email, account.id)


def kept() -> tuple[Clinic, str] | None:
    """The clinic that the address names and what the reader is there; None when she does not keep it."""
    account = session.current()
    slug = (request.view_args or {}).get("slug")
    return queries.clinic_of(account.id, slug) if account is not None and slug else None
