"""Asking a colleague to keep the clinic's listing."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, SelectField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.clinics.models import Clinic
from webapp.form_choices import choices
from webapp.i18n import LANGUAGES, current_language
from webapp.portal.forms.fields import at_most, one_line
from webapp.portal.forms.pause import checked_address
from webapp.portal.models import OWNER, STAFF

INVITED_AS = {
    STAFF: _l("Colleague: keeps details, doctors and prices, answers enquiries"),
    OWNER: _l("Owner: also decides who else does, and whether the clinic is listed"),
}


class InviteForm(FlaskForm):
    """Made by `invite_form`, which knows the brand's other clinics."""

    email = EmailField(
        _l("Mail address"),
        filters=[one_line],
        validators=[InputRequired(_l("Give the colleague’s mail address.")), at_most(254)],
    )
    role = SelectField(_l("As"), choices=choices(INVITED_AS), default=STAFF)
    language = SelectField(_l("Language of the mail"))
    branches = SelectMultipleField(
        _l("Also for your other clinics"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def validate_email(self, field: Field) -> None:
        field.data = checked_address(field.data or "").lower()


def invite_form(branches: Sequence[Clinic]) -> InviteForm:
    """`branches`: the clinics of the brand that the reader may also invite for."""
    form = InviteForm()
    form.language.choices = choices({code: name for code, (_tag, name) in LANGUAGES.items()})
    if not form.is_submitted():
        form.language.data = current_language()
    form.branches.choices = choices([(clinic.slug, clinic.name) for clinic in branches])
    return form
