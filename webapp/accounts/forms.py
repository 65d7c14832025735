"""The forms of the accounts room."""

import re
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, HiddenField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from webapp.domain.plain_text import plain_text
from webapp.i18n import LANGUAGES

# What a browser takes for a way out of a path: a second slash or a backslash, and controls that it drops.
_WAY_OUT = re.compile(r"^/[/\\]|[\x00-\x20\\]")
_LONGEST_PATH = 500


def own_path(text: str | None) -> str | None:
    """The text if it is a path of this site that a redirect may lead to, else None."""
    if not text or len(text) > _LONGEST_PATH or not text.startswith("/") or _WAY_OUT.search(text):
        return None
    parts = urlsplit(text)
    return None if parts.scheme or parts.netloc else text


def _one_line(text: str | None) -> str | None:
    return plain_text(text) if text else text


class SignInForm(FlaskForm):
    email = EmailField(
        _l("Your e-mail address"),
        validators=[InputRequired(_l("Type your e-mail address.")), Length(max=254)],
        filters=[_one_line],
        render_kw={"autocomplete": "email"},
    )
    next = HiddenField()

    def validate_email(self, field: Field) -> None:
        try:
            validate_email(field.data, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise ValidationError(
                _("This is not an e-mail address. One looks like name@clinic.com.")
            ) from None


class CodeForm(FlaskForm):
    """A one-time code of the app, or a recovery code."""

    code = StringField(
        _l("Your code"),
        validators=[InputRequired(_l("Type the code.")), Length(max=40)],
        filters=[_one_line],
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "off"},
    )


class AccountForm(FlaskForm):
    name = StringField(
        _l("Your name"),
        description=_l("Colleagues see it, and it stands beside what you confirm."),
        validators=[Length(max=200, message=_l("At most 200 characters."))],
        filters=[_one_line],
        render_kw={"autocomplete": "name"},
    )
    language = SelectField(_l("Language of our mails"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [(code, name) for code, (_tag, name) in LANGUAGES.items()]
