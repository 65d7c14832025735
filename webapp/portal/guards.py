"""Who may open a clinic's pages: its owners and staff; to anybody else there is no such clinic."""

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue

from webapp.access import Audience, guard
from webapp.accounts import session
from webapp.portal import queries
from webapp.portal.models import OWNER


def init_app(app: Flask) -> None:
    guard(app, Audience.CLINIC, _keeps_the_clinic)
    guard(app, Audience.CLINIC_OWNER, _owns_the_clinic)
    # An owner decides who else gets in and can withdraw the clinic: a mailed link alone is too little for that.
    session.second_factor_rule(app, lambda account: queries.owns_a_clinic(account.id))


def _keeps_the_clinic() -> ResponseReturnValue | None:
    return _let_in(owners_only=False)


def _owns_the_clinic() -> ResponseReturnValue | None:
    return _let_in(owners_only=True)


def _let_in(*, owners_only: bool) -> ResponseReturnValue | None:
    """Nobody signed in: to the sign-in page. Signed in and not of the clinic: the page of an unknown address."""
    account = session.current()
    if account is None:
        return session.to_sign_in()
    found = queries.clinic_of(account.id, (request.view_args or {}).get("slug", ""))
    if found is None or (owners_only and found[1] != OWNER):
        abort(404)
    return None
