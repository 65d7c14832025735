"""A rule without a test is a sentence: every rule of both markets is named by a test that asserts something."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from webapp.domain.market import Country, Rule, Switches, policy

pytestmark = pytest.mark.once

TESTS = Path(__file__).parents[2]
FOLDERS = (TESTS / "domain" / "market", TESTS / "market_rules")


def named_tests(source: str) -> list[str]:
    """The names of the test functions in a file that assert anything."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and any(isinstance(inside, ast.Assert) for inside in ast.walk(node))
    ]


def untested(rules: Iterable[Rule], names: Iterable[str]) -> list[str]:
    """The ids that no name holds: SG-PRICE-GST is tested by test_sg_price_gst…"""
    known = [f"{name}_" for name in names]
    return [
        rule.id
        for rule in rules
        if not any(f"_{rule.id.casefold().replace('-', '_')}_" in name for name in known)
    ]


def names_of_all_tests() -> list[str]:
    files = sorted(path for folder in FOLDERS for path in folder.rglob("test_*.py"))
    assert files
    return [name for path in files for name in named_tests(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("country", list(Country))
def test_every_rule_of_a_market_is_named_by_a_test(country: str) -> None:
    assert untested(policy(country, Switches.safe()).rules, names_of_all_tests()) == []


def test_a_new_rule_without_a_test_would_be_seen() -> None:
    new = Rule("SG-NO-FLYERS", "No flyers.", "nobody")
    assert untested([new], names_of_all_tests()) == ["SG-NO-FLYERS"]
    assert untested([new], ["test_sg_no_flyers"]) == []
    assert untested([new], ["test_sg_no_flyers_and_another"]) == []
    # A test that asserts nothing, and one that is only named alike, are none.
    assert named_tests("def test_sg_no_flyers():\n    pass\n") == []
    assert untested([new], ["test_sg_no_flyersets"]) == ["SG-NO-FLYERS"]
