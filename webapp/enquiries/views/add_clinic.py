"""/e/<token>/add: the patient asks one clinic more the same, and agrees to that anew."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.clinics import queries as clinics
from webapp.clinics.models import Clinic
from webapp.clinics.picked import remembered
from webapp.enquiries import adding, asking, consent, links, ticked
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
    offered = _offered(enquiry, utc_now())
    form = add_clinic_form(offered)
    if request.method == "GET":
        return _page(token, enquiry, offered, form)
    valid = form.validate()
    gone = _gone(enquiry, offered, utc_now())
    changed = ticked.untick_changed(form, _words(enquiry, offered))
    chosen = _chosen(form, offered)
    if valid and not chosen and not gone and not changed and _has_them(enquiry):
        return redirect(url_for("quotes.patient_page", token=token), 303)
    if gone or changed:
        _note(form, gone, changed, chosen)
    elif not chosen:
        form.form_errors.append(_("Tick at least one clinic; without your consent nothing is sent."))
    elif len(chosen) > adding.room(enquiry):
        form.form_errors.append(_("One enquiry goes to at most %(max)s clinics.", max=MAX_CLINICS))
    if offered and not changed:
        valid = _agrees_in_general(form, enquiry, chosen) and valid
    if not valid or form.form_errors:
        return _page(token, enquiry, offered, form), 422
    agreed = _agreed(form, enquiry, offered)
    try:
        with unit_of_work():
            sending.add_clinics(
                held(token, links.PATIENT).enquiry, agreed, utc_now(), current_settings().quote_link_days
            )
    except sending.CannotBeAsked:
        # They could when the form was read, a moment ago.
        enquiry = behind(token, links.PATIENT).enquiry
        offered = _offered(enquiry, utc_now())
        form = add_clinic_form(offered)
        _note(form, _gone(enquiry, offered, utc_now()), [], _chosen(form, offered))
        return _page(token, enquiry, offered, form), 422
    return redirect(url_for("quotes.patient_page", token=token), 303)


def _offered(enquiry: Enquiry, now: datetime) -> list[Clinic]:
    """Those of the address, of the form itself and of the cookie come first, so that a form finds its own again."""
    picked = [*request.values.getlist("clinic"), *ticked.slugs(), *remembered(request)]
    return adding.candidates(enquiry, list(dict.fromkeys(picked)), now)


def _gone(enquiry: Enquiry, offered: Sequence[Clinic], now: datetime) -> list[str]:
    """What is to be said of ticked clinics that cannot be asked any more; of those that were asked by now, nothing."""
    asked = {clinic.slug for clinic in _asked(enquiry)}
    if not adding.room(enquiry):
        missing = any(slug not in asked for slug in ticked.slugs())
        return [_("Nothing can be added to this enquiry any more.")] if missing else []
    still = asked | {clinic.slug for clinic in offered}
    found = asking.choose(clinics.by_slugs([slug for slug in ticked.slugs() if slug not in still]), now)
    others = [
        (clinic, _("This clinic does not offer what you asked for any more.")) for clinic in found.clinics
    ]
    return ticked.gone(still, [*found.refused, *others])


def _note(form: Any, gone: Sequence[str], changed: Sequence[str], chosen: Sequence[Clinic]) -> None:
    form.form_errors.extend([*gone, *changed])
    if not form.form_errors:
        form.form_errors.append(
            _("One of these clinics cannot be asked any more. Nothing was sent; look at the list once more.")
        )
    elif chosen and not changed:
        form.form_errors.append(_("Press the button again to ask the others."))


def _agrees_in_general(form: Any, enquiry: Enquiry, chosen: Sequence[Clinic]) -> bool:
    """Are the boxes of the matters ticked that hold for all of them? Says so beside one that is not."""
    agrees = True
    if _tells_of_health(enquiry) and not form.consent_health.data:
        form.consent_health.errors = [_("Tick the box about health: what you wrote goes to this clinic too.")]
        agrees = False
    if _abroad(chosen) and not form.consent_abroad.data:
        form.consent_abroad.errors = [
            _("Tick the box about other countries, or leave out the clinics there.")
        ]
        agrees = False
    return agrees


def _has_them(enquiry: Enquiry) -> bool:
    """Was the form sent twice? The clinics that it names have the enquiry already."""
    asked = {clinic.slug for clinic in _asked(enquiry)}
    return any(slug in asked for slug in ticked.slugs())


def _asked(enquiry: Enquiry) -> Iterable[Clinic]:
    return clinics.by_ids([recipient.clinic_id for recipient in enquiry.recipients]).values()


def _chosen(form: Any, offered: Sequence[Clinic]) -> list[Clinic]:
    return [clinic for clinic in offered if form[consent.box(clinic)].data]


def _agreed(form: Any, enquiry: Enquiry, offered: Sequence[Clinic]) -> dict[int, dict[str, str]]:
    return consent.agreed(
        _chosen(form, offered),
        _words(enquiry, offered),
        current_language(),
        health=form.consent_health.data,
        abroad=form.consent_abroad.data,
    )


def _words(enquiry: Enquiry, offered: Sequence[Clinic]) -> dict[str, str]:
    return consent.shown(offered, current_language(), health=_tells_of_health(enquiry))


def _tells_of_health(enquiry: Enquiry) -> bool:
    return bool(enquiry.concerns or enquiry.had_before or enquiry.message)


def _abroad(chosen: Sequence[Clinic]) -> list[str]:
    return consent.countries_abroad({clinic.country for clinic in chosen}, current_language())


def _page(token: str, enquiry: Enquiry, offered: Sequence[Clinic], form: Any) -> str:
    words = _words(enquiry, offered)
    return render_template(
        "enquiries/add_clinic.html",
        token=token,
        enquiry=enquiry,
        clinics=offered,
        form=form,
        room=adding.room(enquiry),
        terms=consent.terms(),
        words=words,
        marks=[consent.mark(text) for text in words.values()],
    )
