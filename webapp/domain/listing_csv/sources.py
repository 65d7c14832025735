"""Where the listing files come from: a folder, a zip or one file, read within bounds so that no bomb
unpacks.
"""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from webapp.domain.listing_csv.columns import FILES
from webapp.domain.listing_csv.descriptor import DESCRIPTOR, is_read
from webapp.domain.listing_csv.messages import Report

# The record at the end of a zip (APPNOTE.TXT 4.3.16): signature, and the size of its directory at byte 12.
_END_SIGNATURE = b"PK\x05\x06"
_END_LENGTH = 22
_MAX_COMMENT = 65535
_OURS = frozenset({*FILES, DESCRIPTOR})


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one import. The defaults hold some thirty times the largest list we know of."""

    file_bytes: int = 32 * 1024 * 1024
    zip_bytes: int = 32 * 1024 * 1024
    zip_entries: int = 1000
    rows: int = 100_000
    record_chars: int = 400_000


def gather(path: Path, limits: Limits, report: Report) -> dict[str, bytes]:
    """The listing files at `path` by their names, in the order of FILES; other files are ignored.

    Where their descriptor stands beside them, its version decides whether they are read. What cannot be
    read is reported, never raised.
    """
    try:
        if path.is_dir():
            found = _from_folder(path, limits, report)
        elif not path.exists():
            report.error(path.name, None, None, "path_missing")
            return {}
        elif path.name.casefold() in FILES:
            found = _from_folder(path.parent, limits, report, only=path)
        else:
            found = _from_zip(path, limits, report)
    except OSError as error:
        report.error(path.name, None, None, "path_unreadable", why=error.strerror or "")
        return {}
    # Of another version nothing is read: each of its cells could mean something else.
    if not is_read(found.pop(DESCRIPTOR, None), report):
        return {}
    if not found and not report.errors:
        report.error(path.name, None, None, "no_listing_files", names=", ".join(FILES))
    return {name: found[name] for name in FILES if name in found}


def _from_folder(folder: Path, limits: Limits, report: Report, only: Path | None = None) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in [only, folder / DESCRIPTOR] if only is not None else sorted(folder.iterdir()):
        name = entry.name.casefold()
        if name not in _OURS or not entry.is_file():
            continue
        with entry.open("rb") as stream:
            data = stream.read(limits.file_bytes + 1)
        if len(data) > limits.file_bytes:
            report.error(name, None, None, "file_too_large", most=limits.file_bytes)
        else:
            found[name] = data
    return found


def _from_zip(path: Path, limits: Limits, report: Report) -> dict[str, bytes]:
    if path.stat().st_size > limits.zip_bytes:
        report.error(path.name, None, None, "file_too_large", most=limits.zip_bytes)
        return {}
    if _directory_size(path) > limits.zip_entries * 512:
        report.error(path.name, None, None, "zip_too_many", most=limits.zip_entries)
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            return _members(archive, path.name, limits, report)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        # RuntimeError is an entry with a password, NotImplementedError a compression we do not read.
        report.error(path.name, None, None, "zip_broken", why=str(error))
        return {}


def _members(archive: zipfile.ZipFile, zip_name: str, limits: Limits, report: Report) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > limits.zip_entries:
        report.error(zip_name, None, None, "zip_too_many", most=limits.zip_entries)
        return {}
    found: dict[str, bytes] = {}
    for entry in entries:
        folders, _, name = entry.filename.casefold().rpartition("/")
        # macOS adds a shadow of every file beside it.
        if name not in _OURS or "__macosx" in folders:
            continue
        if name in found:
            report.error(name, None, None, "zip_twice")
            continue
        # The size that an entry declares may be a lie: what is read counts, and one byte too many is enough.
        with archive.open(entry) as stream:
            data = stream.read(limits.file_bytes + 1)
        if len(data) > limits.file_bytes:
            report.error(name, None, None, "file_too_large", most=limits.file_bytes)
            continue
        found[name] = data
    return found


def _directory_size(path: Path) -> int:
    """The size a zip gives for its directory, before zipfile builds an object for each of its entries.

    0 where there is none to find: zipfile then refuses the file itself.
    """
    with path.open("rb") as stream:
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(max(0, size - _END_LENGTH - _MAX_COMMENT))
        tail = stream.read()
    start = tail.rfind(_END_SIGNATURE)
    if start < 0 or start + _END_LENGTH > len(tail):
        return 0
    return int.from_bytes(tail[start + 12 : start + 16], "little")
