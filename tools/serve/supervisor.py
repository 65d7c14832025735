"""Keeps the children running: passes their lines on, restarts one that died, ends all when it must."""

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from tools.serve import guard
from tools.serve.console import Console
from tools.serve.guarded import GuardedProcess

# A child that died this often within so many seconds is beyond what a restart can mend.
MAX_DEATHS = 5
DEATHS_WITHIN = 30.0
# Seconds before a child is started again after its first death, which may be mere bad luck, and after others.
RESTART_AFTER = (0.0, 1.0)
# How long the children have to end by themselves: the worker finishes the mail it is sending.
GRACE = 10.0
_LONGEST_LINE = 64 * 1024
_PIECES_AT_ONCE = 16


class Ended(Exception):
    """The run is over: asked for (no message), or given up with a message naming the child."""


@dataclass
class _Child:
    name: str
    command: list[str]
    kept: bool
    process: GuardedProcess
    reader: int
    started: float
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MAX_DEATHS))
    unfinished: bytes = b""


class Supervisor:
    """Use as a context: leaving it ends every child, the last started first only where that matters (the broker)."""

    def __init__(
        self, console: Console, *, cwd: Path, env: Mapping[str, str], held: int, folder: Path
    ) -> None:
        """`held` is a descriptor that stays open until nothing of the children is left; `folder`, of temporary files,
        is removed by them if we are killed."""
        self._console, self._cwd, self._env, self._held, self._folder = console, cwd, dict(env), held, folder
        self._children: dict[str, _Child] = {}
        self._restarts: dict[str, tuple[float, _Child]] = {}
        self._selector = selectors.DefaultSelector()
        self._asked_to_end = 0
        self._ending = False
        self._parent = 0
        self._woken, self._wake = socket.socketpair()

    def __enter__(self) -> "Supervisor":
        guard.adopt_orphans()
        self._woken.setblocking(False)
        self._wake.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        signal.set_wakeup_fd(-1)
        self._selector.close()
        self._woken.close()
        self._wake.close()

    def end_with_parent(self) -> None:
        """End, too, when the process that started us is gone (`make`, killed)."""
        self._parent = os.getppid()

    def set_env(self, name: str, value: str) -> None:
        """For every child started from now on."""
        self._env[name] = value

    def start(self, name: str, command: list[str]) -> None:
        """Start a child that is to run until the end."""
        self._children[name] = self._spawn(name, command, kept=True)

    def run(self, name: str, command: list[str]) -> None:
        """Run a command to its end. Raises Ended when it fails or when we are asked to end meanwhile."""
        child = self._children[name] = self._spawn(name, command, kept=False)
        while name in self._children:
            self._turn(1.0)
        status = child.process.poll()
        if status:
            raise Ended(f"{name} failed ({_told(status)}); its last lines above say why")

    def wait_until(self, name: str, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until the child `name` is `ready`. Raises Ended when it is not within so many seconds."""
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise Ended(f"{name} was not ready after {seconds:.0f} seconds")
            self._turn(0.05)

    def keep(self) -> None:
        """Watch over the children until we are asked to end. Raises Ended, always."""
        while True:
            self._turn(1.0)

    def _spawn(self, name: str, command: list[str], *, kept: bool) -> _Child:
        reader, writer = os.pipe()
        try:
            process = GuardedProcess(
                command, cwd=self._cwd, env=self._env, output=writer, folder=self._folder, held=[self._held]
            )
        finally:
            os.close(writer)
        os.set_blocking(reader, False)
        child = _Child(name, command, kept, process, reader, time.monotonic())
        self._selector.register(reader, selectors.EVENT_READ, child)
        return child

    def _turn(self, longest: float) -> None:
        """Wait for something to happen, at most `longest` seconds, and deal with it. Raises Ended."""
        now = time.monotonic()
        due = [when - now for when, _ in self._restarts.values()]
        for key, _ in self._selector.select(max(0.0, min([longest, *due]))):
            if isinstance(key.data, _Child):
                self._pass_on(key.data)
            else:
                self._woken.recv(512)
        if not self._ending:
            if self._asked_to_end:
                raise Ended
            if self._parent and os.getppid() != self._parent:
                raise Ended
        for child in list(self._children.values()):
            status = child.process.poll()
            if status is not None:
                self._buried(child, status)
        for name, (when, child) in list(self._restarts.items()):
            if time.monotonic() >= when and not self._ending:
                del self._restarts[name]
                revived = self._spawn(name, child.command, kept=True)
                revived.deaths = child.deaths
                self._children[name] = revived

    def _buried(self, child: _Child, status: int) -> None:
        """The child has ended: say its last words, and restart it unless it keeps dying."""
        del self._children[child.name]
        self._pass_on(child)
        if child.unfinished:
            self._console.line(child.name, child.unfinished.decode(errors="replace"))
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.reader)
        os.close(child.reader)
        # Usually nothing: the guard ended them. If the guard itself was killed they are ours now.
        guard.end_descendants(frozenset(other.process.guard.pid for other in self._children.values()))
        if self._ending or not child.kept:
            return
        now = time.monotonic()
        child.deaths.append(now)
        recent = [when for when in child.deaths if now - when <= DEATHS_WITHIN]
        if len(recent) >= MAX_DEATHS:
            raise Ended(
                f"{child.name} died {len(recent)} times within {DEATHS_WITHIN:.0f} seconds"
                f" (last: {_told(status)}); its lines above say why"
            )
        pause = RESTART_AFTER[0] if len(recent) == 1 else RESTART_AFTER[1]
        self._console.alarm(f"{child.name} died ({_told(status)}); starting it again")
        self._restarts[child.name] = (now + pause, child)

    def _pass_on(self, child: _Child) -> None:
        """Write the lines that the child has finished, a bounded many, so that one that floods us is still watched."""
        for _ in range(_PIECES_AT_ONCE):
            try:
                piece = os.read(child.reader, _LONGEST_LINE)
            except BlockingIOError:
                return
            if not piece:
                # Its end was closed; without this the selector would report it for ever.
                with contextlib.suppress(KeyError):
                    self._selector.unregister(child.reader)
                return
            *lines, child.unfinished = (child.unfinished + piece).split(b"\n")
            if len(child.unfinished) > _LONGEST_LINE:
                lines.append(child.unfinished)
                child.unfinished = b""
            for line in lines:
                self._console.line(child.name, line.decode(errors="replace").rstrip("\r"))

    def _asked(self, *_: object) -> None:
        self._asked_to_end += 1

    def _end(self) -> None:
        """End all children, the broker last, so that a worker can still say what it has finished."""
        self._ending = True
        self._restarts.clear()
        asked = self._asked_to_end
        first = {name for name in self._children if name != "broker"}
        for names in (first, {"broker"}):
            for name in names & self._children.keys():
                self._children[name].process.send(signal.SIGTERM)
            deadline = time.monotonic() + GRACE
            # A second Ctrl-C means now.
            while (
                names & self._children.keys() and time.monotonic() < deadline and self._asked_to_end == asked
            ):
                self._turn(0.2)
            for name in sorted(names & self._children.keys()):
                self._console.say(f"{name} did not end by itself")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._children[name].process.kill()
            while names & self._children.keys():
                self._turn(0.2)


def _told(status: int) -> str:
    if status > 128:
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(status - 128).name}"
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
