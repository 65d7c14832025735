"""A mail as it came, taken apart without trusting any of it: headers, text, what hangs on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import compat32

from webapp.outbox.inbound.charsets import decode
from webapp.outbox.inbound.html_text import as_text

# Octets. A picture that the text shows and that is no larger belongs to a signature.
_SIGNATURE_PICTURE = 30_000
# Characters of one header that are read: decoding takes a time that grows with the square of it.
_LONGEST_HEADER = 20_000
# Parts of one mail that are looked at; a mail that people write has a few.
_PARTS = 200
# Not an attachment that somebody would miss: signatures of the mail itself.
_SEALS = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)


@dataclass(frozen=True, slots=True)
class Body:
    """The words of a mail, and how many things hung on it that are not words."""

    text: str
    attachments: int


def parse(content: bytes) -> "Message[str, str]":
    """The mail in parts. The old policy of the email package: the new one raises for some broken headers."""
    return message_from_bytes(content, policy=compat32)


def headers(message: "Message[str, str]", name: str) -> list[str]:
    """Every header of that name, unfolded and decoded, in order."""
    return [
        _decoded(str(value)[:_LONGEST_HEADER])
        for key, value in message.raw_items()
        if key.lower() == name.lower()
    ]


def header(message: "Message[str, str]", name: str) -> str:
    """The first of `headers`, "" where there is none."""
    return next(iter(headers(message, name)), "")


def body(message: "Message[str, str]") -> Body:
    """The text of a mail with plain line feeds; HTML turned into text where there is nothing plain."""
    texts: list[str] = []
    attachments = 0
    for part in leaves(message):
        if is_text(part):
            texts.append(part_text(part))
        elif not _is_trifle(part):
            attachments += 1
    return Body("\n".join(text.strip("\n") for text in texts if text.strip()), attachments)


def leaves(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    """The parts that hold something, of alternatives the one to read; a mail inside the mail is one part."""
    waiting = [message]
    for _count in range(_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        payload = part.get_payload()
        children = (
            [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []
        )
        if not children or part.get_content_maintype() == "message":
            yield part
        elif part.get_content_subtype() == "alternative":
            waiting[:0] = _chosen(children)
        else:
            waiting[:0] = children


def is_text(part: "Message[str, str]") -> bool:
    """Words of the mail itself, and not a file of words that hangs on it."""
    return (
        part.get_content_type() in {"text/plain", "text/html"}
        and part.get_content_disposition() != "attachment"
        and not part.get_filename()
    )


def part_text(part: "Message[str, str]") -> str:
    """The text of a text part with plain line feeds, whatever its encoding claims."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    text = decode(content, part.get_content_charset())
    if part.get_content_type() == "text/html":
        text = as_text(text)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").replace("\u200b", "")


def _chosen(alternatives: list["Message[str, str]"]) -> list["Message[str, str]"]:
    """Plain text where it says something, else the last alternative, which is the richest (RFC 2046, 5.1.4)."""
    plain = [part for part in alternatives if part.get_content_type() == "text/plain" and is_text(part)]
    if plain and part_text(plain[0]).strip():
        # What hangs on the HTML is counted all the same.
        return [plain[0], *(part for rich in alternatives for part in leaves(rich) if not is_text(part))]
    return alternatives[-1:]


def _is_trifle(part: "Message[str, str]") -> bool:
    if part.get_content_type() in _SEALS:
        return True
    payload = part.get_payload()
    size = len(payload) if isinstance(payload, str) else 0
    if part.get_content_maintype() == "image" and part.get("Content-ID"):
        return size <= _SIGNATURE_PICTURE * 4 // 3
    return size == 0 and not part.get_filename() and part.get_content_maintype() != "message"


def _decoded(value: str) -> str:
    """An encoded word, or 8-bit text that nobody encoded, as one line of text."""
    line = " ".join(value.split())
    try:
        pieces = decode_header(line)
    except (HeaderParseError, ValueError):
        pieces = [(line, None)]
    return "".join(
        decode(piece.encode("ascii", "surrogateescape") if isinstance(piece, str) else piece, charset)
        if not isinstance(piece, str) or not piece.isascii()
        else piece
        for piece, charset in pieces
    )
