"""Fields take any text that is sent to them: read, or refused in words with what was typed still there."""

from collections.abc import Mapping

import pytest
from markupsafe import escape
from werkzeug.datastructures import MultiDict
from wtforms import Form, FormField, StringField
from wtforms.validators import NumberRange

from webapp.form_fields import RowsField, WholeNumberField

pytestmark = pytest.mark.once


class Row(Form):
    name = StringField()


class Numbers(Form):
    count = WholeNumberField(validators=[NumberRange(1, 12)])
    rows = RowsField(FormField(Row), max_entries=3)


def sent(fields: Mapping[str, str]) -> Numbers:
    form = Numbers(MultiDict(fields))
    form.validate()
    return form


@pytest.mark.parametrize("text", ["1", "12", " 7 ", "１２"])
def test_a_number_in_range(text: str) -> None:
    form = sent({"count": text})
    assert form.count.data == int(text)
    assert not form.count.errors


@pytest.mark.parametrize(
    "text", ["0", "13", "9" * 400, "-" + "9" * 400, "9" * 5000, "1e3", "²", "", "\x00", "nan"]
)
def test_anything_else_is_refused_and_shown_again(text: str) -> None:
    form = sent({"count": text})
    assert form.count.errors
    assert f'value="{escape(text)}"' in str(form.count())


@pytest.mark.parametrize(
    "name",
    ["rows-²-name", "rows-٣-name", "rows-" + "9" * 5000 + "-name", "rows-x-name", "rows--1-name", "rows"],
)
def test_what_is_no_row_is_left_out(name: str) -> None:
    form = sent({"count": "1", name: "Nobody", "rows-1-name": "Somebody"})
    assert [entry.form.name.data for entry in form.rows] == ["Somebody"]


def test_rows_stand_in_the_order_of_their_numbers_up_to_the_most() -> None:
    form = sent({f"rows-{number}-name": str(number) for number in (9, 2, 5, 1)})
    assert [entry.form.name.data for entry in form.rows] == ["1", "2", "5"]
