"""The stage of the fault runs: a site of real processes with two workers, and the test's own eye on its database."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from config import from_environment
from tests.factories import NOW
from tests.services.broker import Broker
from tests.services.live_site import LiveSite
from tests.services.mail_server import MailServer
from tests.services.server import Server
from tools.serve.__main__ import worker_arguments
from webapp.app import create_app
from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.outbox import queries
from webapp.settings import market_policy

CLINICS = 3


@dataclass
class Stage:
    """A site that is not started yet. `app` looks at the same database from the test's side; `clinics` are the slugs
    of three that take enquiries."""

    site: LiveSite
    workers: list[Server]
    app: Flask
    clinics: list[str] = field(default_factory=list)

    def states(self) -> dict[str, int]:
        """How many mails are in each state."""
        with self.app.app_context():
            return queries.counts_by_state()


@pytest.fixture
def stage(make_site: Callable[..., LiveSite], broker: Broker, mail_server: MailServer) -> Iterator[Stage]:
    site = make_site(broker, mail_server)
    command = [sys.executable, "-m", "celery", *worker_arguments(2)]
    second = Server(
        "worker2", command, ready=lambda: True, log=site.instance_dir / "worker2.log", env=site.env
    )
    # The test rings no bell: what it does to a row is for the sweep to find.
    app = create_app(from_environment(site.env | {"REDIS_URL": ""}))
    try:
        with app.app_context():
            policy = market_policy("SG")
            clinics = db.session.scalars(select(Clinic).where(Clinic.country == "SG").order_by(Clinic.id))
            slugs = [clinic.slug for clinic in clinics if policy.may_enquire(clinic, NOW.date())][:CLINICS]
        assert len(slugs) == CLINICS
        yield Stage(site, [site.worker, second], app, slugs)
    finally:
        print(site.logs(), second.log()[-4000:], sep="\n")
        second.kill()
        with app.app_context():
            db.engine.dispose()
        site.close()


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> Random:
    """Whom to kill next. The seed is printed, so that a bad run can be looked at again."""
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"{request.node.name}: chance is Random({seed})")
    return Random(seed)
