"""Fixtures that start real servers. Loaded by tests/conftest.py.

Which database: TEST_DATABASE=sqlite (the default) or postgresql; `make test` runs the suite once with each. Each
process of pytest-xdist has its own servers. What a machine lacks is an error that names the package, never a skip.
"""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

from tests.services import browser
from tests.services.broker import Broker
from tests.services.imap_server import ImapServer
from tests.services.live_site import LiveSite, flask
from tests.services.mail_server import MailServer
from tests.services.postgresql import PostgreSQL
from tests.services.server import clean_environment

KINDS = ("sqlite", "postgresql")
# Replies to the mails of the shared site come to its webhook.
HEARD = {
    "INBOUND_ADDRESS": "reply+{token}@in.example.org",
    "INBOUND_HOOK_TOKEN": "the-token-that-the-mail-service-of-the-tests-was-given",
}
_numbers = itertools.count(1)
_Started = TypeVar("_Started", PostgreSQL, Broker, MailServer, ImapServer, LiveSite)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules that run a whole site, or are marked as long, begin first: a long one that begins last keeps one process
    of the run busy while the others have nothing left."""
    slow = {
        item.path
        for item in items
        if "seeded" in getattr(item, "fixturenames", ()) or item.get_closest_marker("long")
    }
    items.sort(key=lambda item: item.path not in slow)


class Seeded(NamedTuple):
    """A migrated database with all seed data in it, to copy from: an instance folder, and a database's name."""

    instance_dir: Path
    database: str


@pytest.fixture(scope="session")
def database_kind() -> str:
    """ "sqlite" or "postgresql"."""
    kind = os.environ.get("TEST_DATABASE") or "sqlite"
    if kind not in KINDS:
        raise pytest.UsageError(f"TEST_DATABASE must be one of {', '.join(KINDS)}, not {kind}")
    return kind


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A running PostgreSQL server."""
    with _started(PostgreSQL()) as server:
        yield server


@pytest.fixture(scope="session")
def new_database(
    database_kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[], str]:
    """Makes an empty database of the kind under test and returns its address."""

    def make() -> str:
        if database_kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.sqlite3'}"
        server: PostgreSQL = request.getfixturevalue("postgresql")
        return server.create_database(f"test_{next(_numbers)}")

    return make


@pytest.fixture(scope="session")
def test_database_url(new_database: Callable[[], str]) -> str:
    """An empty database for the whole run of this process: what the application under test is built on."""
    return new_database()


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker of this test's own, to kill and start again at will."""
    with _started(Broker()) as server:
        yield server


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """An SMTP server of this test's own."""
    with _started(MailServer()) as server:
        yield server


@pytest.fixture(scope="session")
def _imap_server() -> Iterator[ImapServer]:
    with _started(ImapServer()) as server:
        yield server


@pytest.fixture
def imap_server(_imap_server: ImapServer) -> ImapServer:
    """A mailbox over IMAP, empty, for this test alone."""
    _imap_server.forget()
    return _imap_server


@pytest.fixture(scope="session")
def seeded(
    database_kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Seeded:
    """Migrated and seeded once per process; sites copy it."""
    folder, database, url = tmp_path_factory.mktemp("seeded"), "", ""
    if database_kind == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        database = "seeded"
        url = server.create_database(database)
    env = clean_environment(INSTANCE_DIR=str(folder), DATABASE_URL=url)
    flask(env, "db", "upgrade")
    flask(env, "seed", "--sample")
    return Seeded(folder, database)


@pytest.fixture(scope="session")
def make_site(
    seeded: Seeded, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[..., LiveSite]:
    """`make_site(broker, mail_server, settings={…})`: a LiveSite on its own copy of the seeded database, not started
    yet. Whoever makes it closes it."""

    def make(
        broker: Broker, mail: MailServer, *, settings: dict[str, str] | None = None, web_processes: int = 2
    ) -> LiveSite:
        folder = tmp_path_factory.mktemp("site") / "instance"
        shutil.copytree(seeded.instance_dir, folder)
        url = ""
        if seeded.database:
            server: PostgreSQL = request.getfixturevalue("postgresql")
            url = server.create_database(f"site_{next(_numbers)}", template=seeded.database)
        return LiveSite(folder, url, broker, mail, settings=settings, web_processes=web_processes)

    return make


@pytest.fixture
def live_site(
    make_site: Callable[..., LiveSite], broker: Broker, mail_server: MailServer
) -> Iterator[LiveSite]:
    """A running site of this test's own: processes to kill, a broker, a mail server, seeded data."""
    with _started(make_site(broker, mail_server)) as site:
        yield site


@pytest.fixture(scope="session")
def shared_site(make_site: Callable[..., LiveSite]) -> Iterator[LiveSite]:
    """One running site for all tests of this process that only read, or write what no other test looks at."""
    with (
        _started(Broker()) as broker,
        _started(MailServer()) as mail,
        _started(make_site(broker, mail, settings=HEARD)) as site,
    ):
        yield site


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of Chromium; start it with browser.CHROMIUM_ARGUMENTS."""
    return browser.chromium()


@contextmanager
def _started(server: _Started) -> Iterator[_Started]:
    try:
        server.start()
        yield server
    finally:
        if isinstance(server, LiveSite):
            # pytest shows this beside a failure only.
            print(server.logs())
        server.close()
