"""Every clinic by name, also those that are not shown, and what staff may do to a listing as a whole."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import Audience, open_to
from webapp.i18n import utc_now
from webapp.moderation.services import authority, do_not_list
from webapp.staff import queries
from webapp.staff.blueprint import actor, blueprint
from webapp.unit_of_work import unit_of_work


@blueprint.get("/clinics")
@open_to(Audience.STAFF)
def clinics() -> str:
    """Clinics whose name or reference holds what was typed; `q` empty: the newest."""
    text = request.args.get("q", "").strip()[:100]
    return render_template("staff/clinics.html", q=text, clinics=queries.clinics(text))


@blueprint.get("/clinics/<slug>")
@open_to(Audience.STAFF)
def listing(slug: str) -> str:
    """One listing: its state, who gave and took its authority, and the two ways to take it off the pages."""
    return _page(slug, error=False)


@blueprint.post("/clinics/<slug>")
@open_to(Audience.STAFF)
def decide_listing(slug: str) -> ResponseReturnValue:
    """Withdraw a listing, or never list it again, with a reason for the log."""
    answer, reason = request.form.get("answer"), request.form.get("reason", "").strip()[:500]
    if answer not in {"withdraw", "never_list"}:
        abort(422)
    if not reason:
        return _page(slug, error=True), 422
    with unit_of_work():
        clinic = queries.clinic(slug)
        if clinic is None:
            abort(404)
        now, by = utc_now(), actor()
        if answer == "never_list":
            do_not_list.add(clinic, reason, by, now, way=authority.STAFF)
            message = _("It is never listed again.")
        elif clinic.authority == authority.AUTHORISED:
            authority.leave(clinic, authority.WITHDRAWN, by, now, way=authority.STAFF, reason=reason)
            message = _("It is withdrawn.")
        else:
            message = _("Only a clinic that joined can be withdrawn.")
    flash(message)
    return redirect(url_for("staff.listing", slug=slug), 303)


def _page(slug: str, *, error: bool) -> str:
    clinic = queries.clinic(slug)
    if clinic is None:
        abort(404)
    return render_template(
        "staff/listing.html",
        clinic=clinic,
        records=authority.records(clinic),
        kept_out=do_not_list.keeps_out(clinic),
        error=error,
        reason=request.form.get("reason", ""),
    )
