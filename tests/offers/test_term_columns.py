"""Every field of an offer has its column in the table and in the listing files, and each holds what the field holds."""

from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import pytest

from webapp.domain.listing_csv.columns import FILES, OFFERS, Column, Kind
from webapp.domain.money import Money
from webapp.domain.offers import TERM_TYPES, Fee, OfferTerms
from webapp.offers.labels import ANSWERS, WORDS
from webapp.offers.models import Offer
from webapp.offers.term_columns import AMOUNTS, SAME_NAME

pytestmark = pytest.mark.once

COLUMNS = {column.name: column for column in FILES[OFFERS]}
# What a column of each kind is read as; of a choice it is the column's own list.
READ_AS: dict[Kind, Any] = {
    Kind.TEXT: str,
    Kind.CURRENCY: str,
    Kind.YES_NO: bool,
    Kind.DAY: date,
    Kind.MONEY: Money,
    Kind.CONSULTATION: Money,
    Kind.FEES: tuple[Fee, ...],
    Kind.RATE: Decimal,
    Kind.WHOLE: int,
}


def read_as(column: Column) -> Any:
    return column.choices if column.kind is Kind.CHOICE else READ_AS[column.kind]


def held_as(kind: Any) -> Any:
    """What a table holds for a field of this type."""
    return str if isinstance(kind, type) and issubclass(kind, StrEnum) else kind


@pytest.mark.parametrize("name", SAME_NAME)
def test_a_fields_column_in_the_table_holds_its_type(name: str) -> None:
    column = Offer.__table__.columns[name]
    assert column.type.python_type is held_as(TERM_TYPES[name])
    may_be_none = type(None) in get_args(get_type_hints(OfferTerms)[name])
    assert bool(column.nullable) is may_be_none


@pytest.mark.parametrize("name", sorted(AMOUNTS))
def test_a_sum_of_money_is_whole_minor_units(name: str) -> None:
    column = Offer.__table__.columns[AMOUNTS[name]]
    assert column.type.python_type is int
    assert column.nullable


def test_every_field_stands_in_the_listing_files() -> None:
    own = {f.name for f in fields(OfferTerms)}
    # Parts have their own file; a consultation with a fee is its amount, one without is the word included.
    assert own - set(COLUMNS) == {"parts", "consultation"}
    assert set(COLUMNS) - own == {"clinic_ref", "offer_ref"}


@pytest.mark.parametrize("name", sorted(set(COLUMNS) - {"clinic_ref", "offer_ref"}))
def test_a_column_of_the_listing_files_is_read_as_its_field_holds_it(name: str) -> None:
    assert read_as(COLUMNS[name]) == TERM_TYPES[name]


@pytest.mark.parametrize("name", sorted(set(COLUMNS) & set(SAME_NAME)))
def test_no_text_of_a_file_is_too_long_for_the_table(name: str) -> None:
    length = getattr(Offer.__table__.columns[name].type, "length", None)
    choices = COLUMNS[name].choices
    if length is not None and choices is not None:
        assert max(map(len, choices)) <= length
    elif length is not None and COLUMNS[name].kind is Kind.TEXT:
        assert COLUMNS[name].max_length <= length


def test_every_value_list_of_an_offer_has_words() -> None:
    lists = {kind for kind in TERM_TYPES.values() if isinstance(kind, type) and issubclass(kind, StrEnum)}
    assert set(WORDS) == lists
    assert all(set(words) == set(kind) for kind, words in WORDS.items())


def test_an_answer_may_be_left_open_or_has_a_commonest_word() -> None:
    defaults = {f.name: f.default for f in fields(OfferTerms)}
    assert all(defaults[name] is None or isinstance(defaults[name], StrEnum) for name in ANSWERS)
    assert MISSING not in (defaults[name] for name in ANSWERS)
