"""The form of one offer: what most offers say first, the rest in groups that open when they say something."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length, NumberRange, Optional

from webapp.domain.listing_csv.columns import FILES, MAX_INTERVAL_WEEKS, MAX_SESSIONS, OFFERS
from webapp.domain.offers import TERM_TYPES, Consultation, Eligibility, OfferTerms, PriceBasis, PriceKind, Tax
from webapp.domain.plain_text import plain_text
from webapp.domain.units import MAX_VALUE, InvalidQuantity, Quantity, Unit
from webapp.form_choices import choices
from webapp.form_fields import RowsField, WholeNumberField
from webapp.offers.labels import (
    ANSWERS,
    CONSULTATION,
    PRICE_BASIS,
    PRICE_KIND,
    TAX,
    UNITS,
    WORDS,
    YES_NO,
    answers_of,
)
from webapp.quotes.forms import AmountField

MAX_PARTS = 6
MAX_FEES = 4
# What an import brought may be longer than what the form offers, and is not cut off by an edit.
_MOST_ROWS = 50
# The value of a part's treatment that is none of the catalogue's: the listing files' word for it.
OTHER = "other"
NO_FEES, SOME_FEES = "none", "some"
_NOT_STATED = _l("Not stated")
_ABOVE_ZERO = _l("A number above zero, with at most three decimals.")
_HUNDREDTH = Decimal("0.01")


def _one_line(text: str | None) -> str | None:
    return plain_text(text) if text else text


def _lines(text: str | None) -> str | None:
    return plain_text(text, keep_lines=True) if text else text


def _text(label: Any, most: int, **more: Any) -> StringField:
    too_long = _l("At most %(max)s characters.", max=most)
    return StringField(label, filters=[_one_line], validators=[Length(max=most, message=too_long)], **more)


def _whole(label: Any, most: int, message: Any) -> WholeNumberField:
    return WholeNumberField(label, validators=[Optional(), NumberRange(1, most, message)])


def _choice(label: Any, words: Mapping[Any, Any], first: Any | None = _NOT_STATED) -> SelectField:
    return SelectField(label, choices=choices(words, first), validators=[Optional()])


class PartForm(Form):
    """One thing the offer holds. An empty row says nothing."""

    treatment = SelectField(_l("Treatment"), validators=[Optional()])
    quantity = DecimalField(
        _l("How much per session"),
        places=None,
        validators=[Optional(), NumberRange(Decimal("0.001"), MAX_VALUE - 1, _ABOVE_ZERO)],
    )
    unit = _choice(_l("Unit"), UNITS)
    sessions = _whole(
        _l("Sessions"), MAX_SESSIONS, _l("A whole number from 1 to %(most)s.", most=MAX_SESSIONS)
    )
    words = _text(_l("In your own words"), 1000)
    areas = _text(_l("Areas"), 200)
    interval_weeks = _whole(
        _l("Weeks between sessions"),
        MAX_INTERVAL_WEEKS,
        _l("A whole number from 1 to %(most)s.", most=MAX_INTERVAL_WEEKS),
    )

    @property
    def is_empty(self) -> bool:
        return not any(
            [self.treatment.data, self.words.data, self.quantity.raw_data and self.quantity.raw_data[0]]
        )

    @property
    def says_more(self) -> bool:
        """Does one of the cells that are closed at first hold something?"""
        more = (self.words, self.areas, self.interval_weeks)
        return any(field.data or field.errors for field in more)

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if self.is_empty:
            return valid
        named = bool(self.treatment.data)
        valid &= needs(self.treatment, named, _("Choose a treatment, or “something else”."))
        described = self.treatment.data != OTHER or bool(self.words.data)
        valid &= needs(self.words, described, _("Say what it is."))
        if self.quantity.data is not None and not self.quantity.errors:
            valid &= needs(self.unit, bool(self.unit.data), _("Choose the unit."))
            valid &= needs(self.quantity, _is_quantity(self.quantity.data), str(_ABOVE_ZERO))
        return valid


class FeeForm(Form):
    """A fee beside the price. An empty row says nothing."""

    name = _text(_l("What for"), 200)
    amount = AmountField(_l("How much per visit"), validators=[Length(max=40)])

    @property
    def is_empty(self) -> bool:
        return not (self.name.data or "").strip() and not (self.amount.data or "").strip()


class OfferForm(FlaskForm):
    """Made by `offer_form`, which knows the treatments. `validate_offer` is the check, not `validate`."""

    # Which version of the offer the form was opened with (price_sheet.version).
    seen = HiddenField()
    title = _text(_l("What you call it"), 300)
    parts = RowsField(FormField(PartForm), min_entries=1, max_entries=_MOST_ROWS)
    parts_missing = BooleanField(_l("It holds more than is named here"))
    price = AmountField(_l("Price"), validators=[Length(max=40)])
    tax = SelectField(_l("Tax"), choices=choices(TAX), default=Tax.INCLUSIVE.value)
    tax_rate = DecimalField(
        _l("Tax rate in per cent"),
        places=None,
        validators=[Optional(), NumberRange(0, 30, _l("Between 0 and 30 per cent."))],
    )
    price_kind = SelectField(
        _l("When it holds"), choices=choices(PRICE_KIND), default=PriceKind.REGULAR.value
    )
    price_basis = SelectField(
        _l("The price is for"), choices=choices(PRICE_BASIS), default=PriceBasis.TOTAL.value
    )
    regular_price = AmountField(_l("Price before the event"), validators=[Length(max=40)])
    valid_from = DateField(_l("First day"), validators=[Optional()])
    valid_until = DateField(_l("Last day"), validators=[Optional()])
    event_target = _text(_l("For whom the event is"), 500)
    event_scope = _text(_l("What the event covers"), 500)
    consultation = _choice(_l("Consultation"), CONSULTATION)
    consultation_fee = AmountField(_l("Consultation fee"), validators=[Length(max=40)])
    consultation_waived = _choice(_l("Is the fee waived when the treatment is done?"), YES_NO)
    fees = SelectField(
        _l("Other fees (medicine, needle, administration)"),
        choices=choices({NO_FEES: _l("There are none"), SOME_FEES: _l("There are these:")}, _NOT_STATED),
        validators=[Optional()],
    )
    other_fees = RowsField(FormField(FeeForm), min_entries=MAX_FEES, max_entries=_MOST_ROWS)

    @property
    def opened(self) -> set[str]:
        """The groups that stand open: those with a finding or with an answer that is not the commonest."""
        return {
            name
            for name, fields in GROUPS.items()
            if any(self[field].errors or _says_something(self[field]) for field in fields)
        }

    def group(self, name: str) -> list[Field]:
        """The fields of one of GROUPS."""
        return [self[field] for field in GROUPS[name]]

    @property
    def filled_parts(self) -> list[PartForm]:
        return [entry.form for entry in self.parts if not entry.form.is_empty]

    @property
    def filled_fees(self) -> list[FeeForm]:
        return [entry.form for entry in self.other_fees if not entry.form.is_empty]

    def validate_offer(self, currency: str, *, event_terms: bool) -> bool:
        """Everything that the terms of an offer need, each finding beside its field.

        `event_terms`: the market shows an event price only with target, scope, period and the price before.
        """
        valid: bool = self.validate()
        valid &= needs(self.title, bool(self.title.data), _("Give it a name."))
        valid &= self._parts_fit()
        valid &= self._price_fits(currency)
        valid &= self._event_fits(currency, event_terms)
        valid &= self._tax_fits()
        valid &= self._fees_fit(currency)
        self.collect_errors()
        return valid

    def collect_errors(self) -> None:
        """Take findings that came to the rows after their own check into the summary."""
        for rows in (self.parts, self.other_fees):
            found = [entry.errors for entry in rows]
            rows.errors = found if any(found) else []

    def _parts_fit(self) -> bool:
        filled = self.filled_parts
        first: PartForm = self.parts[0].form
        valid = needs(first.treatment, bool(filled), _("Choose a treatment, or “something else”."))
        if len(filled) > 1:
            one_part = self.price_basis.data == PriceBasis.TOTAL
            valid &= needs(
                self.price_basis, one_part, _("A price per session or per unit is for one treatment only.")
            )
        return valid

    def _price_fits(self, currency: str) -> bool:
        on_request = self.price_kind.data == PriceKind.ON_REQUEST
        valid = _read(self.price, currency, required=not on_request)
        if self.price.money is not None:
            valid &= needs(self.price, self.price.money.amount > 0, _("A price is above zero."))
            valid &= needs(
                self.price, not on_request, _("A price on request is empty; or choose another kind of price.")
            )
        return valid

    def _event_fits(self, currency: str, event_terms: bool) -> bool:
        event = self.price_kind.data == PriceKind.EVENT
        valid = _read(self.regular_price, currency, required=event and event_terms)
        before, now = self.regular_price.money, self.price.money
        if event and event_terms and before is not None and now is not None:
            lower = now < before
            valid &= needs(
                self.regular_price, lower, _("The price before must be higher than the event price.")
            )
        begins, ends = self.valid_from.data, self.valid_until.data
        if begins is not None and ends is not None:
            valid &= needs(self.valid_until, begins <= ends, _("The last day is before the first day."))
        if event:
            missing = _("No page shows an event price without this.")
            valid &= needs(self.valid_until, ends is not None or bool(self.valid_until.errors), missing)
            if event_terms:
                valid &= needs(self.valid_from, begins is not None or bool(self.valid_from.errors), missing)
                valid &= needs(self.event_target, bool(self.event_target.data), missing)
                valid &= needs(self.event_scope, bool(self.event_scope.data), missing)
        return valid

    def _tax_fits(self) -> bool:
        rate, stated = self.tax_rate.data, bool(self.tax_rate.raw_data and self.tax_rate.raw_data[0])
        valid = needs(
            self.tax_rate,
            self.tax.data != Tax.EXCLUSIVE or stated,
            _("Give the rate of the tax that comes on top."),
        )
        if rate is not None and not self.tax_rate.errors:
            exact = rate == rate.quantize(_HUNDREDTH)
            valid &= needs(self.tax_rate, exact, _("At most two decimals."))
        return valid

    def _fees_fit(self, currency: str) -> bool:
        fee = self.consultation.data == Consultation.FEE
        valid = _read(self.consultation_fee, currency, required=fee)
        contradicts = (
            self.consultation.data == Consultation.INCLUDED and self.consultation_fee.money is not None
        )
        valid &= needs(
            self.consultation_fee,
            not contradicts,
            _("Either the consultation is included, or it has this fee."),
        )
        filled = self.filled_fees
        for row in filled:
            valid &= needs(row.name, bool(row.name.data), _("Say what the fee is for."))
            valid &= _read(row.amount, currency, required=True)
        valid &= needs(
            self.fees,
            not (filled and self.fees.data == NO_FEES),
            _("Either there are no other fees, or there are these."),
        )
        valid &= needs(
            self.fees,
            bool(filled) or self.fees.data != SOME_FEES,
            _("Name at least one fee, or choose “none”."),
        )
        return valid


def _answer(name: str) -> Field:
    """The field for one of ANSWERS, by the type that the terms have for it and the bounds of the listing files."""
    question, kind = ANSWERS[name].question, TERM_TYPES[name]
    column = next(column for column in FILES[OFFERS] if column.name == name)
    if kind is bool:
        return _choice(question, YES_NO)
    if kind in WORDS:
        # A list with a word for the commonest case has no "not stated".
        must = name in _NEVER_OPEN
        return SelectField(question, choices=choices(WORDS[kind])) if must else _choice(question, WORDS[kind])
    if kind is int:
        most = column.most
        return _whole(question, most, _l("A whole number from 1 to %(most)s.", most=most))
    if column.lines:
        too_long = _l("At most %(max)s characters.", max=column.max_length)
        limit = Length(max=column.max_length, message=too_long)
        return TextAreaField(question, filters=[_lines], validators=[limit])
    return _text(question, column.max_length)


_NEVER_OPEN = frozenset(f.name for f in fields(OfferTerms) if isinstance(f.default, StrEnum))
for _name in ANSWERS:
    setattr(OfferForm, _name, _answer(_name))

# What most offers leave as it is stands in groups that open when they say something.
GROUPS: Mapping[str, Sequence[str]] = {
    "kind": (
        "price_kind", "price_basis", "regular_price", "valid_from", "valid_until", "event_target", "event_scope",
    ),
    "fees": ("consultation", "consultation_fee", "consultation_waived", "fees", "other_fees"),
    "terms": answers_of("terms"),
    "prepaid": answers_of("prepaid"),
}  # fmt: skip
_COMMONEST = {"", PriceKind.REGULAR.value, PriceBasis.TOTAL.value, Eligibility.ANY.value}


def _says_something(field: Field) -> bool:
    if isinstance(field, FieldList):
        return any(not entry.form.is_empty for entry in field)
    return field.data is not None and str(field.data) not in _COMMONEST


def needs(field: Field, holds: bool, message: str) -> bool:
    """Put `message` beside the field unless it `holds`."""
    if not holds:
        field.errors = [*field.errors, message]
    return holds


def offer_form(treatments: Sequence[Any], prefilled: dict[str, Any] | None = None) -> OfferForm:
    """The form with the options of `treatments`; `prefilled` is used where nothing was sent."""
    form = OfferForm(data=prefilled)
    give_options(form, treatments)
    return form


def give_options(form: OfferForm, treatments: Sequence[Any]) -> None:
    """Every part chooses from the same treatments; the last row may have been added since."""
    for entry in form.parts:
        entry.form.treatment.choices = choices({}, _("Choose …")) + list(treatments)


def _is_quantity(value: Decimal) -> bool:
    try:
        Quantity(value, Unit.ML)
    except InvalidQuantity:
        return False
    return True


def _read(field: AmountField, currency: str, *, required: bool) -> bool:
    if field.errors:
        return False
    try:
        field.read(currency)
    except ValidationError as error:
        return needs(field, False, str(error))
    return needs(field, field.money is not None or not required, _("Give an amount."))
