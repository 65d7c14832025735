"""One connection to an address that was checked, with one deadline over everything that happens on it.

Time-outs of sockets are per read, so a server that drips holds them for ever; here each read gets what is left.
"""

import contextlib
import http.client
import io
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address
from typing import Any

from webapp.clients.fetcher.addresses import Address, AddressPolicy, parse
from webapp.clients.fetcher.errors import (
    BadPort,
    BlockedAddress,
    BrokenAnswer,
    DnsFailed,
    NotReachable,
    TlsFailed,
    TooLarge,
    TooSlow,
)
from webapp.clients.fetcher.urls import Target

# A host's addresses as texts; raises OSError where it has none.
Resolver = Callable[[str, int], Sequence[str]]

# Of a host with many addresses only so many are tried, each for so long (seconds).
MAX_ADDRESSES = 4
CONNECT_SECONDS = 5.0


class Deadline:
    """The end of a whole fetch, by this machine's own clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds, above zero. Raises TooSlow."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TooSlow("no time left")
        return left


def system_resolver(host: str, port: int) -> Sequence[str]:
    """What this machine's name service says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def addresses_of(
    host: str, port: int, policy: AddressPolicy, resolver: Resolver, deadline: Deadline
) -> list[Address]:
    """Where a host may be connected to. Raises BadPort, DnsFailed, TooSlow, or BlockedAddress as soon as one of
    its addresses is not allowed: a name with one foot inside is not one to follow.
    """
    if not policy.allows_port(port):
        raise BadPort(f"port {port}")
    literal = parse(host)
    texts = [host] if literal is not None else _ask(host, port, resolver, deadline)
    found: list[Address] = []
    for text in texts:
        address = parse(text)
        if address is None or not policy.allows(address, port):
            raise BlockedAddress("an address that is not public")
        found.append(address)
    if not found:
        raise DnsFailed("no address")
    return found[:MAX_ADDRESSES]


def _ask(host: str, port: int, resolver: Resolver, deadline: Deadline) -> Sequence[str]:
    """Ask in a thread of its own: the system's resolver knows no deadline."""
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise TooSlow("the name server did not answer in time") from None
    if isinstance(answer, Exception):
        raise DnsFailed(type(answer).__name__)
    return answer


@contextlib.contextmanager
def connection(
    target: Target, addresses: Sequence[Address], deadline: Deadline, tls: ssl.SSLContext
) -> Iterator[socket.socket]:
    """A connected socket to the first of `addresses` that answers, under TLS where the scheme wants it.

    The certificate must be one for `target.host`. Raises NotReachable, TlsFailed or TooSlow.
    """
    plain = _connect(addresses, target.port, deadline)
    try:
        if target.scheme == "http":
            yield plain
            return
        plain.settimeout(deadline.left())
        try:
            secure = tls.wrap_socket(plain, server_hostname=target.host)
        except TimeoutError:
            raise TooSlow("the TLS handshake took too long") from None
        except (ssl.SSLError, ValueError) as error:
            raise TlsFailed(type(error).__name__) from None
        except OSError as error:
            raise NotReachable(type(error).__name__) from None
        with secure:
            yield secure
    finally:
        plain.close()


def _connect(addresses: Sequence[Address], port: int, deadline: Deadline) -> socket.socket:
    failure = "no address"
    for address in addresses:
        family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(min(CONNECT_SECONDS, deadline.left()))
            sock.connect((str(address), port))
        except OSError as error:
            sock.close()
            failure = type(error).__name__
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    deadline.left()
    raise NotReachable(failure)


class _Reader(io.RawIOBase):
    """Reads the socket with what is left of the deadline, and no more than `most` bytes in all."""

    def __init__(self, sock: socket.socket, deadline: Deadline, most: int) -> None:
        self._sock = sock
        self._deadline = deadline
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._deadline.left())
        try:
            read = self._sock.recv_into(buffer)
        except TimeoutError:
            raise TooSlow("no time left while reading") from None
        self._left -= read
        if self._left < 0:
            raise TooLarge("more bytes than the limit")
        return read


class _Wire:
    """What http.client needs of a socket. Closing it is the business of whoever opened the connection."""

    def __init__(self, sock: socket.socket, deadline: Deadline, most: int) -> None:
        self._sock = sock
        self._deadline = deadline
        self._most = most

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._deadline.left())
        try:
            self._sock.sendall(data)
        except TimeoutError:
            raise TooSlow("no time left while asking") from None

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock, self._deadline, self._most))

    def close(self) -> None:
        """Not here."""


@contextlib.contextmanager
def answer(
    sock: socket.socket, target: Target, headers: Mapping[str, str], deadline: Deadline, most: int
) -> Iterator[http.client.HTTPResponse]:
    """Ask with GET and yield the answer, whose body is still to be read.

    `most` bounds the bytes of head and body together, as they come over the wire. http.client itself follows
    nothing, keeps no cookies, reads no .netrc and knows no proxies. Raises BrokenAnswer, TooSlow or TooLarge.
    """
    asking = http.client.HTTPConnection(target.host, target.port)
    wire: Any = _Wire(sock, deadline, most)
    asking.sock = wire
    try:
        asking.putrequest("GET", target.path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": target.netloc, **headers, "Connection": "close"}.items():
            asking.putheader(name, value)
        asking.endheaders()
        with asking.getresponse() as response:
            yield response
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise BrokenAnswer(type(error).__name__) from None
    finally:
        asking.close()
