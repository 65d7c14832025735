"""The reader's own quotes: what a clinic told her by message, put into the same gate and the same bill.

They travel in her form and nowhere else: never stored, never logged, never published. Between visits a script
keeps them in her own browser.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, FormField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, NumberRange, Optional

from webapp.domain.basket import Mix, Offered, Reader, mixes
from webapp.domain.money import InvalidAmount, parse_major
from webapp.domain.offers import (
    MAX_SESSIONS,
    Consultation,
    Fee,
    Incomplete,
    Numbing,
    OfferTerms,
    Part,
    PriceBasis,
    Tax,
    Want,
    unpriced,
)
from webapp.domain.offers import (
    Field as Term,
)
from webapp.domain.plain_text import plain_text
from webapp.domain.units import InvalidQuantity, Quantity, UnknownUnit
from webapp.domain.want_syntax import read_area
from webapp.form_choices import choices
from webapp.form_fields import RowsField, WholeNumberField
from webapp.i18n import listed
from webapp.offers.labels import CONSULTATION, NUMBING, TAX, area_names, area_options

MAX_QUOTES = 5
# The currencies a reader most likely thinks in come first; others are converted too if there is a rate.
CURRENCIES = ("SGD", "KRW", "USD", "CNY", "HKD", "JPY", "MYR", "IDR", "THB", "AUD", "GBP", "EUR")
_PER_CENT = re.compile(r"\d{1,2}(\.\d{1,3})?", re.ASCII)

_BASIS = {
    PriceBasis.TOTAL: _l("all sessions together"),
    PriceBasis.PER_SESSION: _l("one session"),
}
# What a clinic's quote is asked, and of a published offer stands beside its total.
_UNPRICED = {
    Term.OTHER_FEES: Incomplete.OTHER_FEES_UNKNOWN,
    Term.NUMBING: Incomplete.NUMBING_UNKNOWN,
}


def _one_line(text: str | None) -> str | None:
    return plain_text(text) if text else text


def _rate(text: str | None) -> Decimal | None:
    """Per cent from 0 up to but not including 100; None for anything else."""
    plain = unicodedata.normalize("NFKC", text or "").removesuffix("%").rstrip()
    return Decimal(plain) if _PER_CENT.fullmatch(plain) else None


class OwnQuoteForm(Form):
    """One quote as somebody was told it. What she does not know stays "not stated"."""

    who = StringField(
        _l("Who told you"), filters=[_one_line], validators=[InputRequired(_l("Give the clinic a name."))]
    )
    treatment = SelectField(_l("Treatment"), validators=[InputRequired(_l("Choose a treatment."))])
    quantity = StringField(_l("How much per session"), filters=[_one_line], validators=[Optional()])
    # Only where an area is wanted; see `_ask_for_area`.
    area = SelectField(_l("Area"), filters=[_one_line], validate_choice=False, validators=[Optional()])
    sessions = WholeNumberField(
        _l("Sessions"),
        default=1,
        validators=[
            InputRequired(_l("Say how many sessions, as a number.")),
            NumberRange(1, MAX_SESSIONS, _l("Between 1 and %(max)s sessions.", max=MAX_SESSIONS)),
        ],
    )
    price = StringField(_l("Price"), filters=[_one_line], validators=[InputRequired(_l("Write the price."))])
    currency = SelectField(_l("Currency"), choices=choices([(code, code) for code in CURRENCIES]))
    basis = SelectField(_l("The price is for"), choices=choices(_BASIS))
    tax = SelectField(_l("Tax"), choices=choices(TAX), default=Tax.UNKNOWN.value)
    tax_rate = StringField(_l("Tax, per cent"), filters=[_one_line], validators=[Optional()])
    consultation = SelectField(
        _l("Consultation"),
        choices=choices(CONSULTATION, _l("Not stated")),
        filters=[_one_line],
        validators=[Optional()],
    )
    consultation_fee = StringField(_l("Consultation fee"), filters=[_one_line], validators=[Optional()])
    fees = StringField(
        _l("Other fees per visit"),
        filters=[_one_line],
        validators=[Optional()],
        description=_l(
            "Needle, medicine, numbing cream that costs extra: their sum. 0 if they told you there are none."
        ),
    )
    numbing = SelectField(
        _l("Numbing cream"),
        choices=choices(NUMBING, _l("Not stated")),
        filters=[_one_line],
        validators=[Optional()],
    )

    @property
    def typed(self) -> bool:
        """Was anything written into it? What is only chosen from a list is there from the start."""
        return any(isinstance(field, StringField) and field.data for field in self)

    def validate_quantity(self, field: Field) -> None:
        try:
            Quantity.parse(field.data)
        except (InvalidQuantity, UnknownUnit):
            raise ValidationError(
                _("We cannot read “%(text)s”. Write 2 ml, 1 vial or 100 shots.", text=field.data[:40])
            ) from None

    def validate_area(self, field: Field) -> None:
        if read_area(field.data) is None:
            raise ValidationError(_("Choose an area of the list."))

    def validate_price(self, field: Field) -> None:
        self._money(field)

    def validate_consultation_fee(self, field: Field) -> None:
        self._money(field)

    def validate_fees(self, field: Field) -> None:
        self._money(field)

    def validate_consultation(self, field: Field) -> None:
        if field.data == Consultation.FEE and not self.consultation_fee.data:
            raise ValidationError(_("Write the fee, or choose “not stated”."))

    def validate_tax_rate(self, field: Field) -> None:
        if _rate(field.data) is None:
            raise ValidationError(_("Write a number of per cent, like 9."))

    def _money(self, field: Field) -> None:
        if self.currency.data not in CURRENCIES:
            # Said beside the currency itself.
            return
        try:
            parse_major(field.data, self.currency.data)
        except InvalidAmount:
            raise ValidationError(
                _(
                    "We cannot read “%(text)s” as an amount in %(currency)s.",
                    text=field.data[:40],
                    currency=self.currency.data,
                )
            ) from None

    def terms(self) -> OfferTerms:
        """The quote as an offer to one person; only after the form was found valid."""
        currency: str = self.currency.data
        amount = Quantity.parse(self.quantity.data) if self.quantity.data else None
        per_session = self.basis.data == PriceBasis.PER_SESSION
        fee = (
            parse_major(self.consultation_fee.data or "", currency)
            if self.consultation.data == Consultation.FEE
            else None
        )
        other = parse_major(self.fees.data, currency) if self.fees.data else None
        area = read_area(self.area.data) if "area" in self else None
        return OfferTerms(
            title=self.who.data or "",
            currency=currency,
            price=parse_major(self.price.data or "", currency),
            parts=(
                Part(
                    self.treatment.data,
                    amount.value if amount else None,
                    amount.unit if amount else None,
                    1 if per_session else self.sessions.data or 1,
                    areas=tuple(area.split(";")) if area else (),
                ),
            ),
            tax=Tax(self.tax.data),
            tax_rate=_rate(self.tax_rate.data),
            # A price for three sessions was said once; a price for one session holds for each.
            once_per_patient=not per_session,
            consultation=Consultation(self.consultation.data) if self.consultation.data else None,
            consultation_fee=fee,
            other_fees=None if other is None else (Fee(_("Other fees"), other),) if other.amount else (),
            numbing=Numbing(self.numbing.data) if self.numbing.data else None,
        )


class OwnQuotesForm(Form):
    """Up to five quotes. Rows in which nothing was typed are left out."""

    quotes = RowsField(FormField(OwnQuoteForm), max_entries=MAX_QUOTES)

    @property
    def rows(self) -> list[OwnQuoteForm]:
        return [entry.form for entry in self.quotes if entry.form.typed]


@dataclass(frozen=True, slots=True)
class OwnQuotes:
    """The rows in which something was typed, and the quotes of those that can be reckoned with."""

    form: OwnQuotesForm
    rows: list[OwnQuoteForm]
    terms: tuple[OfferTerms, ...]
    errors: bool


def wanted_areas(areas: Iterable[str | None]) -> tuple[str, ...]:
    """Those of the wants' areas that are named, each once; without any a quote is not asked for its area."""
    return tuple(dict.fromkeys(area for area in areas if area))


