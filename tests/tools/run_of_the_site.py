"""`python -m tools.serve` as a test sees it from outside: what it says, and every process that it brought to life."""

import contextlib
import os
import shlex
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from config import ROOT
from tests.services.server import accepts, clean_environment, wait_for

# A name in the environment that every process below the run inherits, by which it is found wherever it went. (The
# broker writes over its environment, but names its socket in the run's temporary folder.)
_MARK = "LFL_TEST_RUN"
_READY = 60.0


class Run:
    """A run in a process of its own; `command` in place of the runner for a part of it."""

    def __init__(
        self, folder: Path, *, port: int, command: Sequence[str] = (), env: dict[str, str] | None = None
    ) -> None:
        """`folder` is for the run alone: its TMPDIR."""
        self.port, self._mark, self._folder = port, uuid.uuid4().hex, folder
        self._env = clean_environment(PORT=str(port), TMPDIR=str(folder)) | (env or {}) | {_MARK: self._mark}
        self._out, self._err = tempfile.TemporaryFile("w+b"), tempfile.TemporaryFile("w+b")  # noqa: SIM115
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "tools.serve"],
            cwd=ROOT,
            env=self._env,
            stdout=self._out,
            stderr=self._err,
        )

    def said(self) -> str:
        """What it wrote to stdout."""
        return _content(self._out)

    def log(self) -> str:
        """What it and its children wrote to stderr."""
        return _content(self._err)

    def wait_said(self, words: str, times: int = 1) -> None:
        """Wait until the words stand in stdout or in the log so many times."""

        def seen() -> bool:
            assert self.process.poll() is None, f"it has ended:\n{self.log()}"
            return (self.said() + self.log()).count(words) >= times

        wait_for(seen, _READY, lambda: f"{words!r} in:\n{self.log()}")

    def wait_served(self) -> None:
        """Wait until it says where the site is."""
        self.wait_said("Ctrl-C")

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def ended(self, seconds: float = 30) -> int:
        """Its exit status, once it has ended."""
        return self.process.wait(seconds)

    def processes(self) -> dict[int, str]:
        """Every living process of the run, the run itself included, by pid: its command line."""
        marked, socket_folder = f"{_MARK}={self._mark}".encode(), os.fsencode(self._folder)
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                words = (folder / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
                environ = (folder / "environ").read_bytes().split(b"\0")
            except OSError:
                continue  # it has just ended
            if marked in environ or any(b":" + socket_folder in word for word in words):
                found[int(folder.name)] = shlex.join(word.decode(errors="replace") for word in words)
        return found

    def pid_of(self, words: str) -> int:
        """The oldest process whose command line has the words, guards (which repeat them) left out."""
        found = [
            pid
            for pid, line in self.processes().items()
            if words in line and "guard.py" not in line and pid != self.process.pid
        ]
        assert found, f"no process {words!r} among {self.processes()}"
        return min(found)

    def wait_nothing_left(self, seconds: float = 5) -> None:
        """Wait until no process of the run lives and nobody listens on its port."""
        wait_for(lambda: not self.processes(), seconds, lambda: f"no process left: {self.processes()}")
        assert not accepts(self.port)

    def close(self) -> None:
        """End whatever a failed test has left."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        self._out.close()
        self._err.close()


def _content(file: IO[bytes]) -> str:
    """What stands in a file that others write to; reading it from a place of our own leaves theirs alone."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode(errors="replace")
