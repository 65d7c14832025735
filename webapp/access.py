"""Who may use a route. A route that does not say so is refused, and a test names it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request

_ATTRIBUTE = "open_to_audience"
# Flask's own; its files are ours and public.
_FLASK_STATIC = "static"

View = TypeVar("View", bound=Callable[..., Any])


class Audience(StrEnum):
    ANYONE = "anyone"
    # Whoever holds the token in the address; the view looks the token up.
    LINK_HOLDER = "link holder"
    # Whoever runs the service on a development machine (BASE_URL unset or loopback).
    DEVELOPER = "developer"


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


def init_app(app: Flask) -> None:
    app.before_request(_refuse_what_is_not_opened)


def _refuse_what_is_not_opened() -> None:
    if request.endpoint is None:
        return
    audience = audience_of(current_app, request.endpoint)
    if audience is None or (
        audience is Audience.DEVELOPER and not current_app.config["SETTINGS"].is_development
    ):
        abort(404)
