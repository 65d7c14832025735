"""The errors that comparisons in this field make, one test each: none of them is made here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from tests.domain.basket.clinic_menus import (
    BOOSTER,
    EYE,
    HEALER,
    ON,
    WANT_HEALER,
    bought,
    mix,
    offer,
    times,
)
from webapp.domain.basket import Difference, Gap, Lacking, LeftOverOf, Reader, SetAside, cheapest_mix
from webapp.domain.basket.solver import Choice, Solution, cheapest
from webapp.domain.exchange import Rate, Rates, rank
from webapp.domain.money import AmountFault, InvalidAmount, Money, exponent, parse_major
from webapp.domain.offers import PRICE_AGE_DAYS, Incomplete, PriceKind, Tax
from webapp.domain.trips import refund_of_tax
from webapp.domain.units import Quantity, Unit
from webapp.i18n import format_money, in_language

pytestmark = pytest.mark.once

FRIDAY = date(2026, 3, 6)
NOTHING = Rates([])
SINGAPORE = ("orchard", Money(50_000, "SGD"))
GANGNAM = ("gangnam", Money(300_000, "KRW"))


def sgd(minor: int) -> Money:
    return Money(minor, "SGD")


def won_per_dollar(rate: int) -> Rates:
    return Rates([Rate("SGD", "KRW", Decimal(rate), FRIDAY, "European Central Bank")])


def test_500_dollars_and_300000_won_are_not_ranked_without_a_rate() -> None:
    for currency in ("SGD", "KRW", "USD"):
        ranking = rank([SINGAPORE, GANGNAM], NOTHING, currency, ON)
        assert not ranking.together
        assert sorted(len(group) for group in ranking.groups) == [1, 1]
        assert [row.rank for group in ranking.groups for row in group] == [1, 1]
        assert all(row.converted.rate is None for group in ranking.groups for row in group)
    assert rank([SINGAPORE, GANGNAM], NOTHING, "KRW", ON).groups[0][0].key == "gangnam"
    assert rank([SINGAPORE, GANGNAM], NOTHING, "SGD", ON).missing == (("KRW", "SGD"),)


@pytest.mark.parametrize("currency", ["SGD", "KRW"])
@pytest.mark.parametrize("rate", range(700, 2001, 100))
def test_300000_won_are_cheaper_at_700_to_2000_won_per_dollar(currency: str, rate: int) -> None:
    (group,) = rank([SINGAPORE, GANGNAM], won_per_dollar(rate), currency, ON).groups
    assert [(row.key, row.rank) for row in group] == [("gangnam", 1), ("orchard", 2)]


@pytest.mark.parametrize("currency", ["SGD", "KRW"])
def test_500_dollars_are_cheaper_at_500_won_per_dollar(currency: str) -> None:
    (group,) = rank([SINGAPORE, GANGNAM], won_per_dollar(500), currency, ON).groups
    assert [row.key for row in group] == ["orchard", "gangnam"]


def test_tax_not_stated_never_beats_tax_included_silently() -> None:
    found = mix(offer("unknown", 10000, tax=Tax.UNKNOWN, tax_rate=None), offer("stated", 65000))
    assert (bought(found), found.total) == ({"stated": 3}, sgd(195000))
    assert found.set_aside == (SetAside("unknown", (Incomplete.TAX_UNKNOWN,), ()),)
    alone = mix(offer("unknown", 10000, tax=Tax.UNKNOWN, tax_rate=None))
    assert (alone.total, alone.reasons) == (None, (Incomplete.TAX_UNKNOWN,))
    assert [line.amount for line in alone.lines] == [sgd(30000)]


def test_a_trio_and_a_single_beat_three_singles_and_the_left_over_is_shown() -> None:
    trio = offer("trio", 120000, times(HEALER, 2), BOOSTER, EYE)
    found = mix(trio, offer("single", 65000))
    assert bought(found) == {"single": 1, "trio": 1}
    assert found.total == sgd(185000)
    assert found.left_over == (LeftOverOf("trio", BOOSTER, 1), LeftOverOf("trio", EYE, 1))


def test_greedy_takes_the_lowest_price_per_session_and_pays_for_the_last_one() -> None:
    needs, choices = [6], [Choice((5,), 1000), Choice((3,), 630), Choice((1,), 500)]
    assert greedy(needs, choices) == 1500
    assert cheapest(needs, choices) == Solution((0, 2, 0), 1260)


def test_greedy_takes_the_better_combo_and_has_no_good_way_to_the_rest() -> None:
    needs = [1, 1, 1]
    choices = [Choice((1, 1, 0), 100), Choice((0, 0, 1), 120), Choice((1, 0, 0), 65), Choice((0, 1, 1), 120)]
    assert greedy(needs, choices) == 220
    assert cheapest(needs, choices) == Solution((0, 0, 1, 1), 185)


def greedy(needs: Sequence[int], choices: Sequence[Choice]) -> int:
    """What comparison pages do: again and again whatever costs least per session that is still open."""
    left, cost = list(needs), 0
    while any(left):
        _, number = min(
            (choice.cost / covered, number)
            for number, choice in enumerate(choices)
            if (covered := sum(map(min, choice.covers, left)))
        )
        cost += choices[number].cost
        left = [max(0, need - got) for need, got in zip(left, choices[number].covers, strict=True)]
    return cost


def test_two_of_one_ml_are_not_one_of_two_ml() -> None:
    one_ml = offer("one", 10000, times(replace(HEALER, quantity=Decimal(1)), 2))
    found = mix(one_ml)
    assert found.total is None
    assert found.gaps == (Gap(WANT_HEALER, 3, Lacking.NOT_COMPARABLE),)
    assert [(row.ref, row.differs_in) for row in found.not_comparable] == [("one", (Difference.QUANTITY,))]


def test_cc_is_ml_and_a_vial_is_not() -> None:
    want = replace(WANT_HEALER, quantity=Quantity.parse("2 cc"))
    assert mix(offer("ml", 65000), wants=(want,)).total == sgd(195000)
    vial = mix(offer("vial", 65000, replace(HEALER, unit=Unit.VIAL)), wants=(want,))
    assert [row.differs_in for row in vial.not_comparable] == [(Difference.UNIT,)]
    unknown = mix(offer("vial", 65000, replace(HEALER, unit=Unit.VIAL, quantity=None)), wants=(want,))
    assert [row.differs_in for row in unknown.not_comparable] == [(Difference.UNIT,)]


def test_a_stale_price_leaves_the_totals() -> None:
    aged = offer("aged", 50000, verified_on=ON - timedelta(days=PRICE_AGE_DAYS))
    menu = (aged, offer("fresh", 65000, verified_on=ON))
    assert bought(mix(*menu)) == {"aged": 3}
    tomorrow = cheapest_mix(menu, (WANT_HEALER,), ON + timedelta(days=1), Reader())
    assert (bought(tomorrow), tomorrow.total) == ({"fresh": 3}, sgd(195000))
    assert tomorrow.set_aside == (SetAside("aged", (Incomplete.PRICE_STALE,), ()),)
    assert cheapest_mix([aged], (WANT_HEALER,), ON + timedelta(days=1), Reader()).total is None


def test_an_event_price_outside_its_dates_is_gone() -> None:
    last = ON + timedelta(days=6)
    event = offer("event", 50000, price_kind=PriceKind.EVENT, valid_from=ON, valid_until=last)
    menu = (event, offer("single", 65000))

    def bought_on(day: date) -> dict[str, int]:
        return bought(cheapest_mix(menu, (WANT_HEALER,), day, Reader()))

    assert bought_on(ON) == bought_on(last) == {"event": 3}
    assert bought_on(ON - timedelta(days=1)) == bought_on(last + timedelta(days=1)) == {"single": 3}


def test_won_has_no_decimals() -> None:
    assert (exponent("KRW"), exponent("JPY"), exponent("SGD"), exponent("CNY")) == (0, 0, 2, 2)
    assert (Money(250000, "KRW").major(), Money(38000, "SGD").major()) == ("250000", "380.00")
    assert parse_major("250,000", "KRW") == Money(250000, "KRW")
    for text in ("250000.50", "250.000"):
        with pytest.raises(InvalidAmount) as caught:
            parse_major(text, "KRW")
        assert caught.value.fault is AmountFault.TOO_MANY_DECIMALS


def test_the_tax_on_won_is_whole_won() -> None:
    won = offer("won", 178005, currency="KRW", tax=Tax.EXCLUSIVE, tax_rate=Decimal(10))
    found = mix(won, wants=(replace(WANT_HEALER, sessions=1),))
    # 17,800.5 won of tax are 17,801.
    assert found.total == Money(195806, "KRW")
    assert found.tax == Money(17801, "KRW")


def test_the_vat_refund_is_10_percent_on_the_last_day_of_2025_and_nothing_on_the_next() -> None:
    total, tax = Money(330_000, "KRW"), Money(30_000, "KRW")
    assert refund_of_tax(total, tax, "KR", date(2025, 12, 31)) == Money(30_000, "KRW")
    assert refund_of_tax(total, tax, "KR", date(2026, 1, 1)) == Money(0, "KRW")
    assert refund_of_tax(total, None, "KR", date(2025, 12, 31)) is None
    assert refund_of_tax(total, None, "KR", date(2026, 1, 1)) == Money(0, "KRW")
    assert refund_of_tax(sgd(10900), sgd(900), "SG", date(2025, 12, 31)) == sgd(0)


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (38000, "SGD", "S$380"), (38050, "SGD", "S$380.50"), (0, "SGD", "S$0"), (5, "SGD", "S$0.05"),
        (250000, "KRW", "₩250,000"), (300, "KRW", "₩300"),
        (123456789, "USD", "US$1,234,567.89"), (9900, "CNY", "CN¥99"), (128050, "CNY", "CN¥1,280.50"),
    ],
)  # fmt: skip
def test_sgd_krw_usd_and_cny_are_written_in_three_languages(
    app: Flask, language: str, amount: int, currency: str, written: str
) -> None:
    with app.test_request_context("/"), in_language(language):
        assert format_money(Money(amount, currency)) == written
