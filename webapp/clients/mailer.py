"""Hands one mail to the mail server, within a total time, and says which of three kinds a refusal is."""

import contextlib
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from webapp.clients import maildir

# smtplib's time-outs are per read, so a server that drips a byte at a time holds it for ever (20 s were
# measured with a time-out of 3); this is for the whole dialogue, in seconds.
TOTAL_SECONDS = 30.0
_MAILDIR = "maildir://"
_OK = 250
_RECIPIENT_OK = frozenset({250, 251})
_PERMANENT = 500
# RFC 4954: what a server answers when it is the login that it minds, whatever command it answers.
_LOGIN_CODES = frozenset({432, 454, 530, 534, 535, 538})
_TOO_BIG = 552


class SendError(Exception):
    """The mail was not taken. `code` is the SMTP reply where there was one; the text is ours, never the
    server's, which may quote an address.
    """

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


class Temporary(SendError):
    """A 4xx reply, a time-out, a lost connection: worth another attempt later."""


class TimedOut(Temporary):
    """The server took longer than it was given: nobody else should wait for it too."""


class Permanent(SendError):
    """A 5xx reply for this addressee or this mail: another attempt would end the same."""


class Configuration(SendError):
    """Login, TLS or our own settings: no mail at all can be sent until somebody mends it."""


@dataclass(frozen=True, slots=True)
class _Server:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    implicit_tls: bool
    starttls: bool


def send(
    mail_url: str,
    sender: str,
    to: str,
    mail: bytes,
    *,
    seconds: float = TOTAL_SECONDS,
    until_content: float = TOTAL_SECONDS,
) -> int:
    """Hand over one mail and return the server's code (250) once it has taken the responsibility.

    `mail_url` is the setting MAIL_URL, `sender` a From header whose address becomes the envelope's, `mail` is
    ASCII with CRLF. The whole dialogue ends within `seconds`. Raises Temporary, Permanent or Configuration.
    """
    if mail_url.startswith(_MAILDIR):
        try:
            maildir.deliver(Path(mail_url.removeprefix(_MAILDIR)), mail)
        except OSError as error:
            raise Temporary(f"the development mailbox cannot be written ({type(error).__name__})") from None
        return _OK
    server = _parse(mail_url)
    envelope_sender = parseaddr(sender)[1]
    with (
        _as_send_errors(),
        _dialogue(server, envelope_sender.rpartition("@")[2] or "localhost", seconds) as smtp,
    ):
        _secure(smtp, server)
        _expect(smtp.mail(envelope_sender)[0], "sender")
        _expect(smtp.rcpt(to)[0], "addressee")
        code = _data(smtp, mail)
        # From here on the mail is theirs; how the conversation ends no longer matters.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        return code


