"""The addresses of a name within a time. The system's own look-up knows none and cannot be called off.

So it runs in a thread beside; whoever asks for the same name meanwhile waits for the same one. There are never more
such threads than names, however often a name is asked for, and none of them keeps the interpreter from ending.
"""

import os
import socket
import threading
from concurrent.futures import Future
from typing import Any

# What socket.getaddrinfo gives: family, kind, protocol, canonical name, address.
Answer = tuple[Any, Any, int, str, Any]


class _LookUps:
    """Those that are under way, by name and port."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, int], Future[list[Answer]]] = {}

    def of(self, host: str, port: int) -> "Future[list[Answer]]":
        with self._lock:
            future = self._under_way.get((host, port))
            if future is None:
                future = self._under_way[host, port] = Future()
                threading.Thread(
                    target=self._look_up, args=(host, port, future), name="name look-up", daemon=True
                ).start()
        return future

    def _look_up(self, host: str, port: int, future: "Future[list[Answer]]") -> None:
        try:
            found: list[Answer] | Exception = list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # it is raised where somebody waits for it
            found = error
        with self._lock:
            del self._under_way[host, port]
        if isinstance(found, Exception):
            future.set_exception(found)
        else:
            future.set_result(found)


_look_ups = _LookUps()


def _forget_inherited() -> None:
    """A fork inherits what is under way and not the thread that would bring it to an end."""
    global _look_ups
    _look_ups = _LookUps()


os.register_at_fork(after_in_child=_forget_inherited)


def addresses(host: str, port: int, seconds: float) -> list[Answer]:
    """Where a stream to that host may go. Raises socket.gaierror, also where the name server takes longer."""
    try:
        return _look_ups.of(host, port).result(timeout=seconds)
    except TimeoutError:
        raise socket.gaierror(socket.EAI_AGAIN, "the name server does not answer in time") from None
