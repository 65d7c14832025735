"""Programs that open the links in our mails, and people who try other people's, over real HTTP and in a browser.

A link shows and changes nothing by itself; what is forged, tampered with, foreign, revoked or expired is refused with
a page that a person can read.
"""

import http.client
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import APIResponse, Browser, Page, expect
from sqlalchemy import Engine, MetaData, create_engine, select, text

from config import from_environment
from tests.journeys.in_languages import (
    LARCH,
    NINEFERN,
    QUILLWORT,
    Sent,
    answer,
    ask_clinics,
    form,
    mails_about,
    patient_link,
    press,
    quote_link,
    unfold,
)
from tests.journeys.signing_in import mailed_link, sign_in
from tests.services.live_site import LiveSite
from tests.services.server import wait_for
from webapp.signing import token_hash

pytestmark = pytest.mark.once

# How often an address came: no row of a patient's or a clinic's.
_COUNTERS = {"rate_count"}
Fields = dict[str, str | float | bool]
HERS = ("Mei", "scanned@patient.example", "Does it hurt?", "Come by taxi.", "Which cheek?")


@dataclass(frozen=True)
class World:
    """One enquiry with an answer, a question and a link to share; another one that is nobody's business here."""

    sent: Sent
    foreign: Sent
    her_link: str
    share: str
    clinics: tuple[str, str]
    invitation: str

    @property
    def links(self) -> tuple[str, ...]:
        return (self.her_link, self.share, *self.clinics, self.invitation)


@pytest.fixture(scope="module")
def engine(shared_site: LiveSite) -> Iterator[Engine]:
    found = create_engine(from_environment(shared_site.env).database_url)
    yield found
    found.dispose()


@pytest.fixture(scope="module")
def world(browser: Browser, shared_site: LiveSite) -> Iterator[World]:
    context = browser.new_context(base_url=shared_site.url)
    page = context.new_page()
    slugs = ("larch-linden-skin-clinic", "ninefern-medical-aesthetics")
    foreign = ask_clinics(page, shared_site, "foreign@patient.example", "quillwort-aesthetics")
    sent = ask_clinics(page, shared_site, "scanned@patient.example", *slugs)
    clinics = quote_link(shared_site, LARCH, sent.ref), quote_link(shared_site, NINEFERN, sent.ref)
    answer(page, clinics[0], "1180")
    unfold(page.locator("#ask"))
    page.locator("#ask").fill("Which cheek?")
    press(page, "ask")
    page.goto(sent.page)
    press(page, "share")
    share = urlsplit(page.locator("main .address").inner_text()).path
    owner = browser.new_context(base_url=shared_site.url).new_page()
    sign_in(owner, shared_site, LARCH, "/portal/larch-linden-skin-clinic/")
    owner.goto("/portal/larch-linden-skin-clinic/people")
    owner.get_by_label("Mail address").fill("scanned@larch.example")
    owner.get_by_role("button", name="Send the invitation").click()
    invitation = mailed_link(shared_site, "scanned@larch.example", "/c/invitation/")
    # The newest link to her page is in the mail about the question.
    wait_for(lambda: len(mails_about(shared_site, sent.email, sent.ref)) >= 2, 30, "the notice to her")
    yield World(sent, foreign, patient_link(shared_site, sent), share, clinics, invitation)
    owner.context.close()
    context.close()


