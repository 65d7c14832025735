"""Web servers on loopback: a real one whose answers a test chooses, raw ones that break the protocol, and one that
only counts who comes.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """An answer; Content-Length is added unless `headers` say otherwise."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A question that arrived. Header names are in lower case."""

    path: str
    headers: Mapping[str, str]


Page = Reply | Callable[[Asked], Reply]


@dataclass
class Site:
    """A site on loopback: pages by path, and every question that arrived. What is not there is a 404."""

    port: int = 0
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextlib.contextmanager
def web_site(host: str = "127.0.0.1", *, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A real HTTP/1.1 server in a thread; each connection has a thread of its own."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()})
            site.asked.append(asked)
            page = site.pages.get(self.path, Reply(b"nothing here", 404))
            reply = page if isinstance(page, Reply) else page(asked)
            self.send_response(reply.status)
            headers = {"Content-Length": str(len(reply.body)), **reply.headers}
            for name, value in headers.items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(reply.body)

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


@dataclass
class Visitors:
    """How many connections were made to a listener that answers nothing."""

    port: int
    count: int = 0


@contextlib.contextmanager
def counting_listener(host: str = "127.0.0.1", port: int = 0) -> Iterator[Visitors]:
    """A listener that stands for something inside; every connection counts, whether or not anything is asked."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    visitors = Visitors(listener.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            visitors.count += 1
            connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield visitors
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@contextlib.contextmanager
def raw_server(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """A server that reads a question and then does what `talk` does; robots.txt is politely a 404. Yields its port.

    `talk` gets the connection and an event that is set when the test has ended.
    """
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def answer(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(4096)
                if not piece:
                    return
                head += piece
            if head.startswith(b"GET /robots.txt "):
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            else:
                talk(connection, over)

    def serve() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=answer, args=(connection,))
            thread.start()
            threads.append(thread)

    acceptor = threading.Thread(target=serve)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(5)
        for thread in threads:
            thread.join(5)


def say_nothing(connection: socket.socket, over: threading.Event) -> None:
    """A black hole: the question is taken and never answered."""
    over.wait(20)


def drip_head(connection: socket.socket, over: threading.Event) -> None:
    """A head that comes a byte at a time and never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while not over.is_set():
        connection.sendall(b"x")
        time.sleep(0.02)


def drip_body(connection: socket.socket, over: threading.Event) -> None:
    """A body that comes a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"x")
        time.sleep(0.02)


def drip_chunks(connection: socket.socket, over: threading.Event) -> None:
    """Chunks of one byte without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"1\r\nx\r\n")
        time.sleep(0.02)


def endless_continue(connection: socket.socket, over: threading.Event) -> None:
    """100 Continue, for ever."""
    while not over.is_set():
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 200)


def cut_off(connection: socket.socket, over: threading.Event) -> None:
    """Half of the body that was promised."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\noffer_ref,title\r\n")


def cut_off_chunks(connection: socket.socket, over: threading.Event) -> None:
    """A chunked body without its end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")


def not_http(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n")


def long_head(connection: socket.socket, over: threading.Event) -> None:
    """A header of a megabyte."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1_000_000 + b"\r\n\r\n")


def many_headers(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-More: 1\r\n" * 5_000 + b"\r\n")


def hang_up(connection: socket.socket, over: threading.Event) -> None:
    """Takes the question and closes."""
