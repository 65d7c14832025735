"""Canaries: words that stand nowhere but where a test wrote them, and the search for them in bytes of any kind."""

import base64
import secrets
from pathlib import Path

# Lower case, so that an address may hold it and nothing folds it.
PREFIX = "zqcanary"


def canary() -> str:
    """A new one: 20 letters and digits."""
    return PREFIX + secrets.token_hex(6)


def _in_base64(word: bytes, alphabet: bytes) -> set[bytes]:
    """What of a word is the same wherever it begins in a text that is encoded: one form for each of three places."""
    found = set()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + word, alphabet).rstrip(b"=")
        first = -(-shift * 8 // 6)
        last = (shift + len(word)) * 8 // 6
        found.add(encoded[first:last])
    return found


_WORD = PREFIX.encode()
NEEDLES = (
    _in_base64(_WORD, b"+/")
    | _in_base64(_WORD, b"-_")
    | {_WORD.hex().encode(), PREFIX.encode("utf-16-le"), "".join(f"%{byte:02x}" for byte in _WORD).encode()}
)


def leaks(data: bytes) -> list[bytes]:
    """Where a canary stands in these bytes: as it is, in any case, quoted-printable, percent-encoded, as base64, hex
    or UTF-16; each with what stands around it."""
    # A soft line break of quoted-printable text may stand in the middle of one.
    unfolded = data.replace(b"=\r\n", b"").replace(b"=\n", b"")
    lower = unfolded.lower()
    found = [
        _around(unfolded, lower.find(needle)) for needle in (_WORD, _WORD.hex().encode()) if needle in lower
    ]
    return found + [_around(unfolded, unfolded.find(needle)) for needle in NEEDLES if needle in unfolded]


def leaks_below(folder: Path) -> dict[str, list[bytes]]:
    """The same for every file below a folder, by path; a file that ends meanwhile held nothing for long."""
    found = {}
    for path in sorted(folder.rglob("*")):
        try:
            data = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            continue
        if here := leaks(data):
            found[str(path)] = here
    return found


def size_below(folder: Path) -> int:
    """Bytes in all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _around(data: bytes, place: int) -> bytes:
    return data[max(0, place - 120) : place + 160]
