"""The log of decisions."""

from flask import render_template, request

from webapp.access import Audience, open_to
from webapp.row_ids import row_id
from webapp.staff import queries
from webapp.staff.blueprint import blueprint
from webapp.staff.labels import ACTORS


@blueprint.get("/decisions")
@open_to(Audience.STAFF)
def decisions() -> str:
    """What was decided, newest first; `clinic` narrows it to a clinic's ref, `before` turns the page."""
    clinic_ref = request.args.get("clinic", "").strip()[:128]
    rows, older = queries.decisions(clinic_ref, request.args.get("before", type=row_id))
    return render_template(
        "staff/decisions.html", rows=rows, older=older, clinic_ref=clinic_ref, ACTORS=ACTORS
    )
