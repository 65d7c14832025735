"""Units: `cc` is ml, nothing else becomes anything else."""

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.units import (
    InvalidQuantity,
    Quantity,
    Unit,
    UnknownUnit,
    number_text,
    parse_number,
    parse_unit,
)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("ml", Unit.ML),
        ("mL", Unit.ML),
        ("cc", Unit.ML),
        ("CC", Unit.ML),
        ("㏄", Unit.ML),
        ("㎖", Unit.ML),
        (" vials ", Unit.VIAL),
        ("shots", Unit.SHOT),
        ("session", Unit.SESSION),
        ("Syringe", Unit.SYRINGE),
    ],
)
def test_units_as_written(text: str, unit: Unit) -> None:
    assert parse_unit(text) is unit


@pytest.mark.parametrize("text", ["", "mls", "tube", "l", "mg", "ccs", "shot s"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(UnknownUnit):
        parse_unit(text)


def test_cc_is_ml_and_no_unit_equals_another() -> None:
    assert Quantity.parse("2cc") == Quantity.parse("2 ml")
    for left, right in combinations(Unit, 2):
        assert Quantity(Decimal(2), left) != Quantity(Decimal(2), right)


def test_trailing_zeros_make_no_difference() -> None:
    assert Quantity(Decimal("2.50"), Unit.ML) == Quantity(Decimal("2.5"), Unit.ML)
    assert hash(Quantity(Decimal("2.50"), Unit.ML)) == hash(Quantity(Decimal("2.5"), Unit.ML))
    assert repr(Quantity(Decimal("100"), Unit.SHOT)) == repr(Quantity(Decimal("1E+2"), Unit.SHOT))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2 ml", "2 ml"),
        ("2.50ml", "2.5 ml"),
        ("100 shot", "100 shots"),
        ("1 vials", "1 vial"),
        ("０．５ cc", "0.5 ml"),
    ],
)
def test_quantities_are_written_plainly(text: str, written: str) -> None:
    assert str(Quantity.parse(text)) == written


@pytest.mark.parametrize("text", ["0", "-1", "NaN", "1e3", "", "2,5", "1.2345", "1000000", "1" * 400, "٢"])
def test_numbers_that_are_no_quantity(text: str) -> None:
    with pytest.raises(InvalidQuantity):
        parse_number(text)


@pytest.mark.parametrize("text", ["ml", "2", "2 ml 3 ml", "two ml", ".5 ml", "2..5 ml"])
def test_texts_that_are_no_quantity(text: str) -> None:
    with pytest.raises(InvalidQuantity):
        Quantity.parse(text)


@pytest.mark.parametrize(
    "value", [Decimal("NaN"), Decimal("Infinity"), Decimal(0), Decimal(-1), Decimal("0.0001")]
)
def test_a_quantity_cannot_be_built_from_nonsense(value: Decimal) -> None:
    with pytest.raises(InvalidQuantity):
        Quantity(value, Unit.ML)


@given(st.decimals(min_value="0.001", max_value="999999", places=3), st.sampled_from(list(Unit)))
def test_what_is_written_is_read_back(value: Decimal, unit: Unit) -> None:
    quantity = Quantity(value, unit)
    assert Quantity.parse(str(quantity)) == quantity
    assert "E" not in number_text(value)
