"""What may be listed where, and tax as dated rules."""

from datetime import date
from decimal import Decimal

import pytest

from webapp.domain.market import Switches, listable, mentions_injection, policy, refund_rule, tax_rule

ON = date(2026, 3, 10)
SG = policy("SG", Switches.development())


@pytest.mark.parametrize(
    ("status", "as_injection", "allowed", "flagged", "rule"),
    [
        ("on", True, True, False, None),
        ("generic name ok", True, True, False, None),
        ("brand_name_public=off", True, True, False, None),
        ("verify", True, True, True, "PRODUCT-VERIFY"),
        ("verify with MOH/SMC list first", True, True, True, "PRODUCT-VERIFY"),
        ("do not list (mesotherapy is SMC List B)", True, False, False, "PRODUCT-DO-NOT-LIST"),
        ("do not list (mesotherapy is SMC List B)", False, False, False, "PRODUCT-DO-NOT-LIST"),
        ("no (not found)", True, False, False, "PRODUCT-NOT-REGISTERED"),
        ("No", False, False, False, "PRODUCT-NOT-REGISTERED"),
        ("topical only; do not list as injection", True, False, False, "PRODUCT-TOPICAL-ONLY"),
        ("topical only; do not list as injection", False, True, False, None),
        ("none of these", True, False, False, "PRODUCT-STATUS-UNKNOWN"),
        ("", True, False, False, "PRODUCT-STATUS-UNKNOWN"),
    ],
)
def test_product_by_market(
    status: str, as_injection: bool, allowed: bool, flagged: bool, rule: str | None
) -> None:
    answer = listable(status, as_injection)
    assert (answer.allowed, answer.flagged, answer.rule.id if answer.rule else None) == (
        allowed,
        flagged,
        rule,
    )
    assert SG.listable(status, as_injection) == answer


def test_product_do_not_list_product_not_registered_and_product_status_unknown_refuse_any_form() -> None:
    for status, rule in (
        ("do not list", "PRODUCT-DO-NOT-LIST"),
        ("no", "PRODUCT-NOT-REGISTERED"),
        ("?", "PRODUCT-STATUS-UNKNOWN"),
    ):
        for as_injection in (True, False):
            answer = SG.listable(status, as_injection)
            assert not answer.allowed
            assert answer.rule in SG.rules
            assert answer.rule is not None
            assert answer.rule.id == rule


def test_product_topical_only_product_verify_and_product_allowed() -> None:
    assert not SG.listable("topical only", as_injection=True).allowed
    assert SG.listable("topical only", as_injection=False).allowed
    assert SG.listable("verify", as_injection=True).flagged
    assert SG.listable("on", as_injection=True) == SG.listable("generic name ok", as_injection=False)
    (allowed,) = (rule for rule in SG.rules if rule.id == "PRODUCT-ALLOWED")
    assert allowed.says


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("exosome injection", True),
        ("Injected by a doctor", True),
        ("엑소좀 주사", True),
        ("外泌体注射", True),
        ("exosome after microneedling, on the skin", False),
        ("topical, not injected", False),
        ("no injection", False),
        ("applied without an injection", False),
        ("不注射", False),
        ("not injected at first, then an injection", True),
        ("", False),
    ],
)
def test_words_that_call_a_treatment_an_injection(words: str, said: bool) -> None:
    assert mentions_injection(words) is said


@pytest.mark.parametrize(
    ("country", "on", "percent"),
    [
        ("SG", date(2022, 12, 31), 7),
        ("SG", date(2023, 1, 1), 8),
        ("SG", date(2023, 12, 31), 8),
        ("SG", date(2024, 1, 1), 9),
        ("SG", date(2026, 3, 10), 9),
        ("KR", date(2026, 3, 10), 10),
    ],
)
def test_tax_is_a_dated_rule(country: str, on: date, percent: int) -> None:
    rule = tax_rule(country, on)
    assert rule is not None
    assert rule.percent == percent
    assert policy(country, Switches.safe()).tax(on) == rule


def test_no_rule_is_invented_for_a_day_or_a_country_we_do_not_know() -> None:
    assert tax_rule("SG", date(2007, 6, 30)) is None
    assert tax_rule("JP", ON) is None
    assert refund_rule("SG", ON) is None


def test_koreas_refund_ended_with_2025() -> None:
    last, first = refund_rule("KR", date(2025, 12, 31)), refund_rule("KR", date(2026, 1, 1))
    assert last is not None
    assert first is not None
    assert (last.percent, first.percent) == (Decimal(10), Decimal(0))
