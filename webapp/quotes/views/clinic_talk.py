"""/q/: the clinic asks the patient something, and answers what she asked every clinic."""

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.extensions import limiter
from webapp.i18n import utc_now
from webapp.quotes.blueprint import blueprint
from webapp.quotes.services import asking
from webapp.quotes.views.clinic_sheet import at, pressed, render, within
from webapp.row_ids import row_id
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work


@blueprint.post("/q/<token>/ask")
@limiter.limit(lambda: current_settings().quote_limit_per_address)
@open_to(Audience.LINK_HOLDER)
def ask_patient(token: str) -> Response | tuple[str, int]:
    """Ask the patient one thing; she gets a mail that somebody did."""
    pressed(token)
    text = request.form.get("text", "")
    try:
        with unit_of_work():
            asking.ask_patient(within(token), text, utc_now())
    except asking.NotAsked:
        return _again(token, {"ask_text": text, "ask_error": _not_asked()})
    return redirect(url_for("quotes.quote_page", token=token) + "#talk", 303)


@blueprint.post("/q/<token>/explain")
@limiter.limit(lambda: current_settings().quote_limit_per_address)
@open_to(Audience.LINK_HOLDER)
def answer_patient(token: str) -> Response | tuple[str, int]:
    """Answer what the patient asked all her clinics."""
    pressed(token)
    text, question = request.form.get("text", ""), request.form.get("question", 0, type=row_id)
    try:
        with unit_of_work():
            asking.answer_as_clinic(within(token), question, text, utc_now())
    except asking.NotAsked:
        typed = {"explain_text": text, "explain_question": question, "explain_error": _not_asked()}
        return _again(token, typed)
    return redirect(url_for("quotes.quote_page", token=token) + "#talk", 303)


def _again(token: str, typed: dict[str, Any]) -> tuple[str, int]:
    found, sheet = at(token)
    return render(found, sheet, sheet.form(), **typed), 422


def _not_asked() -> str:
    return _(
        "Write something, in at most %(max)s characters; after %(most)s questions there are no more.",
        max=asking.MAX_LENGTH,
        most=asking.MAX_QUESTIONS,
    )
