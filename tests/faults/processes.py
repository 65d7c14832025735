"""What the fault runs do to processes: keep them running, and kill or freeze them by their own number."""

import contextlib
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from tests.services.server import Server


class Supervisor:
    """Starts a server again whenever it has ended, as the runner of a machine does."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self.starts: Counter[str] = Counter()
        self._servers = list(servers)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            with self._lock:
                for server in self._servers:
                    if not server.running:
                        server.spawn()
                        self.starts[server.name] += 1

    @contextlib.contextmanager
    def hands_off(self, *servers: Server) -> Iterator[None]:
        """These stay as they are meanwhile, running or not; afterwards they are watched over again."""
        with self._lock:
            self._servers = [server for server in self._servers if server not in servers]
        try:
            yield
        finally:
            with self._lock:
                self._servers += servers

    @contextlib.contextmanager
    def watches(self, *servers: Server) -> Iterator[None]:
        """These, too, are kept running meanwhile."""
        with self._lock:
            self._servers += servers
        try:
            yield
        finally:
            with self._lock:
                self._servers = [server for server in self._servers if server not in servers]

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


class Killer:
    """`kill -9` every so many seconds of one of the servers or of one of its children, as chance has it.

    With `politely` it is a SIGTERM, and only ever to the server itself: what a deploy does. A context manager: it
    kills inside, and no longer afterwards.
    """

    def __init__(
        self, servers: Sequence[Server], chance: Random, every: float, *, politely: bool = False
    ) -> None:
        self.kills: Counter[str] = Counter()
        self._servers = servers
        self._chance = chance
        self._every = every
        self._politely = politely
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="killer", daemon=True)

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._every):
            server = self._chance.choice(self._servers)
            if main := server.pid:
                victim = main if self._politely else self._chance.choice([main, *children(main)])
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGTERM if self._politely else signal.SIGKILL)
                    self.kills[f"{server.name} {'main' if victim == main else 'child'}"] += 1


@contextlib.contextmanager
def frozen(server: Server) -> Iterator[list[int]]:
    """The server and its children stand still meanwhile (SIGSTOP, SIGCONT). Gives the children's numbers."""
    main = server.pid
    below = children(main)
    for pid in (main, *below):
        os.kill(pid, signal.SIGSTOP)
    try:
        yield below
    finally:
        for pid in (*below, main):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def children(pid: int) -> list[int]:
    """The process numbers of a process's direct children; none when it has just ended."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
