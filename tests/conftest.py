"""What every test may ask for: an application on a migrated database, isolated by an outer transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from functools import partial
from typing import Any

import hypothesis
import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings, from_environment
from tests.bells import Bells
from webapp.app import create_app
from webapp.extensions import db

pytest_plugins = ["tests.services.plugin"]


# A slow hour of the machine is no failure, and every run tries the same cases.
hypothesis.settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("steady")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are named by their length: packed ones hold the second they were packed in, and every process
    of a run must collect the same names."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


class Browser(FlaskClient):
    """A browser without JavaScript: keeps cookies, follows nothing by itself.

    Each request runs in a context of its own. In the test's it would find the test's own session, and a
    forgotten commit would pass.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(partial(super().open, *args, **kwargs))


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, test_database_url: str) -> Settings:
    """A development machine's settings with an instance folder of its own; the mails go to a maildir there."""
    return from_environment(
        {
            "INSTANCE_DIR": str(tmp_path_factory.mktemp("instance")),
            "DATABASE_URL": test_database_url,
            "SECRET_KEY": "a secret key for tests that is long enough",
            "FIELD_KEYS": Fernet.generate_key().decode(),
            "ENQUIRY_LIMIT_PER_ADDRESS": "1000 per hour",
            "QUOTE_LIMIT_PER_ADDRESS": "1000 per hour",
            "SIGN_IN_LIMIT_PER_ADDRESS": "1000 per 5 minutes",
            "CLAIM_LIMIT_PER_ADDRESS": "1000 per hour",
        }
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The application, on a database built by the real migrations."""
    application = create_app(settings)
    application.testing = True
    application.test_client_class = Browser
    with application.app_context():
        upgrade()
    yield application
    with application.app_context():
        for engine in db.engines.values():
            engine.dispose()


@contextmanager
def rolled_back(app: Flask) -> Iterator[None]:
    """Everything that is done to the database inside is rolled back; a commit inside ends a savepoint."""
    with app.app_context():
        engine = db.engine
    connection = engine.connect()
    outer = connection.begin()
    engines: Any = db._app_engines[app]
    factory: Any = db.session.session_factory
    kept = dict(factory.kw)
    engines[None] = connection
    factory.configure(join_transaction_mode="create_savepoint")
    try:
        yield
    finally:
        engines[None] = engine
        factory.kw = kept
        outer.rollback()
        connection.close()


@pytest.fixture
def isolated(app: Flask) -> Iterator[None]:
    """The test's own view of the database."""
    with rolled_back(app):
        yield


@pytest.fixture
def session(app: Flask, isolated: None) -> Iterator[Session]:
    """A database session for arranging and looking. Commit what a request is to see, and before looking again
    at what one did: a rollback would also undo the requests since its savepoint began."""
    with app.app_context():
        yield db.session()
        db.session.remove()


@pytest.fixture
def client(app: Flask, isolated: None) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def bells(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Bells:
    """What is rung for is written down, and no broker is asked."""
    heard = Bells()
    monkeypatch.setitem(app.extensions, "doorbell", heard)
    return heard
