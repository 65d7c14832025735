"""The stage of the fault runs: a site of real processes with two workers, and the run's own eye on its database."""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import redis
from flask import Flask
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import OperationalError

from config import from_environment
from tests.faults.certificates import Certificates, make_certificates
from tests.faults.enquirers import Forms
from tests.faults.processes import Supervisor
from tests.faults.proxy import Proxy
from tests.services.broker import Broker
from tests.services.live_site import LiveSite, flask
from tests.services.mail_server import MailServer
from tests.services.postgresql import PostgreSQL
from tests.services.server import HOST, Server, clean_environment, wait_for
from tools.serve.__main__ import worker_arguments
from webapp.app import create_app
from webapp.clinics.models import Clinic
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.outbox import queries
from webapp.outbox.models import Delivery, MailBreaker
from webapp.settings import market_policy

# How many clinics each enquiry goes to; how many are asked in turn and never lied to by a mail server; and how many
# there are beside them whose mail servers may do anything.
EACH, USUAL, OTHERS = 3, 5, 5
# The header by which a relay may know a mail that it has had.
IDENTITY = "X-Idempotency-Key"
# The sweep rings every two seconds (workers/schedule.py).
SWEEP = 2.0


@dataclass(frozen=True, slots=True)
class KnownClinic:
    """A clinic that takes enquiries."""

    slug: str
    address: str


class Stage:
    """A running site. The workers speak to the mail server through `line`, under STARTTLS and with a login, and to
    PostgreSQL through `database_line`; `supervisor` restarts whatever ends; `chance` decides whom a fault hits."""

    def __init__(
        self,
        site: LiveSite,
        app: Flask,
        line: Proxy,
        mail: MailServer,
        certificates: Certificates,
        postgresql: PostgreSQL | None,
        database_line: Proxy | None,
        chance: Random,
    ) -> None:
        self.site, self.app, self.line, self.mail = site, app, line, mail
        self.certificates, self.postgresql, self.database_line = certificates, postgresql, database_line
        self.chance = chance
        self._further: list[Server] = []
        self.workers = [site.worker, self.server("worker2", _celery())]
        self.supervisor = Supervisor([*self.workers, site.beat, site.web, site.broker])
        with app.app_context():
            clinics = _clinics()
        self.usual, self.others = clinics[:USUAL], clinics[USUAL:]
        self.forms = Forms(site.url, [clinic.slug for clinic in self.usual], EACH)

    @property
    def kind(self) -> str:
        """The database's name as people know it."""
        return "PostgreSQL" if self.postgresql else "SQLite"

    def server(self, name: str, command: Sequence[str], settings: Mapping[str, str] | None = None) -> Server:
        """One more process of the site, not started; `settings` are further environment variables."""
        log = self.site.instance_dir / f"{name}.log"
        server = Server(name, command, ready=lambda: True, log=log, env=self.site.env | dict(settings or {}))
        self._further.append(server)
        return server

    @contextmanager
    def other_workers(self, module: str) -> Iterator[list[Server]]:
        """Meanwhile the workers run the Celery application of that module instead of the site's own."""
        command = _celery(module)
        others = [
            self.server(f"{worker.name}-{module.rpartition('.')[2]}", command) for worker in self.workers
        ]
        with self.supervisor.hands_off(*self.workers):
            for worker in self.workers:
                worker.stop()
            with self.supervisor.watches(*others):
                self.wait_for_workers()
                yield others
            for other in others:
                other.kill()

    def wait_for_workers(self) -> None:
        """Until both listen to the broker."""
        with redis.Redis.from_url(self.site.broker.client_url) as client:
            wait_for(
                lambda: int(client.info("clients")["blocked_clients"]) >= len(self.workers),
                60,
                "both workers listen to the broker",
            )

    def states(self) -> dict[str, int]:
        """How many mails are in each state."""
        with self.app.app_context():
            return queries.counts_by_state()

    def progress(self) -> str:
        """States and the oldest due age in words; also while the database is away."""
        try:
            with self.app.app_context():
                age = queries.oldest_due_age_seconds()
                counts = queries.counts_by_state()
        except OperationalError:
            return "the database does not answer"
        return f"mails {counts}, oldest due {age or 0:.0f} s"

    def readiness(self) -> dict[str, Any]:
        """What /readyz says."""
        try:
            with urllib.request.urlopen(f"{self.site.url}/readyz", timeout=10) as reply:
                words: dict[str, Any] = json.load(reply)
        except urllib.error.HTTPError as error:
            words = json.load(error)
        return words

    def change(self, which: ColumnElement[bool], **values: Any) -> int:
        """Change deliveries as time would, and say how many there were."""
        with self.app.app_context():
            statement = update(Delivery).where(which).values(**values).returning(Delivery.id)
            changed = db.session.scalars(statement, execution_options={"synchronize_session": False}).all()
            db.session.commit()
            return len(changed)

    def close_breaker(self) -> None:
        """As after its minute."""
        with self.app.app_context():
            db.session.execute(update(MailBreaker).values(open_until=database_clock(-1)))
            db.session.commit()

    def mend(self) -> None:
        """After a row that failed: all lines and servers do what they should, and nothing is left to send."""
        self.mail.behave()
        for line in filter(None, (self.line, self.database_line)):
            line.cut()
            line.mend()
        self.line.target = self.mail.port
        self.close_breaker()
        gone = {"mail": None, "to_address": None, "owner": None, "lease_until": None}
        waiting = Delivery.state.in_(["pending", "deferred", "sending"])
        self.change(waiting, state="cancelled", ended_at=database_clock(), **gone)

    def logs(self) -> str:
        """The last lines of each process."""
        further = [f"== {server.name}\n{server.log()[-4000:]}" for server in self._further]
        return "\n".join([self.site.logs(), *further])


