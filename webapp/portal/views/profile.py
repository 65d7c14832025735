"""The clinic's details and opening hours: what a form shows, and what becomes of what was typed."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.clinics.labels import WEEKDAYS
from webapp.clinics.models import Clinic
from webapp.extensions import csrf
from webapp.i18n import utc_now
from webapp.moderation.services import editing
from webapp.moderation.services.editing import Edited
from webapp.moderation.services.texts import TextRefused
from webapp.portal import queries
from webapp.portal.blueprint import blueprint
from webapp.portal.forms.fields import refuse_words
from webapp.portal.forms.hours import HoursForm, as_week, canonical, hours_form
from webapp.portal.forms.opened import conflict_words
from webapp.portal.forms.profile import ProfileForm, label_of, profile_form, stored_words
from webapp.portal.membership import actor, current_clinic
from webapp.portal.price_words import finding_words
from webapp.unit_of_work import unit_of_work

_COLUMNS = (
    *("name", "name_zh", "name_ko", "address", "unit", "postal_code", "phone", "website", "languages"),
    *("licence_no", "gst_registered", "foreign_patient_reg_no", "feed_url", "auto_accept_prices"),
)


@blueprint.route("/<slug>/profile", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@open_to(Audience.CLINIC)
def profile(slug: str) -> Response | str | tuple[str, int]:
    """Names, address, contact, languages, registrations, and the clinic's own price list."""
    clinic = current_clinic()
    form = profile_form(clinic, _shown(clinic))
    if not form.is_submitted():
        return _profile_page(form)
    if not form.validate():
        return _profile_page(form), 422
    try:
        with unit_of_work():
            clinic = current_clinic()
            stored = _shown(clinic)
            merged = form.merge(form.typed(), stored)
            edited = (
                Edited()
                if merged.conflicts
                else editing.edit_clinic(clinic, merged.values, actor(), utc_now())
            )
    except TextRefused as refused:
        refuse_words(form, refused.findings)
        return _profile_page(form), 422
    if merged.conflicts:
        for column in merged.conflicts:
            say = conflict_words(label_of(form, column), stored_words(column, stored[column]))
            field = form["first_language" if column == "languages" else column]
            field.errors = [*field.errors, say]
        form.remember({name: stored[name] for name in form.typed()})
        return _profile_page(form), 409
    _tell(edited, [label_of(form, column) for column in merged.kept])
    return redirect(url_for("portal.profile", slug=slug), 303)


@blueprint.route("/<slug>/hours", methods=["GET", "POST"])
@csrf.exempt  # as above
@open_to(Audience.CLINIC)
def hours(slug: str) -> Response | str | tuple[str, int]:
    """A row per weekday."""
    form = hours_form(current_clinic().hours)
    if not form.is_submitted():
        return _hours_page(form)
    if not form.validate_hours():
        return _hours_page(form), 422
    with unit_of_work():
        clinic = current_clinic()
        stored = {"hours": canonical(clinic.hours)}
        merged = form.merge(form.typed(), stored)
        edited = (
            Edited() if merged.conflicts else editing.edit_clinic(clinic, merged.values, actor(), utc_now())
        )
    if merged.conflicts:
        form.form_errors.append(conflict_words(_("Opening hours"), stored["hours"]))
        form.remember(stored)
        return _hours_page(form), 409
    _tell(edited, [_("Opening hours") for _column in merged.kept])
    return redirect(url_for("portal.hours", slug=slug), 303)


def _shown(clinic: Clinic) -> dict[str, Any]:
    """What the form shows by column: the clinic's own newest words, also where they wait for a person."""
    waiting = {row.field: row.text for row in queries.waiting_texts(clinic.id) if not row.subject}
    return {name: waiting.get(name, getattr(clinic, name)) for name in _COLUMNS}


def _profile_page(form: ProfileForm) -> str:
    clinic = current_clinic()
    waiting = {row.field: row for row in queries.waiting_texts(clinic.id) if not row.subject}
    return render_template("portal/profile.html", form=form, waiting=waiting)


def _hours_page(form: HoursForm) -> str:
    text = current_clinic().hours
    return render_template(
        "portal/hours.html",
        form=form,
        weekdays=WEEKDAYS,
        # Hours that this form cannot show: they stay until it says something else.
        unreadable=text if as_week(text) is None else None,
    )


def _tell(edited: Edited, kept: list[str]) -> None:
    """Say what became of what was typed, on the page that comes next."""
    if edited.changed:
        flash(_("Saved. Patients see it now."))
    elif not edited.held:
        flash(_("Nothing was different, so nothing was changed."))
    for label in kept:
        flash(_("A colleague changed “%(label)s” while you were typing; that is kept.", label=label))
    _tell_findings(edited.held, _("This waits for a person of our staff before patients see it."))
    _tell_findings(edited.warned, _("Patients see it; please look at it once more."))


def _tell_findings(findings: Mapping[str, Any], consequence: str) -> None:
    for found in findings.values():
        for finding in found:
            flash(f"{finding_words(finding)} {consequence}")
