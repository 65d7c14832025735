"""Which of our mails a mail is about: by the token in the address it was sent to, else by our Message-ID."""

import re
from collections.abc import Iterator
from email.message import Message

from webapp.outbox.inbound.incoming import header, headers, leaves, parse, part_text

# Where the address stands that a mail was really sent to: what people see, and what mail servers note down.
_ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To")
_REFERRING = ("In-Reply-To", "References")
_MESSAGE_ID = re.compile(r"<([!-;=?-~]{1,128})>")
# Looks at each line by itself, and at the next one only where a header goes on there: a pattern that runs over
# empty lines takes a time that grows with the square of their number.
_RETURNED_ID = re.compile(r"(?im)^[> \t]*message-id:[ \t]*(?:\n[> \t]*)?<([!-;=?-~]{1,128})>")
# Characters of a text part that are searched for such a line.
_READ = 200_000
# What a mailbox may add to a header list until it is nobody's any more.
_MOST = 50


def token_pattern(inbound_address: str) -> "re.Pattern[str]":
    """Finds the tokens in addresses made from INBOUND_ADDRESS ("reply+{token}@in.example.org")."""
    before, _token, after = inbound_address.partition("{token}")
    return re.compile(
        rf"(?<![\w.+-]){re.escape(before)}([a-z2-7]{{8,80}}){re.escape(after)}(?![\w.-])", re.IGNORECASE
    )


def tokens(message: "Message[str, str]", inbound_address: str) -> list[str]:
    """The tokens of the addresses that a mail was sent to, each once, in order; none where we listen nowhere."""
    if not inbound_address:
        return []
    pattern = token_pattern(inbound_address)
    found = (
        token.lower()
        for name in _ADDRESSED
        for value in headers(message, name)
        for token in pattern.findall(value)
    )
    return list(dict.fromkeys(found))[:_MOST]


def message_ids(message: "Message[str, str]") -> list[str]:
    """The Message-IDs that a mail answers or brings back, without brackets, the nearest first, each once."""
    return list(dict.fromkeys(_message_ids(message)))[:_MOST]


def _message_ids(message: "Message[str, str]") -> Iterator[str]:
    for name in _REFERRING:
        for value in headers(message, name):
            yield from reversed(_MESSAGE_ID.findall(value))
    for part in leaves(message):
        if part.get_content_maintype() == "message" and part.is_multipart():
            for returned in part.get_payload():
                if isinstance(returned, Message):
                    yield from _MESSAGE_ID.findall(header(returned, "Message-ID"))
        elif part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield from _MESSAGE_ID.findall(header(parse(payload), "Message-ID"))
        elif part.get_content_maintype() == "text":
            yield from _RETURNED_ID.findall(part_text(part)[:_READ])
