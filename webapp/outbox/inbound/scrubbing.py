"""Takes out of a reply what lets its reader act in another's name: a quoted mail holds the links of its addressee."""

import re

from webapp.outbox.inbound.addressing import token_pattern

_HIDDEN = "…"
# A token of ours (signing.new_token) at the end of an address, also where a mail program rewrote the address.
_LINK_TOKEN = re.compile(r"(/|%2F)[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", re.IGNORECASE)
# The same, broken at the end of a line.
_BROKEN = re.compile(
    r"(/|%2F)([A-Za-z0-9_-]{1,42})(=?\n[>|\s]*)([A-Za-z0-9_-]{1,42})(?![A-Za-z0-9_-])", re.IGNORECASE
)
_TOKEN_LENGTH = 43


def scrubbed(text: str, inbound_address: str) -> str:
    """`text` without the tokens of our links and of our addresses for replies."""
    text = _LINK_TOKEN.sub(rf"\1{_HIDDEN}", text)
    text = _BROKEN.sub(_without_broken, text)
    if inbound_address:
        pattern = token_pattern(inbound_address)
        text = pattern.sub(lambda match: match.group().replace(match.group(1), _HIDDEN), text)
    return text


def _without_broken(match: "re.Match[str]") -> str:
    slash, first, _between, rest = match.groups()
    return f"{slash}{_HIDDEN}" if len(first) + len(rest) == _TOKEN_LENGTH else str(match.group())
