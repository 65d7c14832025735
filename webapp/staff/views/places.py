"""Positions that no worker chose: several points for one address, one far from the last, or none that is sure."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import Audience, open_to
from webapp.domain.geo import Point, distance_m
from webapp.extensions import db
from webapp.geocoding.queries import locality
from webapp.i18n import utc_now
from webapp.moderation import positions
from webapp.moderation.models import PositionReview
from webapp.staff import queries
from webapp.staff.blueprint import actor, blueprint
from webapp.staff.labels import PLACE_REASONS, PRECISIONS
from webapp.unit_of_work import unit_of_work


@blueprint.get("/places")
@open_to(Audience.STAFF)
def places() -> str:
    """Every open review with its points, and how far each lies from where the clinic is shown now."""
    rows = []
    for review, clinic in queries.with_clinics(positions.open_reviews()):
        here = Point(clinic.lat, clinic.lng) if clinic.lat is not None and clinic.lng is not None else None
        points = [(row, Point(row["lat"], row["lng"])) for row in review.candidates]
        rows.append(
            (
                review,
                clinic,
                [
                    (row, (locality(point) or ("",))[0], distance_m(here, point) if here else None)
                    for row, point in points
                ],
            )
        )
    return render_template("staff/places.html", rows=rows, REASONS=PLACE_REASONS, PRECISIONS=PRECISIONS)


@blueprint.post("/places/<int:number>")
@open_to(Audience.STAFF)
def decide_place(number: int) -> ResponseReturnValue:
    """Put the clinic at one of the points; `candidate` is its place in the list."""
    with unit_of_work():
        review = db.session.get(PositionReview, number)
        if review is None:
            abort(404)
        try:
            positions.choose(review, request.form.get("candidate", -1, type=int), actor(), utc_now())
            message = _("It stands there now.")
        except positions.ReviewClosed:
            message = _("Somebody decided this one already.")
        except ValueError:
            abort(422)
    flash(message)
    return redirect(url_for("staff.places"), 303)
