"""Hands one mail to the mail server, within a total time, and says which of three kinds a refusal is."""

import contextlib
import os
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from webapp.clients import maildir
from webapp.clients.cut_off import CutOff, is_loopback

# For the whole dialogue, in seconds.
TOTAL_SECONDS = 30.0
# How long a connection waits for the next mail: a burst comes within that time, and servers bear an idle client
# for minutes. Many of them end a connection after a hundred mails.
KEPT_SECONDS = 3.0
_MOST_MAILS = 50
# How long a connection that has waited may take to say that it still listens.
_LISTENS_WITHIN = 2.0
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

    `mail_url` is the setting MAIL_URL, `sender` an address or a From header whose address becomes the envelope's,
    `mail` is ASCII with CRLF. The whole dialogue ends within `seconds`, and within `until_content` where the server
    has not got as far as the mail's content. Raises Temporary, Permanent or Configuration.

    The connection is kept for KEPT_SECONDS for the next mail of this process, unless anything went wrong on it.
    """
    if mail_url.startswith(_MAILDIR):
        try:
            maildir.deliver(Path(mail_url.removeprefix(_MAILDIR)), mail)
        except OSError as error:
            raise Temporary(f"the development mailbox cannot be written ({type(error).__name__})") from None
        return _OK
    server = _parse(mail_url)
    envelope_sender = parseaddr(sender)[1]
    ends = time.monotonic() + seconds
    with _as_send_errors(), _ready(server, envelope_sender, min(seconds, until_content)) as smtp:
        _expect(smtp.rcpt(to)[0], "addressee")
        smtp.limit = seconds
        smtp.allow(ends - time.monotonic())
        return _data(smtp, mail)


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
    if server.user and not (implicit or starttls or is_loopback(server.host)):
        raise Configuration("a password is only sent under TLS: MAIL_URL wants smtps:// or ?starttls=1")
    return server


class _Dialogue(smtplib.SMTP):
    """smtplib's client, cut off at a deadline: a timer shuts the connection down under whatever is being
    waited for.
    """

    def __init__(self, server: _Server, our_name: str, seconds: float) -> None:
        self._server = server
        self.cut_off = CutOff(seconds)
        # What the mail in hand was given, in seconds, and how many there were before it.
        self.limit = seconds
        self.mails = 0
        # Our name is given, as finding it out asks the name server and may take seconds.
        super().__init__(timeout=seconds, local_hostname=our_name)
        # What a certificate must be for; smtplib sets it only when it connects at once.
        self._host = server.host

    def open(self) -> None:
        code, _words = self.connect(self._server.host, self._server.port)
        if code != 220:  # RFC 5321: the greeting
            raise smtplib.SMTPConnectError(code, b"")

    def allow(self, seconds: float) -> None:
        """From now on so many seconds are left for what is to be said."""
        self.cut_off.allow(seconds)
        if self.sock is not None:
            self.sock.settimeout(self.cut_off.left)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = self.cut_off.connect(host, port)
        if self._server.implicit_tls:
            return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
        return connection

    def say_goodbye(self) -> None:
        """End politely, without waiting for an answer: the last mail is theirs whatever they say."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self.putcmd("quit")
        self.end()

    def end(self) -> None:
        self.cut_off.rest()
        self.close()
        self.cut_off.end()


# A server, our name to it and our process: a fork must not speak on its parent's connection.
_Key = tuple[_Server, str, int]


class _KeptConnection:
    """The connection that waits for the next mail, at most one of them and for a few seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: tuple[_Key, _Dialogue] | None = None

    def take(self, key: _Key | None) -> _Dialogue | None:
        """The connection to that server, if it is the one that waits; another one ends."""
        waiting = self._exchange(None)
        if waiting is None:
            return None
        kept_for, dialogue = waiting
        dialogue.cut_off.rest()
        if kept_for == key:
            return dialogue
        dialogue.end()
        return None

    def put(self, key: _Key, dialogue: _Dialogue) -> None:
        """Keep it, unless somebody takes it, for KEPT_SECONDS; one that is there already ends."""
        dialogue.cut_off.rest_until(KEPT_SECONDS, partial(self._forget, dialogue))
        if before := self._exchange((key, dialogue)):
            before[1].end()

    def _exchange(self, waiting: tuple[_Key, _Dialogue] | None) -> tuple[_Key, _Dialogue] | None:
        with self._lock:
            before, self._waiting = self._waiting, waiting
        return before

    def _forget(self, dialogue: _Dialogue) -> None:
        with self._lock:
            if self._waiting is None or self._waiting[1] is not dialogue:
                return
            self._waiting = None
        dialogue.say_goodbye()


_kept = _KeptConnection()


@contextlib.contextmanager
def _ready(server: _Server, envelope_sender: str, seconds: float) -> Iterator[_Dialogue]:
    """A conversation in which the sender has been named and taken; kept for the next mail if all goes well."""
    deadline = time.monotonic() + seconds
    our_name = envelope_sender.rpartition("@")[2] or "localhost"
    key = (server, our_name, os.getpid())
    smtp = _kept.take(key)
    if smtp is not None and not _still_listens(smtp, envelope_sender, deadline):
        smtp.end()
        smtp = None
    is_new = smtp is None
    if smtp is None:
        smtp = _Dialogue(server, our_name, max(deadline - time.monotonic(), 0.0))
    smtp.limit = seconds
    try:
        if is_new:
            smtp.open()
            _secure(smtp, server)
            _expect(smtp.mail(envelope_sender)[0], "sender")
        yield smtp
    except BaseException as error:
        smtp.end()
        if smtp.cut_off.fired and isinstance(error, (OSError, smtplib.SMTPException, SendError)):
            # Whatever half a reply was taken for.
            raise TimedOut(f"the mail server took more than {smtp.limit:g} s") from error
        raise
    smtp.cut_off.rest()
    smtp.mails += 1
    if smtp.mails < _MOST_MAILS:
        _kept.put(key, smtp)
    else:
        smtp.say_goodbye()


def _still_listens(smtp: _Dialogue, envelope_sender: str, deadline: float) -> bool:
    """Whether a connection that has waited takes another mail. Nothing about its addressee has been said when not, so
    a new connection begins anew; on that one a refusal counts."""
    try:
        smtp.allow(min(deadline - time.monotonic(), _LISTENS_WITHIN))
        listens = smtp.rset()[0] == _OK and smtp.mail(envelope_sender)[0] == _OK
        smtp.allow(deadline - time.monotonic())
    except (OSError, smtplib.SMTPException):
        return False
    return listens and not smtp.cut_off.fired


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
