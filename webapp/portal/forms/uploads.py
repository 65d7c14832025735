"""The form that takes a price list as a file, and the button that applies what was shown of it."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, HiddenField
from wtforms.validators import Length

from webapp.domain.plain_text import plain_text
from webapp.portal.price_upload import LIMITS

_MAX_NAME = 200


class UploadForm(FlaskForm):
    """One file: XLSX or CSV."""

    file = FileField(
        _l("Your price list (.xlsx or .csv, at most 2 MB)"),
        render_kw={"accept": ".xlsx,.csv,.txt,text/csv"},
    )
    content: bytes = b""
    filename: str = ""

    def validate_file(self, field: FileField) -> None:
        """Read the file, but no more of it than may be sent."""
        sent = field.data
        if not isinstance(sent, FileStorage) or not sent.filename:
            field.errors = [_("Choose a file.")]
            return
        self.filename = plain_text(sent.filename)[:_MAX_NAME]
        with sent.stream as stream:
            self.content = stream.read(LIMITS.file_bytes + 1)
        if len(self.content) > LIMITS.file_bytes:
            field.errors = [
                _("The file is larger than 2 MB. A price list is far smaller; is it the right file?")
            ]
        elif not self.content:
            field.errors = [_("The file is empty.")]


class ConfirmForm(FlaskForm):
    """`shown` is the fingerprint of what the page showed; `retire_missing` is off unless it is ticked."""

    shown = HiddenField(validators=[Length(max=64)])
    retire_missing = BooleanField(_l("Retire what is not in the file"))
