"""Money: reading, adding, rounding and writing, and what is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.money import (
    EXPONENTS,
    MAX_MINOR,
    AmountFault,
    CurrencyMismatch,
    InvalidAmount,
    Money,
    MoneyError,
    UnknownCurrency,
    parse_major,
    total,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1,380.00", "SGD", 138000),
        ("1380", "SGD", 138000),
        ("380.5", "SGD", 38050),
        (" 0 ", "SGD", 0),
        ("007.10", "SGD", 710),
        ("250,000", "KRW", 250000),
        ("1,234,567.89", "USD", 123456789),
        ("１，３８０．５０", "SGD", 138050),
        ("1.234", "KWD", 1234),
        ("\u00a0380\u00a0", "SGD", 38000),
    ],
)
def test_amounts_as_people_write_them_are_read(text: str, currency: str, minor: int) -> None:
    assert parse_major(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "fault"),
    [
        ("", "SGD", AmountFault.EMPTY),
        ("   ", "SGD", AmountFault.EMPTY),
        ("-5", "SGD", AmountFault.NEGATIVE),
        ("−5", "SGD", AmountFault.NEGATIVE),
        ("NaN", "SGD", AmountFault.NOT_A_NUMBER),
        ("Infinity", "SGD", AmountFault.NOT_A_NUMBER),
        ("1e5", "SGD", AmountFault.NOT_A_NUMBER),
        ("S$380", "SGD", AmountFault.NOT_A_NUMBER),
        ("38 0", "SGD", AmountFault.NOT_A_NUMBER),
        ("1,38", "SGD", AmountFault.NOT_A_NUMBER),
        ("13,80.00", "SGD", AmountFault.NOT_A_NUMBER),
        ("1380.", "SGD", AmountFault.NOT_A_NUMBER),
        ("٣٨٠", "SGD", AmountFault.NOT_A_NUMBER),
        ("<?php echo 1 ?>", "KRW", AmountFault.NOT_A_NUMBER),
        ("1.380", "SGD", AmountFault.TOO_MANY_DECIMALS),
        ("250000.50", "KRW", AmountFault.TOO_MANY_DECIMALS),
        ("250.000", "KRW", AmountFault.TOO_MANY_DECIMALS),
        ("10000000000.01", "SGD", AmountFault.TOO_LARGE),
        ("9" * 5000, "SGD", AmountFault.TOO_LARGE),
    ],
)
def test_what_is_no_amount_is_refused_with_its_fault(text: str, currency: str, fault: AmountFault) -> None:
    with pytest.raises(InvalidAmount) as caught:
        parse_major(text, currency)
    assert caught.value.fault is fault


def test_the_bound_itself_is_still_an_amount() -> None:
    assert parse_major("1000000000000", "KRW").amount == MAX_MINOR


@pytest.mark.parametrize("code", ["XXX", "sgd", "", "BTC"])
def test_a_currency_without_known_decimals_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        Money(1, code)
    with pytest.raises(UnknownCurrency):
        parse_major("1", code)


def test_amounts_below_one_and_below_zero_are_written_in_full() -> None:
    assert (Money(5, "SGD").major(), Money(-350, "SGD").major()) == ("0.05", "-3.50")


def test_currencies_are_never_added_or_compared() -> None:
    dollars, won = Money(50000, "SGD"), Money(300000, "KRW")
    for mix in (
        lambda: dollars + won,
        lambda: dollars - won,
        lambda: dollars < won,
        lambda: dollars <= won,
        lambda: dollars > won,
        lambda: dollars >= won,
        lambda: max(dollars, won),
        lambda: total([dollars, won], "SGD"),
    ):
        with pytest.raises(CurrencyMismatch):
            mix()
    assert Money(100, "SGD") != Money(100, "KRW")


def test_comparison_in_one_currency() -> None:
    assert Money(1, "SGD") < Money(2, "SGD") <= Money(2, "SGD") < Money(3, "SGD")
    assert Money(3, "SGD") > Money(2, "SGD") >= Money(2, "SGD")
    assert total([], "SGD") == Money(0, "SGD")


@pytest.mark.parametrize("amount", [1.5, True, "1", None])
def test_an_amount_is_a_whole_number_of_minor_units(amount: object) -> None:
    with pytest.raises(MoneyError):
        Money(amount, "SGD")  # type: ignore[arg-type]


@pytest.mark.parametrize("times", [1.5, True, Decimal(2)])
def test_only_whole_numbers_multiply(times: object) -> None:
    with pytest.raises(TypeError):
        Money(100, "SGD") * times  # type: ignore[operator]


def test_rounding_is_half_up_at_the_minor_unit() -> None:
    assert Money(50, "SGD").percent(Decimal(9)) == Money(5, "SGD")  # 4.5 cents
    assert Money(49, "SGD").percent(Decimal(9)) == Money(4, "SGD")  # 4.41 cents
    assert Money(250005, "KRW").percent(Decimal(10)) == Money(25001, "KRW")  # 25,000.5 won
    assert Money(19001, "SGD").scaled(Decimal("2.5")) == Money(47503, "SGD")  # 47,502.5 cents


@given(st.integers(min_value=0, max_value=MAX_MINOR), st.sampled_from(sorted(EXPONENTS)))
def test_what_is_written_is_read_back(amount: int, currency: str) -> None:
    money = Money(amount, currency)
    assert parse_major(money.major(), currency) == money


@given(st.text(max_size=40), st.sampled_from(["SGD", "KRW"]))
def test_no_text_does_more_than_be_refused(text: str, currency: str) -> None:
    try:
        money = parse_major(text, currency)
    except InvalidAmount:
        return
    assert 0 <= money.amount <= MAX_MINOR
