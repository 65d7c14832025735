"""One doctor of a clinic as a form."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, SelectMultipleField, StringField, URLField, ValidationError
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.clinics.models import Practitioner
from webapp.form_choices import choices
from webapp.portal.forms.fields import MAX_URL, at_most, joined, one_line, web_address
from webapp.portal.forms.opened import OpenedForm
from webapp.portal.forms.profile import language_choices


class DoctorForm(OpenedForm):
    """What a reader can check of a doctor. Made by `doctor_form`."""

    today: date

    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[InputRequired(_l("Give the doctor’s name.")), at_most(200)],
    )
    name_local = StringField(_l("Name in the local script"), filters=[one_line], validators=[at_most(200)])
    registration_no = StringField(
        _l("Registration number"),
        filters=[one_line],
        validators=[at_most(64)],
        description=_l("As it stands in the public register of doctors."),
    )
    register_url = URLField(
        _l("Address of the entry in the public register"),
        filters=[one_line],
        validators=[at_most(MAX_URL), web_address],
    )
    checked_on = DateField(
        _l("You checked the entry on"),
        validators=[Optional()],
        description=_l("Patients see this day beside the number."),
    )
    languages = SelectMultipleField(
        _l("Languages"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def validate_checked_on(self, field: Field) -> None:
        if field.data and field.data > self.today:
            raise ValidationError(_("This day has not come yet."))

    def typed(self) -> dict[str, Any]:
        """What was typed, by the doctor's columns."""
        values = {
            name: self[name].data
            for name in ("name", "name_local", "registration_no", "register_url", "checked_on")
        }
        return {**values, "languages": joined(self.languages.data or [])}


COLUMNS = ("name", "name_local", "registration_no", "register_url", "checked_on", "languages")


def doctor_form(doctor: Practitioner | None, today: date) -> DoctorForm:
    """The form filled from a doctor (None: empty), or what a request brought."""
    shown = doctor_values(doctor)
    spoken = (shown["languages"] or "").split(";")
    form = DoctorForm()
    if not form.is_submitted():
        form = DoctorForm(data={**shown, "languages": spoken})
        form.remember(shown)
    form.today = today
    form.languages.choices = choices(language_choices(spoken))
    return form


def doctor_values(doctor: Practitioner | None) -> dict[str, Any]:
    """A doctor's columns as this form knows them."""
    return {name: getattr(doctor, name) if doctor else None for name in COLUMNS}
