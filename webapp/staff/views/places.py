"""Positions that no worker chose: several points, one far from the last, or none that is sure."""

from flask import render_template

from webapp.access import Audience, open_to
from webapp.staff.blueprint import blueprint


@blueprint.get("/places")
@open_to(Audience.STAFF)
def places() -> str:
    """Every open review with its candidates."""
    return render_template("staff/places.html")
