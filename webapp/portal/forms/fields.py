"""What the portal's forms share: how typed text is read, and the checks of addresses and numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, ValidationError
from wtforms.validators import Length

from webapp.domain.lint import Finding
from webapp.domain.listing_csv import shapes
from webapp.domain.plain_text import plain_text
from webapp.portal.price_words import finding_words

MAX_URL = 500


def one_line(text: str | None) -> str | None:
    """One line without invisible characters; None where nothing is left."""
    return (plain_text(text) or None) if text else None


def at_most(characters: int) -> Length:
    return Length(max=characters, message=_l("At most %(max)s characters.", max=characters))


def web_address(form: FlaskForm, field: Field) -> None:
    """A plain http or https address; one without a scheme is given https."""
    if not field.data:
        return
    if "://" not in field.data:
        field.data = f"https://{field.data}"
    if shapes.web_host(field.data) is None:
        raise ValidationError(_("Write a web address, for example https://example.org."))


def phone_number(country: str) -> Callable[[FlaskForm, Field], None]:
    """A telephone number of the country, or one with a country code; stored as E.164."""

    def check(form: FlaskForm, field: Field) -> None:
        if not field.data:
            return
        number = shapes.phone(field.data, country)
        if number is None:
            raise ValidationError(
                _("Write a telephone number, with its country code if it is not a local one.")
            )
        field.data = number

    return check


def postal_code(country: str) -> Callable[[FlaskForm, Field], None]:
    def check(form: FlaskForm, field: Field) -> None:
        if not field.data:
            return
        code = shapes.postal_code(field.data, country)
        if code is None:
            digits = shapes.POSTAL_DIGITS[country]
            raise ValidationError(_("A postal code here has %(digits)s digits.", digits=digits))
        field.data = code

    return check


def joined(tags: Sequence[str]) -> str | None:
    """Language tags as they are stored, "en;zh"; None where there are none."""
    return ";".join(dict.fromkeys(tag for tag in tags if tag)) or None


def refuse_words(form: FlaskForm, findings: Mapping[str, Sequence[Finding]]) -> None:
    """Put what a rule forbids beside the field that says it, with the rule's reason."""
    for name, found in findings.items():
        field: Any = form[name]
        field.errors = [*field.errors, *(finding_words(finding) for finding in found)]
