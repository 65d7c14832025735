"""A thousand canaries, posted through the real pages, are nowhere at rest; after erasure nothing is left of them.

The mail server's own mailbox is outside: a mail to a clinic carries the name that the patient gave.
"""

import base64
import quopri
import re
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
import redis
from flask import Flask
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url

from config import from_environment
from tests.factories import NOW
from tests.privacy.canaries import PREFIX, canary, leaks, leaks_below, size_below
from tests.privacy.visitors import Answer, Visitor, hidden
from tests.services.broker import Broker
from tests.services.live_site import LiveSite
from tests.services.mail_server import MailServer
from tests.services.postgresql import PostgreSQL
from tests.services.server import wait_for
from webapp.app import create_app
from webapp.clinics.models import Clinic
from webapp.enquiries.forms import FASTEST
from webapp.enquiries.models import Enquiry, Link
from webapp.enquiries.services import erasing
from webapp.extensions import db
from webapp.keys.rotation import encrypted_columns
from webapp.outbox import queries as outbox
from webapp.outbox.models import Delivery
from webapp.settings import market_policy
from webapp.signing import token_hash

ENQUIRIES, EACH = 50, 20
# So many addresses are refused for good, and so many for now; the server's words quote them.
REFUSED = 5
# Forms that meet a database without its table of mails, and get an error page.
BROKEN = 3
VISITORS = 4
HOOK_TOKEN = "a token for mail that comes in, long enough"


@dataclass
class Case:
    """One patient's enquiry with a clinic, and the canaries in it."""

    name: str = field(default_factory=canary)
    email: str = field(default_factory=canary)
    words: list[str] = field(default_factory=lambda: [canary() for _number in range(EACH - 2)])
    form: list[tuple[str, str]] = field(default_factory=list)
    patient: str = ""
    clinic: str = ""
    reply_to: str = ""

    @property
    def all(self) -> set[str]:
        return {self.name, self.email, *self.words}


@pytest.fixture
def site(make_site: Callable[..., LiveSite], broker: Broker, mail_server: MailServer) -> Iterator[LiveSite]:
    hearing = {"INBOUND_ADDRESS": "reply+{token}@in.example.org", "INBOUND_HOOK_TOKEN": HOOK_TOKEN}
    made = make_site(broker, mail_server, settings=hearing)
    try:
        yield made
    finally:
        print(made.logs())
        made.close()


@pytest.fixture
def app(site: LiveSite) -> Iterator[Flask]:
    """The test's own eye on the site's database."""
    application = create_app(from_environment(site.env | {"REDIS_URL": ""}))
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def clinic(app: Flask) -> str:
    """The slug of a clinic that asks for everything and has room for all of them."""
    with app.app_context():
        policy = market_policy("SG")
        rows = db.session.scalars(select(Clinic).where(Clinic.country == "SG").order_by(Clinic.id))
        row = next(row for row in rows if policy.may_enquire(row, NOW.date()))
        row.asks_for, row.enquiries_per_day = "concerns;dates;had_before;channel;area", ENQUIRIES * 2
        db.session.commit()
        return row.slug


