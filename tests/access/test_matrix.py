"""Role × route × foreign id, over every route there is: a new route without a rule, or without ids here, fails."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.access.world import MARK, Kept, World, everything
from tests.accounts.signing_in import sign_in
from webapp.access import Audience, audience_of
from webapp.accounts.models import Account

GUARDED = {Audience.SIGNED_IN, Audience.CLINIC, Audience.CLINIC_OWNER, Audience.STAFF}
# Whom each audience lets in; everybody else is not told that there is anything.
LET_IN = {
    Audience.SIGNED_IN: {"stranger", "other owner", "colleague", "owner", "staff"},
    Audience.CLINIC: {"colleague", "owner"},
    Audience.CLINIC_OWNER: {"owner"},
    Audience.STAFF: {"staff"},
}
GONE = {
    "portal.answer_enquiry",
    "portal.apply_price_list",
    "portal.change_role",
    "staff.decide_claim",
    "staff.decide_never_list",
}
ROLES = ("nobody", "stranger", "other owner", "colleague", "owner", "staff")


def guarded(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        if audience_of(app, rule.endpoint) in GUARDED
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def path_of(rule: Rule, kept: Kept, world: World, **other: Any) -> str:
    """The address of a route with ids that exist. KeyError: say in world.py what a new parameter stands for."""
    ids = dict(kept.ids)
    if rule.endpoint == "portal.answer_enquiry":
        ids["ref"] = kept.enquiry_ref
    if rule.rule.startswith("/staff/"):
        ids["number"] = world.staff_ids.get(rule.endpoint, 1)
    ids |= other
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(ids[match.group(1)]), rule.rule)


def person(world: World, role: str) -> Account | None:
    return {
        "nobody": None,
        "stranger": world.stranger,
        "other owner": world.theirs.owner,
        "colleague": world.mine.colleague,
        "owner": world.mine.owner,
        "staff": world.staff,
    }[role]


def browser(app: Flask, world: World, role: str) -> FlaskClient:
    client = app.test_client()
    who = person(world, role)
    if who is not None:
        sign_in(client, who)
    return client


def body(answer: TestResponse) -> str:
    """The page without what differs by its own address and token."""
    text = re.sub(r'name="csrf_token"[^>]*>|href="[^"]*"|action="[^"]*"', "", answer.get_data(as_text=True))
    return text.replace("/fir/", "/larch/")


def test_whoever_is_not_meant_learns_and_changes_nothing(app: Flask, session: Session, world: World) -> None:
    before = everything(session)
    for role in ROLES:
        client = browser(app, world, role)
        for rule, method in guarded(app):
            audience = audience_of(app, rule.endpoint)
            assert audience is not None
            if role in LET_IN[audience]:
                continue
            answer = client.open(path_of(rule, world.mine, world), method=method)
            if role == "nobody":
                assert answer.status_code == 303, (role, method, rule.rule)
                assert answer.location.startswith("/sign-in"), (role, method, rule.rule)
            else:
                assert answer.status_code == 404, (role, method, rule.rule)
                nowhere = path_of(rule, world.mine, world, slug="nowhere", number=99999)
                assert body(client.open(nowhere, method=method)) == body(answer), (role, method, rule.rule)
            assert MARK not in answer.get_data(as_text=True)
    assert everything(session) == before


def test_a_clinic_reaches_nothing_of_another_through_its_own_pages(
    app: Flask, session: Session, world: World
) -> None:
    """Its own slug, the other clinic's ids: in the address, and in the forms."""
    before = everything(session)
    ours = world.mine.ids
    client = browser(app, world, "other owner")
    tried = 0
    for rule, method in guarded(app):
        foreign = set(rule.arguments) - {"slug"}
        if not rule.rule.startswith("/portal/<slug>/") or not foreign:
            continue
        path = path_of(rule, world.mine, world, slug="fir")
        answer = client.open(path, method=method, data={"role": "staff"} if method == "POST" else None)
        assert answer.status_code == 404, (method, rule.rule)
        assert MARK not in answer.get_data(as_text=True).replace(f"{MARK} fir", ""), rule.rule
        tried += 1
    assert tried > 12
    for press in ("accept_others", "accept_ticked", "refuse_ticked"):
        numbers = {"shown": str(ours["proposal"]), "ticked": str(ours["proposal"]), "answer": press}
        assert client.post("/portal/fir/proposals", data=numbers).status_code == 303
    after = everything(session)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


def test_lists_counts_and_files_of_one_clinic_say_nothing_of_another(app: Flask, world: World) -> None:
    client = browser(app, world, "other owner")
    pages = [
        rule
        for rule, method in guarded(app)
        if method == "GET" and rule.rule.startswith("/portal/<slug>/") and rule.arguments == {"slug"}
    ]
    assert len(pages) > 15
    for rule in pages:
        answer = client.get(
            path_of(rule, world.theirs, world), follow_redirects=rule.endpoint != "portal.preview"
        )
        assert answer.status_code in {200, 302, 303}, rule.rule
        assert b"larch" not in answer.get_data().lower(), rule.rule


def test_who_is_meant_is_let_in(app: Flask, session: Session, world: World) -> None:
    """Every guarded page answers its own people: otherwise the refusals above would prove nothing."""
    for rule, method in guarded(app):
        audience = audience_of(app, rule.endpoint)
        assert audience is not None
        if method != "GET":
            continue
        for role in sorted(LET_IN[audience]):
            client = browser(app, world, role)
            answer = client.get(path_of(rule, world.mine, world))
            if rule.endpoint == "portal.dry_run" and role == "colleague":
                continue  # a price list is confirmed by whoever sent it
            assert answer.status_code in {200, 302, 303}, (role, rule.rule, answer.status_code)
            assert "/sign-in" not in (answer.location or ""), (role, rule.rule)


def test_a_form_of_ones_own_is_not_refused_for_who_one_is(app: Flask, session: Session, world: World) -> None:
    """One after the other, without a word in them: they say what is missing, or do what needs no words."""
    for rule, method in guarded(app):
        audience = audience_of(app, rule.endpoint)
        # Of these the file is empty, the clinic has just left, the member was just removed, or no row waits.
        if method != "POST" or rule.endpoint in GONE:
            continue
        session.commit()
        session.expire_all()
        role = "staff" if audience is Audience.STAFF else "owner"
        answer = browser(app, world, role).post(path_of(rule, world.mine, world), data={"role": "staff"})
        assert answer.status_code in {200, 303, 409, 422}, (rule.rule, answer.status_code)
        lost = (answer.location or "").startswith("/sign-in")
        assert lost == (rule.endpoint == "accounts.sign_out_everywhere"), rule.rule
