"""No form of a clinic's, of staff's or of one's account answers 5xx, whatever is typed into whichever field."""

import io
import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.access.test_matrix import browser, guarded, path_of
from tests.access.world import World
from webapp.access import Audience, audience_of

NASTY = [
    "",
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "-1",
    "9" * 40,
    "1e400",
    "NaN",
    "２０２６-13-45",
    "2026-02-30",
    "25:61",
    "\u202e<script>window.__x=1</script>",
    "=cmd|' /C calc'!A0",
    "%s %(x)s {0}",
    "' OR 1=1 --",
    "a@b" + "\r\nBcc: victim@example.org",
    "http://[::1]:80@evil/",
    "한국어 中文 🙂" * 20,
    "x" * 70_000,
]


def field_names(app: Flask, world: World) -> list[str]:
    """Every field that any of these pages has."""
    found: set[str] = set()
    for rule, method in guarded(app):
        if method == "GET":
            role = "staff" if audience_of(app, rule.endpoint) is Audience.STAFF else "owner"
            page = (
                browser(app, world, role)
                .get(path_of(rule, world.mine, world))
                .get_data()
                .decode("utf-8", "replace")
            )
            found |= set(re.findall(r'<(?:input|select|textarea|button)[^>]*\sname="([^"]+)"', page))
    return sorted(found - {"csrf_token"})


def test_whatever_is_typed_is_answered(app: Flask, session: Session, world: World) -> None:
    names = field_names(app, world)
    assert len(names) > 60
    for rule, method in guarded(app):
        # These end the session, or the membership, that the rest needs.
        if method != "POST" or rule.endpoint in {
            "accounts.sign_out_everywhere",
            "portal.leave",
            "portal.withdraw",
        }:
            continue
        role = "staff" if audience_of(app, rule.endpoint) is Audience.STAFF else "owner"
        client, path = browser(app, world, role), path_of(rule, world.mine, world)
        for value in NASTY:
            answer = client.post(path, data=dict.fromkeys(names, value))
            assert answer.status_code < 500, (rule.rule, value[:30])
        files = {name: (io.BytesIO(b"PK\x03\x04" + b"\x00" * 99), "prices.xlsx") for name in ("file", "logo")}
        answer = client.post(path, data=files, content_type="multipart/form-data")
        assert answer.status_code < 500, (rule.rule, "a broken workbook")


@pytest.mark.parametrize(
    "query", ["before=-1", "before=9" + "9" * 30, "q=%00", "clinic=%ff", "next=%0d%0aX:1", "q=" + "x" * 5000]
)
def test_whatever_stands_in_an_address_is_answered(app: Flask, world: World, query: str) -> None:
    for rule, method in guarded(app):
        if method == "GET":
            role = "staff" if audience_of(app, rule.endpoint) is Audience.STAFF else "owner"
            answer = browser(app, world, role).get(f"{path_of(rule, world.mine, world)}?{query}")
            assert answer.status_code < 500, (rule.rule, query[:20])


@pytest.mark.parametrize("number", ["0", "2147483648", "9" * 40, "-1", "1.5"])
def test_an_id_that_no_row_has_opens_nothing(app: Flask, world: World, number: str) -> None:
    for rule, method in guarded(app):
        foreign = {name: number for name in rule.arguments if name.endswith("_id") or name == "number"}
        if foreign:
            role = "staff" if audience_of(app, rule.endpoint) is Audience.STAFF else "owner"
            path = path_of(rule, world.mine, world, **foreign)
            data = {"answer": "yes", "role": "staff"} if method == "POST" else None
            answer = browser(app, world, role).open(path, method=method, data=data)
            assert answer.status_code in {303, 404, 405, 422}, (rule.rule, answer.status_code)
