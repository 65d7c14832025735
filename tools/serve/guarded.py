"""One child process that cannot outlive the process which started it, with all that it starts in its turn."""

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

GUARD = Path(__file__).with_name("guard.py")


class GuardedProcess:
    """A command running under a guard (guard.py), which ends it when we are gone, however we ended."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        output: int | IO[bytes],
        user: str = "",
        folder: Path | None = None,
        held: Sequence[int] = (),
    ) -> None:
        """Start `command`. Its output and errors go to `output`; it runs as `user` if one is named (root only).

        `folder` is removed when we are gone before it: what we can no longer remove ourselves.
        `held` are file descriptors that stay open until nothing of the child is left, a lock for instance.
        """
        ours, theirs = socket.socketpair()
        self._control = ours
        with theirs:
            descriptors = (theirs.fileno(), *held)
            self.guard = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", str(GUARD)),
                    *(",".join(str(number) for number in descriptors), user, str(folder or "")),
                    *command,
                ],
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if isinstance(output, int) else output,
                pass_fds=descriptors,
                # Not the terminal's: Ctrl-C is for the starter, which ends its children in its own order.
                start_new_session=True,
            )
        self._control.settimeout(20)
        with contextlib.suppress(OSError):
            self._pid = int(self._control.recv(32) or b"0")
        self._control.settimeout(1)

    @property
    def pid(self) -> int:
        """The command's own process id (the guard's is `guard.pid`); 0 when it never started."""
        return self._pid

    def poll(self) -> int | None:
        """The exit status once everything has ended; 128 plus the number for a signal; None while it runs."""
        status = self.guard.poll()
        if status is not None:
            self._control.close()
        return status

    def send(self, number: int) -> None:
        """Send the signal to the command itself. Nothing happens when it has ended."""
        with contextlib.suppress(OSError):
            self._control.sendall(bytes([number]))

    def stop(self, number: int = signal.SIGTERM, grace: float = 10) -> int:
        """Ask the command to end; after `grace` seconds end it with everything below it. Returns the status."""
        self.send(number)
        try:
            return self.guard.wait(grace)
        except subprocess.TimeoutExpired:
            return self.kill()
        finally:
            self._control.close()

    def kill(self) -> int:
        """End the command and everything below it at once, as if we were gone. Returns the status."""
        self._control.close()
        return self.guard.wait(20)
