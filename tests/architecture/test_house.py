"""The rules of the house that a linter does not know: who commits, who may use a route, what a queue name means."""

import ast
import re
from collections.abc import Iterator

from flask import Flask

from config import ROOT
from tests.services.server import SETTINGS
from webapp import queue
from webapp.access import Audience, audience_of
from workers.schedule import SCHEDULE

ONLY_COMMITTER = "webapp/unit_of_work.py"
# Removing one of these is a decision about redirects, not a clean-up.
PUBLIC_ADDRESSES = {
    "/", "/clinics", "/clinics/<slug>", "/clinics.geojson", "/treatments", "/treatments/<slug>", "/compare",
    "/plan", "/plan.ics", "/enquiries/new", "/e/<token>", "/q/<token>", "/how-results-are-ordered", "/for-clinics",
    "/about/data", "/privacy", "/healthz", "/readyz", "/sitemap.xml", "/robots.txt", "/.well-known/security.txt",
    "/api/v1/places", "/api/v1/places/suggest", "/api/v1/clinics", "/api/v1/clinics/<slug>", "/api/v1/treatments",
    "/api/v1/treatments/<slug>", "/api/v1/openapi.json", "/api/v1/compare", "/metrics",
    # In mails that were sent, in bookmarks, and in what was shared.
    "/e/shared/<token>", "/c/<token>", "/c/invitation/<token>", "/c/address/<token>", "/u/<token>",
    "/sign-in/<token>", "/portal/", "/portal/<slug>/", "/portal/<slug>/prices", "/portal/<slug>/profile", "/staff/",
    # Where mail services post what they heard.
    "/inbound/mail",
}  # fmt: skip


def sources() -> Iterator[tuple[str, ast.Module]]:
    for folder in ("webapp", "workers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def test_only_the_unit_of_work_commits() -> None:
    committing = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    }
    assert committing == {ONLY_COMMITTER}


def test_no_test_makes_the_workers_application_before_its_settings_stand() -> None:
    """Imported when tests are collected it takes this machine's own database (tests/workers/conftest.py)."""
    makes_it = {
        f"workers.{path.stem}"
        for path in (ROOT / "workers").glob("*.py")
        if path.stem == "app" or "from workers.app import" in path.read_text(encoding="utf-8")
    }
    imported = {
        (str(path.relative_to(ROOT)), node.module)
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module in makes_it
    }
    # A program that a fault run starts as a process of its own.
    assert imported == {("tests/faults/doubles/fragile_worker.py", "workers.app")}


def test_every_queue_name_is_a_task() -> None:
    named = {
        value
        for name, value in vars(queue).items()
        if name.isupper() and isinstance(value, str) and "." in value
    }
    decorated = {
        ast.unparse(keyword.value)
        for path in (ROOT / "workers").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
        if keyword.arg == "name"
    }
    assert {getattr(queue, name) for name in decorated} == named
    assert {entry["task"] for entry in SCHEDULE.values()} <= named


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    silent = [rule.rule for rule in app.url_map.iter_rules() if audience_of(app, rule.endpoint) is None]
    assert silent == []


def test_only_the_mailbox_is_for_developers(app: Flask) -> None:
    closed = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if audience_of(app, rule.endpoint) is Audience.DEVELOPER
    }
    assert closed == {"/mailbox", "/mailbox/<key>"}


def test_public_addresses_stay(app: Flask) -> None:
    served = {re.sub(r"<\w+:", "<", rule.rule) for rule in app.url_map.iter_rules()}
    assert served >= PUBLIC_ADDRESSES


def test_every_setting_is_in_the_readme_and_no_other() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row)) == sorted(SETTINGS)


def test_every_exception_for_the_type_checker_has_its_reason() -> None:
    bare = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*ROOT.glob("*.py"), *(ROOT / "webapp").rglob("*.py"), *(ROOT / "workers").glob("*.py")]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"# type: ignore\S*\s*$", line)
    }
    assert bare == set()
