"""The portal's blueprint, on its own so that each of its pages can stand in a module of its own."""

from typing import Any

from flask import Blueprint, Response, request

from webapp.portal.membership import current_clinic, current_role

blueprint = Blueprint("portal", __name__, url_prefix="/portal", template_folder="templates")


@blueprint.context_processor
def _of_the_clinic() -> dict[str, Any]:
    """What every page below a clinic's address shows: the clinic, and whether the reader is one of its owners."""
    if "slug" not in (request.view_args or {}):
        return {}
    return {"clinic": current_clinic(), "is_owner": current_role() == "owner"}


@blueprint.after_request
def _kept_by_nobody(response: Response) -> Response:
    """A clinic's own pages stay out of caches and search engines."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
