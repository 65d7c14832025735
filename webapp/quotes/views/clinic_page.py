"""/q/: the page where a clinic answers, behind the link in its mail."""

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.enquiries.behind import remember_opened
from webapp.extensions import csrf, limiter
from webapp.i18n import utc_now
from webapp.quotes.blueprint import blueprint
from webapp.quotes.forms import QuoteForm
from webapp.quotes.labels import AnswerKind
from webapp.quotes.services import answering
from webapp.quotes.views.clinic_sheet import at, pressed, render, within
from webapp.row_ids import row_id
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work

_CHECK, _DRAFT, _DISCARD = "check", "draft", "discard"
# A draft keeps what was typed, whatever it is; nobody types so much into one field.
_LONGEST, _MOST_FIELDS = 4_000, 1_200
# What a page's form says of the page, and not of the draft.
_OF_THE_PAGE = {"csrf_token", "answer", "drafted"}


@blueprint.route("/q/<token>", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@limiter.limit(lambda: current_settings().quote_limit_per_address, methods=["POST"])
@open_to(Audience.LINK_HOLDER)
def quote_page(token: str) -> Response | str | tuple[str, int]:
    """GET: the enquiry and the sheet. POST: the answer, a look at its bill first, or a draft of it."""
    found, sheet = at(token)
    if request.method != "POST":
        return render(found, sheet, sheet.form(offer_ref=request.args.get("offer", "")))
    form = sheet.form(is_sent=True)
    wanted = request.form.get("answer", "")
    if wanted in {_DRAFT, _DISCARD}:
        return _keep(token, form, wanted)
    if wanted == _CHECK:
        if not sheet.holds(AnswerKind.QUOTE, form):
            return render(found, sheet, form), 422
        remember_opened(token)
        return render(found, sheet, form, preview=sheet.preview(form), is_opened=True)
    if wanted not in set(AnswerKind):
        form.form_errors.append(_("Choose one of the three answers."))
        return render(found, sheet, form), 422
    kind = AnswerKind(wanted)
    if not sheet.holds(kind, form):
        return render(found, sheet, form), 422
    draft = sheet.draft(kind, form)
    try:
        with unit_of_work():
            answering.answer(within(token), draft, utc_now(), form.seen_version, form.drafted.data)
    except answering.AnsweredMeanwhile:
        return _answered_meanwhile(token, form)
    remember_opened(token)
    return redirect(url_for("quotes.quote_page", token=token) + "#given", 303)


@blueprint.post("/q/<token>/open")
@open_to(Audience.LINK_HOLDER)
def open_quote_page(token: str) -> Response:
    """Show what the patient wrote, and what a colleague did, in this browser from now on."""
    at(token)
    remember_opened(token)
    return redirect(url_for("quotes.quote_page", token=token) + "#patient", 303)


@blueprint.post("/q/<token>/withdraw")
@limiter.limit(lambda: current_settings().quote_limit_per_address)
@open_to(Audience.LINK_HOLDER)
def withdraw_quote(token: str) -> Response | tuple[str, int]:
    """Take back the answer that stood on the page; the patient is told."""
    pressed(token)
    try:
        with unit_of_work():
            answering.withdraw(within(token), utc_now(), request.form.get("version", 0, type=row_id))
    except answering.AnsweredMeanwhile:
        found, sheet = at(token)
        form = sheet.form()
        form.form_errors.append(
            _("A colleague answered since this page was opened. Look at that answer before you withdraw it.")
        )
        return render(found, sheet, form), 422
    return redirect(url_for("quotes.quote_page", token=token) + "#given", 303)


def _keep(token: str, form: QuoteForm, wanted: str) -> Response | tuple[str, int]:
    """Save the draft, or forget it; neither where a colleague's newer one would be lost unseen."""
    fields = {
        name: values
        for name, values in request.form.lists()
        if name not in _OF_THE_PAGE and len(name) <= _LONGEST
    }
    fits = (
        len(fields) <= _MOST_FIELDS
        and all(len(text) <= _LONGEST for values in fields.values() for text in values)
        and not form.is_cut
    )
    form.validate()
    if form.csrf_token.errors or (wanted == _DRAFT and not fits):
        return render(*at(token), form), 422
    try:
        with unit_of_work():
            if wanted == _DRAFT:
                answering.save_draft(within(token), fields, utc_now(), form.drafted.data)
            else:
                answering.discard_draft(within(token), form.drafted.data)
    except answering.DraftedMeanwhile:
        return _drafted_meanwhile(token, form)
    # Who saves a draft has pressed a button; the page shows it only behind one.
    remember_opened(token)
    return redirect(url_for("quotes.quote_page", token=token) + "#sheet", 303)


def _drafted_meanwhile(token: str, form: QuoteForm) -> tuple[str, int]:
    """A colleague's draft waits already; what was typed here stands on the page, and the next press is on purpose."""
    found, sheet = at(token)
    form.form_errors.append(
        _(
            "A colleague saved a draft since this page was opened. Open the link once more in another window to read "
            "it; pressed again here, this button replaces or discards it."
        )
    )
    form.drafted.data = sheet.drafted
    remember_opened(token)
    return render(found, sheet, form), 422


def _answered_meanwhile(token: str, form: QuoteForm) -> tuple[str, int]:
    """A colleague was faster: her answer stands on the page, above what was typed here."""
    found, sheet = at(token)
    form.form_errors.append(
        _("A colleague answered while you were typing. Look at that answer; sending yours replaces it.")
    )
    form.seen.data = str(sheet.seen)
    remember_opened(token)
    return render(found, sheet, form, is_opened=True), 422
