"""The whole site as a user's machine runs it: web server, worker and clock, each a real process of its own."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from config import ROOT
from tests.services.broker import Broker
from tests.services.mail_server import MailServer
from tests.services.server import HOST, Server, clean_environment, free_port
from tools.serve.__main__ import answers, beat_arguments, web_arguments, worker_arguments

# A test posts more in a minute than a person in a day.
_LIMITS = {
    f"{form}_LIMIT_PER_ADDRESS": "100000 per hour" for form in ("ENQUIRY", "QUOTE", "CLAIM", "SIGN_IN")
} | {"ENQUIRIES_PER_CLINIC_PER_DAY": "1000"}


class LiveSite:
    """Migrated and seeded when it is handed over; start() starts it. `web`, `worker` and `beat` can be killed and
    started one by one, and so can `broker` and `mail`."""

    def __init__(
        self,
        instance_dir: Path,
        database_url: str,
        broker: Broker,
        mail: MailServer,
        *,
        settings: Mapping[str, str] | None = None,
        web_processes: int = 2,
        worker_processes: int = 2,
    ) -> None:
        """`database_url` may be empty: SQLite in the instance folder. `settings` are more environment variables."""
        self.broker, self.mail, self.instance_dir = broker, mail, instance_dir
        self._temporary = Path(tempfile.mkdtemp(prefix="lfl-site-", dir="/tmp"))
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.env = clean_environment(
            INSTANCE_DIR=str(instance_dir),
            DATABASE_URL=database_url,
            REDIS_URL=broker.url,
            MAIL_URL=mail.url,
            PORT=str(self.port),
            TMPDIR=str(self._temporary),
            **_LIMITS,
        ) | dict(settings or {})
        python = [sys.executable, "-m"]
        self.web = self._server(
            "web", [*python, "granian", *web_arguments(self.port, web_processes)], lambda: answers(self.port)
        )
        self.worker = self._server("worker", [*python, "celery", *worker_arguments(worker_processes)])
        self.beat = self._server("beat", [*python, "celery", *beat_arguments(instance_dir)])

    @property
    def folders(self) -> tuple[Path, Path]:
        """Where its processes write: the instance folder, with their logs, and the one for temporary files."""
        return self.instance_dir, self._temporary

    @property
    def processes(self) -> tuple[Server, Server, Server]:
        return self.web, self.worker, self.beat

    def start(self) -> None:
        """Start all three; returns when the web server answers (worker and clock may take a second more)."""
        for server in self.processes:
            server.spawn()
        self.web.wait_ready()

    def stop(self) -> None:
        """Stop all three, as a deploy does."""
        for server in self.processes:
            server.stop()

    def kill(self) -> None:
        """kill -9 of all three and everything below them."""
        for server in self.processes:
            server.kill()

    def flask(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a flask command against the site's database. Raises CalledProcessError, its output included."""
        return flask(self.env, *arguments, stdin=stdin)

    def logs(self) -> str:
        """The last lines of each process."""
        return "\n".join(f"== {server.name}\n{server.log()[-4000:]}" for server in self.processes)

    def close(self) -> None:
        """Kill it and remove its folders; broker, mail server and database belong to the fixtures."""
        self.kill()
        shutil.rmtree(self.instance_dir)
        shutil.rmtree(self._temporary)

    def _server(self, name: str, command: list[str], ready: Callable[[], bool] = lambda: True) -> Server:
        return Server(name, command, ready=ready, log=self.instance_dir / f"{name}.log", env=self.env)


def flask(env: Mapping[str, str], *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run `flask …` with the settings in `env`. Raises CalledProcessError, its output added to the message."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=dict(env),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        raise AssertionError(
            f"flask {' '.join(arguments)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        )
    return done
