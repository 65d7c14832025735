"""The one enquiry form: short, prefilled, and it keeps what was typed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget, NumberInput

from webapp.clinics.models import Clinic
from webapp.domain.offers import MAX_SESSIONS, Want
from webapp.domain.plain_text import plain_text
from webapp.domain.telephone import NoNumber, read_number
from webapp.domain.units import InvalidQuantity, Quantity, Unit, UnknownUnit, number_text
from webapp.domain.want_syntax import MAX_WANTS, read_area
from webapp.enquiries.asking import Chosen
from webapp.enquiries.choices import CHANNELS, CONCERNS, HAD_BEFORE, NUMBERED, QUESTIONS, Missing
from webapp.enquiries.consent import box, clinic_consent
from webapp.form_choices import choices
from webapp.form_fields import RowsField, WholeNumberField
from webapp.i18n import MARKET_ZONES, current_language, listed, today_in, utc_now
from webapp.offers.labels import UNITS, area_names, area_options

MAX_MESSAGE = 2000
# Nobody reads and fills this form in less; a program does (contract: the enquiry form).
FASTEST = timedelta(seconds=4)
# The fields behind each code of choices.ASKS_FOR; "area" stands in the rows of the treatments.
_FIELDS_ASKED = {
    "concerns": ("concerns",),
    "dates": ("earliest_on", "latest_on"),
    "had_before": ("had_before",),
    "channel": ("other_channel", "other_handle"),
}
# Whose numbers a reader of a language most likely types without a country's prefix.
_REGIONS = {"en": ("SG",), "zh": ("SG", "CN"), "ko": ("KR",)}


def _one_line(text: str | None) -> str | None:
    return plain_text(text) if text else text


def _lines(text: str | None) -> str | None:
    return plain_text(text, keep_lines=True) if text else text


def _boxes(label: Any, words: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        choices=choices(words),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


def _only_where_a_treatment_is(row: Any, field: Field) -> None:
    """An empty row may say anything else: it is not read."""
    if not row.treatment.data:
        field.errors = []
        raise StopValidation


def _or_an_empty_row(row: Any, field: Field) -> None:
    """No treatment is an empty row; one that says how much of nothing is a mistake."""
    if not field.data:
        field.errors = []
        if row.quantity.data or row.area.data:
            raise StopValidation(_("Choose the treatment of this row, or empty the row."))
        raise StopValidation


class WantForm(Form):
    """One treatment. A row whose treatment is empty asks for nothing."""

    treatment = SelectField(_l("Treatment"), validators=[_or_an_empty_row])
    sessions = WholeNumberField(
        _l("How many sessions"),
        default=1,
        validators=[
            _only_where_a_treatment_is,
            InputRequired(_l("Say how many sessions, as a number.")),
            NumberRange(1, MAX_SESSIONS, _l("Between 1 and %(max)s sessions.", max=MAX_SESSIONS)),
        ],
    )
    quantity = StringField(
        _l("How much per session"),
        widget=NumberInput(step="any", min=0),
        filters=[_one_line],
        validators=[Length(max=24, message=_l("At most %(max)s characters.", max=24))],
        render_kw={"inputmode": "decimal"},
    )
    unit = SelectField(_l("Unit"), choices=choices(UNITS), default=Unit.ML.value, validators=[Optional()])
    # Several areas of one want ("face;neck") are an option only where the address named them.
    area = SelectField(_l("Area"), validate_choice=False, validators=[Optional()])

    def validate_quantity(self, field: Field) -> None:
        if field.data:
            try:
                self._quantity()
            except (InvalidQuantity, UnknownUnit):
                raise ValidationError(
                    _("Give an amount above zero with at most three decimals, for example 2.")
                ) from None

    def validate_area(self, field: Field) -> None:
        if field.data and read_area(field.data) is None:
            raise ValidationError(_("Choose an area of the list."))

    def want(self) -> Want | None:
        """The checked row; None for an empty one."""
        if not self.treatment.data:
            return None
        quantity = self._quantity() if self.quantity.data else None
        return Want(self.treatment.data, self.sessions.data or 1, quantity, read_area(self.area.data))

    def _quantity(self) -> Quantity:
        """What was typed: a number beside its unit, or both in one box ("2 ml")."""
        typed = self.quantity.data or ""
        if typed.replace(".", "", 1).isdecimal():
            return Quantity.parse(f"{typed} {self.unit.data}")
        return Quantity.parse(typed)


class EnquiryForm(FlaskForm):
    """Made by `enquiry_form`, which knows the clinics: their consent boxes, and which fields they ask for."""

    # Where a number without a country's prefix may belong, and the options of every row's treatment.
    regions: Sequence[str] = ()
    treatment_options: Sequence[Any] = ()
    # The day that it still is at one of the clinics at least: a wish may begin or end on it, and not before.
    first_day: date = date.min
    # The number in E.164, once it was checked; the box keeps what was typed.
    number: str | None = None

    started = HiddenField()
    wants = RowsField(FormField(WantForm), min_entries=1, max_entries=MAX_WANTS)
    concerns = _boxes(_l("What would you like to change?"), CONCERNS)
    had_before = SelectField(
        _l("Have you had this treatment before?"),
        choices=choices(HAD_BEFORE, _l("Not stated")),
        validators=[Optional()],
    )
    earliest_on = DateField(_l("Earliest day"), validators=[Optional()])
    latest_on = DateField(_l("Latest day"), validators=[Optional()])
    questions = _boxes(_l("What else would you like to know?"), QUESTIONS)
    message = TextAreaField(
        _l("Something else, in your own words"),
        filters=[_lines],
        validators=[Length(max=MAX_MESSAGE, message=_l("At most %(max)s characters.", max=MAX_MESSAGE))],
        description=_l(
            "This is not translated. Please write no medical history: that belongs in the consultation."
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

    def validate_wants(self, field: RowsField) -> None:
        if not any(entry.form.treatment.data for entry in field):
            first = field[0].form.treatment
            first.errors = [*first.errors, _("Choose a treatment.")]
            raise ValidationError(_("Choose a treatment."))

    def validate_email(self, field: Field) -> None:
        try:
            field.data = validate_email(field.data, check_deliverability=False).normalized
        except EmailNotValidError:
            raise ValidationError(
                _("This does not look like an e-mail address, for example name@example.org.")
            ) from None

    def validate_earliest_on(self, field: Field) -> None:
        if field.data and field.data < self.first_day:
            raise ValidationError(_("This day has passed. Choose today or a later one."))

    def validate_latest_on(self, field: Field) -> None:
        self.validate_earliest_on(field)
        earliest: date | None = self.earliest_on.data
        if field.data and earliest and field.data < earliest:
            raise ValidationError(_("The latest day is before the earliest one."))

    def validate_other_handle(self, field: Field) -> None:
        channel = self.other_channel.data
        if channel and not field.data:
            raise ValidationError(_("Give the number or name for the way you chose, or choose none."))
        if field.data and not channel:
            raise ValidationError(_("Choose which way this is, or leave it empty."))
        if channel in NUMBERED:
            try:
                self.number = read_number(field.data, self.regions)
            except NoNumber:
                raise ValidationError(
                    _(
                        "This is no number that can be dialled. Begin with the country, for example +65 9123 4567."
                    )
                ) from None

    def validate_consent_health(self, field: Field) -> None:
        told = (self.said(name) for name in ("message", "concerns", "had_before"))
        if any(told) and not field.data:
            raise ValidationError(
                _("Tick the box about health, or leave empty what you wrote and chose about yourself.")
            )

    def validate_website(self, field: Field) -> None:
        if field.data:
            raise ValidationError(_("Leave the field called website empty."))

    @property
    def handle(self) -> str | None:
        """The other way to reach her as it is stored."""
        return self.number or self.said("other_handle")

    def said(self, name: str) -> Any:
        """What a field holds; None for one that nobody asks for."""
        return self[name].data if name in self else None

    def prefill(self, wants: Sequence[Want]) -> None:
        """Rows for these, in the place of the empty one."""
        while self.wants.entries:
            self.wants.pop_entry()
        for want in wants[:MAX_WANTS]:
            quantity = want.quantity
            self.add_row(
                {
                    "treatment": want.treatment,
                    "sessions": want.sessions,
                    "quantity": number_text(quantity.value) if quantity else "",
                    "unit": quantity.unit.value if quantity else Unit.ML.value,
                    "area": want.area or "",
                }
            )

    def ask(self, codes: Sequence[str]) -> None:
        """Tick these questions. A quote answers those of Missing anyway: they stand there only where ticked."""
        self.questions.data = list(codes)
        self.questions.choices = choices(
            {code: words for code, words in QUESTIONS.items() if code in codes or code not in set(Missing)}
        )

    def add_row(self, data: Any = None) -> None:
        """One more row, as long as there is room for it."""
        if len(self.wants) < MAX_WANTS:
            self.offer(self.wants.append_entry(data))

    def offer(self, entry: Any) -> None:
        """Give a row its options."""
        entry.form.treatment.choices = self.treatment_options
        areas = dict(area_options())
        own = read_area(entry.form.area.data)
        if own and own not in areas:
            areas[own] = listed(area_names(tuple(own.split(";"))))
        entry.form.area.choices = choices(areas, _("Not stated"))

    def asked_wants(self) -> list[Want]:
        """The treatments of a checked form, in the order of its rows."""
        return [want for entry in self.wants if (want := entry.form.want()) is not None]


def enquiry_form(chosen: Chosen, treatments: Sequence[tuple[str, str]]) -> Any:
    """The form for these clinics: a consent box per clinic under its slug, and only the fields that they ask for.

    `treatments` are the options of a row: (slug, name). What nobody asks for is no field, so that it is neither
    shown nor stored, whoever posts it.
    """
    form = type("EnquiryFormForClinics", (EnquiryForm,), _consent_boxes(chosen.clinics))()
    for code, names in _FIELDS_ASKED.items():
        # Without a clinic nothing can be sent, and what was typed stays on the page.
        is_kept = not chosen.clinics and any(form[name].data for name in names)
        if code not in chosen.asks and not is_kept:
            for name in names:
                del form[name]
    home = _REGIONS[current_language()]
    countries = {clinic.country for clinic in chosen.clinics} or MARKET_ZONES
    form.first_day = min(today_in(country, utc_now()) for country in countries)
    form.regions = list(dict.fromkeys([*home, *(clinic.country for clinic in chosen.clinics), "SG", "KR"]))
    form.treatment_options = choices(treatments, _("Choose"))
    form.ask(form.questions.data or ())
    for entry in form.wants:
        form.offer(entry)
    return form


def is_too_fast(started: datetime, now: datetime) -> bool:
    """True when the form came back sooner than a person could fill it in."""
    return now - started < FASTEST


class AddClinicForm(FlaskForm):
    """Made by `add_clinic_form`: the boxes that are ticked anew for every clinic."""

    consent_health = BooleanField()
    consent_abroad = BooleanField()


def add_clinic_form(clinics: Sequence[Clinic]) -> Any:
    """A consent box per clinic under its slug, and those of the matters that hold for all of them."""
    return type("AddClinicFormForClinics", (AddClinicForm,), _consent_boxes(clinics))()


def _consent_boxes(clinics: Sequence[Clinic]) -> dict[str, Any]:
    return {box(clinic): BooleanField(clinic_consent(clinic.name, clinic.country)) for clinic in clinics}
