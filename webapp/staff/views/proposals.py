"""What feeds, pages and imports propose for every clinic, for the clinics that do not look themselves."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.access import Audience, open_to
from webapp.i18n import utc_now
from webapp.moderation.models import Proposal
from webapp.moderation.services import proposals as service
from webapp.portal import price_sheet, proposal_sheet
from webapp.staff import queries
from webapp.staff.blueprint import actor, blueprint
from webapp.unit_of_work import unit_of_work


@blueprint.get("/proposals")
@open_to(Audience.STAFF)
def proposals() -> str:
    """The open proposals by clinic, oldest first, at most a page of them."""
    names = price_sheet.treatment_names()
    by_clinic: dict[str, tuple[object, list[object]]] = {}
    for row, clinic in queries.with_clinics(service.waiting()[: queries.PAGE]):
        by_clinic.setdefault(clinic.ref, (clinic, []))[1].append(proposal_sheet.change(row, names))
    return render_template("staff/proposals.html", by_clinic=list(by_clinic.values()))


@blueprint.post("/proposals")
@open_to(Audience.STAFF)
def decide_proposals() -> ResponseReturnValue:
    """Accept or refuse the ticked ones."""
    wanted, answer = set(request.form.getlist("ticked")), request.form.get("answer")
    with unit_of_work():
        ticked: list[Proposal] = [row for row in service.waiting() if str(row.id) in wanted]
        if answer == "refuse":
            count = service.refuse(ticked, actor(), utc_now())
            flash(ngettext("%(num)s change is refused.", "%(num)s changes are refused.", count))
        elif answer == "accept":
            outcome = service.accept(ticked, actor(), utc_now())
            flash(
                ngettext(
                    "%(num)s change is accepted and live.",
                    "%(num)s changes are accepted and live.",
                    len(outcome.accepted),
                )
            )
            if outcome.refused:
                flash(
                    _("A rule of the market refuses some of them; they stay here. Refuse them with a tick.")
                )
    return redirect(url_for("staff.proposals"), 303)
