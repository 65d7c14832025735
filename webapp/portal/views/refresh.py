"""When a clinic's feed and page were looked at, what was found, and a button to look now."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.i18n import utc_now
from webapp.moderation.services import proposals
from webapp.portal.blueprint import blueprint
from webapp.portal.file_words import column_words, row_error_words
from webapp.portal.membership import current_clinic
from webapp.refresh import labels, queries, services
from webapp.refresh.planning import addresses
from webapp.unit_of_work import unit_of_work

RUNS = 10


@blueprint.get("/<slug>/refresh")
@open_to(Audience.CLINIC)
def refresh(slug: str) -> str:
    """The addresses that are read, the last runs with how far each has come, and what is wrong with the feed."""
    clinic = current_clinic()
    runs = queries.runs_of(clinic, RUNS)
    return render_template(
        "portal/refresh.html",
        addresses=addresses(clinic),
        runs=[(run, queries.per_cent(run), queries.problems(run)) for run in runs],
        under_way=queries.is_under_way(runs),
        waiting=len(proposals.waiting(clinic)),
        column_words=column_words,
        row_error_words=row_error_words,
        KINDS=labels.KINDS,
        STATES=labels.STATES,
        STEPS=labels.STEPS,
        run_words=labels.words,
    )


@blueprint.post("/<slug>/refresh")
@open_to(Audience.CLINIC)
def ask_refresh(slug: str) -> Response:
    """Look now: at most once an hour."""
    try:
        with unit_of_work():
            count = len(services.ask(current_clinic(), utc_now()))
    except services.NothingToAsk:
        flash(
            _("There is nothing to read yet: give the address of your price list or of your web page first.")
        )
    except services.AskedTooSoon as too_soon:
        minutes = max(1, -(-int((too_soon.again_at - utc_now()).total_seconds()) // 60))
        flash(
            ngettext(
                "You asked within the hour. You may ask again in %(num)s minute.",
                "You asked within the hour. You may ask again in %(num)s minutes.",
                minutes,
            )
        )
    else:
        flash(ngettext("We are reading %(num)s address now.", "We are reading %(num)s addresses now.", count))
    return redirect(url_for("portal.refresh", slug=slug), 303)
