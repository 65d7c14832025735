"""Who may open a clinic's pages: its owners and staff; to anybody else there is no such clinic."""

from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.access import Audience, guard
from webapp.accounts import session
from webapp.portal import queries
from webapp.portal.models import OWNER


def init_app(app: Flask) -> None:
    guard(app, Audience.CLINIC, _keeps_the_clinic)
    guard(app, Audience.CLINIC_OWNER, _owns_the_clinic)


def _keeps_the_clinic() -> ResponseReturnValue | None:
    return _let_in(owners_only=False)


def _owns_the_clinic() -> ResponseReturnValue | None:
    return _let_in(owners_only=True)


def _let_in(*, owners_only: bool) -> ResponseReturnValue | None:
    """Nobody signed in: to the sign-in page. Signed in and not of the clinic: the page of an unknown address."""
    account = session.current()
    if account is None:
        return redirect(url_for("accounts.sign_in", next=_way_back()), 303)
    found = queries.clinic_of(account.id, (request.view_args or {}).get("slug", ""))
    if found is None or (owners_only and found[1] != OWNER):
        abort(404)
    return None


def _way_back() -> str:
    """The page that was asked for; a form that was sent cannot be sent again by a redirect."""
    if request.method in {"GET", "HEAD"}:
        return request.full_path.removesuffix("?")
    return url_for("portal.home")