@contextmanager
def open_stage(kind: str, folder: Path) -> Iterator[Stage]:
    """A stage on "sqlite" or "postgresql", seeded and started; its files lie in `folder` and in /tmp while it runs."""
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"whom a fault hits is Random({seed})")
    with ExitStack() as stack:
        postgresql = database_line = None
        database_url = address = ""
        if kind == "postgresql":
            postgresql = PostgreSQL()
            stack.callback(postgresql.close)
            postgresql.start()
            database_line = Proxy(postgresql.port)
            stack.callback(database_line.close)
            database_line.start()
            address = postgresql.create_database("faults")
            database_url = address.replace(f":{postgresql.port}/", f":{database_line.port}/")
        broker = Broker()
        stack.callback(broker.close)
        broker.start()
        certificates = make_certificates(folder)
        mail = MailServer(identity=IDENTITY, keeps_content=False, certificate=certificates.good)
        stack.callback(mail.close)
        mail.start()
        line = Proxy(mail.port)
        stack.callback(line.close)
        line.start()

        instance = folder / "instance"
        instance.mkdir()
        env = clean_environment(INSTANCE_DIR=str(instance), DATABASE_URL=database_url)
        flask(env, "db", "upgrade")
        flask(env, "seed", "--sample")
        settings = {
            "MAIL_URL": f"smtp://site:secret@{HOST}:{line.port}?starttls=1",
            "SSL_CERT_FILE": str(certificates.authority),
            "MAIL_IDEMPOTENCY_HEADER": IDENTITY,
            "ENQUIRIES_PER_CLINIC_PER_DAY": "1000000",
        }
        site = LiveSite(instance, database_url, broker, mail, settings=settings)
        stack.callback(site.close)
        # The run's own eye looks past the line that it cuts, and rings no bell: what it does to a row is for the
        # sweep to find.
        app = create_app(from_environment(site.env | {"REDIS_URL": "", "DATABASE_URL": address}))
        stack.callback(_dispose, app)
        stage = Stage(site, app, line, mail, certificates, postgresql, database_line, Random(seed))
        site.start()
        stack.callback(stage.workers[1].kill)
        stage.workers[1].start()
        stage.supervisor.start()
        stack.callback(stage.supervisor.stop)
        stage.forms.start()
        stage.wait_for_workers()
        stack.callback(stage.forms.stop)
        yield stage


def _celery(module: str = "workers.app") -> list[str]:
    arguments = [module if word == "workers.app" else word for word in worker_arguments(2)]
    return [sys.executable, "-m", "celery", *arguments]


def _clinics() -> list[KnownClinic]:
    """Those of Singapore that take enquiries, each with an address of its own."""
    policy, today = market_policy("SG"), datetime.now(UTC).date()
    found = db.session.scalars(select(Clinic).where(Clinic.country == "SG").order_by(Clinic.id))
    clinics = {
        clinic.enquiry_email: KnownClinic(clinic.slug, clinic.enquiry_email or "")
        for clinic in found
        if policy.may_enquire(clinic, today)
    }
    assert len(clinics) >= USUAL + OTHERS, f"the sample has {len(clinics)} such clinics"
    return list(clinics.values())[: USUAL + OTHERS]


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()
