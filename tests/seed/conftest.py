"""The reviewed files, read once for all tests of this folder."""

from typing import Any

import pytest

from tests.seed.reference_files import document, rows
from webapp.domain.facts import Fact, TreatmentPage, arrange, read_facts


@pytest.fixture(scope="module")
def treatments() -> dict[str, dict[str, str]]:
    return {row["slug"]: row for row in rows("treatments.csv")}


@pytest.fixture(scope="module")
def names() -> list[dict[str, str]]:
    return rows("names.csv")


@pytest.fixture(scope="module")
def sources() -> dict[str, dict[str, Any]]:
    return {source["key"]: source for source in document("sources.json")["sources"]}


@pytest.fixture(scope="module")
def facts() -> tuple[Fact, ...]:
    return read_facts(document("facts.json"))


@pytest.fixture(scope="module")
def page(facts: tuple[Fact, ...]) -> TreatmentPage:
    return arrange(fact for fact in facts if fact.treatment == "rejuran_healer")
