"""Reads a mailbox over IMAP within a total time, one mail after the other, and removes what was heard.

Every mail in the mailbox waits, whether or not somebody looked at it; one that was heard is removed, so that nothing
of it is left that an erasure would not reach. One that cannot be taken is kept in a folder beside it for some days,
for somebody to look at. Both come after the hearing: a reader that dies in between finds the mail again.
"""

import contextlib
import imaplib
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from webapp.clients.cut_off import CutOff, is_loopback

log = logging.getLogger(__name__)

# imaplib's time-outs are per read, as smtplib's are (clients/mailer.py); this is for a whole run, in seconds, and
# shorter than a task may live.
TOTAL_SECONDS = 30.0
# Octets of a mail that are asked for: of a longer one the beginning, where its words stand.
LONGEST = 1024 * 1024
# Mails of one run; the next one goes on.
MOST = 100
UNREADABLE = "Unreadable"
# Days for which such mails are kept: long enough for a look, and short beside what a patient is promised.
UNREADABLE_DAYS = 5
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Octets that a server may send as one piece, whatever it was asked for.
_LONGEST_PIECE = 2 * LONGEST


class MailboxError(Exception):
    """The mailbox cannot be read now. The text is ours, never the server's, which may quote an address."""


@dataclass(frozen=True, slots=True)
class _Server:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool
    folder: str


def empty(
    mailbox_url: str,
    hear: Callable[[bytes], bool],
    *,
    seconds: float = TOTAL_SECONDS,
    most: int = MOST,
    today: date | None = None,
) -> int:
    """Hand every waiting mail to `hear`, the oldest first, and then remove it; where `hear` says False it is moved to
    UNREADABLE, and removed there UNREADABLE_DAYS after it came in. Says how many mails were put away.

    `mailbox_url` is imaps://user:password@host[:port][/folder]; imap:// only on this machine. `hear` gets at most
    LONGEST octets of each, and commits before it returns; what it raises ends the run, and that mail waits. The
    run ends after `seconds` or `most` mails. `today` is the day by which UNREADABLE is cleared. Raises MailboxError.
    """
    server = _parse(mailbox_url)
    put_away = 0
    with _dialogue(server, seconds) as imap:
        aside: str | None = None
        for uid in _waiting(imap, server.folder, most):
            content = _fetch(imap, uid)
            if content is None:
                continue
            if not hear(content):
                aside = aside or _folder(imap, UNREADABLE)
                if not _copied(imap, uid, aside):
                    continue
            _remove(imap, uid)
            put_away += 1
        _forget_unreadable(imap, today or datetime.now(UTC).date())
    return put_away


def _parse(mailbox_url: str) -> _Server:
    parts = urlsplit(mailbox_url)
    try:
        port = parts.port
    except ValueError:
        raise MailboxError("INBOUND_MAIL_URL has no usable port") from None
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
        raise MailboxError("INBOUND_MAIL_URL must look like imaps://user:password@host/folder")
    tls = parts.scheme == "imaps"
    if not tls and not is_loopback(parts.hostname):
        raise MailboxError("a mailbox elsewhere is only read under TLS: INBOUND_MAIL_URL wants imaps://")
    return _Server(
        host=parts.hostname,
        port=port or (993 if tls else 143),
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        tls=tls,
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )


class _Dialogue(imaplib.IMAP4):
    """imaplib's client on a connection that is cut off at a deadline, and that is never sent more than it bears."""

    def __init__(self, server: _Server, cut_off: CutOff) -> None:
        self._server = server
        self._cut_off = cut_off
        super().__init__(server.host, server.port)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        connection = self._cut_off.connect(self._server.host, self._server.port)
        if not self._server.tls:
            return connection
        return ssl.create_default_context().wrap_socket(connection, server_hostname=self._server.host)

    def read(self, size: int) -> bytes:
        if size > _LONGEST_PIECE:
            raise self.error("a piece is longer than anything that was asked for")
        return super().read(size)


@contextlib.contextmanager
def _dialogue(server: _Server, seconds: float) -> Iterator[_Dialogue]:
    """Connected and logged in. Whatever goes wrong with the server is a MailboxError."""
    cut_off = CutOff(seconds)
    imap: _Dialogue | None = None
    try:
        imap = _Dialogue(server, cut_off)
        _log_in(imap, server)
        yield imap
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            imap.logout()
    except (OSError, imaplib.IMAP4.error, MailboxError) as error:
        if cut_off.fired:  # whatever half an answer was taken for
            raise MailboxError(f"the mailbox took more than {seconds:g} s") from None
        raise _as_mailbox_error(error) from None
    finally:
        cut_off.end()
        if imap is not None:
            with contextlib.suppress(OSError):
                imap.shutdown()


def _as_mailbox_error(error: Exception) -> MailboxError:
    match error:
        case MailboxError():
            return error
        case ssl.SSLCertVerificationError():
            return MailboxError(f"the mailbox's certificate is not valid: {error.verify_message}")
        case ssl.SSLError():
            return MailboxError(f"TLS with the mailbox failed: {error.reason}")
        case socket.gaierror():
            return MailboxError("the mailbox's name cannot be resolved")
        case _:
            return MailboxError(f"the mailbox cannot be read ({type(error).__name__})")


