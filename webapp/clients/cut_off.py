"""A connection for a whole dialogue: at its deadline it is shut down under whatever is being waited for.

The time-outs of the standard library are per read, so a server that drips a byte at a time holds a client for ever.
"""

import contextlib
import socket
import threading
import time


class CutOff:
    """Counts from its making. Whoever makes it ends it."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._timer: threading.Timer | None = None
        self._handle: socket.socket | None = None
        self._fired = threading.Event()

    @property
    def fired(self) -> bool:
        """The time was over and the connection was cut."""
        return self._fired.is_set()

    def connect(self, host: str, port: int) -> socket.socket:
        """The first of the host's addresses that takes a connection. Raises OSError, TimeoutError included."""
        connection = self._first_that_connects(host, port)
        # A second handle on the same connection: a TLS handshake takes the first one's descriptor away.
        self._handle = connection.dup()
        self._timer = threading.Timer(self._left(), self._cut)
        self._timer.daemon = True
        self._timer.start()
        return connection

    def end(self) -> None:
        """Nothing is cut any more; whoever has the connection closes it."""
        if self._timer is not None:
            self._timer.cancel()
            # A timer that is just firing uses the handle; it is over in no time.
            self._timer.join()
        if self._handle is not None:
            self._handle.close()

    def _first_that_connects(self, host: str, port: int) -> socket.socket:
        failure: OSError = TimeoutError("no time left")
        for family, kind, protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(self._left())
                connection.connect(address)
            except OSError as error:
                failure = error
                connection.close()
            else:
                return connection
        raise failure

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no time left")
        return left

    def _cut(self) -> None:
        self._fired.set()
        with contextlib.suppress(OSError):
            if self._handle is not None:
                self._handle.shutdown(socket.SHUT_RDWR)
