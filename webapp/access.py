"""Who may use a route. A route that does not say so is refused, and a test names it.

Rooms that know people (accounts, portal) register the guard of each audience that needs one.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from flask.typing import ResponseReturnValue

_ATTRIBUTE = "open_to_audience"
_GUARDS = "access_guards"
# Flask's own; its files are ours and public.
_FLASK_STATIC = "static"

View = TypeVar("View", bound=Callable[..., Any])


class Audience(StrEnum):
    ANYONE = "anyone"
    # Whoever holds the token in the address; the view looks the token up.
    LINK_HOLDER = "link holder"
    # Whoever runs the service on a development machine (BASE_URL unset or loopback).
    DEVELOPER = "developer"
    # Whoever has signed in, for her own account's pages.
    SIGNED_IN = "signed in"
    # Owners and staff of the clinic that the address names (`slug`), and owners alone.
    CLINIC = "clinic"
    CLINIC_OWNER = "clinic owner"
    # The operator's people, with a second factor.
    STAFF = "staff"


# Answers a request that may not go on: a response (to the sign-in page), None to go on, or abort(404).
Guard = Callable[[], ResponseReturnValue | None]


def open_to(audience: Audience) -> Callable[[View], View]:
    """Mark a view with the audience it is for. Stands directly above the function, below the route."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, audience)
        return view

    return mark


def audience_of(app: Flask, endpoint: str) -> Audience | None:
    """The audience that the view behind `endpoint` names; None where it names none."""
    if endpoint == _FLASK_STATIC:
        return Audience.ANYONE
    audience: Audience | None = getattr(app.view_functions[endpoint], _ATTRIBUTE, None)
    return audience


def guard(app: Flask, audience: Audience, check: Guard) -> None:
    """Let `check` decide, before the view runs, who belongs to an audience."""
    app.extensions.setdefault(_GUARDS, {})[audience] = check


def init_app(app: Flask) -> None:
    guard(app, Audience.ANYONE, _everybody)
    # The view looks the token up, in the transaction that uses it.
    guard(app, Audience.LINK_HOLDER, _everybody)
    guard(app, Audience.DEVELOPER, _on_a_development_machine)
    app.before_request(_refuse_what_is_not_opened)


def _everybody() -> None:
    return None


def _on_a_development_machine() -> None:
    if not current_app.config["SETTINGS"].is_development:
        abort(404)


def _refuse_what_is_not_opened() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    audience = audience_of(current_app, request.endpoint)
    check: Guard | None = current_app.extensions[_GUARDS].get(audience)
    if check is None:
        abort(404)
    return check()
