"""The staff room's blueprint, on its own so that each queue can stand in a module of its own."""

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _

from webapp.accounts import session
from webapp.moderation.actors import Actor, ActorKind
from webapp.staff import queries

blueprint = Blueprint("staff", __name__, url_prefix="/staff", template_folder="templates")


def actor() -> Actor:
    """In whose name the request decides; 404 when the sign-in ended since the guard looked."""
    account = session.current()
    if account is None or not account.is_staff:
        abort(404)
    return Actor(ActorKind.STAFF, account.name or account.email, account.id)


@blueprint.context_processor
def _queues() -> dict[str, Any]:
    """The queues with how much waits in each, for the navigation of every page."""
    waiting = queries.waiting()
    pages = [
        ("staff.claims", _("Claims"), waiting.claims),
        ("staff.texts", _("Held texts"), waiting.texts),
        ("staff.proposals", _("Proposed changes"), waiting.proposals),
        ("staff.places", _("Uncertain places"), waiting.places),
        ("staff.letters", _("Undelivered mail"), waiting.letters),
        ("staff.clinics", _("Clinics"), None),
        ("staff.prices_kept", _("Listed, quoted, paid"), None),
        ("staff.decisions", _("Decisions"), None),
    ]
    return {
        "waiting": waiting,
        "staff_pages": [
            (url_for(endpoint), label, count, request.endpoint == endpoint)
            for endpoint, label, count in pages
        ],
    }


@blueprint.after_request
def _kept_by_nobody(response: Response) -> Response:
    """Staff's pages stay out of caches and search engines."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
