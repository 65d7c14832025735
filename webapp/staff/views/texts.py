"""Texts that a rule holds until a person has read them."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import Audience, open_to
from webapp.extensions import db
from webapp.i18n import utc_now
from webapp.moderation.models import HeldText
from webapp.moderation.services import texts as service
from webapp.staff import answer, queries
from webapp.staff.blueprint import actor, blueprint
from webapp.staff.labels import FIELD_LABELS
from webapp.unit_of_work import unit_of_work


@blueprint.get("/texts")
@open_to(Audience.STAFF)
def texts() -> str:
    """Every held text with what the rule found in it."""
    return _page(wrong=None)


@blueprint.post("/texts/<int:number>")
@open_to(Audience.STAFF)
def decide_text(number: int) -> ResponseReturnValue:
    """Make one public, or refuse it with a reason for the clinic."""
    given = answer.given()
    if given.missing:
        return _page(wrong=number), 422
    with unit_of_work():
        held = db.session.get(HeldText, number)
        if held is None:
            abort(404)
        if held.state != "held":
            message = _("Somebody decided this one already.")
        elif not given.yes:
            service.refuse(held, given.reason, actor(), utc_now())
            message = _("Refused. The clinic sees your reason in its portal.")
        elif service.release(held, actor(), utc_now()):
            message = _("It is public now.")
        else:
            message = _("What it belonged to is gone, so it left the queue.")
    flash(message)
    return redirect(url_for("staff.texts"), 303)


def _page(wrong: int | None) -> str:
    return render_template(
        "staff/texts.html",
        texts=queries.with_clinics(service.waiting()),
        wrong=wrong,
        FIELD_LABELS=FIELD_LABELS,
    )
