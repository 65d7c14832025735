"""Exchange rates: never assumed, always dated, and no order between currencies without one."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.exchange import NoRate, Rate, Rates, rank
from webapp.domain.money import Money, UnknownCurrency

ON = date(2026, 3, 10)
FRIDAY = date(2026, 3, 6)
BANK = "European Central Bank"
NOTHING = Rates([])
SINGAPORE = ("orchard", Money(50_000, "SGD"))
GANGNAM = ("gangnam", Money(300_000, "KRW"))


def won_per_dollar(rate: int) -> Rates:
    return Rates([Rate("SGD", "KRW", Decimal(rate), FRIDAY, BANK)])


def euro(**rates: str) -> Rates:
    return Rates([Rate("EUR", code, Decimal(rate), FRIDAY, BANK) for code, rate in rates.items()])


def test_one_currency_is_ranked_without_any_rate() -> None:
    ranking = rank([("b", Money(2, "KRW")), ("a", Money(1, "KRW"))], NOTHING, "SGD", ON)
    assert ranking.together
    assert [row.key for row in ranking.groups[0]] == ["a", "b"]


def test_an_incomplete_total_has_no_rank() -> None:
    ranking = rank([("unknown", None), SINGAPORE], NOTHING, "SGD", ON)
    assert ranking.incomplete == ("unknown",)
    assert [row.key for row in ranking.groups[0]] == ["orchard"]
    assert rank([("unknown", None)], NOTHING, "SGD", ON).groups == ()


def test_equal_sums_share_a_rank_and_keep_their_order() -> None:
    rows = [("c", Money(5, "SGD")), ("b", Money(1, "SGD")), ("a", Money(5, "SGD")), ("d", Money(6, "SGD"))]
    (group,) = rank(rows, NOTHING, "SGD", ON).groups
    assert [(row.key, row.rank) for row in group] == [("b", 1), ("c", 2), ("a", 2), ("d", 4)]


def test_a_stale_rate_still_ranks_and_is_marked() -> None:
    rates = won_per_dollar(1000)
    ranking = rank([SINGAPORE, GANGNAM], rates, "SGD", FRIDAY + timedelta(days=7))
    assert (ranking.together, ranking.stale) == (True, ())
    assert [rate.as_of for rate in ranking.rates] == [FRIDAY]
    later = rank([SINGAPORE, GANGNAM], rates, "SGD", FRIDAY + timedelta(days=8))
    assert (later.together, later.stale) == (True, later.rates)


@pytest.mark.parametrize(
    ("money", "currency", "converted"),
    [
        (Money(50_000, "SGD"), "KRW", Money(550_000, "KRW")),
        (Money(300_000, "KRW"), "SGD", Money(27_273, "SGD")),
        # Half up at the minor unit of what comes out: 0.5 won is 1, 5.5 won are half a cent.
        (Money(1, "SGD"), "KRW", Money(11, "KRW")),
        (Money(-300_000, "KRW"), "SGD", Money(-27_273, "SGD")),
    ],
)
def test_conversion_rounds_half_up_at_the_minor_unit(money: Money, currency: str, converted: Money) -> None:
    assert won_per_dollar(1100).convert(money, currency).money == converted


def test_half_a_minor_unit_goes_up() -> None:
    rates = Rates(
        [Rate("SGD", "KRW", Decimal(1000), FRIDAY, BANK), Rate("USD", "SGD", Decimal("1.5"), FRIDAY, BANK)]
    )
    assert rates.convert(Money(5, "KRW"), "SGD").money == Money(1, "SGD")
    assert rates.convert(Money(4, "KRW"), "SGD").money == Money(0, "SGD")
    assert rates.convert(Money(1, "USD"), "SGD").money == Money(2, "SGD")


def test_a_pair_that_is_not_published_goes_through_the_euro_with_a_number_one_can_check() -> None:
    rates = euro(SGD="1.5022", KRW="1695.37")
    rate = rates.between("KRW", "SGD")
    # 1695.37 / 1.5022 = 1128.5914…
    assert (rate.pair, rate.rate, rate.as_of, rate.source) == ("SGD/KRW", Decimal("1128.59"), FRIDAY, BANK)
    assert rates.between("SGD", "KRW") == rate
    assert rates.convert(Money(50_000, "SGD"), "KRW").money == Money(564_295, "KRW")
    assert rates.convert(Money(564_295, "KRW"), "SGD").money == Money(50_000, "SGD")


def test_a_rate_through_another_is_as_old_as_the_older() -> None:
    older = FRIDAY - timedelta(days=3)
    rates = Rates(
        [Rate("EUR", "SGD", Decimal("1.5"), older, BANK), Rate("USD", "EUR", Decimal("0.9"), FRIDAY, "desk")]
    )
    rate = rates.between("SGD", "USD")
    assert (rate.pair, rate.rate, rate.as_of, rate.source) == (
        "USD/SGD", Decimal("1.35"), older, f"{BANK}; desk",
    )  # fmt: skip


def test_what_has_no_rate_is_not_converted() -> None:
    with pytest.raises(NoRate):
        euro(SGD="1.5").convert(Money(1, "KRW"), "SGD")
    with pytest.raises(UnknownCurrency):
        euro(SGD="1.5").convert(Money(1, "SGD"), "XXX")


@pytest.mark.parametrize("rate", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity")])
def test_a_rate_is_above_zero(rate: Decimal) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Rate("SGD", "KRW", rate, FRIDAY, BANK)


def test_a_pair_stands_once() -> None:
    with pytest.raises(ValueError, match="given twice"):
        Rates([Rate("SGD", "KRW", Decimal(1), FRIDAY, BANK), Rate("KRW", "SGD", Decimal(1), FRIDAY, BANK)])
    with pytest.raises(ValueError, match="two currencies"):
        Rate("SGD", "SGD", Decimal(1), FRIDAY, BANK)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(500, 2000))
def test_an_order_never_contradicts_the_rate(cents: int, won: int, rate: int) -> None:
    ranking = rank([("s", Money(cents, "SGD")), ("k", Money(won, "KRW"))], won_per_dollar(rate), "SGD", ON)
    first, second = ranking.groups[0]
    if first.rank != second.rank:
        assert (first.key == "k") == (won * 100 < cents * rate)
