"""/e/<token>/add: the patient asks one clinic more the same, and agrees to that anew."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.clinics import queries as clinics
from webapp.clinics.models import Clinic
from webapp.clinics.picked import remembered
from webapp.enquiries import adding, consent, links
from webapp.enquiries.asking import MAX_CLINICS
from webapp.enquiries.behind import behind, held
from webapp.enquiries.blueprint import blueprint
from webapp.enquiries.forms import add_clinic_form
from webapp.enquiries.models import Enquiry
from webapp.enquiries.services import sending
from webapp.extensions import csrf
from webapp.i18n import current_language, utc_now
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work


@blueprint.route("/e/<token>/add", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was ticked
@open_to(Audience.LINK_HOLDER)
def add_clinic(token: str) -> Response | str | tuple[str, int]:
    """GET: clinics that could be asked too. POST: ask those that are ticked."""
    found = behind(token, links.PATIENT)
    if not found.is_opened:
        # What she asked shows here, so the button on her page comes first.
        return redirect(url_for("quotes.patient_page", token=token), 303)
    enquiry = found.enquiry
    offered = adding.candidates(enquiry, [*request.args.getlist("clinic"), *remembered(request)], utc_now())
    form = add_clinic_form(offered)
    if request.method == "GET":
        return _page(token, enquiry, offered, form)
    valid = form.validate()
    ticked = [clinic for clinic in offered if form[f"consent_{clinic.slug}"].data]
    agreed = _agreed(form, ticked)
    if valid and not ticked and _has_them(enquiry):
        return redirect(url_for("quotes.patient_page", token=token), 303)
    if not ticked:
        form.form_errors.append(_("Tick at least one clinic; without your consent nothing is sent."))
    elif len(ticked) > adding.room(enquiry):
        form.form_errors.append(_("One enquiry goes to at most %(max)s clinics.", max=MAX_CLINICS))
    if _tells_of_health(enquiry) and not form.consent_health.data:
        form.consent_health.errors = [_("Tick the box about health: what you wrote goes to this clinic too.")]
        valid = False
    if _abroad(ticked) and not form.consent_abroad.data:
        form.consent_abroad.errors = [
            _("Tick the box about other countries, or leave out the clinics there.")
        ]
        valid = False
    if not valid or form.form_errors:
        return _page(token, enquiry, offered, form), 422
    try:
        with unit_of_work():
            again = held(token, links.PATIENT).enquiry
            for clinic in ticked:
                sending.add_clinic(
                    again, clinic, agreed[clinic.id], utc_now(), current_settings().quote_link_days
                )
    except (sending.CannotBeAsked, IntegrityError):
        enquiry = behind(token, links.PATIENT).enquiry
        form.form_errors.append(
            _("One of these clinics cannot be asked any more. Nothing was sent; look at the list once more.")
        )
        return _page(token, enquiry, adding.candidates(enquiry, [], utc_now()), form), 422
    return redirect(url_for("quotes.patient_page", token=token), 303)


def _has_them(enquiry: Enquiry) -> bool:
    """Was the form sent twice? The clinics that it names have the enquiry already."""
    asked = clinics.by_ids([recipient.clinic_id for recipient in enquiry.recipients]).values()
    return any(request.form.get(f"consent_{clinic.slug}") for clinic in asked)


def _agreed(form: Any, ticked: Sequence[Clinic]) -> dict[int, dict[str, str]]:
    return consent.agreed(
        ticked, current_language(), health=form.consent_health.data, abroad=form.consent_abroad.data
    )


def _tells_of_health(enquiry: Enquiry) -> bool:
    return bool(enquiry.concerns or enquiry.had_before or enquiry.message)


def _abroad(chosen: Sequence[Clinic]) -> list[str]:
    return consent.countries_abroad({clinic.country for clinic in chosen}, current_language())


def _page(token: str, enquiry: Enquiry, offered: Sequence[Clinic], form: Any) -> str:
    return render_template(
        "enquiries/add_clinic.html",
        token=token,
        enquiry=enquiry,
        clinics=[clinic for clinic in offered if f"consent_{clinic.slug}" in form],
        form=form,
        room=adding.room(enquiry),
        terms=consent.terms(),
        health_words=consent.health_consent() if _tells_of_health(enquiry) else "",
        abroad_words=consent.abroad_consent(_abroad(offered)),
    )
