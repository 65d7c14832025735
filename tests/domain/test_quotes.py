"""A quote is added up by the rules of offers, line by line."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from webapp.domain.money import CurrencyMismatch, Money
from webapp.domain.offers import (
    Consultation,
    Incomplete,
    LeftOver,
    LineKind,
    Mismatch,
    Part,
    Tax,
    Want,
)
from webapp.domain.quotes import How, Inclusion, QuoteLine, QuoteTerms, Stated, answer
from webapp.domain.units import Quantity, Unit

ON = date(2026, 3, 10)
HEALER = Part("rejuran_healer", Decimal(2), Unit.ML, sessions=3)
BOOSTER = Part("ha_booster_generic", Decimal(2), Unit.ML)
WANT = Want("rejuran_healer", 3, Quantity(Decimal(2), Unit.ML))
QUOTE = QuoteTerms(
    currency="KRW",
    lines=(
        QuoteLine(HEALER, Money(750000, "KRW"), "Healer"),
        QuoteLine(BOOSTER, Money(0, "KRW"), "HA booster"),
    ),
    answered_on=date(2026, 1, 1),
    tax=Tax.EXCLUSIVE,
    tax_rate=Decimal(10),
    consultation=Consultation.FEE,
    consultation_fee=Money(20000, "KRW"),
    inclusions={
        Inclusion.NUMBING: Stated(How.INCLUDED),
        Inclusion.NEEDLE: Stated(How.NOT_USED),
        Inclusion.MEDICINE: Stated(How.EXTRA, Money(5000, "KRW")),
        Inclusion.FOLLOW_UP: Stated(How.INCLUDED),
    },
    named_fees=(),
    valid_until=date(2026, 3, 31),
)


def test_a_quote_adds_up_line_by_line() -> None:
    bill = answer(QUOTE, [WANT], ON)
    assert [(line.kind, line.label, line.amount.amount) for line in bill.lines] == [
        (LineKind.OFFER, "Healer", 750000),
        (LineKind.OFFER, "HA booster", 0),
        (LineKind.CONSULTATION, None, 20000),
        (LineKind.OTHER_FEE, "medicine", 15000),
        (LineKind.TAX, None, 78500),
    ]
    assert bill.total == Money(863500, "KRW")
    assert bill.not_asked == (LeftOver(BOOSTER, 1),)


def test_a_quote_holds_to_its_own_validity_not_to_a_price_age() -> None:
    assert answer(QUOTE, [WANT], date(2026, 3, 31)).complete
    assert answer(QUOTE, [WANT], date(2026, 4, 1)).reasons == (Incomplete.PRICE_EXPIRED,)


def test_what_a_quote_does_not_say_takes_its_total_away() -> None:
    silent = replace(QUOTE, tax=Tax.UNKNOWN, tax_rate=None, consultation=None, consultation_fee=None)
    bill = answer(silent, [WANT], ON)
    assert (bill.total, bill.reasons) == (None, (Incomplete.TAX_UNKNOWN, Incomplete.CONSULTATION_FEE_UNKNOWN))


def test_a_quote_for_fewer_sessions_is_not_multiplied() -> None:
    bill = answer(QUOTE, [replace(WANT, sessions=4)], ON)
    assert (bill.covered[0].sessions, bill.covered[0].short, bill.total, bill.reasons) == (3, 1, None, ())


def test_a_quote_for_something_else_says_so_and_still_adds_up_by_itself() -> None:
    other = Want("profhilo", 1)
    bill = answer(QUOTE, [other], ON)
    assert (bill.covered[0].mismatch, bill.total) == (Mismatch.TREATMENT, None)
    assert answer(QUOTE, (), ON).total == Money(863500, "KRW")


def test_a_quote_has_lines_of_one_currency() -> None:
    with pytest.raises(ValueError, match="line"):
        replace(QUOTE, lines=())
    with pytest.raises(CurrencyMismatch):
        answer(replace(QUOTE, lines=(QuoteLine(HEALER, Money(1, "SGD")),)), (), ON)
