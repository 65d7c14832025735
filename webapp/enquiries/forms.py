"""The one enquiry form: short, prefilled, and it keeps what was typed."""

from datetime import date, datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.domain.plain_text import plain_text
from webapp.enquiries.choices import CHANNELS, CONCERNS
from webapp.form_choices import choices
from webapp.form_fields import WholeNumberField

MAX_CLINICS = 5
MAX_SESSIONS = 12
MAX_MESSAGE = 2000
# Nobody reads and fills this form in less; a program does (contract: the enquiry form).
FASTEST = timedelta(seconds=4)


def _one_line(text: str | None) -> str | None:
    return plain_text(text) if text else text


def _lines(text: str | None) -> str | None:
    return plain_text(text, keep_lines=True) if text else text


class EnquiryForm(FlaskForm):
    """`clinics_form` (below) adds one consent box per clinic."""

    started = HiddenField()
    treatment = SelectField(_l("Treatment"), validators=[InputRequired(_l("Choose a treatment."))])
    sessions = WholeNumberField(
        _l("How many sessions"),
        default=1,
        validators=[
            InputRequired(_l("Say how many sessions, as a number.")),
            NumberRange(1, MAX_SESSIONS, _l("Between 1 and %(max)s sessions.", max=MAX_SESSIONS)),
        ],
    )
    concerns = SelectMultipleField(
        _l("What would you like to change?"),
        choices=choices(CONCERNS),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    earliest_on = DateField(_l("Earliest day"), validators=[Optional()])
    latest_on = DateField(_l("Latest day"), validators=[Optional()])
    message = TextAreaField(
        _l("Your question"),
        filters=[_lines],
        validators=[Length(max=MAX_MESSAGE, message=_l("At most %(max)s characters.", max=MAX_MESSAGE))],
        description=_l(
            "It is not translated. Please write no medical history: that belongs in the consultation."
        ),
    )
    name = StringField(
        _l("First name or alias"),
        filters=[_one_line],
        validators=[
            InputRequired(_l("Give a first name; an alias will do.")),
            Length(max=80, message=_l("At most %(max)s characters.", max=80)),
        ],
        render_kw={"autocomplete": "given-name"},
    )
    email = EmailField(
        _l("Your e-mail address"),
        filters=[lambda text: text.strip() if text else text],
        validators=[InputRequired(_l("Give the address at which you read our mail."))],
        description=_l(
            "Clinics do not get it until you release it. We write to it when a clinic has answered."
        ),
        render_kw={"autocomplete": "email"},
    )
    other_channel = SelectField(
        _l("Another way to reach you"),
        choices=choices(CHANNELS, _l("None")),
        validators=[Optional()],
    )
    other_handle = StringField(
        _l("Number or name there"),
        filters=[_one_line],
        validators=[Length(max=120, message=_l("At most %(max)s characters.", max=120))],
    )
    consent_health = BooleanField()
    consent_abroad = BooleanField()
    # A field that people never see; a program that fills in everything gives itself away.
    website = StringField(_l("Leave this empty"), render_kw={"tabindex": "-1", "autocomplete": "off"})

    def validate_email(self, field: Field) -> None:
        try:
            field.data = validate_email(field.data, check_deliverability=False).normalized
        except EmailNotValidError:
            raise ValidationError(
                _("This does not look like an e-mail address, for example name@example.org.")
            ) from None

    def validate_latest_on(self, field: Field) -> None:
        earliest: date | None = self.earliest_on.data
        if field.data and earliest and field.data < earliest:
            raise ValidationError(_("The latest day is before the earliest one."))

    def validate_other_handle(self, field: Field) -> None:
        if self.other_channel.data and not field.data:
            raise ValidationError(_("Give the number or name for the way you chose, or choose none."))

    def validate_consent_health(self, field: Field) -> None:
        if (self.concerns.data or self.message.data) and not field.data:
            raise ValidationError(_("Tick the box about health, or leave concerns and question empty."))

    def validate_website(self, field: Field) -> None:
        if field.data:
            raise ValidationError(_("Leave the field called website empty."))


def is_too_fast(started: datetime, now: datetime) -> bool:
    """True when the form came back sooner than a person could fill it in."""
    return now - started < FASTEST
