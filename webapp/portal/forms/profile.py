"""The clinic's own details as a form."""

from collections.abc import Mapping
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TelField, URLField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.clinics.models import Clinic
from webapp.form_choices import choices
from webapp.i18n import listed
from webapp.portal.forms.fields import (
    MAX_URL,
    at_most,
    joined,
    one_line,
    phone_number,
    postal_code,
    web_address,
)
from webapp.portal.forms.opened import OpenedForm

# Languages that clinics of the two markets most often name; one that a clinic has beside them is offered too.
LANGUAGES = ("en", "zh", "ko", "ms", "ta", "ja", "th", "vi", "id", "ru", "mn", "ar")
_YES_NO = {"yes": _l("Yes"), "no": _l("No")}
_BOOLS = {"yes": True, "no": False}


class ProfileForm(OpenedForm):
    """What the public reads of a clinic, and how its feed is used. Made by `profile_form`."""

    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[InputRequired(_l("Give the clinic’s name.")), at_most(200)],
    )
    name_zh = StringField(_l("Name in Chinese"), filters=[one_line], validators=[at_most(200)])
    name_ko = StringField(_l("Name in Korean"), filters=[one_line], validators=[at_most(200)])
    address = StringField(
        _l("Address"),
        filters=[one_line],
        validators=[at_most(300)],
        description=_l("Number and street, and the building if it has a name."),
        render_kw={"autocomplete": "street-address"},
    )
    unit = StringField(_l("Unit or floor"), filters=[one_line], validators=[at_most(64)])
    postal_code = StringField(
        _l("Postal code"), filters=[one_line], render_kw={"autocomplete": "postal-code"}
    )
    phone = TelField(
        _l("Telephone"), filters=[one_line], validators=[at_most(40)], render_kw={"autocomplete": "tel"}
    )
    website = URLField(_l("Website"), filters=[one_line], validators=[at_most(MAX_URL), web_address])
    first_language = SelectField(
        _l("First language"),
        validators=[Optional()],
        description=_l(
            "Our mails to the clinic are in this language, where it is English, Chinese or Korean."
        ),
    )
    other_languages = SelectMultipleField(
        _l("Also spoken"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    licence_no = StringField(_l("Licence number of the clinic"), filters=[one_line], validators=[at_most(64)])
    gst_registered = SelectField(
        _l("Registered for GST"),
        choices=choices(_YES_NO, _l("Not stated")),
        validators=[Optional()],
        description=_l("A clinic that is registered shows its prices with GST (rule SG-PRICE-GST)."),
    )
    foreign_patient_reg_no = StringField(
        _l("Registration number for foreign patients"),
        filters=[one_line],
        validators=[at_most(64)],
        description=_l(
            "Without it, patients from abroad cannot ask you from here (rule KR-FOREIGN-PATIENTS)."
        ),
    )
    feed_url = URLField(
        _l("Address of your price list"),
        filters=[one_line],
        validators=[at_most(MAX_URL), web_address],
        description=_l(
            "A spreadsheet that you published as CSV or XLSX. We read it once a month and around the turn of the"
            " month, and propose what changed."
        ),
    )
    auto_accept_prices = BooleanField(
        _l("Small price changes in our own price list go live without asking us")
    )

    def typed(self) -> dict[str, Any]:
        """What was typed, by the clinic's columns."""
        values: dict[str, Any] = {
            name: self[name].data
            for name in (
                *("name", "name_zh", "name_ko", "address", "unit", "postal_code", "phone", "website"),
                *("licence_no", "foreign_patient_reg_no", "feed_url", "auto_accept_prices"),
            )
            if name in self
        }
        values["languages"] = joined([self.first_language.data or "", *(self.other_languages.data or ())])
        if "gst_registered" in self:
            values["gst_registered"] = _BOOLS.get(self.gst_registered.data)
        return values


def profile_form(clinic: Clinic, shown: Mapping[str, Any]) -> ProfileForm:
    """The form with the fields that the clinic's market knows, filled from `shown` (columns) or by the request."""
    form = ProfileForm()
    opened = not form.is_submitted()
    if opened:
        form = ProfileForm(data=_as_fields(shown))
    if clinic.country == "SG":
        del form.foreign_patient_reg_no
    else:
        del form.gst_registered
    form.phone.validators = [*form.phone.validators, phone_number(clinic.country)]
    form.postal_code.validators = [*form.postal_code.validators, postal_code(clinic.country)]
    names = language_choices((clinic.languages or "").split(";"))
    form.first_language.choices = choices(names, _l("Not stated"))
    form.other_languages.choices = choices(names)
    if opened:
        form.remember({name: shown[name] for name in form.typed()})
    return form


def language_choices(also: list[str]) -> list[tuple[str, str]]:
    """(tag, name in the reader's language), with the tags in `also` that are not among the usual ones."""
    return [(tag, _language(tag)) for tag in dict.fromkeys([*LANGUAGES, *also]) if tag]


def _language(tag: str) -> str:
    try:
        name = Locale.parse(tag, sep="-").get_display_name(get_locale())
    except (ValueError, UnknownLocaleError):
        name = None
    return str(name or tag)


def _as_fields(shown: Mapping[str, Any]) -> dict[str, Any]:
    first, *others = (shown["languages"] or "").split(";")
    stated = shown["gst_registered"]
    return {
        **shown,
        "first_language": first,
        "other_languages": others,
        "gst_registered": "" if stated is None else "yes" if stated else "no",
    }


def label_of(form: ProfileForm, column: str) -> str:
    """What the page calls a column."""
    return _("Languages") if column == "languages" else str(form[column].label.text)


def stored_words(column: str, value: Any) -> str | None:
    """A stored value as the page would write it; None where nothing is stored."""
    if isinstance(value, bool):
        return str(_YES_NO["yes" if value else "no"])
    if column == "languages" and value:
        return listed(_language(tag) for tag in value.split(";"))
    return value or None
