"""The forms without an account: "this is my clinic" and "never list us". They keep what was typed."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from webapp.domain.hosts import host_of
from webapp.domain.market import Country
from webapp.domain.plain_text import plain_text
from webapp.form_choices import choices

MAX_NOTE = 1000
COUNTRIES = {Country.SG.value: _l("Singapore"), Country.KR.value: _l("South Korea")}


def _one_line(text: str | None) -> str | None:
    return plain_text(text) if text else text


def _lines(text: str | None) -> str | None:
    return plain_text(text, keep_lines=True) if text else text


def _at_most(longest: int) -> Length:
    return Length(max=longest, message=_l("At most %(max)s characters.", max=longest))


class _WithAddress(FlaskForm):
    """Who writes, and from which address: a link goes there first."""

    name = StringField(
        _l("Your name"),
        filters=[_one_line],
        validators=[InputRequired(_l("Give your name.")), _at_most(80)],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        _l("Your e-mail address"),
        filters=[_one_line],
        validators=[InputRequired(_l("Give the address at which you read our mail.")), _at_most(254)],
        description=_l(
            "Best at your clinic’s own domain: then the button in our mail is all it takes. Otherwise a person looks"
            " at it first."
        ),
        render_kw={"autocomplete": "email"},
    )
    note = TextAreaField(_l("Anything we should know"), filters=[_lines], validators=[_at_most(MAX_NOTE)])

    def validate_email(self, field: Field) -> None:
        try:
            field.data = validate_email(field.data or "", check_deliverability=False).normalized
        except EmailNotValidError:
            raise ValidationError(
                _("This does not look like an e-mail address, for example name@example.org.")
            ) from None


class ClaimForm(_WithAddress):
    """For a clinic that we list."""

    position = StringField(
        _l("Your position at the clinic"),
        filters=[_one_line],
        validators=[InputRequired(_l("Say what you do at the clinic.")), _at_most(80)],
        description=_l("Name and position stand on the clinic’s page, as who agreed to the listing."),
        render_kw={"autocomplete": "organization-title"},
    )
    agrees = BooleanField(
        _l("I may speak for this clinic, and I agree to the text above."),
        validators=[
            InputRequired(_l("Tick the box if you agree; without it nothing is listed in your name."))
        ],
    )


class NeverListForm(_WithAddress):
    """For a clinic that we list."""


class NeverListAnyForm(_WithAddress):
    """For a clinic that we may not know: what it is known by, so that it can be kept out."""

    clinic_name = StringField(
        _l("Name of the clinic"),
        filters=[_one_line],
        validators=[InputRequired(_l("Give the clinic’s name as it stands on its sign.")), _at_most(200)],
    )
    country = SelectField(_l("Country"), choices=choices(COUNTRIES))
    website = StringField(
        _l("Its web site"),
        filters=[_one_line],
        validators=[Optional(), _at_most(300)],
        render_kw={"inputmode": "url", "autocomplete": "url"},
    )
    phone = StringField(
        _l("Its telephone number"),
        filters=[_one_line],
        validators=[Optional(), _at_most(32)],
        render_kw={"inputmode": "tel"},
    )
    postal_code = StringField(
        _l("Its postal code"),
        filters=[_one_line],
        validators=[Optional(), _at_most(16)],
        render_kw={"inputmode": "numeric"},
    )

    def validate_website(self, field: Field) -> None:
        if field.data and "." not in (host_of(field.data) or ""):
            raise ValidationError(_("This does not look like a web address, for example clinic.example.org."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field, and one mark beside the name."""
        valid = bool(super().validate(extra_validators))
        if self.website.data or self.phone.data or self.postal_code.data:
            return valid
        message = _("Give its web site, telephone number or postal code too: many clinics share a name.")
        self.website.errors = [*self.website.errors, message]
        return False