def _log_in(imap: _Dialogue, server: _Server) -> None:
    secret = f"\0{server.user}\0{server.password}".encode()
    try:
        # SASL's PLAIN takes any sign in a name and a password; LOGIN has its own quotation and only ASCII.
        imap.authenticate("PLAIN", lambda _challenge: secret)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise MailboxError("the mailbox refuses the login") from None


def _waiting(imap: _Dialogue, folder: str, most: int) -> list[str]:
    """The UIDs of the oldest mails. A number of them is asked for, so that the answer has a bound too."""
    answer, counted = imap.select(_quoted(folder))
    if answer != "OK" or imap.is_readonly:
        raise MailboxError("the mailbox's folder cannot be opened for changes")
    if not counted or counted[0] in {None, b"0"}:
        return []
    # Never beyond the last one: a server should answer that with BAD (RFC 3501, 9, on seq-number).
    found = _said(imap.uid("SEARCH", f"1:{min(most, int(counted[0]))}", "UNDELETED"), "list its mails")
    return _uids(found)


def _uids(found: list[Any]) -> list[str]:
    return b" ".join(piece for piece in found if isinstance(piece, bytes)).decode("ascii", "replace").split()


def _fetch(imap: _Dialogue, uid: str) -> bytes | None:
    """The mail, or its first LONGEST octets, without marking it as read; None where it cannot be had."""
    answer, pieces = imap.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LONGEST}>)")
    content: bytes | None = next((piece[1] for piece in pieces if isinstance(piece, tuple)), None)
    if answer == "OK" and content is not None:
        return content
    # Servers answer for a mail that another reader has just removed with a refusal, with nothing, or with less.
    if not _is_gone(imap, uid):
        # It stays where it is, and those behind it are read.
        log.warning("the mailbox does not give one of its mails (UID %s)", uid)
    return None


def _folder(imap: _Dialogue, name: str) -> str:
    """The folder of that name beside the mailbox, or in it where a server wants that; made when it is not there."""
    paths = _paths(imap, name)
    for path in paths:
        if _is_there(imap, path) or imap.create(_quoted(path))[0] == "OK":
            return path
    raise MailboxError(f"there is no folder {name} and none can be made")


def _paths(imap: _Dialogue, name: str) -> tuple[str, str]:
    listed = _said(imap.list('""', '""'), "say how its folders are divided")
    divider = next((piece.split(b'"')[1].decode() for piece in listed if _has_divider(piece)), "/")
    return name, f"INBOX{divider}{name}"


def _is_there(imap: _Dialogue, path: str) -> bool:
    return any(_said(imap.list('""', _quoted(path)), "list its folders"))


def _has_divider(piece: object) -> bool:
    return isinstance(piece, bytes) and piece.count(b'"') >= 2


def _copied(imap: _Dialogue, uid: str, folder: str) -> bool:
    """COPY and then remove, which every server can: between the two a mail stands in both folders, never in none.
    False where another reader has put it away meanwhile."""
    if imap.uid("COPY", uid, _quoted(folder))[0] == "OK":
        return True
    if _is_gone(imap, uid):
        return False
    raise MailboxError("the mailbox did not put a mail away")


def _remove(imap: _Dialogue, uids: str) -> None:
    _said(imap.uid("STORE", uids, "+FLAGS.SILENT", r"(\Deleted \Seen)"), "mark a mail")
    _said(imap.expunge(), "remove a mail")


def _forget_unreadable(imap: _Dialogue, today: date) -> None:
    """Remove what has lain in UNREADABLE for too long, by the day on which it came in; a copy keeps that day."""
    before = today - timedelta(days=UNREADABLE_DAYS)
    path = next((path for path in _paths(imap, UNREADABLE) if _is_there(imap, path)), None)
    if path is None:
        return
    answer, counted = imap.select(_quoted(path))
    if answer != "OK" or imap.is_readonly or not counted or counted[0] in {None, b"0"}:
        return
    # Not imaplib's own words for a day, which follow the machine's language.
    day = f"{before.day}-{_MONTHS[before.month - 1]}-{before.year}"
    old = _uids(_said(imap.uid("SEARCH", f"1:{min(MOST, int(counted[0]))}", "BEFORE", day), "list its mails"))
    if old:
        _remove(imap, ",".join(old))


def _is_gone(imap: _Dialogue, uid: str) -> bool:
    """After a NOOP the server says what others have removed."""
    imap.noop()
    return not any(_said(imap.uid("SEARCH", f"UID {uid}"), "look for a mail"))


def _said(answer: tuple[str, list[Any]], what: str) -> list[Any]:
    if answer[0] != "OK":
        raise MailboxError(f"the mailbox did not {what}")
    return answer[1]


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", r"\\").replace('"', r"\"") + '"'