def rows(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table, except of counters."""
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: sorted(repr(row) for row in connection.execute(select(table)))
            for table in tables.sorted_tables
            if table.name not in _COUNTERS
        }


@pytest.fixture
def unchanged(engine: Engine, world: World) -> Iterator[None]:
    """Whatever the test does, no row of any table is another one after it. No mail is on its way before it."""
    on_the_way = text("select count(*) from delivery where state in ('pending', 'sending')")

    def is_quiet() -> bool:
        with engine.connect() as connection:
            return not connection.execute(on_the_way).scalar_one()

    wait_for(is_quiet, 60, "an outbox without mail")
    before = rows(engine)
    yield
    assert rows(engine) == before


def asked_for(site: LiveSite, method: str, path: str) -> tuple[int, str]:
    """The status and the body of one request without cookies, redirects not followed."""
    where = urlsplit(site.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def every_link(site: LiveSite, world: World) -> list[str]:
    """The paths in all mails of this module's people, in text, markup and headers, and the link to share."""
    people = ("scanned@patient.example", "scanned@larch.example")
    mails = [
        mail for mail in site.mail.mails() if mail.message["To"] in people or world.sent.ref in mail.text
    ]
    found = set(world.links)
    for mail in mails:
        html = mail.message.get_body(("html",))
        assert html is not None
        words = f"{mail.text}\n{html.get_content()}\n{mail.message['List-Unsubscribe'] or ''}"
        found |= {urlsplit(link).path for link in re.findall(r"https?://[^\s\"'<>]+", words)}
    return sorted(path for path in found if path not in {"", "/"})


@pytest.mark.usefixtures("unchanged")
def test_a_program_that_opens_every_link_changes_nothing_and_reads_nothing(
    shared_site: LiveSite, world: World
) -> None:
    links = every_link(shared_site, world)
    assert len([path for path in links if re.match(r"/[eqc]/", path)]) >= 5
    for path in links:
        for _time in range(3):
            status, body = asked_for(shared_site, "HEAD", path)
            assert (status, body) == (200, ""), path
        for _time in range(5):
            status, body = asked_for(shared_site, "GET", path)
            assert status == 200, path
            assert [words for words in HERS if words in body] == [], path


@pytest.mark.usefixtures("unchanged")
def test_a_browser_that_runs_the_page_and_presses_nothing_changes_nothing(
    open_browser: Callable[..., Page], shared_site: LiveSite, world: World
) -> None:
    page = open_browser()
    for path in world.links:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        for words in HERS:
            expect(page.locator("main")).not_to_contain_text(words)


def is_polite(response: APIResponse, *statuses: int) -> None:
    """Refused with one of the statuses, on a page of ours with a heading and the way home."""
    assert response.status in statuses, (response.url, response.status)
    body = response.text()
    assert body.count("<h1") == 1, response.url
    assert 'class="wordmark"' in body
    assert [words for words in HERS if words in body] == [], response.url


def acts(page: Page, link: str) -> list[str]:
    """The addresses of all forms on a page that was opened by its button."""
    page.goto(link)
    if form(page, "open").count():
        press(page, "open")
    found = page.locator("main form[method=post]").evaluate_all(
        "forms => forms.map(one => new URL(one.action).pathname)"
    )
    return sorted(set(found))


def test_a_post_without_the_forms_own_token_is_refused(
    open_browser: Callable[..., Page], world: World, engine: Engine
) -> None:
    """Even in a browser that has the page open: another site may make it send a form."""
    page = open_browser()
    for link, least in ((world.her_link, 7), (world.clinics[0], 5)):
        found = acts(page, link)
        assert len(found) >= least, found
        before = rows(engine)
        for path in found:
            if path.endswith("/beside"):
                continue  # computes from what it brings, changes nothing
            typed: Fields = {"text": "x", "answer": "quote", "lines-0-price": "1", "label": "x"}
            forged: Fields = {"csrf_token": "x" * 60}
            for fields in (typed, typed | forged):
                response = page.request.post(path, form=fields, max_redirects=0)
                # The sheet says so beside what was typed.
                assert response.status == (422 if path == link else 400), path
        assert rows(engine) == before


@pytest.mark.usefixtures("unchanged")
def test_a_tampered_link_and_one_of_another_kind_lead_nowhere(
    open_browser: Callable[..., Page], world: World
) -> None:
    page = open_browser()
    for link in world.links:
        start, token = link.rsplit("/", 1)
        flipped = ("A" if token[0] != "A" else "B") + token[1:]
        for other in (flipped, token[:-1], token + "A", token.swapcase(), "A" * 43, "%00", "x" * 3000):
            is_polite(page.request.get(f"{start}/{other}"), 404)
    her, share, clinic = (link.rsplit("/", 1)[1] for link in (world.her_link, world.share, world.clinics[0]))
    for path in (f"/q/{her}", f"/e/{clinic}", f"/e/shared/{her}", f"/e/{share}", f"/q/{share}", f"/c/{her}"):
        is_polite(page.request.get(path), 404)


def test_a_foreign_row_cannot_be_reached_through_ones_own_page(
    open_browser: Callable[..., Page], shared_site: LiveSite, world: World, engine: Engine
) -> None:
    with engine.connect() as connection:
        ids = text(
            "select recipient.id from recipient join enquiry on enquiry.id = enquiry_id where ref = :ref"
        )
        (foreign,) = connection.execute(ids, {"ref": world.foreign.ref}).scalars().all()
        others = (
            connection.execute(
                text("select id from link where recipient_id = :recipient or purpose <> 'quote'"),
                {"recipient": foreign},
            )
            .scalars()
            .all()
        )
    page = open_browser()
    acts(page, world.her_link)
    token = page.locator("main [name=csrf_token]").first.input_value()
    before = rows(engine)
    for number in (str(foreign), "0", "-1", str(2**63), "x"):
        for act in ("accept", "decline", "undo", "release", "paid"):
            fields: Fields = {"csrf_token": token, "recipient": number, "version": "1"}
            is_polite(page.request.post(f"{world.her_link}/{act}", form=fields), 404)
    # A clinic ends its own links only; the page it comes back to is its own.
    page.goto(world.clinics[0])
    press(page, "open")
    token = page.locator("main [name=csrf_token]").first.input_value()
    for number in (*others, 0, 2**40):
        page.request.post(f"{world.clinics[0]}/links/{number}/revoke", form={"csrf_token": token})
    assert rows(engine) == before
    for link in (*world.links, quote_link(shared_site, QUILLWORT, world.foreign.ref)):
        assert page.request.get(link).status == 200


def test_what_has_ended_is_refused_politely_however_it_is_pressed(
    open_browser: Callable[..., Page], shared_site: LiveSite, engine: Engine, world: World
) -> None:
    """With the links of an enquiry of its own, first revoked and then expired, in a browser that had them open."""
    page = open_browser()
    sent = ask_clinics(page, shared_site, "ended@patient.example", "quillwort-aesthetics")
    her, clinic = patient_link(shared_site, sent), quote_link(shared_site, QUILLWORT, sent.ref)
    forms = {link: acts(page, link) for link in (clinic, her)}
    token = page.locator("main [name=csrf_token]").first.input_value()
    press(page, "share")
    share = urlsplit(page.locator("main .address").inner_text()).path
    hashes = {link: token_hash(link.rsplit("/", 1)[1]) for link in (clinic, her, share)}
    for change in ("revoked_at = created_at", "revoked_at = null, expires_at = created_at"):
        with engine.begin() as connection:
            for hashed in hashes.values():
                connection.execute(
                    text(f"update link set {change} where token_hash = :hashed"), {"hashed": hashed}
                )
        before = rows(engine)
        for link in hashes:
            is_polite(page.request.get(link), 410)
        for paths in forms.values():
            for path in paths:
                is_polite(page.request.post(path, form={"csrf_token": token, "answer": "quote"}), 410)
        assert rows(engine) == before
