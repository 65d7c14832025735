"""The examples in the domain's docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import webapp.domain

MODULES = sorted(module.name for module in pkgutil.walk_packages(webapp.domain.__path__, "webapp.domain."))


@pytest.mark.once
@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.once
def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) > 5
