"""Two colleagues with the same form open: what only one touched is hers, what both did is asked about."""

import json

import pytest
from flask import Flask

from webapp.portal.forms.opened import OpenedForm

pytestmark = pytest.mark.once

STORED = {"phone": "+6561", "hours": None, "gst_registered": True}


def form(app: Flask, opened: str | None) -> OpenedForm:
    with app.test_request_context(method="POST", data={} if opened is None else {"opened": opened}):
        return OpenedForm()


def test_what_was_changed_is_written(app: Flask) -> None:
    merged = form(app, json.dumps(STORED)).merge(STORED | {"phone": "+6562"}, STORED)
    assert (merged.values, merged.kept, merged.conflicts) == ({"phone": "+6562"}, (), ())


def test_what_a_colleague_changed_and_she_did_not_touch_is_kept(app: Flask) -> None:
    now = STORED | {"phone": "+6563"}
    merged = form(app, json.dumps(STORED)).merge(STORED | {"hours": "Mo 10:00-12:00"}, now)
    assert (merged.values, merged.kept) == ({"hours": "Mo 10:00-12:00"}, ("phone",))


def test_what_both_changed_is_a_conflict(app: Flask) -> None:
    merged = form(app, json.dumps(STORED)).merge(STORED | {"phone": "+6562"}, STORED | {"phone": "+6563"})
    assert (merged.values, merged.conflicts) == ({}, ("phone",))


def test_what_both_changed_to_the_same_is_none(app: Flask) -> None:
    changed = STORED | {"phone": "+6562"}
    merged = form(app, json.dumps(STORED)).merge(changed, changed)
    assert (merged.values, merged.kept, merged.conflicts) == ({}, (), ())


@pytest.mark.parametrize("opened", [None, "", "{", "[1]", "3", '"x"', "[" * 100_000])
def test_a_form_without_its_memory_overwrites_nothing_unasked(app: Flask, opened: str | None) -> None:
    merged = form(app, opened).merge(STORED | {"phone": "+6562"}, STORED)
    assert (merged.values, merged.conflicts) == ({}, ("phone",))
