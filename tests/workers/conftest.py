"""The workers' application in this process, on the database of the run, its mails going to a server of the test's."""

import importlib
import os
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import delete

from config import Settings
from tests.clients.smtp_servers import ChosenAnswers, mail_server
from tests.services.server import SETTINGS
from webapp.extensions import db
from webapp.outbox.models import Delivery, DeliveryEvent, MailBreaker
from webapp.unit_of_work import unit_of_work


@pytest.fixture(scope="session")
def workers(app: Flask, settings: Settings) -> ModuleType:
    """workers.app, which makes its application from the environment when it is imported, as a worker does."""
    environ = {
        "INSTANCE_DIR": str(settings.instance_dir),
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "FIELD_KEYS": ",".join(settings.field_keys),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in SETTINGS & os.environ.keys():
            patch.delenv(name)
        for name, value in environ.items():
            patch.setenv(name, value)
        module = importlib.import_module("workers.app")
    module.celery.loader.import_default_modules()
    return module


@pytest.fixture
def worker_app(workers: ModuleType) -> Iterator[Flask]:
    """The workers' Flask application. What the test committed is removed afterwards."""
    application: Flask = workers.flask_app
    yield application
    with application.app_context():
        with unit_of_work() as session:
            for table in (DeliveryEvent, Delivery, MailBreaker):
                session.execute(delete(table))
        db.engine.dispose()


@pytest.fixture
def answers(worker_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChosenAnswers]:
    """A mail server that the workers send to."""
    chosen = ChosenAnswers()
    with mail_server(chosen) as port:
        settings = replace(worker_app.config["SETTINGS"], mail_url=f"smtp://127.0.0.1:{port}")
        monkeypatch.setitem(worker_app.config, "SETTINGS", settings)
        yield chosen
