"""The development mailbox: a standard maildir that any mail program can open."""

import mailbox
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

_PARSER = BytesParser(policy=policy.default)


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One mail of the mailbox. `received_at` is aware UTC."""

    key: str
    received_at: datetime
    message: EmailMessage


def deliver(folder: Path, mail: bytes) -> None:
    """Put a mail into the mailbox. It is written to `tmp` and linked into `new`, so no reader sees half of
    it.

    Raises OSError when it cannot be written.
    """
    # The standard class makes its folders one by one and fails when two processes start together.
    for name in ("tmp", "new", "cur"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    mailbox.Maildir(folder, create=False).add(mail)


def newest(folder: Path, limit: int) -> list[StoredMail]:
    """The latest `limit` mails, newest first; an empty list where no mail was ever delivered."""
    files = [path for name in ("new", "cur") for path in (folder / name).glob("*") if path.is_file()]
    files.sort(key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    return [_read(path) for path in files[:limit]]


def find(folder: Path, key: str) -> StoredMail | None:
    """The mail with that key. The key is compared with the names that are there, never made into a path."""
    for name in ("new", "cur"):
        for path in (folder / name).glob("*"):
            if _key(path) == key:
                return _read(path)
    return None


def _key(path: Path) -> str:
    """A maildir name may end in ":2,S", flags that change while the mail stays the same."""
    return path.name.partition(":")[0]


def _read(path: Path) -> StoredMail:
    message = _PARSER.parsebytes(path.read_bytes())
    assert isinstance(message, EmailMessage)  # what the policy makes
    return StoredMail(_key(path), datetime.fromtimestamp(path.stat().st_mtime, UTC), message)
