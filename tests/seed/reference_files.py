"""Reads the reviewed files for the tests beside it."""

import csv
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "seed" / "reference"
SHARED = ROOT.parent / "shared" / "data"


def rows(name: str, folder: Path = REFERENCE) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, strict=True))
    assert found, name
    assert all(None not in row and None not in row.values() for row in found), (
        f"{name}: a row of another length"
    )
    return found


def document(name: str) -> Any:
    return json.loads((REFERENCE / name).read_text(encoding="utf-8"))


def folded(term: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", term).casefold())


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"../shared/data/{name} is not here: only our own files were checked")
    return path
