"""One thread that does at its time what it was asked to do, unless somebody took it back before.

A thread per alarm, as threading.Timer makes it, took longer than the rest of sending a mail.
"""

import os
import threading
import time
from collections.abc import Callable

_LONGEST_REST = 3600.0


class Alarms:
    """Alarms by the object that they belong to, one each. What they do must be quick: they are done one by one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._set: dict[int, tuple[float, Callable[[], None]]] = {}
        # The process whose thread waits: a fork inherits the alarms and not the thread.
        self._process = 0
        self._next = 0.0

    def set(self, owner: object, seconds: float, action: Callable[[], None]) -> None:
        """In so many seconds, do it. The owner's alarm from before is off."""
        at = time.monotonic() + seconds
        with self._changed:
            if self._process != os.getpid():
                self._set, self._process = {}, os.getpid()
                threading.Thread(target=self._watch, name="alarms", daemon=True).start()
            self._set[id(owner)] = (at, action)
            if at < self._next:
                self._changed.notify()

    def cancel(self, owner: object) -> None:
        """It is not done, or is over when this returns."""
        with self._changed:
            self._set.pop(id(owner), None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for owner, (at, action) in list(self._set.items()):
                    if at <= now:
                        del self._set[owner]
                        action()
                # Without an alarm, anything that is set is earlier.
                self._next = min((at for at, _action in self._set.values()), default=now + _LONGEST_REST)
                self._changed.wait(self._next - time.monotonic())
