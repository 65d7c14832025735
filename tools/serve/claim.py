"""One runner per instance folder, and the clearing up after one that was killed.

The claim is a lock on a file in the instance folder. The guards of the children hold it too, so it is free again
only when nothing of the last run is left: neither its port nor its database is in use any more.
"""

import fcntl
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from types import TracebackType

FILE_NAME = "serve.json"
_PREFIX = "likeforlike-"
# How long the remains of a killed runner may take to be gone, in seconds; 0.1 is usual.
_PATIENCE = 15.0
# The longest address of a unix socket is 108 bytes on Linux and 104 on macOS, its closing zero included.
_LONGEST_SOCKET = 103


class Refused(Exception):
    """Another runner serves from this instance folder; the message says which."""


class Claim:
    """The instance folder is ours until the block ends; `folder` is a new private one for sockets and the like."""

    def __init__(self, instance_dir: Path, address: str) -> None:
        """Raises Refused, or OSError when the folder cannot be written."""
        self._path = instance_dir / FILE_NAME
        self._address = address
        # Opened for appending: what the last holder wrote is read before it is replaced.
        self._file = self._path.open("a+", encoding="utf-8")
        self._lock()
        self._clear_up()
        self.folder = _private_folder()
        self._note({"pid": os.getpid(), "address": address, "folder": str(self.folder)})

    @property
    def descriptor(self) -> int:
        """To be held by every child's guard."""
        return self._file.fileno()

    def __enter__(self) -> "Claim":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self._note({})
        self._file.close()

    def _lock(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held = self._noted()
                pid = held.get("pid", 0)
                if _lives(pid) or time.monotonic() > deadline:
                    self._file.close()
                    raise Refused(
                        f"already running from {self._path.parent}: process {pid}, at {held.get('address')}."
                        " Stop that one first, or set INSTANCE_DIR to another folder."
                    ) from None
                time.sleep(0.05)
            else:
                return

    def _clear_up(self) -> None:
        """Remove the folder of a run that was killed with all its guards before they could."""
        folder = Path(str(self._noted().get("folder", "")))
        if folder.name.startswith(_PREFIX) and folder.is_dir() and folder.stat().st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)

    def _noted(self) -> dict[str, object]:
        self._file.seek(0)
        try:
            noted = json.loads(self._file.read() or "{}")
        except ValueError:
            return {}
        return noted if isinstance(noted, dict) else {}

    def _note(self, facts: dict[str, object]) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(facts))
        self._file.flush()


def _private_folder() -> Path:
    """A new folder that only we may enter, with a path short enough for a socket in it."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    if len(os.fsencode(folder / "valkey.sock")) > _LONGEST_SOCKET:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir="/tmp"))  # mkdtemp makes it private
    return folder


def _lives(pid: object) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
