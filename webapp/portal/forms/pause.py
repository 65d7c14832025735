"""A pause until a day, what patients are asked for, and a new address for enquiries."""

from datetime import date, timedelta

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, Field, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.clinics.models import Clinic
from webapp.domain.asks_for import MAX_PER_DAY
from webapp.enquiries.choices import ASKS_FOR, asked_for
from webapp.form_choices import choices
from webapp.form_fields import WholeNumberField
from webapp.portal.forms.fields import at_most, one_line

_LONGEST = timedelta(days=366)


class PauseForm(FlaskForm):
    """Made by `pause_form`, which knows the market's day."""

    today: date

    until = DateField(
        _l("No enquiries until the end of"),
        validators=[InputRequired(_l("Give a day, or switch enquiries off."))],
        description=_l("The day counts where the clinic is. After it patients can ask you again."),
    )

    def validate_until(self, field: Field) -> None:
        if field.data and field.data < self.today:
            raise ValidationError(_("This day is over."))
        if field.data and field.data > self.today + _LONGEST:
            raise ValidationError(_("That is more than a year away: switch enquiries off instead."))


class AddressForm(FlaskForm):
    """An address that enquiries shall go to once it has confirmed that."""

    email = EmailField(
        _l("New address for enquiries"),
        filters=[one_line],
        validators=[InputRequired(_l("Give the address at which the clinic reads enquiries.")), at_most(254)],
        description=_l(
            "We write there first. Enquiries go to the address above until the link in that mail is used."
        ),
    )

    def validate_email(self, field: Field) -> None:
        field.data = checked_address(field.data or "")


class NeedsForm(FlaskForm):
    """What the clinic asks patients for, and how many of them it can answer in a day."""

    asks_for = SelectMultipleField(
        _l("What do you need to know for a quote?"),
        choices=choices(ASKS_FOR),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    per_day = WholeNumberField(
        _l("Enquiries you can answer in a day"),
        validators=[
            Optional(),
            NumberRange(1, MAX_PER_DAY, _l("Between 1 and %(max)s a day.", max=MAX_PER_DAY)),
        ],
        description=_l(
            "When so many have come, the form says that you take no more today. Empty: our own limit."
        ),
    )


def checked_address(text: str) -> str:
    """The address in its normal form. Raises ValidationError for what is none."""
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValidationError(
            _("This does not look like an e-mail address, for example name@example.org.")
        ) from None


def pause_form(today: date) -> PauseForm:
    form = PauseForm(prefix="pause-")
    form.today = today
    return form


def needs_form(clinic: Clinic) -> NeedsForm:
    """Filled in with what the clinic says now."""
    return NeedsForm(
        prefix="needs-", data={"asks_for": asked_for(clinic), "per_day": clinic.enquiries_per_day}
    )


def address_form() -> AddressForm:
    return AddressForm(prefix="address-")
