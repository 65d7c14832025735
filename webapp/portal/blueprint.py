"""The portal's blueprints, on their own so that each page can stand in a module of its own."""

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.exc import DBAPIError

from webapp.portal.membership import kept
from webapp.portal.models import OWNER
from webapp.portal.words import OWNERS_PAGES, PAGES

blueprint = Blueprint("portal", __name__, url_prefix="/portal", template_folder="templates")
# Pages behind mailed links, for people who need not be signed in: /c/… as the other links of clinics.
links = Blueprint("portal_links", __name__, url_prefix="/c", template_folder="templates")


@blueprint.context_processor
def _of_the_clinic() -> dict[str, Any]:
    """What every page below a clinic's address shows: the clinic, its pages, and whether the reader owns it.

    Nothing where the reader does not keep it: the page of an error is drawn with this too.
    """
    try:
        found = kept()
    except DBAPIError:
        # The page that says so is being drawn.
        found = None
    if found is None:
        return {}
    clinic, role = found
    return {
        "clinic": clinic,
        "is_owner": role == OWNER,
        "clinic_pages": [
            (endpoint, label, endpoint == request.endpoint)
            for endpoint, label in PAGES
            if role == OWNER or endpoint not in OWNERS_PAGES
        ],
    }


@blueprint.after_request
@links.after_request
def _kept_by_nobody(response: Response) -> Response:
    """A clinic's own pages stay out of caches and search engines."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
