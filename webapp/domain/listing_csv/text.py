"""Cells as text: what a spreadsheet adds is taken away, and characters that show as nothing are dropped."""

import re
import unicodedata

# Zero-width and bidirectional controls and fillers make different names look alike.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV injection). An export puts
# an apostrophe before it, and here it comes off again. A text that itself begins with apostrophes and one of
# these gets one more, so that every text comes back as it was.
_FORMULA = re.compile("'*[=+\\-@\t\r＝＋－＠]")
_SPACES = re.compile(r"\s+")


def clean(text: str, keep_lines: bool = False) -> str:
    """A cell as we store it: NFC, trimmed, nothing invisible; one line unless `keep_lines`."""
    if text.isascii() and text.isprintable() and not text.startswith("'"):
        plain = text.strip()
        return plain if "  " not in plain or keep_lines else _SPACES.sub(" ", plain)
    if text.startswith("'") and _FORMULA.match(text):
        text = text[1:]
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    # Invisible characters go first: one between a letter and its accent keeps the two from becoming one.
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = _CONTROLS.sub(" ", text)
    if keep_lines:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return _SPACES.sub(" ", text).strip()


def guard(text: str) -> str:
    """The text as a CSV cell: an apostrophe before what a spreadsheet would run. `clean` takes it off again."""
    return f"'{text}" if _FORMULA.match(text) else text
