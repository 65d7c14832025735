"""Changes found: what a feed or a page wants different, accepted or refused on one screen."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.clinics.models import Clinic
from webapp.i18n import utc_now
from webapp.moderation.models import Proposal
from webapp.moderation.services import proposals as waiting
from webapp.moderation.services.editing import OfferRefused
from webapp.moderation.services.proposals import Outcome
from webapp.moderation.services.texts import TextRefused
from webapp.portal import price_sheet, proposal_sheet
from webapp.portal.announcing import short, tell
from webapp.portal.blueprint import blueprint
from webapp.portal.membership import actor, current_clinic
from webapp.portal.price_words import finding_words, rule_words
from webapp.unit_of_work import unit_of_work

ACCEPT_OTHERS, ACCEPT_TICKED, REFUSE_TICKED = "accept_others", "accept_ticked", "refuse_ticked"


@blueprint.get("/<slug>/proposals")
@open_to(Audience.CLINIC)
def proposals(slug: str) -> str:
    """The open proposals: first those within bounds, then those that each need a tick of their own."""
    clinic = current_clinic()
    names = price_sheet.treatment_names()
    rows = waiting.waiting(clinic)
    return render_template(
        "portal/proposals.html",
        usual=[proposal_sheet.change(row, names) for row in rows if row.out_of_bounds is None],
        unusual=[proposal_sheet.change(row, names) for row in rows if row.out_of_bounds is not None],
    )


@blueprint.post("/<slug>/proposals")
@open_to(Audience.CLINIC)
def decide_proposals(slug: str) -> Response:
    """Accept all that were shown except the ticked, or the ticked ones alone, or refuse the ticked.

    Only what was on the page is decided: a proposal that came since waits to be seen.
    """
    answer = request.form.get("answer", "")
    with unit_of_work():
        clinic = current_clinic()
        shown = _named(clinic, "shown")
        ticked = _named(clinic, "ticked")
        if answer == ACCEPT_OTHERS:
            left = {row.id for row in ticked}
            chosen = [row for row in shown if row.id not in left and row.out_of_bounds is None]
            _tell(waiting.accept(chosen, actor(), utc_now()), chosen)
        elif answer == ACCEPT_TICKED:
            _tell(waiting.accept(ticked, actor(), utc_now()), ticked)
        elif answer == REFUSE_TICKED:
            count = waiting.refuse(ticked, actor(), utc_now())
            flash(ngettext("%(num)s change is refused.", "%(num)s changes are refused.", count))
    return redirect(url_for("portal.proposals", slug=slug), 303)


def _named(clinic: Clinic, field: str) -> Sequence[Proposal]:
    """This clinic's open proposals with the numbers in a field of the form; anything else there is nothing."""
    wanted = set(request.form.getlist(field))
    return [row for row in waiting.waiting(clinic) if str(row.id) in wanted]


def _tell(outcome: Outcome, chosen: Sequence[Proposal]) -> None:
    flash(
        ngettext(
            "%(num)s change is accepted and live.",
            "%(num)s changes are accepted and live.",
            len(outcome.accepted),
        )
    )
    if outcome.overtaken:
        flash(
            ngettext(
                "%(num)s change was out of date: what it was about is different since.",
                "%(num)s changes were out of date: what they were about is different since.",
                len(outcome.overtaken),
            )
        )
    subjects = {row.id: row.subject for row in chosen}
    tell(
        [
            _(
                "A rule refuses the change of “%(subject)s”. %(why)s",
                subject=short(subjects[number]),
                why=_why(refusal),
            )
            for number, refusal in outcome.refused.items()
        ]
    )


def _why(refusal: TextRefused | OfferRefused) -> str:
    if isinstance(refusal, OfferRefused):
        return " ".join(rule_words(rule) for rule in refusal.rules.values())
    return " ".join(finding_words(finding) for found in refusal.findings.values() for finding in found)
