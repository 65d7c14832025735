"""No page behind a link, and not the enquiry form, answers 5xx, whatever is sent to it; none is kept or passed on."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests import factories
from tests.access.test_nasty_input import NASTY
from tests.quotes.conftest import quote_page
from tests.quotes.given import asked, own_page, quote
from webapp.clinics.models import Clinic
from webapp.enquiries import links
from webapp.i18n import utc_now

pytestmark = pytest.mark.long

MORE = [
    # Longer than any field takes, and in every field of a form at once not yet too much to be read.
    "&#x0;\u200f\u2066" + "x" * 9_000,
    "٣",
    "²",
    "1e3",
    "-0",
    "0.0005",
    "--",
    "9999-12-31",
    "0001-01-01",
]
# Rows that no page of ours has.
ROWS = (
    "wants--1-treatment",
    "lines--1-price",
    "lines-²-price",
    "lines-99999999999999999999-price",
    "fees-1e3-name",
)
NAME = re.compile(r'<(?:input|select|textarea|button)[^>]*\sname="([^"]+)"')
HIDDEN = re.compile(r'<input(?=[^>]* type="hidden")(?=[^>]* name="([^"]+)")[^>]* value="([^"]+)"')
# What a page puts into its own forms: whom and what they are about, and when they were handed out. A form in which
# one of these is wrong is refused before anything else in it is read.
ABOUT = {"started", "clinic", "recipient", "version", "question", "link", "seen"}
TOO_MUCH, TOO_MANY = 413, 429
REFUSED_UNREAD = {404, 410, TOO_MUCH, TOO_MANY}


@pytest.fixture(autouse=True)
def no_token_needed(app: Flask) -> Iterator[None]:
    """A missing CSRF token is not to refuse first."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    yield
    app.config["WTF_CSRF_CHECK_DEFAULT"] = True


@pytest.fixture
def pages(client: FlaskClient, session: Session) -> dict[str, str]:
    """By the beginning of a route, an address of it: the patient's page and a clinic's opened, both with an answer."""
    clinics = [factories.clinic(session), factories.clinic(session)]
    for clinic in [*clinics, factories.clinic(session)]:
        factories.offer(session, clinic)
    enquiry = asked(session, *clinics, message="Words", concerns="acne_scars")
    quote(session, enquiry.recipients[0])
    shared = links.mint_to_share(enquiry, utc_now(), 14)
    hers, theirs = own_page(session, enquiry), quote_page(session, enquiry, 1)
    for page in (hers, theirs):
        assert client.post(f"{page}/open").status_code == 303
    return {
        "/e/shared/<token>": f"/e/shared/{shared}",
        "/e/<token>": hers,
        "/q/<token>": theirs,
        "/enquiries/new": f"/enquiries/new?clinic={clinics[0].slug}",
    }


def routes(app: Flask, pages: dict[str, str], method: str) -> dict[str, str]:
    """The address of every route behind a link, and of the form, that takes the method."""
    found = {}
    for rule in app.url_map.iter_rules():
        start = next((start for start in pages if rule.rule.startswith(start)), None)
        if start is not None and method in (rule.methods or set()):
            found[rule.rule] = pages[start] + rule.rule.removeprefix(start).replace("<int:link_id>", "1")
    return found


def field_names(client: FlaskClient, pages: dict[str, str]) -> list[str]:
    found: set[str] = set()
    for page in (*pages.values(), pages["/e/<token>"] + "/add"):
        found |= set(NAME.findall(client.get(page).get_data(as_text=True)))
    return sorted(found - {"csrf_token"})


def about(client: FlaskClient, page: str) -> dict[str, str]:
    """What the page's own forms are about; of several, what the first says."""
    found: dict[str, str] = {}
    for name, value in HIDDEN.findall(client.get(page).get_data(as_text=True)):
        if name in ABOUT:
            found.setdefault(name, value)
    return found


def is_private(answer: TestResponse) -> bool:
    return (
        answer.headers["Cache-Control"] == "no-store"
        and answer.headers["X-Robots-Tag"] == "noindex"
        and answer.headers["Referrer-Policy"] == "same-origin"
    )


# What ends the enquiry, or its mails, comes in a test of its own, the last one here.
ENDS = {"/e/<token>/erase", "/e/<token>/not-me"}


def test_whatever_is_typed_is_answered(app: Flask, client: FlaskClient, pages: dict[str, str]) -> None:
    names = field_names(client, pages)
    assert len(names) > 60
    posts = {rule: path for rule, path in routes(app, pages, "POST").items() if rule not in ENDS}
    assert len(posts) > 22
    for rule, path in posts.items():
        for value in [*NASTY, *MORE]:
            for answer_as in ("quote", "draft", value):
                fields: dict[str, Any] = dict.fromkeys([*names, *ROWS], value)
                if rule == "/q/<token>":
                    fields["answer"] = answer_as
                elif answer_as != "quote":
                    continue
                answer = client.post(path, data=fields)
                assert answer.status_code < 500, (rule, value[:30], answer_as)
                # So nothing of it would have been looked at.
                assert answer.status_code not in {TOO_MUCH, TOO_MANY}, (rule, value[:30], answer_as)
                assert is_private(answer), rule
                # What was kept of it can be shown again.
                if rule == "/q/<token>":
                    assert client.get(path).status_code == 200, (value[:30], answer_as)


