"""What the runner writes: every child's lines behind its name, in its colour when a terminal looks on."""

import contextlib
import os
import sys

_RUNNER = "run"
_COLOURS = {"broker": 35, "migrate": 33, "seed": 33, "web": 36, "worker": 32, "beat": 34}
_WIDTH = max(len(name) for name in _COLOURS)
_ALARM = 31


class Console:
    """Logs go to stderr; what a person waits for (the addresses) to stdout."""

    def __init__(self) -> None:
        self._coloured = sys.stderr.isatty() and "NO_COLOR" not in os.environ

    def line(self, name: str, text: str) -> None:
        """One line of the child `name`."""
        self._write(f"{self._painted(f'{name:<{_WIDTH}} |', _COLOURS.get(name, 0))} {text}\n")

    def say(self, text: str) -> None:
        """One line of the runner's own."""
        self.line(_RUNNER, text)

    def alarm(self, text: str) -> None:
        """A line that a person has to act on."""
        self.line(_RUNNER, self._painted(text, _ALARM))

    def announce(self, lines: list[str]) -> None:
        """What the person was waiting for."""
        # A closed pipe must not end the site.
        with contextlib.suppress(OSError):
            print("\n".join(["", *lines, ""]), flush=True)

    def _painted(self, text: str, colour: int) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._coloured and colour else text

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()
