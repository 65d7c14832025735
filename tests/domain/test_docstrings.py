"""Every module of the domain says what it is for, and the examples in its docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import webapp.domain

MODULES = sorted(module.name for module in pkgutil.walk_packages(webapp.domain.__path__, "webapp.domain."))
# What a stranger comes for: each of these shows itself at work.
WITH_EXAMPLES = [
    "money", "units", "exchange", "offers.terms", "offers.alike", "offers.price", "offers.bill", "offers.course",
    "basket", "basket.gate", "basket.solver", "basket.visiting", "course_plan", "course_dates", "trips",
    "market.policies", "market.tax",
]  # fmt: skip

pytestmark = pytest.mark.once


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_a_module_opens_with_what_it_is_for(name: str) -> None:
    assert len((importlib.import_module(name).__doc__ or "").split()) > 5


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_what_is_central_has_an_example(name: str) -> None:
    module = importlib.import_module(f"webapp.domain.{name}")
    assert any(test.examples for test in doctest.DocTestFinder(exclude_empty=True).find(module))


def test_the_reading_order_names_every_module_and_no_other() -> None:
    here = sorted(module.name for module in pkgutil.iter_modules(webapp.domain.__path__))
    lines = (webapp.domain.__doc__ or "").splitlines()
    assert sorted(line.split()[0] for line in lines if line.startswith("    ")) == here
