"""Typed text as it is stored: characters that show as nothing, or turn the line around, are dropped."""

import re
import unicodedata

# Zero-width and bidirectional controls and fillers make different names look alike.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
# Lone surrogates come from broken clients and no database takes them.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def plain_text(text: str, *, keep_lines: bool = False) -> str:
    """`text` in NFC, trimmed, without control and invisible characters; one line unless `keep_lines`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    # Invisible characters go first: one between a letter and its accent keeps the two from becoming one.
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = _CONTROLS.sub(" ", text)
    if keep_lines:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return _SPACES.sub(" ", text).strip()
