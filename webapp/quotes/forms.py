"""The clinic's answer as a form: rows prefilled from its own offers, big enough for a thumb."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Field,
    Form,
    FormField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length, NumberRange, Optional

from webapp.domain.money import AmountFault, InvalidAmount, Money, parse_major
from webapp.domain.offers import Consultation, Tax
from webapp.domain.plain_text import plain_text
from webapp.domain.units import MAX_VALUE
from webapp.form_choices import choices
from webapp.form_fields import RowsField, WholeNumberField
from webapp.offers.labels import CONSULTATION, INJECTOR, NUMBING, TAX, UNITS

ROWS = 4
_NOT_STATED = _l("Not stated")


_FAULTS = {
    AmountFault.EMPTY: _l("Give an amount."),
    AmountFault.NOT_A_NUMBER: _l("Write the amount in figures, for example 1,200."),
    AmountFault.NEGATIVE: _l("An amount cannot be below zero."),
    AmountFault.TOO_MANY_DECIMALS: _l("That has more decimals than the currency."),
    AmountFault.TOO_LARGE: _l("That is more than we can store."),
}


def _one_line(text: str | None) -> str | None:
    return plain_text(text) if text else text


def _lines(text: str | None) -> str | None:
    return plain_text(text, keep_lines=True) if text else text


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


class LineForm(Form):
    """One thing quoted. An empty row says nothing."""

    treatment = SelectField(_l("Treatment"), validators=[Optional()])
    words = StringField(_l("In your own words"), filters=[_one_line], validators=[Length(max=200)])
    quantity = DecimalField(
        _l("How much per session"),
        places=None,
        validators=[Optional(), NumberRange(Decimal("0.001"), MAX_VALUE - 1, _l("A number above zero."))],
    )
    unit = SelectField(_l("Unit"), choices=choices(UNITS, _NOT_STATED), validators=[Optional()])
    sessions = WholeNumberField(
        _l("Sessions"), validators=[Optional(), NumberRange(1, 50, _l("Between 1 and 50."))]
    )
    price = AmountField(_l("Price for all sessions of this row"), validators=[Length(max=40)])

    @property
    def is_empty(self) -> bool:
        return not (self.price.data or "").strip() and not self.treatment.data and not self.words.data


class QuoteForm(FlaskForm):
    """Needs `currency`, and the treatments to choose from, when it is made (see `quote_form`)."""

    lines = RowsField(FormField(LineForm), min_entries=ROWS, max_entries=12)
    tax = SelectField(
        _l("Tax"),
        choices=choices(TAX),
        default=Tax.UNKNOWN.value,
    )
    tax_rate = DecimalField(
        _l("Tax rate in per cent"),
        places=None,
        validators=[Optional(), NumberRange(0, 30, _l("Between 0 and 30 per cent."))],
    )
    consultation = SelectField(
        _l("Consultation"), choices=choices(CONSULTATION, _NOT_STATED), validators=[Optional()]
    )
    consultation_fee = AmountField(_l("Consultation fee"), validators=[Length(max=40)])
    consultation_waived = BooleanField(_l("The fee is waived when the treatment is done"))
    no_other_fees = BooleanField(_l("There are no other fees (medicine, needle, administration)"))
    other_fee_name = StringField(
        _l("Another fee, per visit: what for"), filters=[_one_line], validators=[Length(max=80)]
    )
    other_fee_amount = AmountField(_l("How much"), validators=[Length(max=40)])
    numbing = SelectField(_l("Numbing cream"), choices=choices(NUMBING, _NOT_STATED), validators=[Optional()])
    injector = SelectField(_l("Who injects"), choices=choices(INJECTOR, _NOT_STATED), validators=[Optional()])
    valid_until = DateField(_l("Valid until"), validators=[Optional()])
    note = TextAreaField(
        _l("Anything else the patient should know"),
        filters=[_lines],
        validators=[Length(max=2000, message=_l("At most %(max)s characters.", max=2000))],
    )

    def validate_answer(self, currency: str) -> bool:
        """Everything that a priced answer needs, each finding beside its field."""
        valid: bool = self.validate()
        rows = [row.form for row in self.lines if not row.form.is_empty]
        for row in rows:
            valid &= self._read(row.price, currency, required=True)
            valid &= _needs(
                row.treatment,
                bool(row.treatment.data or row.words.data),
                _("Choose a treatment or describe it."),
            )
            valid &= _needs(row.unit, row.quantity.data is None or bool(row.unit.data), _("Choose the unit."))
        if not rows:
            self.form_errors.append(_("Give at least one price, or choose one of the other answers."))
            valid = False
        fee = self.consultation.data == Consultation.FEE
        valid &= self._read(self.consultation_fee, currency, required=fee)
        valid &= self._read(self.other_fee_amount, currency, required=bool(self.other_fee_name.data))
        contradicts = self.no_other_fees.data and bool((self.other_fee_amount.data or "").strip())
        valid &= _needs(
            self.other_fee_amount, not contradicts, _("Either there are no other fees, or there is this one.")
        )
        exclusive = self.tax.data == Tax.EXCLUSIVE
        valid &= _needs(
            self.tax_rate,
            not exclusive or self.tax_rate.data is not None,
            _("Give the rate of the tax that comes on top."),
        )
        return valid

    def _read(self, field: AmountField, currency: str, *, required: bool) -> bool:
        try:
            field.read(currency)
        except ValidationError as error:
            return _needs(field, False, str(error))
        return _needs(field, field.money is not None or not required, str(_FAULTS[AmountFault.EMPTY]))


def _needs(field: Field, holds: bool, message: str) -> bool:
    if not holds:
        field.errors = [*field.errors, message]
    return holds


def quote_form(treatments: list[tuple[str, str]], prefilled: dict[str, Any] | None = None) -> QuoteForm:
    """The form with the treatments to choose from; `prefilled` is used where nothing was sent."""
    form = QuoteForm(data=prefilled)
    for row in form.lines:
        row.form.treatment.choices = choices(treatments, _("Something else"))
    return form
