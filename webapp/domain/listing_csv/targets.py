"""Where the listing files go: a folder or a zip. Each file is there as it was or whole, never in between."""

import io
import os
import secrets
import zipfile
from collections.abc import Mapping
from pathlib import Path

from webapp.domain.listing_csv.descriptor import DESCRIPTOR, descriptor
from webapp.domain.listing_csv.reader import Listing
from webapp.domain.listing_csv.writer import csv_files

# A zip holds the time of each file; always the same one makes equal listings equal bytes. 1980 is its first year.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


class NotWritten(Exception):
    """The path cannot take the files; the message says why in English."""


def write(listing: Listing, path: Path) -> None:
    """Write the four files and their descriptor into the folder `path`, or into one zip where the name ends in .zip.

    A folder is made where there is none; in one that exists only files of our five names are replaced, one
    after the other, when all five are already on the disk. Raises NotWritten.
    """
    files = {**csv_files(listing), DESCRIPTOR: descriptor()}
    try:
        if path.suffix.casefold() == ".zip":
            _replace({path: _zipped(files)})
        else:
            path.mkdir(parents=True, exist_ok=True)
            # A file that differs only in case is the same one to the reader, so it is that one we replace.
            there = {entry.name.casefold(): entry for entry in sorted(path.iterdir(), reverse=True)}
            _replace({there.get(name, path / name): data for name, data in files.items()})
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror or error}.") from error


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def _replace(files: Mapping[Path, bytes]) -> None:
    """Write every file beside its place first, then put each in its place. Raises OSError."""
    written: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            if path.is_dir():
                raise IsADirectoryError(None, f"{path.name} is a folder", str(path))
            beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            with beside.open("xb") as stream:
                written[path] = beside
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        for path in list(written):
            os.replace(written.pop(path), path)
    finally:
        for left in written.values():
            left.unlink(missing_ok=True)
