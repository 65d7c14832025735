"""The clinics that somebody keeps, each one's overview, and the way to its public page."""

from itertools import groupby

from flask import flash, redirect, render_template, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.i18n import utc_now
from webapp.moderation.services import editing
from webapp.portal import overview as presenter
from webapp.portal import queries
from webapp.portal.blueprint import blueprint
from webapp.portal.membership import actor, current_account, current_clinic
from webapp.portal.words import ROLES
from webapp.settings import market_policy
from webapp.unit_of_work import unit_of_work


@blueprint.get("/")
@open_to(Audience.SIGNED_IN)
def home() -> Response | str:
    """The reader's clinics, branches of a brand together; a single one opens at once."""
    kept = sorted(queries.clinics_of(current_account().id), key=lambda row: row[0].group_ref or "~")
    if len(kept) == 1:
        return redirect(url_for("portal.overview", slug=kept[0][0].slug), 303)
    groups = [(ref, list(rows)) for ref, rows in groupby(kept, key=lambda row: row[0].group_ref)]
    return render_template(
        "portal/home.html",
        groups=groups,
        roles=ROLES,
        shows_sample=any(clinic.sample for clinic, _role in kept),
    )


@blueprint.get("/<slug>/")
@open_to(Audience.CLINIC)
def overview(slug: str) -> str:
    """What the public sees of the clinic, what it does not, and what to do next."""
    clinic = current_clinic()
    return render_template(
        "portal/overview.html",
        page=presenter.build(clinic, utc_now()),
        people=len(queries.members(clinic.id)),
        prices_href=url_for("portal.prices", slug=slug),
    )


@blueprint.post("/<slug>/confirm")
@open_to(Audience.CLINIC)
def confirm_listing(slug: str) -> Response:
    """Every public fact of the clinic and its doctors is still right today."""
    with unit_of_work():
        count = editing.confirm_listing(current_clinic(), actor(), utc_now())
    flash(
        ngettext(
            "%(num)s detail is confirmed as of today.", "%(num)s details are confirmed as of today.", count
        )
    )
    return redirect(url_for("portal.overview", slug=slug), 303)


@blueprint.get("/<slug>/preview")
@open_to(Audience.CLINIC)
def preview(slug: str) -> Response | str:
    """The public page itself; where there is none, why."""
    clinic = current_clinic()
    if market_policy(clinic.country).listing_visible(clinic.authority):
        return redirect(url_for("directory.clinic", slug=slug), 303)
    return render_template("portal/preview.html", why=presenter.why_not_public(clinic))
