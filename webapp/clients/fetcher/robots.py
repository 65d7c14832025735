"""robots.txt (RFC 9309) read by protego, after a look at what would make any such reader slow."""

import re

from protego import Protego

# The name that a site may use for us in its robots.txt.
NAME = "LikeForLike"
# RFC 9309 (2.5) asks for 500 KiB at least; what follows is left out.
MOST_BYTES = 500 * 1024

_AGENT_LINE = re.compile(r"\s*user(?:-|\s+|)agent(?:\s*:|\s)\s*(?P<name>[^#]*)", re.IGNORECASE)


def allows(text: str, url: str) -> bool:
    """May we fetch `url`, as this robots.txt has it? An empty text allows everything."""
    return Protego.parse(_for_us(text)).can_fetch(url, NAME)


def _for_us(text: str) -> str:
    """The text with all other robots under one name: rules are kept for each robot of a group, so that 250 KB of
    robots before 250 KB of rules would fill the memory.
    """
    return "\n".join(_renamed(line) for line in text.splitlines())


def _renamed(line: str) -> str:
    match = _AGENT_LINE.match(line)
    if match is None:
        return line
    given = match["name"].strip().lower()
    name = given.strip("*")
    if name == NAME.lower():
        return f"User-agent: {NAME}"
    return "User-agent: another" if name or not given else "User-agent: *"
