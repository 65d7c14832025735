"""A connection for a whole dialogue: at its deadline it is shut down under whatever is being waited for.

The time-outs of the standard library are per read, so a server that drips a byte at a time holds a client for ever
(20 s were measured with a time-out of 3).
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from ipaddress import ip_address

from webapp.clients.alarms import Alarms
from webapp.clients.name_lookup import addresses

_alarms = Alarms()


class CutOff:
    """Counts from its making. Whoever makes it ends it."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._connection: socket.socket | None = None
        self._fired = threading.Event()

    @property
    def fired(self) -> bool:
        """The time was over and the connection was cut."""
        return self._fired.is_set()

    @property
    def left(self) -> float:
        """Seconds until then. Raises TimeoutError when there are none."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no time left")
        return left

    def connect(self, host: str, port: int) -> socket.socket:
        """The first of the host's addresses that takes a connection. Raises OSError: TimeoutError, and socket.gaierror
        also where the name server does not answer in time."""
        connection = self._first_that_connects(host, port)
        # A second handle on the same connection: a TLS handshake takes the first one's descriptor away.
        self._connection = connection.dup()
        _alarms.set(self, self.left, self._cut)
        return connection

    def allow(self, seconds: float) -> None:
        """From now on so many seconds are left for what is to be said."""
        self._deadline = time.monotonic() + seconds
        if self._connection is not None:
            _alarms.set(self, self.left, self._cut)

    def rest(self) -> None:
        """Nothing is said: the time stands still."""
        _alarms.cancel(self)

    def rest_until(self, seconds: float, do: Callable[[], None]) -> None:
        """Nothing is said; after so many seconds it is done."""
        _alarms.set(self, seconds, do)

    def end(self) -> None:
        """Nothing is cut any more; whoever has the connection closes it."""
        self.rest()
        if self._connection is not None:
            self._connection.close()

    def _first_that_connects(self, host: str, port: int) -> socket.socket:
        failure: OSError = TimeoutError("no time left")
        for family, kind, protocol, _name, address in addresses(host, port, self.left):
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(self.left)
                connection.connect(address)
            except OSError as error:
                failure = error
                connection.close()
            else:
                return connection
        raise failure

    def _cut(self) -> None:
        self._fired.set()
        with contextlib.suppress(OSError):
            if self._connection is not None:
                self._connection.shutdown(socket.SHUT_RDWR)


def is_loopback(host: str) -> bool:
    """Whether words to that host stay on this machine, so that they need no TLS."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
