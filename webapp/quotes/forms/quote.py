"""The sheet: big enough for a thumb, every finding beside its field, and nothing that was typed is lost."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional

from webapp.domain.offers import Consultation, Tax
from webapp.domain.quotes import How, Inclusion
from webapp.form_choices import choices
from webapp.form_fields import RowsField
from webapp.offers.labels import CONSULTATION, INJECTOR, TAX
from webapp.quotes.forms.rows import (
    NOT_STATED,
    AmountField,
    FeeForm,
    LineForm,
    amount_holds,
    decimals,
    holds,
    many_lines,
    one_line,
)
from webapp.quotes.labels import AFTERCARE_LANGUAGES, DECLINE_REASONS, HOW, INCLUSIONS

ROWS = 3
# What a clinic's offers may bring: an import has no such bounds, and the portal takes fifty of each in one offer.
MAX_ROWS = 100
MAX_FEES = 100
# A promise for longer is no promise.
MAX_VALID_DAYS = 366
_LONG = Length(max=2000, message=_l("At most %(max)s characters.", max=2000))


def _how(inclusion: Inclusion) -> RadioField:
    words = choices([*((how.value, label) for how, label in HOW.items()), ("", NOT_STATED)])
    return RadioField(INCLUSIONS[inclusion], choices=words, default="", validators=[Optional()])


def _per_visit(inclusion: Inclusion) -> AmountField:
    return AmountField(
        _l("%(what)s: how much per visit", what=INCLUSIONS[inclusion]), validators=[Length(max=40)]
    )


class QuoteForm(FlaskForm):
    """Needs the treatments to choose from when it is made (see `quote_form`)."""

    # Which version of the answer was on the page: a colleague's newer one is not written over unseen.
    seen = HiddenField(default="0")
    # And which draft: its `Sheet.drafted`, "" for none.
    drafted = HiddenField(default="")
    lines = RowsField(FormField(LineForm), min_entries=ROWS, max_entries=MAX_ROWS)
    tax = SelectField(_l("Tax"), choices=choices(TAX), default=Tax.UNKNOWN.value)
    tax_rate = DecimalField(
        _l("Tax rate in per cent"),
        places=None,
        validators=[Optional(), NumberRange(0, 30, _l("Between 0 and 30 per cent.")), decimals(2)],
    )
    consultation = SelectField(
        _l("Consultation"), choices=choices(CONSULTATION, NOT_STATED), validators=[Optional()]
    )
    consultation_fee = AmountField(_l("Consultation fee"), validators=[Length(max=40)])
    consultation_waived = BooleanField(_l("The fee is waived when the treatment is done"))
    numbing = _how(Inclusion.NUMBING)
    numbing_amount = _per_visit(Inclusion.NUMBING)
    needle = _how(Inclusion.NEEDLE)
    needle_amount = _per_visit(Inclusion.NEEDLE)
    medicine = _how(Inclusion.MEDICINE)
    medicine_amount = _per_visit(Inclusion.MEDICINE)
    follow_up = _how(Inclusion.FOLLOW_UP)
    follow_up_amount = _per_visit(Inclusion.FOLLOW_UP)
    no_other_fees = BooleanField(_l("There are no other fees"))
    fees = RowsField(FormField(FeeForm), min_entries=1, max_entries=MAX_FEES)
    injector = SelectField(_l("Who injects"), choices=choices(INJECTOR, NOT_STATED), validators=[Optional()])
    injector_name = StringField(_l("The injector's name"), filters=[one_line], validators=[Length(max=120)])
    aftercare = StringField(
        _l("Who sees the patient after she flies home"), filters=[one_line], validators=[Length(max=200)]
    )
    aftercare_language = SelectField(
        _l("In which language"), choices=choices(AFTERCARE_LANGUAGES, NOT_STATED), validators=[Optional()]
    )
    valid_until = DateField(_l("Valid until"), validators=[Optional()])
    conditions = TextAreaField(_l("Conditions of the price"), filters=[many_lines], validators=[_LONG])
    note = TextAreaField(
        _l("Anything else the patient should know"), filters=[many_lines], validators=[_LONG]
    )
    range_low = AmountField(_l("It usually ends between"), validators=[Length(max=40)])
    range_high = AmountField(_l("and"), validators=[Length(max=40)])
    decline_reason = SelectField(
        _l("Why"), choices=choices(DECLINE_REASONS, _l("No reason given")), validators=[Optional()]
    )

    # The sheet stands as a draft left it; or it came from a browser.
    is_draft = is_sent = False

    def how(self, inclusion: Inclusion) -> RadioField:
        """The field that says how an inclusion stands to the price."""
        return cast(RadioField, self[inclusion.value])

    def per_visit(self, inclusion: Inclusion) -> AmountField:
        """The field with what it costs extra."""
        return cast(AmountField, self[f"{inclusion.value}_amount"])

    @property
    def seen_version(self) -> int:
        """The version that was on the page; a number that it never had for what is none."""
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1

    @property
    def is_cut(self) -> bool:
        """Came it with more rows or fees than it holds? No page of ours has them."""
        return bool(self.lines.is_cut or self.fees.is_cut)

    @property
    def filled_rows(self) -> Iterator[LineForm]:
        """The rows that say something, also that the clinic does not offer it."""
        return (entry.form for entry in self.lines if not entry.form.is_empty)

    @property
    def rows(self) -> Iterator[LineForm]:
        """The rows that are quoted."""
        return (row for row in self.filled_rows if not row.not_offered.data)

    @property
    def fee_rows(self) -> Iterator[FeeForm]:
        """The fees that say something."""
        return (entry.form for entry in self.fees if not entry.form.is_empty)

    def quote_holds(self, currency: str, today: date) -> bool:
        """Everything that a priced answer needs, each finding beside its field."""
        valid: bool = self.validate()
        for row in self.filled_rows:
            valid &= row.holds_in(currency)
        for fee in self.fee_rows:
            valid &= fee.holds_in(currency)
        if self.is_cut:
            self.form_errors.append(_("These are more rows than one answer holds."))
            valid = False
        if not any(self.rows):
            self.form_errors.append(_("Give at least one price, or choose one of the other answers."))
            valid = False
        elif all(row.price.money is not None and row.price.money.amount == 0 for row in self.rows):
            self.form_errors.append(
                _("Give at least one price above zero: 0 says that it is in another row's price.")
            )
            valid = False
        asks_fee = self.consultation.data == Consultation.FEE
        valid &= amount_holds(self.consultation_fee, currency, required=asks_fee)
        for inclusion in Inclusion:
            is_extra = self.how(inclusion).data == How.EXTRA
            valid &= amount_holds(self.per_visit(inclusion), currency, required=is_extra)
        contradicts = self.no_other_fees.data and any(self.fee_rows)
        valid &= holds(
            self.no_other_fees,
            not contradicts,
            _("Either there are no other fees, or there is the one you named."),
        )
        exclusive = self.tax.data == Tax.EXCLUSIVE
        valid &= holds(
            self.tax_rate,
            not exclusive or self.tax_rate.data is not None,
            _("Give the rate of the tax that comes on top."),
        )
        return self._day_holds(today) and valid

    def consultation_holds(self, currency: str, today: date) -> bool:
        """What "see the patient first" needs: a range, if any, with both ends. What else was typed is left alone."""
        self.validate()
        valid = self._only(self.note, self.conditions, self.valid_until, self.range_low, self.range_high)
        for field in (self.range_low, self.range_high):
            valid &= amount_holds(field, currency, required=False)
        low, high = self.range_low.money, self.range_high.money
        if valid and (low is None) != (high is None):
            lacking = self.range_low if low is None else self.range_high
            valid = holds(lacking, False, _("Give both ends of the range, or none."))
        if low is not None and high is not None:
            valid &= holds(self.range_high, low <= high, _("The second amount must not be below the first."))
        return self._day_holds(today) and valid

    def decline_holds(self) -> bool:
        """A decline needs nothing but what it may say."""
        self.validate()
        return self._only(self.note, self.decline_reason)

    def _only(self, *fields: Any) -> bool:
        """Of the findings so far, those beside these fields (and the form's own token) count; the others go."""
        kept = {field.name for field in (*fields, self.csrf_token)}
        for field in self:
            if field.name not in kept:
                _forget_errors(field)
        return not any(field.errors for field in (*fields, self.csrf_token))

    def _day_holds(self, today: date) -> bool:
        day = self.valid_until.data
        if day is None:
            return True
        return holds(self.valid_until, today <= day, _("That day has passed.")) and holds(
            self.valid_until,
            day <= today + timedelta(days=MAX_VALID_DAYS),
            _("That is more than a year away."),
        )


def _forget_errors(field: Any) -> None:
    field.errors = []
    for entry in field if isinstance(field, RowsField) else ():
        for cell in entry.form:
            cell.errors = []


def quote_form(
    treatments: list[tuple[str, str]],
    areas: list[tuple[str, str]],
    prefilled: Mapping[str, Any] | None = None,
    typed: Mapping[str, list[str]] | None = None,
) -> QuoteForm:
    """The form with the treatments and areas to choose from, as it was sent.

    Where nothing was sent: as it stood in a draft (`typed`), else `prefilled`.
    """
    if typed is not None:
        form = QuoteForm(MultiDict(typed))
    elif prefilled is not None:
        # Also where the page comes back from another form on it: that one's fields are not this one's.
        form = QuoteForm(None, data=prefilled)
    else:
        form = QuoteForm()
        form.is_sent = True
    form.is_draft = typed is not None
    for rows, most in ((form.lines, MAX_ROWS), (form.fees, MAX_FEES)):
        if not any(entry.form.is_empty for entry in rows) and len(rows) < most:
            rows.append_entry()
    for entry in form.lines:
        entry.form.treatment.choices = choices(treatments, _("Something else"))
        entry.form.area.choices = choices(areas, NOT_STATED)
    return form
