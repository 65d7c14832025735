"""How a mail leaves the house: our own headers, no word of a user where it could become one, checked once
written.
"""

import re
import unicodedata
from datetime import datetime
from email import policy
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import Policy
from email.utils import format_datetime

# A mail may carry these and nothing else, each at most once.
ALLOWED_HEADERS = frozenset(
    {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "content-language",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "reply-to",
        "dkim-signature",
    }
)
# Where a mail comes back to is no header of it but the envelope's; it is stored in front of the mail under the name
# that RFC 5321 (4.4) has for it, and taken off before the mail is handed over.
_RETURN_PATH = "Return-Path: <"
# RFC 5322 wants lines under 998 octets and readers show far less of a subject.
LONGEST_SUBJECT = 200

# An addr-spec without quoted local parts: what a form accepts and every relay takes.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]+\.)*[A-Za-z0-9-]+")


class _OneLineHeader(UnstructuredHeader, BaseHeader):
    """A header that is never folded. Python folds an address of over 78 characters into encoded words, in which no
    mail program looks for a link."""

    max_count = 1

    def fold(self, *, policy: "Policy[Message[str, str]]") -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _headers() -> HeaderRegistry:
    registry = HeaderRegistry()
    registry.map_to_type("list-unsubscribe", _OneLineHeader)
    registry.map_to_type("reply-to", _OneLineHeader)
    return registry


WIRE_POLICY = policy.SMTP.clone(cte_type="7bit", header_factory=_headers())


class UnsafeMail(ValueError):
    """The mail cannot be sent as it is; the message says what is wrong without quoting it."""


def header_text(text: str, longest: int = LONGEST_SUBJECT) -> str:
    """`text` as one harmless line for a header: no control, bidirectional or zero-width character, no encoded
    word.

    Python 3.11.7 and 3.12.1 decode `=?utf-8?q?x=0aBcc:…?=` when a header is set and write the line feed out
    raw, which makes a real Bcc of it; so `=?` is taken apart.
    """
    line = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    line = "".join(char for char in line if unicodedata.category(char) not in {"Cf", "Cs"})
    line = " ".join(line.split()).replace("=?", "= ?")
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def plain_address(address: str) -> str:
    """The address as SMTP takes it, its domain in ASCII. Raises UnsafeMail for anything but one plain
    address.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        ascii_address = local + at + domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise UnsafeMail("the address cannot be written in ASCII") from None
    if not _ADDRESS.fullmatch(ascii_address):
        raise UnsafeMail("there is no plain e-mail address to send to")
    return ascii_address


def serialise(
    message: EmailMessage,
    *,
    sender: str,
    to: str,
    message_id: str,
    date: datetime,
    reply_to: str = "",
    id_also_in: str = "",
) -> str:
    """The whole mail as ASCII text with CRLF line ends, under our own From, To, Date and Message-ID.

    `message` brings its subject and bodies; `to` and `reply_to` are plain addresses. `id_also_in` names a header that
    repeats the Message-ID. What was written is read again, and UnsafeMail is raised when it holds a header that
    nobody set.
    """
    subject = header_text(str(message["Subject"] or ""))
    if not subject:
        raise UnsafeMail("the mail has no subject")
    for name in ("From", "To", "Subject", "Date", "Message-ID", "Reply-To"):
        del message[name]
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(date)
    message["Message-ID"] = f"<{message_id}>"
    if "Auto-Submitted" not in message:
        message["Auto-Submitted"] = "auto-generated"
    if reply_to:
        message["Reply-To"] = reply_to
    if id_also_in:
        message[id_also_in] = f"<{message_id}>"

    written = message.as_bytes(policy=WIRE_POLICY)
    _check(message, written, ALLOWED_HEADERS | {id_also_in.lower()})
    return written.decode("ascii")


def with_return_path(mail: str, address: str) -> str:
    """A mail as it is stored when it comes back to an address of its own."""
    return f"{_RETURN_PATH}{address}>\r\n{mail}"


def split_return_path(stored: str) -> tuple[str | None, str]:
    """The address that a stored mail comes back to, None where it has none of its own, and the mail to hand over."""
    if not stored.startswith(_RETURN_PATH):
        return None, stored
    line, _end, mail = stored.partition("\r\n")
    return line[len(_RETURN_PATH) : -1], mail


def _check(message: EmailMessage, written: bytes, allowed: frozenset[str]) -> None:
    names = [name.lower() for name in message]
    if not allowed.issuperset(names) or len(set(names)) != len(names):
        raise UnsafeMail("the mail carries a header that no mail of ours has")
    read = BytesParser(policy=policy.default).parsebytes(written)
    meant = [[name.lower() for name in part] for part in message.walk()]
    found = [[name.lower() for name in part] for part in read.walk()]
    if meant != found or read.defects:
        raise UnsafeMail("the mail reads differently from how it was written")
    head = written.partition(b"\r\n\r\n")[0]
    if re.search(rb"\r(?!\n)|(?<!\r)\n|\0", head):
        raise UnsafeMail("a header holds a bare line break")