def blank_quote(
    number: int, treatments: Sequence[tuple[str, str]], currency: str, areas: Sequence[str] = ()
) -> OwnQuoteForm:
    """An empty row after `number` others, for the next quote; `areas` as in `read_own_quotes`."""
    blank = OwnQuoteForm(prefix=f"quotes-{number}-", currency=currency)
    blank.treatment.choices = choices(treatments)
    _ask_for_area(blank, areas)
    return blank


def read_own_quotes(
    data: MultiDict[str, str] | None, treatments: Sequence[tuple[str, str]], areas: Sequence[str] = ()
) -> OwnQuotes:
    """The quotes in a form's fields (None: none yet). `treatments` are (slug, name) to choose from, `areas` those of
    `wanted_areas`."""
    form = OwnQuotesForm(data)
    rows = form.rows
    for number, row in enumerate(rows):
        row.treatment.choices = choices(treatments)
        _ask_for_area(row, areas)
        _renumber(row, number)
    valid = [row.validate() for row in rows]
    terms = tuple(row.terms() for row, fine in zip(rows, valid, strict=True) if fine)
    return OwnQuotes(form, rows, terms, not all(valid))


def _ask_for_area(row: OwnQuoteForm, areas: Sequence[str]) -> None:
    """Give the row its areas to choose from: ours, those wanted together (`face;neck`), and what it says already.

    Where none is wanted and it says none, the question is left out.
    """
    own = read_area(row.area.data)
    if not areas and not row.area.data:
        del row.area
        return
    words = dict(area_options())
    for area in (*areas, *([own] if own else [])):
        words.setdefault(area, listed(area_names(tuple(area.split(";")))))
    row.area.choices = choices(words, _("Not stated"))


def _renumber(row: OwnQuoteForm, number: int) -> None:
    """Rows left empty drop out, so the others move up: their names must not be given twice."""
    for field in row:
        field.name = field.id = f"quotes-{number}-{field.short_name}"
        field.label.field_id = field.id


def own_mixes(
    quotes: Sequence[OfferTerms],
    wants: Sequence[Want],
    reader: Reader,
    families: Mapping[str, str],
    on: date,
    *,
    as_quotes: bool = False,
) -> list[tuple[str, Mix, Sequence[Offered]]]:
    """(name, mix, what was looked at) per name and currency, by the same gate and bill. A quote has no age.

    `as_quotes`: beside clinics' quotes, so what numbing cream and other fees cost has to be known as of these; else
    it is told beside the total, as of a published offer. Raises TooLarge.
    """
    by_name: dict[str, list[Offered]] = {}
    for number, terms in enumerate(quotes):
        reasons = tuple(_UNPRICED[term] for term in unpriced(terms)) if as_quotes else ()
        by_name.setdefault(terms.title, []).append(Offered(f"own-{number}", terms, reasons))
    return [
        (name, mix, offered)
        for name, offered in by_name.items()
        for mix in mixes(offered, wants, on, reader, None, families)
    ]
