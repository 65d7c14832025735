"""The enquiry form: one page, one POST, then the patient's own page."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response
from wtforms import BooleanField

from webapp.access import Audience, open_to
from webapp.clinics import queries as clinics
from webapp.clinics.labels import ENQUIRY_REFUSALS
from webapp.clinics.models import Clinic
from webapp.enquiries import consent
from webapp.enquiries.behind import remember_opened
from webapp.enquiries.choices import questions_about
from webapp.enquiries.forms import MAX_CLINICS, EnquiryForm, is_too_fast
from webapp.enquiries.services import sending
from webapp.extensions import csrf, limiter
from webapp.form_choices import choices
from webapp.i18n import current_language, today_in, utc_now
from webapp.settings import current_settings, market_policy
from webapp.signing import derived_token
from webapp.treatments import queries as treatments
from webapp.unit_of_work import unit_of_work

# Per clinic id and matter, the words that were ticked.
Consents = dict[int, dict[str, str]]

blueprint = Blueprint("enquiries", __name__, template_folder="templates")


def enquiry_limit() -> str:
    """How often one address may send the form, in the notation of Flask-Limiter."""
    return current_settings().enquiry_limit_per_address


@blueprint.route("/enquiries/new", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@limiter.limit(lambda: enquiry_limit(), methods=["POST"])
@open_to(Audience.ANYONE)
def new() -> Response | str | tuple[str, int]:
    """GET: the form for the clinics and the treatment in the query. POST: send it."""
    asked = request.values.getlist("clinic")
    chosen, refused = _choose(asked)
    form = _form_for(chosen)
    if request.method == "GET" or not form.is_submitted():
        _prefill(form)
        return _page(form, chosen, refused)
    valid = form.validate()
    consents = _consents(form, chosen)
    if not chosen:
        form.form_errors.append(
            _("None of these clinics can be asked. Choose at least one that takes enquiries.")
        )
    elif not consents:
        form.form_errors.append(_("Tick at least one clinic; without your consent nothing is sent."))
    elif (
        _abroad_words([clinic for clinic in chosen if clinic.id in consents]) and not form.consent_abroad.data
    ):
        form.consent_abroad.errors = [
            _("Tick the box about other countries, or leave out the clinics there.")
        ]
        valid = False
    start = _read_start(form.started.data)
    # Whoever has something else to mend will have taken long enough when the form comes back.
    complete = valid and not form.form_errors
    if start is None or (complete and is_too_fast(start.at, utc_now())):
        form.form_errors.append(_("That was very quick. Please look once more and press the button again."))
        form.started.data = form.started.data if start else _mark_start()
    if start is None or not valid or form.form_errors:
        return _page(form, chosen, refused), 422
    return _send(form, start.key, chosen, consents, refused)


def _send(
    form: EnquiryForm,
    key: str,
    chosen: list[Clinic],
    consents: Consents,
    refused: list[tuple[str, str]],
) -> Response | tuple[str, int]:
    settings = current_settings()
    token = derived_token(settings.secret_key, "patient", key)
    treatment = treatments.by_slug(form.treatment.data)
    draft = sending.EnquiryDraft(
        wants=(sending.WantDraft(treatment.id if treatment else 0, form.sessions.data or 1),),
        concerns=tuple(form.concerns.data or ()),
        earliest_on=form.earliest_on.data,
        latest_on=form.latest_on.data,
        message=form.message.data,
        name=form.name.data or "",
        email=form.email.data or "",
        other_channel=form.other_channel.data,
        other_handle=form.other_handle.data,
        language=current_language(),
        consents=consents,
    )
    for attempt in (1, 2):
        try:
            with unit_of_work():
                sending.send_enquiry(
                    draft,
                    key=key,
                    patient_token=token,
                    now=utc_now(),
                    keep_days=settings.enquiry_link_days,
                    answer_days=settings.quote_link_days,
                )
            break
        except sending.KeyUsedForOtherWords:
            form.form_errors.append(
                _(
                    "This form was sent before with other words. Open your page from the mail, or start a new enquiry."
                )
            )
            return _page(form, chosen, refused), 422
        except IntegrityError:
            # The same form arrived twice at once and the other one was first: look again, and find it.
            if attempt == 2:
                raise
    remember_opened(token)
    return redirect(url_for("quotes.patient_page", token=token), 303)


def _choose(slugs: list[str]) -> tuple[list[Clinic], list[tuple[str, str]]]:
    """Those clinics that may be asked, and the others' names with the reason."""
    found = clinics.by_slugs(slugs[:50])
    chosen: list[Clinic] = []
    refused: list[tuple[str, str]] = []
    for clinic in found:
        refusal = market_policy(clinic.country).enquiry_refusal(clinic, today_in(clinic.country, utc_now()))
        if refusal:
            refused.append((clinic.name, str(ENQUIRY_REFUSALS[refusal])))
        elif len(chosen) == MAX_CLINICS:
            refused.append((clinic.name, _("One enquiry goes to at most %(max)s clinics.", max=MAX_CLINICS)))
        else:
            chosen.append(clinic)
    return chosen, refused


