"""What the listing files say of themselves: datapackage.json, a Frictionless Data Package (specs.frictionlessdata.io).

It names the version of the format and describes every column. It follows from the columns, so it says what the reader
takes and the writer writes.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from webapp.domain.listing_csv.columns import (
    CLINICS,
    FILES,
    OFFER_PARTS,
    OFFERS,
    PRACTITIONERS,
    Column,
    Kind,
)
from webapp.domain.listing_csv.messages import Report

DESCRIPTOR = "datapackage.json"
NAME = "like-for-like-listing"
# Files without a descriptor are of this major version. docs/listing-files.md says what a change of each means.
MAJOR, MINOR = 1, 0
VERSION = f"{MAJOR}.{MINOR}"

_VERSION = re.compile(r"(\d{1,6})\.\d{1,6}(?:\.\d{1,6})?", re.ASCII)
_OFFER_KEY = ["clinic_ref", "offer_ref"]
# The columns that are a row's own name, and those that name a row of another file.
_KEYS: Mapping[str, list[str]] = {
    CLINICS: ["ref"],
    PRACTITIONERS: ["clinic_ref", "name"],
    OFFERS: _OFFER_KEY,
    OFFER_PARTS: [],
}
_POINTS_TO: Mapping[str, tuple[list[str], str, list[str]]] = {
    PRACTITIONERS: (["clinic_ref"], CLINICS, ["ref"]),
    OFFERS: (["clinic_ref"], CLINICS, ["ref"]),
    OFFER_PARTS: (_OFFER_KEY, OFFERS, _OFFER_KEY),
}
_TYPES: Mapping[Kind, str] = {
    Kind.YES_NO: "boolean",
    Kind.DAY: "date",
    Kind.MONEY: "number",
    Kind.RATE: "number",
    Kind.WHOLE: "integer",
    Kind.QUANTITY: "number",
    Kind.COORDINATE: "number",
}


def descriptor() -> bytes:
    """The file as it stands beside the four, always the same bytes."""
    package = {
        "name": NAME,
        "version": VERSION,
        "profile": "tabular-data-package",
        "resources": [_resource(file, columns) for file, columns in FILES.items()],
    }
    return (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode()


def is_read(data: bytes | None, report: Report) -> bool:
    """Are files with this descriptor ours to read? Where not, that is reported with both versions.

    None, and a descriptor of another name, which is some other program's, say nothing: the files count as version 1.
    """
    if data is None:
        return True
    try:
        package = json.loads(data)
    except (ValueError, RecursionError):
        package = None
    if not isinstance(package, dict):
        report.error(DESCRIPTOR, None, None, "descriptor_broken")
        return False
    if package.get("name") != NAME:
        return True
    theirs = package.get("version")
    match = _VERSION.fullmatch(theirs) if isinstance(theirs, str) else None
    if match is None:
        report.error(DESCRIPTOR, None, None, "version_missing", ours=VERSION)
        return False
    if int(match[1]) != MAJOR:
        report.error(DESCRIPTOR, None, None, "version_unknown", theirs=theirs, ours=VERSION)
        return False
    return True


def field_of(column: Column) -> dict[str, Any]:
    """A column as a field of a Table Schema."""
    found: dict[str, Any] = {"name": column.name, "type": _TYPES.get(column.kind, "string")}
    if column.headings:
        found["title"] = column.headings.partition(",")[0].partition("|")[0].strip()
    if column.kind is Kind.YES_NO:
        found |= {"trueValues": ["yes"], "falseValues": ["no"]}
    if column.kind is Kind.EMAIL:
        found["format"] = "email"
    constraints = _constraints(column)
    return found | {"constraints": constraints} if constraints else found


def _constraints(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {"required": True} if column.required else {}
    if column.kind is Kind.CHOICES and column.choices is not None:
        word = f"({'|'.join(column.choices)})"
        return found | {"pattern": f"{word}(;{word})*"}
    if column.choices is not None:
        return found | {"enum": [str(word) for word in column.choices]}
    if _TYPES.get(column.kind, "string") == "string":
        found["maxLength"] = column.max_length
    if column.kind is Kind.WHOLE:
        found |= {"minimum": column.least, "maximum": column.most}
    if column.kind in {Kind.MONEY, Kind.RATE, Kind.QUANTITY}:
        found["minimum"] = 0
    if column.kind is Kind.COORDINATE:
        found |= {"minimum": -180, "maximum": 180}
    return found


def _resource(file: str, columns: tuple[Column, ...]) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [field_of(column) for column in columns], "missingValues": [""]}
    if _KEYS[file]:
        schema["primaryKey"] = _KEYS[file]
    if file in _POINTS_TO:
        own, other, key = _POINTS_TO[file]
        reference = {"resource": other.removesuffix(".csv"), "fields": key}
        schema["foreignKeys"] = [{"fields": own, "reference": reference}]
    return {
        "name": file.removesuffix(".csv"),
        "path": file,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }
