"""Forms and fields that anything may be sent to: those we build on fail on some that no browser sends and every
scanner does.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Request
from wtforms import FieldList, IntegerField

# NumberRange asks a float of the number, and none holds one of hundreds of digits. No range of ours comes near.
_FAR_OUT = 10**9
# The longest name of a field of ours is a tenth of it; int() refuses to read thousands of digits.
_LONGEST_NAME = 200


class FormRequest(Request):
    """No page of ours takes JSON. Flask-WTF would read it as a form's fields, and a field then holds lists and numbers,
    or the whole is no form at all; like this it is a form without a field in it.
    """

    @property
    def is_json(self) -> bool:
        return False


class WholeNumberField(IntegerField):
    """A whole number; one beyond any range is `_FAR_OUT`, and shown again as it was typed."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None:
            self.data = max(-_FAR_OUT, min(self.data, _FAR_OUT))


class RowsField(FieldList):  # type: ignore[type-arg]  # generic in its types only
    """Rows of a form. A row is numbered in plain digits; a superscript two is no number of a row.

    `is_cut`: more rows came than it takes, and the last of them are not in it.
    """

    is_cut = False

    def process(self, formdata: Any, *more: Any, **named: Any) -> None:
        super().process(formdata, *more, **named)
        if formdata and self.max_entries:
            self.is_cut = len(set(self._extract_indices(self.name, formdata))) > self.max_entries

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        names = [name for name in formdata if name.isascii() and len(name) <= _LONGEST_NAME]
        indices: Iterator[int] = super()._extract_indices(prefix, names)  # type: ignore[misc]  # not in its types
        return indices
