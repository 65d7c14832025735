"""What the next page says first. It travels in a cookie of 4 KB, so it is short and there is little of it."""

from collections.abc import Sequence

from flask import flash
from flask_babel import ngettext

MOST = 4
_LONGEST = 300
_LONGEST_TITLE = 80


def tell(messages: Sequence[str]) -> None:
    """Announce the first few of these, and how many there are beside them."""
    for message in messages[:MOST]:
        flash(_cut(message, _LONGEST))
    if more := len(messages[MOST:]):
        flash(ngettext("And %(num)s more.", "And %(num)s more.", more))


def short(title: str) -> str:
    """A title as an announcement names it."""
    return _cut(title, _LONGEST_TITLE)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
