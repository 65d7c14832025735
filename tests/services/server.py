"""What every server that a test starts has in common: it becomes ready, can be killed, and leaves nothing."""

import os
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from config import ROOT, Settings
from tools.serve.guarded import GuardedProcess

# The site's own settings, by their names in the environment: a test may not inherit them from the shell that started
# it. All are fields, but for one that names a file whose text is the field, and one that is a part of BASE_URL.
SETTINGS = {field.name.upper() for field in fields(Settings)} - {"DKIM_KEY"} | {"DKIM_KEY_FILE", "PORT"}
HOST = "127.0.0.1"
_READY = 60.0


class NotReady(RuntimeError):
    """A server did not become ready; the message ends with the last lines of its log."""


class Server:
    """One server process with everything below it, its log in a file. Dies with the tests, however they end."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        ready: Callable[[], bool],
        log: Path,
        env: Mapping[str, str] | None = None,
        user: str = "",
        stop_signal: int = signal.SIGTERM,
    ) -> None:
        self.name, self.log_path = name, log
        self._command, self._ready, self._user = list(command), ready, user
        self._env = clean_environment() if env is None else dict(env)
        self._stop_signal = stop_signal
        self._process: GuardedProcess | None = None

    def start(self) -> None:
        """Start it and wait until it is ready. Raises NotReady."""
        self.spawn()
        self.wait_ready()

    def spawn(self) -> None:
        """Start it without waiting."""
        with self.log_path.open("ab") as log:
            self._process = GuardedProcess(
                self._command, cwd=ROOT, env=self._env, output=log, user=self._user
            )

    def wait_ready(self) -> None:
        """Raises NotReady when it ends meanwhile, or after a minute."""
        deadline = time.monotonic() + _READY
        while not self._ready():
            if not self.running or time.monotonic() > deadline:
                self.kill()
                raise NotReady(f"{self.name} did not start:\n{self.log()[-3000:]}")
            time.sleep(0.02)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The server's own process id; 0 when it is not running."""
        return self._process.pid if self._process is not None and self.running else 0

    def send(self, number: int) -> None:
        """Send a signal, SIGSTOP and SIGCONT included, to the server's own process."""
        if self._process is not None:
            self._process.send(number)

    def kill(self) -> None:
        """kill -9 of the server and everything below it."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def stop(self, grace: float = 10) -> None:
        """Ask it to end, as a deploy does; kill it after `grace` seconds."""
        if self._process is not None:
            self._process.stop(self._stop_signal, grace)
            self._process = None

    def restart(self) -> None:
        """Stop it and start it again on the same address and data."""
        self.stop()
        self.start()

    def log(self) -> str:
        """Everything it has written since the first start."""
        return self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment without the site's own settings, plus `settings`. Whoever wants no bytecode written
    here still runs the site as it runs elsewhere: a process that is killed every two seconds compiles itself once."""
    ours = {*SETTINGS, "PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"PYTHONUNBUFFERED": "1"} | settings


def free_port() -> int:
    """A TCP port on loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    """True when something listens on the port."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def wait_for(what: Callable[[], bool], seconds: float, message: str | Callable[[], str]) -> None:
    """Poll until `what` is true. Raises AssertionError with `message`, asked for only then, after so many seconds."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise AssertionError(
                f"not within {seconds:g} seconds: {message if isinstance(message, str) else message()}"
            )
        time.sleep(0.05)
