"""Joining again, and leaving for good: each wants its box ticked."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from webapp.domain.plain_text import plain_text


class JoinForm(FlaskForm):
    """The clinic agrees to the text as it stands on the page."""

    position = StringField(
        _l("Your name and position at the clinic"),
        filters=[lambda text: plain_text(text) if text else text],
        validators=[
            InputRequired(_l("Say who agrees.")),
            Length(max=160, message=_l("At most %(max)s characters.", max=160)),
        ],
        description=_l("They stand on the clinic’s page, as who agreed to the listing."),
    )
    agrees = BooleanField(
        _l("I may speak for this clinic, and I agree to the text above."),
        validators=[
            InputRequired(_l("Tick the box if you agree; without it nothing is listed in your name."))
        ],
    )


class NeverForm(FlaskForm):
    """Leaving for good cannot be undone here."""

    sure = BooleanField(
        _l("Nothing brings the clinic back, unless it claims its listing anew and a person of ours agrees."),
        validators=[InputRequired(_l("Tick the box if you mean it."))],
    )
