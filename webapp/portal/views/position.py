"""Where the clinic stands: a pin on a map, the points that its address may mean, or two numbers."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.domain.geo import Point
from webapp.extensions import csrf
from webapp.i18n import utc_now
from webapp.portal.blueprint import blueprint
from webapp.portal.forms.position import PinForm
from webapp.portal.membership import actor, current_clinic
from webapp.portal.pin_map import pin_map
from webapp.portal.services import positions
from webapp.unit_of_work import unit_of_work


@blueprint.route("/<slug>/position", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@open_to(Audience.CLINIC)
def position(slug: str) -> Response | str | tuple[str, int]:
    """Look at the pin; put it somewhere."""
    clinic = current_clinic()
    form = PinForm()
    if not form.is_submitted():
        return _page(PinForm(data={"lat": clinic.lat, "lng": clinic.lng}))
    if not form.validate_in(clinic.country):
        return _page(form), 422
    with unit_of_work():
        put = positions.put(current_clinic(), form.point(), actor(), utc_now())
    if put:
        flash(_("The pin stands there now, and nobody but you moves it."))
    else:
        flash(
            _(
                "This is far from the address, so a person of our staff looks at it first. The pin stays until then."
            )
        )
    return redirect(url_for("portal.position", slug=slug), 303)


def _page(form: PinForm) -> str:
    clinic = current_clinic()
    choices = positions.candidates(clinic)
    centre = None
    if clinic.lat is not None and clinic.lng is not None:
        centre = Point(clinic.lat, clinic.lng)
    elif choices:
        centre = Point(choices[0].lat, choices[0].lng)
    return render_template(
        "portal/position.html",
        form=form,
        choices=choices,
        map=pin_map(centre),
        waits=positions.waits_for_staff(clinic),
    )