def test_whatever_is_typed_into_a_form_that_is_about_something_is_answered(
    app: Flask, client: FlaskClient, session: Session, pages: dict[str, str]
) -> None:
    """As above, with what the page itself put into the form: now the rest of it is read too."""
    hers, theirs = pages["/e/<token>"], pages["/q/<token>"]
    for page in (hers, theirs):
        assert client.post(f"{page}/ask", data={"text": "Which cheek?"}).status_code == 303
    names = field_names(client, pages)
    real = {start: about(client, page) for start, page in pages.items()}
    assert set(real["/e/<token>"]) == {"recipient", "version", "question", "link"}
    assert set(real["/q/<token>"]) == {"question", "seen"}
    assert set(real["/enquiries/new"]) == {"started", "clinic"}
    posts = {rule: path for rule, path in routes(app, pages, "POST").items() if rule not in ENDS}
    for value in [*NASTY, *MORE]:
        for rule, path in posts.items():
            start = next(start for start in pages if rule.startswith(start))
            fields = dict.fromkeys([*names, *ROWS], value) | real[start]
            if rule == "/q/<token>":
                fields["answer"] = "quote"
            answer = client.post(path, data=fields)
            assert answer.status_code < 500, (rule, value[:30])
            assert answer.status_code not in REFUSED_UNREAD, (rule, value[:30], answer.status_code)
            assert is_private(answer), rule
        for page in (hers, theirs):
            assert client.get(page).status_code == 200, value[:30]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=x", ""],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[1, 2]",
        b"\xff\xfe\x00",
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\r\n--x--',
    ],
)
def test_whatever_is_posted_that_is_no_form_is_answered(
    app: Flask, client: FlaskClient, pages: dict[str, str], content_type: str, body: bytes
) -> None:
    for rule, path in routes(app, pages, "POST").items():
        if rule not in ENDS:
            answer = client.post(path, data=body, content_type=content_type)
            assert answer.status_code < 500, (rule, content_type)
            assert is_private(answer), rule


def test_more_fields_than_any_page_has_are_answered(
    app: Flask, client: FlaskClient, pages: dict[str, str]
) -> None:
    rows = {
        f"{kind}-{number}-{cell}": "1"
        for number in range(900)
        for kind, cell in (("lines", "price"), ("wants", "sessions"), ("fees", "amount"))
    }
    twice = {
        name: ["1"] * 9
        for name in (
            "answer",
            "text",
            "recipient",
            "version",
            "question",
            "link",
            "seen",
            "tax",
            "started",
            "valid_until",
        )
    }
    for rule, path in routes(app, pages, "POST").items():
        if rule not in ENDS:
            for fields in (rows, twice, rows | twice):
                answer = client.post(path, data=fields)
                assert answer.status_code < 500, rule
                assert is_private(answer), rule


@pytest.mark.parametrize(
    "query",
    [
        "by=total&currency=XXX", "by=%00&currency=%00&said=%00", "said=__class__", "offer=%00", "offer=%ff",
        "q=" + "x" * 60_000, "want=" + "x" * 5_000, "want=rejuran_healer:99999999999x2ml",
        "treatment=%00&sessions=%00", "clinic=%00", "clinic=" + "x" * 9_000,
        "&".join(["clinic=a&want=b&missing=c"] * 800), "sessions=%c2%b2&treatment=rejuran_healer", "more=1",
    ],
)  # fmt: skip
def test_whatever_stands_in_an_address_is_answered(
    app: Flask, client: FlaskClient, pages: dict[str, str], query: str
) -> None:
    for method in ("GET", "POST"):
        for rule, path in routes(app, pages, method).items():
            if rule in ENDS and method == "POST":
                continue
            answer = client.open(f"{path}{'&' if '?' in path else '?'}{query}", method=method)
            assert answer.status_code < 500, (method, rule)
            assert is_private(answer), (method, rule)


@pytest.mark.parametrize(
    "token", ["x", "A" * 43, "A" * 9_000, "%00", "%ff", "..", "A" * 42 + "%0a", "shared", "open", "é" * 43]
)
def test_a_token_that_is_none_leads_nowhere(
    app: Flask, client: FlaskClient, pages: dict[str, str], token: str
) -> None:
    for method in ("GET", "HEAD", "POST", "DELETE"):
        for rule in routes(
            app, pages, "POST" if method == "DELETE" else "GET" if method == "HEAD" else method
        ):
            if "<token>" not in rule:
                continue
            path = rule.replace("<token>", token).replace("<int:link_id>", "1")
            for prefix in ("", "/zh"):
                answer = client.open(prefix + path, method=method)
                # Asked for a new link, it says the same of every token.
                expected = {404, 405, 308} | ({200} if rule.endswith("send-anew") else set())
                assert answer.status_code in expected, (method, prefix + path, answer.status_code)
                if ".." not in token:
                    assert is_private(answer), (method, prefix + path)


def test_whatever_is_typed_the_mails_end_and_the_enquiry_is_erased(
    app: Flask, client: FlaskClient, session: Session, pages: dict[str, str]
) -> None:
    names = field_names(client, pages)
    clinic = session.scalars(select(Clinic).limit(1)).one()
    for value in [*NASTY, *MORE]:
        enquiry = asked(session, clinic, message="Words")
        page = own_page(session, enquiry)
        assert client.post(f"{page}/open").status_code == 303
        fields = dict.fromkeys([*names, *ROWS], value)
        answers = [
            client.post(f"{page}/{act}", data=fields) for act in ("not-me", "erase", "not-me", "erase")
        ]
        # Pressed twice, the erasure shows its receipt again.
        assert [answer.status_code for answer in answers] == [303, 200, 404, 200], value[:30]
        assert all(is_private(answer) for answer in answers), value[:30]
