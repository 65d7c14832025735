"""The site's workers, which some mails are too much for: by the address that they go to.

`kills-…` ends the process that sends it, `eats-…` takes memory until there is none.
"""

import os
import resource
import signal
from pathlib import Path
from typing import Any

from webapp.clients import mailer
from workers.app import celery

__all__ = ["celery"]

_send = mailer.send
_ROOM = 256 * 1024 * 1024


def _send_or_break(*arguments: Any, **more: Any) -> Any:
    words = [word for word in (*arguments, *more.values()) if isinstance(word, str)]
    if any(word.startswith("kills-") for word in words):
        os.kill(os.getpid(), signal.SIGKILL)
    if any(word.startswith("eats-") for word in words):
        _eat()
    return _send(*arguments, **more)


def _eat() -> None:
    """Raises MemoryError, as under the limit of a container that does not kill."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + _ROOM, before[1]))
    try:
        eaten = []
        while True:
            eaten.append(bytearray(16 * 1024 * 1024))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


mailer.send = _send_or_break