@pytest.mark.timeout(300)
def test_a_thousand_canaries_are_nowhere_at_rest_and_after_erasure_nothing_is_left(
    site: LiveSite,
    app: Flask,
    clinic: str,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    began = time.monotonic()

    def say(words: str) -> None:
        with capsys.disabled():
            print(f"\n  {time.monotonic() - began:5.1f} s  {words}", end="", flush=True)

    cases = [Case() for _number in range(ENQUIRIES)]
    everything = set().union(*(case.all for case in cases))
    assert len(everything) == ENQUIRIES * EACH
    site.mail.misbehave(
        recipients={
            f"{case.email}@patient.example": f"{code} <{case.email}@patient.example> {case.name}"
            for code, some in (("550 5.1.1", cases[:REFUSED]), ("451 4.2.1", cases[REFUSED : 2 * REFUSED]))
            for case in some
        }
    )
    with _heard_by_the_broker(site.broker) as heard:
        site.start()
        shares = [(Visitor(site.url), cases[number::VISITORS]) for number in range(VISITORS)]
        _each(shares, lambda visitor, case: _open_form(visitor, case, clinic))
        time.sleep(FASTEST.total_seconds() + 0.1)
        for case in shares[0][1][:BROKEN]:
            _send_without_a_table(site, shares[0][0], case)
        _each(shares, _send)
        say("forms sent")
        _wait_for_the_clinics_mails(app, site.mail, cases)
        _each(shares, _talk)
        say("asked, quoted, drafted, replied")
        _wait_until_settled(app)
        assert _readable(app) == everything
        with app.app_context():
            states = outbox.counts_by_state()
            refs = set(db.session.scalars(select(Enquiry.ref)))
        assert states["failed"] >= REFUSED
        assert states["deferred"] >= REFUSED
        say(f"mails {states}")
        assert _found_at_rest(site, request) == {}
        assert leaks(bytes(heard)) == []
        # The search sees what is there.
        dump = _dump(site, request)
        assert all(ref.encode() in dump for ref in refs)
        assert b"outbox.send" in heard
        assert any(PREFIX.encode() in mail.content.encode() for mail in site.mail.mails())
        assert any("Traceback" in server.log() for server in site.processes)
        say("searched; erasing")

        numbers = _erase(site, app, shares, cases)
        _wait_until_settled(app)
        assert _found_at_rest(site, request) == {}
        assert leaks(bytes(heard)) == []
        dump = _dump(site, request)
        assert leaks(dump) == []
        assert [ref for ref in refs if ref.encode() in dump] == []
        assert [number for number in numbers if number.encode() in dump] == []
    with app.app_context():
        for table, _condition in erasing.hanging_on(0):
            assert db.session.execute(select(func.count()).select_from(table)).scalar_one() == 0, table.name
        assert db.session.scalar(select(func.count(Delivery.id)).where(Delivery.mail.is_not(None))) == 0
        assert {erasing.find_receipt(number) is not None for number in numbers} == {True}
    assert len(numbers) == ENQUIRIES
    seen = sum(size_below(folder) for folder in _folders(site, request))
    say(
        f"{len(everything)} canaries: 0 found in {seen / 1e6:.0f} MB on disk and {len(heard) / 1e3:.0f} kB of tasks\n"
    )


def test_the_search_finds_a_canary_in_any_dress() -> None:
    word = canary().encode()
    for shift in range(3):
        said = b"abc"[:shift] + word + b" and more"
        for dressed in (
            base64.b64encode(said),
            base64.urlsafe_b64encode(said),
            said.hex().encode(),
            said.upper(),
        ):
            assert leaks(b"x" * 99 + dressed), dressed
    assert leaks(quopri.encodestring(b"x" * 70 + word))
    assert leaks("".join(f"%{byte:02X}" for byte in word).lower().encode())
    assert leaks(quote(word.decode()).encode())
    assert leaks(word.decode().encode("utf-16-le"))
    assert leaks(b"nothing of the kind " * 1000) == []


def _each(shares: list[tuple[Visitor, list[Case]]], work: Callable[[Visitor, Case], None]) -> None:
    """Every visitor does its own cases, all visitors at once."""

    def do(share: tuple[Visitor, list[Case]]) -> None:
        for case in share[1]:
            work(share[0], case)

    with ThreadPoolExecutor(len(shares)) as pool:
        for _done in pool.map(do, shares):
            pass


def _open_form(visitor: Visitor, case: Case, clinic: str) -> None:
    page = visitor.get(f"/enquiries/new?clinic={clinic}").text
    case.form = [
        *hidden(page),
        ("wants-0-treatment", "rejuran_healer"), ("wants-0-sessions", "3"),
        ("concerns", "fine_lines"), ("message", case.words[0]), ("name", case.name),
        ("email", f"{case.email}@patient.example"),
        ("other_channel", "kakaotalk"), ("other_handle", case.words[1]),
        ("consent_health", "y"), ("consent_abroad", "y"), (f"consent_{clinic}", "y"),
    ]  # fmt: skip


def _send(visitor: Visitor, case: Case) -> None:
    if case.name.endswith(("0", "1")):
        # Some have something to mend first: the page comes back with everything in it.
        broken = [(name, "no address" if name == "email" else value) for name, value in case.form]
        assert visitor.post("/enquiries/new", broken).status == 422
    answer = visitor.post("/enquiries/new", case.form)
    assert answer.status == 303, _complaint(answer)
    case.patient = answer.location.rpartition("/e/")[2]


def _send_without_a_table(site: LiveSite, visitor: Visitor, case: Case) -> None:
    """The database fails in the middle of the work, with the mail's text in its hands; the form is sent anew later."""
    engine = create_engine(from_environment(site.env).database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE delivery RENAME TO delivery_away"))
        assert visitor.post("/enquiries/new", case.form).status in {500, 503}
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE delivery_away RENAME TO delivery"))
        engine.dispose()


def _talk(visitor: Visitor, case: Case) -> None:
    """The patient asks, the clinic quotes, writes a draft, passes the link on, asks back and presses Reply."""
    ask, note, terms, injector, aftercare, line = case.words[2:8]
    draft, label, question, subject, reply = case.words[8:14], *case.words[14:18]
    patient, page = f"/e/{case.patient}", f"/q/{case.clinic}"
    _done(visitor.post(f"{patient}/open", []))
    _done(visitor.post(f"{patient}/ask", [("text", f"Is {ask} in the price?")]))
    sheet = [
        ("seen", "0"), ("tax", "inclusive"), ("lines-0-treatment", "rejuran_healer"), ("lines-0-sessions", "3"),
        ("lines-0-price", "900"),
    ]  # fmt: skip
    said = [
        ("lines-0-words", line), ("note", note), ("conditions", terms), ("injector_name", injector),
        ("aftercare", aftercare),
    ]  # fmt: skip
    _done(visitor.post(page, [*sheet, *said, ("answer", "quote")]))
    names = [name for name, _value in said] + ["fees-0-name"]
    _done(visitor.post(page, [*sheet, *zip(names, draft, strict=True), ("answer", "draft")]))
    for link in (f"{page}/links", f"{patient}/share"):
        assert visitor.post(link, [("label", label)]).status == 200
    _done(visitor.post(f"{page}/ask", [("text", f"Have you had {question} before?")]))
    mail = f"From: Us <us@clinic.example>\r\nTo: {case.reply_to}\r\nSubject: {subject}\r\n\r\nPlease call {reply}.\r\n"
    handed = visitor.hand_over("/inbound/mail", mail.encode(), HOOK_TOKEN)
    assert handed.status == 204, handed


def _done(answer: Answer) -> None:
    assert answer.status == 303, _complaint(answer)


def _complaint(answer: Answer) -> str:
    errors = re.findall(r'class="error"[^>]*>([^<]*)<', answer.text)
    return f"{answer.status}: {errors or answer.text[:1500]}"


def _wait_for_the_clinics_mails(app: Flask, server: MailServer, cases: list[Case]) -> None:
    """Each clinic's link and the address for its reply are taken from the mail, as a person does."""
    wanted = {case.patient: case for case in cases}

    def all_arrived() -> bool:
        for mail in server.mails():
            found = re.search(r"/q/([A-Za-z0-9_-]{43})", mail.text)
            if found and found.group(1) not in taken:
                taken[found.group(1)] = parseaddr(str(mail.message["Reply-To"]))[1]
        return len(taken) >= len(cases)

    taken: dict[str, str] = {}
    wait_for(all_arrived, 60, lambda: f"{len(cases)} mails to the clinic; {len(taken)} came")
    with app.app_context():
        by_enquiry = {
            db.session.scalars(
                select(Link.enquiry_id).where(Link.token_hash == token_hash(token))
            ).one(): token
            for token in taken
        }
        for token, case in wanted.items():
            of = select(Link.enquiry_id).where(Link.token_hash == token_hash(token))
            case.clinic = by_enquiry[db.session.scalars(of).one()]
            case.reply_to = taken[case.clinic]


def _wait_until_settled(app: Flask) -> None:
    """Nothing is on its way: every mail has ended or waits for a later attempt."""

    def settled() -> bool:
        with app.app_context():
            waiting = select(func.count(Delivery.id)).where(Delivery.state.in_(["pending", "sending"]))
            return db.session.scalar(waiting) == 0

    wait_for(settled, 90, "no mail on its way")


def _readable(app: Flask) -> set[str]:
    """The canaries that the site itself can read, with its keys."""
    with app.app_context():
        return {
            word
            for table, columns in encrypted_columns()
            for column in columns
            for value in db.session.execute(select(column).where(column.is_not(None))).scalars()
            for word in re.findall(rf"{PREFIX}[0-9a-f]{{12}}", value)
        }


def _erase(
    site: LiveSite, app: Flask, shares: list[tuple[Visitor, list[Case]]], cases: list[Case]
) -> list[str]:
    """All of them: one by the operator, the others by the patients themselves. Their receipts' numbers."""
    numbers: list[str] = []
    pattern = r"\b[2-9A-Z]{4}(?:-[2-9A-Z]{4}){4}\b"
    with app.app_context():
        of = select(Link.enquiry_id).where(Link.token_hash == token_hash(cases[-1].patient))
        ref = db.session.get_one(Enquiry, db.session.scalars(of).one()).ref
    numbers += re.findall(pattern, site.flask("privacy", "erase", ref).stdout)

    def erase(visitor: Visitor, case: Case) -> None:
        if case is not cases[-1]:
            _done(visitor.post(f"/e/{case.patient}/open", []))
            answer = visitor.post(f"/e/{case.patient}/erase", [])
            assert answer.status == 200, _complaint(answer)
            numbers.extend(re.findall(pattern, answer.text)[:1])

    _each(shares, erase)
    return numbers


def _folders(site: LiveSite, request: pytest.FixtureRequest) -> list[Path]:
    """Everywhere that something of ours writes: logs, temporary files, the broker's data, the database's files."""
    folders = [*site.folders, site.broker.folder]
    if not site.env["DATABASE_URL"]:
        return folders  # SQLite and its write-ahead log stand in the instance folder
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return [*folders, server.folder]


def _found_at_rest(site: LiveSite, request: pytest.FixtureRequest) -> dict[str, list[bytes]]:
    """Where canaries stand in files, and in the database as it is dumped. All of it is written to disk before."""
    with closing(redis.Redis.from_url(site.broker.client_url)) as client:
        client.config_set("rdbcompression", "no")
        client.save()
    if site.env["DATABASE_URL"]:
        with psycopg.connect(site.env["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("CHECKPOINT")
    found: dict[str, list[bytes]] = {}
    for folder in _folders(site, request):
        found |= leaks_below(folder)
    if here := leaks(_dump(site, request)):
        found["dump"] = here
    if here := leaks(site.mail.log_path.read_bytes()):
        found["mail server's log"] = here
    return found


def _dump(site: LiveSite, request: pytest.FixtureRequest) -> bytes:
    """The whole database as SQL."""
    url = site.env["DATABASE_URL"]
    if url:
        server: PostgreSQL = request.getfixturevalue("postgresql")
        return server.dump(url)
    path = make_url(from_environment(site.env).database_url).database or ""
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump()).encode()


@contextmanager
def _heard_by_the_broker(broker: Broker) -> Iterator[bytearray]:
    """Every command that the broker is given meanwhile, as MONITOR tells them."""
    heard = bytearray()
    line = socket.socket(socket.AF_UNIX)
    line.connect(broker.client_url.removeprefix("unix://"))
    line.sendall(b"MONITOR\r\n")

    def listen() -> None:
        while data := line.recv(65536):
            heard.extend(data)

    thread = threading.Thread(target=listen, name="monitor")
    thread.start()
    try:
        yield heard
    finally:
        line.shutdown(socket.SHUT_RDWR)
        thread.join()
        line.close()
