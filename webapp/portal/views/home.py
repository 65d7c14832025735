"""The clinics that somebody keeps, and each one's overview."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.portal import queries
from webapp.portal.blueprint import blueprint
from webapp.portal.membership import current_account


@blueprint.get("/")
@open_to(Audience.SIGNED_IN)
def home() -> Response | str:
    """The reader's clinics; a single one opens at once."""
    kept = queries.clinics_of(current_account().id)
    if len(kept) == 1:
        return redirect(url_for("portal.overview", slug=kept[0][0].slug), 303)
    return render_template("portal/home.html", kept=kept)


@blueprint.get("/<slug>/")
@open_to(Audience.CLINIC)
def overview(slug: str) -> str:
    """What the public sees of the clinic, what is missing, and what to do next."""
    return render_template("portal/overview.html")