def _form_for(chosen: list[Clinic]) -> Any:
    """The form with one consent box per clinic, each under the clinic's own slug."""
    boxes = {f"consent_{clinic.slug}": BooleanField(_consent_words(clinic)) for clinic in chosen}
    form = type("EnquiryFormForClinics", (EnquiryForm,), boxes)()
    form.treatment.choices = choices(treatments.public_choices({clinic.country for clinic in chosen}))
    return form


def _consent_words(clinic: Clinic) -> str:
    return consent.clinic_consent(clinic.name, clinic.country)


def _consents(form: Any, chosen: list[Clinic]) -> Consents:
    """The words that were ticked, per clinic and matter."""
    shared = {
        "health": consent.health_consent() if form.consent_health.data else "",
        "abroad": _abroad_words(chosen) if form.consent_abroad.data else "",
    }
    return {
        clinic.id: {
            "enquiry": f"{_consent_words(clinic)}\n{_terms()}",
            **{matter: words for matter, words in shared.items() if words},
        }
        for clinic in chosen
        if form[f"consent_{clinic.slug}"].data
    }


def _terms() -> str:
    return consent.terms(current_settings().enquiry_link_days)


def _abroad_words(chosen: list[Clinic]) -> str:
    """The words of the box about other countries; empty where none of the clinics stands in one."""
    abroad = consent.countries_abroad({clinic.country for clinic in chosen}, current_language())
    return consent.abroad_consent(", ".join(map(consent.country_name, abroad))) if abroad else ""


def _prefill(form: EnquiryForm) -> None:
    treatment = request.args.get("treatment", "")
    if treatments.by_slug(treatment):
        form.treatment.data = treatment
    sessions = request.args.get("sessions", "")
    if sessions.isascii() and sessions.isdigit():
        form.sessions.data = int(sessions[:3])
    form.message.data = questions_about(request.args.getlist("missing")) or form.message.data
    form.started.data = _mark_start()


def _page(form: EnquiryForm, chosen: list[Clinic], refused: list[tuple[str, str]]) -> str:
    return render_template(
        "enquiries/new.html",
        form=form,
        clinics=chosen,
        refused=refused,
        terms=_terms(),
        health_words=consent.health_consent(),
        abroad_words=_abroad_words(chosen),
    )


@dataclass(frozen=True, slots=True)
class _Start:
    """When a form was handed out, and its own key: sent twice, it makes one enquiry."""

    at: datetime
    key: str


def _starts() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="enquiry form started")


def _mark_start() -> str:
    return str(_starts().dumps([utc_now().isoformat(), secrets.token_urlsafe(32)]))


def _read_start(mark: str | None) -> _Start | None:
    """None for a mark that is not ours."""
    try:
        at, key = _starts().loads(mark or "")
    except BadSignature:
        return None
    return _Start(datetime.fromisoformat(at), key)
