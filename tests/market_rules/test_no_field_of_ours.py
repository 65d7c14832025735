"""No table, no form and no document has a place for what the markets forbid, so that nobody can fill one in."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from wtforms import Form

from tests.market_rules.words import NEVER_FIELDS
from webapp.domain.market import Country, Switches, policy
from webapp.extensions import db

pytestmark = pytest.mark.once

# What a column is really about, where its name holds such a word.
HARMLESS = {"reviewed_at": "when a person read a held text", "reviewed_by": "who read a held text"}


def forms(kind: type[Form] = Form) -> set[type[Form]]:
    """Every form of ours, also those that another inherits from."""
    found = {each for each in kind.__subclasses__() if each.__module__.startswith("webapp.")}
    return found.union(*(forms(each) for each in kind.__subclasses__()))


def property_names(value: Any) -> set[str]:
    """The names of fields that an OpenAPI document describes."""
    if isinstance(value, list):
        return set().union(*map(property_names, value))
    if not isinstance(value, dict):
        return set()
    own = set(value["properties"]) if isinstance(value.get("properties"), dict) else set()
    return own.union(*map(property_names, value.values()))


def test_never_commission_and_never_reviews_have_no_column(app: Flask) -> None:
    columns = {
        f"{table.name}.{column.name}" for table in db.metadata.sorted_tables for column in table.columns
    }
    assert len(columns) > 100
    taken = {column for column in columns if NEVER_FIELDS.search(column.split(".")[1])}
    assert {column for column in taken if column.split(".")[1] not in HARMLESS} == set()


def test_never_commission_and_never_reviews_have_no_field_of_a_form(app: Flask) -> None:
    names = {name for form in forms() for name in dir(form) if not name.startswith("_")}
    assert {"email", "price"} <= names
    assert {name for name in names if NEVER_FIELDS.search(name)} == set()


def test_never_commission_and_never_reviews_are_not_in_the_api(client: FlaskClient) -> None:
    names = property_names(client.get("/api/v1/openapi.json").get_json())
    assert {"price", "offers"} <= names
    assert {name for name in names if NEVER_FIELDS.search(name)} == set()


@pytest.mark.parametrize("country", list(Country))
def test_never_reviews_and_never_commission_are_rules_of_both_markets(country: str) -> None:
    assert {"NEVER-REVIEWS", "NEVER-COMMISSION"} <= {
        rule.id for rule in policy(country, Switches.safe()).rules
    }


def test_such_a_name_would_be_seen() -> None:
    for name in (
        "star_rating",
        "reviews",
        "commission_percent",
        "success_fee",
        "sponsored_until",
        "referral_code",
    ):
        assert NEVER_FIELDS.search(name)
    for name in ("ha_booster_generic", "started_at", "before", "feed_url"):
        assert not NEVER_FIELDS.search(name)
