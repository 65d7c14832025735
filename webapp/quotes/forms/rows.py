"""The rows of the sheet: one thing quoted, one fee beside it; and amounts as people write them."""

from collections.abc import Callable
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DecimalField, Field, Form, SelectField, StringField, ValidationError
from wtforms.validators import Length, NumberRange, Optional

from webapp.domain.money import AmountFault, InvalidAmount, Money, parse_major
from webapp.domain.plain_text import plain_text
from webapp.domain.units import MAX_VALUE
from webapp.form_choices import choices
from webapp.form_fields import WholeNumberField
from webapp.offers.labels import UNITS

NOT_STATED = _l("Not stated")

_FAULTS = {
    AmountFault.EMPTY: _l("Give an amount."),
    AmountFault.NOT_A_NUMBER: _l("Write the amount in figures, for example 1,200."),
    AmountFault.NEGATIVE: _l("An amount cannot be below zero."),
    AmountFault.TOO_MANY_DECIMALS: _l("That has more decimals than the currency."),
    AmountFault.TOO_LARGE: _l("That is more than we can store."),
}


def one_line(text: str | None) -> str | None:
    """A filter: plain text without line breaks."""
    return plain_text(text) if text else text


def many_lines(text: str | None) -> str | None:
    """A filter: plain text that keeps its lines."""
    return plain_text(text, keep_lines=True) if text else text


def decimals(most: int) -> Callable[[object, Field], None]:
    """A validator: no more decimals than are kept, so that what is stored is what was typed."""

    def check(form: object, field: Field) -> None:
        exponent = field.data.normalize().as_tuple().exponent if field.data is not None else 0
        if not isinstance(exponent, int) or -exponent > most:
            raise ValidationError(_("At most %(most)s decimals.", most=most))

    return check


class AmountField(StringField):
    """An amount as people write it; `money` is what it says in the form's currency, None when empty."""

    money: Money | None = None

    def read(self, currency: str) -> None:
        """Understand what was typed. Raises ValidationError in the reader's language."""
        self.money = None
        if not (self.data or "").strip():
            return
        try:
            self.money = parse_major(self.data or "", currency)
        except InvalidAmount as error:
            raise ValidationError(str(_FAULTS[error.fault])) from None


def amount_holds(field: AmountField, currency: str, *, required: bool) -> bool:
    """Read an amount; what is wrong with it stands beside the field then."""
    try:
        field.read(currency)
    except ValidationError as error:
        return holds(field, False, str(error))
    return holds(field, field.money is not None or not required, str(_FAULTS[AmountFault.EMPTY]))


def holds(field: Field, is_so: bool, message: str) -> bool:
    """`is_so`; where it is not, the message stands beside the field."""
    if not is_so:
        field.errors = [*field.errors, message]
    return is_so


class LineForm(Form):
    """One thing quoted. An empty row says nothing."""

    treatment = SelectField(_l("Treatment"), validators=[Optional()])
    words = StringField(_l("In your own words"), filters=[one_line], validators=[Length(max=200)])
    quantity = DecimalField(
        _l("How much per session"),
        places=None,
        validators=[
            Optional(),
            NumberRange(Decimal("0.001"), MAX_VALUE - 1, _l("A number above zero.")),
            decimals(3),
        ],
    )
    unit = SelectField(_l("Unit"), choices=choices(UNITS, NOT_STATED), validators=[Optional()])
    sessions = WholeNumberField(
        _l("Sessions"), validators=[Optional(), NumberRange(1, 50, _l("Between 1 and 50."))]
    )
    area = SelectField(_l("Area"), validators=[Optional()])
    price = AmountField(_l("Price for all sessions of this row"), validators=[Length(max=40)])
    # What was asked and is left out, so that nobody has to call it free to send the rest.
    not_offered = BooleanField(_l("We do not offer this"))

    @property
    def is_empty(self) -> bool:
        return not (self.price.data or "").strip() and not self.treatment.data and not self.words.data

    def holds_in(self, currency: str) -> bool:
        """What a row with something in it needs."""
        if self.not_offered.data:
            return holds(
                self.price,
                not (self.price.data or "").strip(),
                _("Either it has a price, or you do not offer it."),
            )
        whole = amount_holds(self.price, currency, required=False)
        whole &= holds(
            self.price,
            not whole or self.price.money is not None,
            _("Give an amount, or tick that you do not offer this."),
        )
        whole &= holds(
            self.treatment,
            bool(self.treatment.data or self.words.data),
            _("Choose a treatment or describe it."),
        )
        whole &= holds(self.unit, self.quantity.data is None or bool(self.unit.data), _("Choose the unit."))
        return whole


class FeeForm(Form):
    """A fee beside the price, per visit, in the clinic's words. An empty row says nothing."""

    name = StringField(
        _l("Another fee, per visit: what for"), filters=[one_line], validators=[Length(max=80)]
    )
    amount = AmountField(_l("How much"), validators=[Length(max=40)])

    @property
    def is_empty(self) -> bool:
        return not (self.amount.data or "").strip() and not self.name.data

    def holds_in(self, currency: str) -> bool:
        """A fee has a name and an amount."""
        whole = amount_holds(self.amount, currency, required=True)
        return holds(self.name, bool(self.name.data), _("Say what the fee is for.")) and whole
