"""The clinic's doctors: what patients can check of each."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.clinics.models import Clinic, Practitioner
from webapp.extensions import csrf
from webapp.i18n import format_day, today_in, utc_now
from webapp.moderation.services import editing
from webapp.portal import queries
from webapp.portal.blueprint import blueprint
from webapp.portal.forms.doctors import DoctorForm, doctor_form, doctor_values
from webapp.portal.forms.opened import conflict_words
from webapp.portal.membership import actor, current_clinic
from webapp.unit_of_work import unit_of_work


@blueprint.get("/<slug>/doctors")
@open_to(Audience.CLINIC)
def doctors(slug: str) -> str:
    """Every doctor with what is stated."""
    return render_template("portal/doctors.html")


@blueprint.route("/<slug>/doctors/new", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@open_to(Audience.CLINIC)
def new_doctor(slug: str) -> Response | str | tuple[str, int]:
    """Add a doctor."""
    return _doctor_page(None)


@blueprint.route("/<slug>/doctors/<int:doctor_id>", methods=["GET", "POST"])
@csrf.exempt  # as above
@open_to(Audience.CLINIC)
def doctor(slug: str, doctor_id: int) -> Response | str | tuple[str, int]:
    """Change what is stated of a doctor."""
    return _doctor_page(doctor_id)


@blueprint.post("/<slug>/doctors/<int:doctor_id>/remove")
@open_to(Audience.CLINIC)
def remove_doctor(slug: str, doctor_id: int) -> Response:
    """A doctor who is no longer there leaves the page."""
    with unit_of_work():
        clinic = current_clinic()
        person = _of(clinic, doctor_id)
        name = person.name
        editing.remove_practitioner(clinic, person, actor(), utc_now())
    flash(_("%(name)s is no longer on your page.", name=name))
    return redirect(url_for("portal.doctors", slug=slug), 303)


def _doctor_page(doctor_id: int | None) -> Response | str | tuple[str, int]:
    clinic = current_clinic()
    person = _of(clinic, doctor_id) if doctor_id is not None else None
    form = doctor_form(person, today_in(clinic.country, utc_now()))
    if not form.is_submitted():
        return _page(form, person)
    if not form.validate():
        return _page(form, person), 422
    try:
        if not _saved(form, doctor_id):
            return _page(form, person), 409
    except (ValueError, IntegrityError):
        # The unique constraint, where a colleague saved the same name in the same moment.
        form.name.errors = [*form.name.errors, _("Another doctor of the clinic has this name.")]
        return _page(form, person), 422
    flash(_("Saved. Patients see it now."))
    return redirect(url_for("portal.doctors", slug=clinic.slug), 303)


def _saved(form: DoctorForm, doctor_id: int | None) -> bool:
    """Write what was typed; False when a colleague changed the same to something else, which the form then says."""
    with unit_of_work():
        clinic = current_clinic()
        if doctor_id is None:
            editing.save_practitioner(clinic, None, form.typed(), actor(), utc_now())
            return True
        person = _of(clinic, doctor_id)
        stored = doctor_values(person)
        merged = form.merge(form.typed(), stored)
        if not merged.conflicts:
            # All of it: what a doctor's entry says is confirmed as a whole.
            values = stored | merged.values
            editing.save_practitioner(clinic, person, values, actor(), utc_now())
            return True
    for column in merged.conflicts:
        value = stored[column]
        words = format_day(value) if column == "checked_on" and value else value
        form[column].errors = [*form[column].errors, conflict_words(str(form[column].label.text), words)]
    form.remember(stored)
    return False


def _of(clinic: Clinic, doctor_id: int) -> Practitioner:
    """The clinic's doctor with that id; 404 for another clinic's."""
    person = queries.doctor(clinic, doctor_id)
    if person is None:
        abort(404)
    return person


def _page(form: DoctorForm, person: Practitioner | None) -> str:
    return render_template("portal/doctor.html", form=form, doctor=person)