def _parse(mail_url: str) -> _Server:
    parts = urlsplit(mail_url)
    try:
        port = parts.port
    except ValueError:
        raise Configuration("MAIL_URL has no usable port") from None
    implicit = parts.scheme == "smtps"
    starttls = parse_qs(parts.query).get("starttls", ["0"])[-1].lower() in {"1", "on", "true", "yes"}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise Configuration("MAIL_URL names no mail server")
    server = _Server(
        host=parts.hostname,
        port=port or (465 if implicit else 587 if starttls else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        implicit_tls=implicit,
        starttls=starttls and not implicit,
    )
    if server.user and not (implicit or starttls or _is_loopback(server.host)):
        raise Configuration("a password is only sent under TLS: MAIL_URL wants smtps:// or ?starttls=1")
    return server


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Dialogue(smtplib.SMTP):
    """smtplib's client, cut off at a deadline: a timer shuts the connection down under whatever is being
    waited for.
    """

    def __init__(self, server: _Server, our_name: str, seconds: float) -> None:
        self._server = server
        self._deadline = time.monotonic() + seconds
        self._timer: threading.Timer | None = None
        self._handle: socket.socket | None = None
        self.cut_off = threading.Event()
        # Our name is given, as finding it out asks the name server and may take seconds.
        super().__init__(timeout=seconds, local_hostname=our_name)
        # What a certificate must be for; smtplib sets it only when it connects at once.
        self._host = server.host

    def open(self) -> None:
        code, _words = self.connect(self._server.host, self._server.port)
        if code != 220:  # RFC 5321: the greeting
            raise smtplib.SMTPConnectError(code, b"")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = self._first_that_connects(host, port)
        # A second handle on the same connection: a TLS handshake takes the first one's descriptor away.
        self._handle = connection.dup()
        self._timer = threading.Timer(self._left(), self._cut)
        self._timer.daemon = True
        self._timer.start()
        if self._server.implicit_tls:
            return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
        return connection

    def _first_that_connects(self, host: str, port: int) -> socket.socket:
        failure: OSError = TimeoutError("no time left")
        for family, kind, protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            connection = socket.socket(family, kind, protocol)
            connection.settimeout(self._left())
            try:
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
        self.cut_off.set()
        with contextlib.suppress(OSError):
            if self._handle is not None:
                self._handle.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            # A timer that is just firing uses the handle; it is over in no time.
            self._timer.join()
        self.close()
        if self._handle is not None:
            self._handle.close()


@contextlib.contextmanager
def _dialogue(server: _Server, our_name: str, seconds: float) -> Iterator[_Dialogue]:
    smtp = _Dialogue(server, our_name, seconds)
    try:
        smtp.open()
        yield smtp
    except (OSError, smtplib.SMTPException, SendError) as error:
        if smtp.cut_off.is_set():  # whatever half a reply was taken for
            raise TimedOut(f"the mail server took more than {seconds:g} s") from error
        raise
    finally:
        smtp.end()


def _secure(smtp: _Dialogue, server: _Server) -> None:
    smtp.ehlo_or_helo_if_needed()
    if server.starttls:
        if not smtp.has_extn("starttls"):
            # Perhaps somebody between us and the server took it out of the list: nothing is said in the
            # clear.
            raise Configuration("the mail server offers no STARTTLS")
        try:
            smtp.starttls(context=ssl.create_default_context())
        except smtplib.SMTPResponseException as error:
            raise Configuration("the mail server refuses STARTTLS", error.smtp_code) from None
        smtp.ehlo_or_helo_if_needed()
    if server.user:
        smtp.login(server.user, server.password)


def _data(smtp: _Dialogue, mail: bytes) -> int:
    try:
        code, _words = smtp.data(mail)
    except smtplib.SMTPDataError as error:  # refused before a byte of it was sent
        code = error.smtp_code
    _expect(code, "data")
    return code


def _expect(code: int, about: str) -> None:
    """Sort a reply: good, or one of the three errors. 5xx for the sender is our fault, not this mail's."""
    if code in _LOGIN_CODES:
        raise Configuration("the mail server wants another login", code)
    if code == _OK or (about == "addressee" and code in _RECIPIENT_OK):
        return
    if code >= _PERMANENT:
        if about == "sender" and code != _TOO_BIG:
            raise Configuration("the mail server refuses our sender address", code)
        raise Permanent(f"the mail server refused the {about}", code)
    raise Temporary(f"the mail server asks to try the {about} later", code if code > 0 else None)


@contextlib.contextmanager
def _as_send_errors() -> Iterator[None]:
    try:
        yield
    except SendError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise Configuration(f"the mail server's certificate is not valid: {error.verify_message}") from None
    except ssl.SSLEOFError:
        raise Temporary("the connection was lost") from None
    except ssl.SSLError as error:
        raise Configuration(f"TLS with the mail server failed: {error.reason}") from None
    except smtplib.SMTPAuthenticationError as error:
        raise Configuration("the mail server refuses the login", error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise Configuration("the mail server lacks an extension that MAIL_URL asks for") from None
    except smtplib.SMTPResponseException as error:  # greeting or HELO: nothing about this mail was said yet
        if error.smtp_code >= _PERMANENT:
            raise Configuration("the mail server does not talk to us", error.smtp_code) from None
        raise Temporary("the mail server asks to come back later", max(error.smtp_code, 0) or None) from None
    except socket.gaierror:
        raise Configuration("the mail server's name cannot be resolved") from None
    except TimeoutError:
        raise TimedOut("the mail server did not answer in time") from None
    except (OSError, smtplib.SMTPException) as error:
        raise Temporary(f"the connection was lost ({type(error).__name__})") from None
