"""Mail servers on loopback: a real one whose answers a test chooses, and one that breaks the protocol."""

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class ChosenAnswers:
    """An aiosmtpd handler that answers as told and keeps what it took."""

    sender: str = "250 OK"
    addressee: str = "250 OK"
    data: str = "250 OK"
    taken: list[bytes] = field(default_factory=list)
    addressees: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    connections: int = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        self.senders.append(address)
        return self.sender

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.addressee.startswith("25"):
            envelope.rcpt_tos.append(address)
            self.addressees.append(address)
        return self.addressee

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data.startswith("2"):
            content = envelope.content
            self.taken.append(content if isinstance(content, bytes) else str(content).encode())
        return self.data


@contextlib.contextmanager
def mail_server(
    handler: ChosenAnswers, *, implicit_tls: ssl.SSLContext | None = None, **options: Any
) -> Iterator[int]:
    """A real SMTP server (aiosmtpd) in a thread; yields its port. `options` go to aiosmtpd's SMTP."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    conversations: list[SMTP] = []

    def converse() -> SMTP:
        handler.connections += 1
        conversations.append(SMTP(handler, loop=loop, enable_SMTPUTF8=True, **options))
        return conversations[-1]

    async def begin() -> asyncio.Server:
        return await loop.create_server(converse, "127.0.0.1", 0, ssl=implicit_tls)

    async def finish() -> None:
        server.close()
        # A client may keep its connection for its next mail.
        for conversation in conversations:
            if isinstance(conversation.transport, asyncio.WriteTransport):
                conversation.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(begin(), loop).result(5)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(finish(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def one_login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """An aiosmtpd authenticator that knows one person."""
    known = isinstance(data, LoginPassword) and data == LoginPassword(b"site", b"right @/:")
    return AuthResult(success=known, handled=False)


@contextlib.contextmanager
def broken_server(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """A server that does what `talk` does with each connection, one after another; yields its port.

    `talk` gets the connection and an event that is set when the test has ended.
    """
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                talk(connection, over)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def drip(connection: socket.socket, over: threading.Event) -> None:
    """A greeting that comes a byte at a time and never ends."""
    while not over.is_set():
        connection.sendall(b"2")
        time.sleep(0.02)


def say_nothing(connection: socket.socket, over: threading.Event) -> None:
    """A connection that is accepted and then forgotten."""
    over.wait(20)


def drop_before_reply(connection: socket.socket, over: threading.Event) -> None:
    """A polite dialogue up to the end of the mail, and then silence on a closed line."""
    _polite_until_the_mail_is_over(connection)


def reply_and_drop(connection: socket.socket, over: threading.Event) -> None:
    """The mail is taken and the line closed before QUIT."""
    _polite_until_the_mail_is_over(connection)
    connection.sendall(b"250 taken\r\n")


def _polite_until_the_mail_is_over(connection: socket.socket) -> None:
    connection.sendall(b"220 hello\r\n")
    reader = connection.makefile("rb")
    for line in reader:
        if line.upper().startswith(b"DATA"):
            connection.sendall(b"354 go ahead\r\n")
            break
        connection.sendall(b"250 fine\r\n")
    for line in reader:
        if line == b".\r\n":
            return


def self_signed(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server context for 127.0.0.1 that nobody has reason to trust, and the certificate to trust it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file = folder / "certificate.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file = folder / "key.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file, key_file)
    return context, certificate_file
