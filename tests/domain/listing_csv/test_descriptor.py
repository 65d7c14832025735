"""datapackage.json: it says what the columns say, its version decides what is read, and the document cannot drift."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.domain.listing_csv.listing_files import KNOWN, files, write
from webapp.domain.listing_csv import DESCRIPTOR, FILES, VERSION, Column, Listing, descriptor, read
from webapp.domain.listing_csv import write as write_listing
from webapp.domain.listing_csv.columns import Kind
from webapp.domain.listing_csv.headings import choices_of

pytestmark = pytest.mark.once

DOCUMENT = Path(__file__).parents[3] / "docs" / "listing-files.md"
# What the document calls each kind.
WORDS = {
    Kind.TEXT: "text",
    Kind.CHOICE: "one word",
    Kind.YES_NO: "one word",
    Kind.DAY: "day",
    Kind.MONEY: "amount",
    Kind.CURRENCY: "currency",
    Kind.CONSULTATION: "amount, or included",
    Kind.FEES: "fees",
    Kind.RATE: "per cent",
    Kind.WHOLE: "whole number",
    Kind.QUANTITY: "number",
    Kind.UNIT: "one word",
    Kind.WORDS: "words",
    Kind.CHOICES: "words",
    Kind.LANGUAGES: "languages",
    Kind.COORDINATE: "degrees",
    Kind.HOURS: "hours",
    Kind.PHONE: "telephone",
    Kind.POSTAL_CODE: "postal code",
    Kind.EMAIL: "e-mail address",
    Kind.WEB_ADDRESS: "web address",
}


def described(column: Column) -> list[str]:
    """The cells of the document's table that follow from the column; what it means stands in the last one."""
    limits = ", ".join(f"`{word}`" for word in choices_of(column))
    if column.kind is Kind.WHOLE:
        limits = f"{column.least} to {column.most}"
    elif not limits and column.kind in {
        Kind.TEXT,
        Kind.FEES,
        Kind.WEB_ADDRESS,
        Kind.EMAIL,
        Kind.HOURS,
        Kind.LANGUAGES,
    }:
        limits = f"at most {column.max_length} characters" + (", lines" if column.lines else "")
    return [f"`{column.name}`", "yes" if column.required else "", WORDS[column.kind], limits]


def tables() -> dict[str, list[list[str]]]:
    """The document's tables of columns, by file."""
    found: dict[str, list[list[str]]] = {}
    file = None
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            file = line.strip("# `")
        elif file in FILES and line.startswith("| `"):
            found.setdefault(file, []).append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def test_the_document_names_every_column_as_it_is() -> None:
    found = tables()
    assert set(found) == set(FILES)
    for file, columns in FILES.items():
        assert [row[:4] for row in found[file]] == [described(column) for column in columns]
        assert all(len(row) == 5 and row[4] for row in found[file]), file


def test_the_document_is_of_this_version() -> None:
    assert DOCUMENT.read_text(encoding="utf-8").startswith(f"# The listing files, version {VERSION}\n")


def test_the_descriptor_says_what_the_columns_say() -> None:
    package = json.loads(descriptor())
    assert package["version"] == VERSION
    assert [resource["path"] for resource in package["resources"]] == list(FILES)
    for resource in package["resources"]:
        fields: list[dict[str, Any]] = resource["schema"]["fields"]
        columns = FILES[resource["path"]]
        assert [field["name"] for field in fields] == [column.name for column in columns]
        for field, column in zip(fields, columns, strict=True):
            constraints = field.get("constraints", {})
            assert constraints.get("required", False) is column.required
            if column.kind is Kind.CHOICES and column.choices is not None:
                assert re.fullmatch(constraints["pattern"], ";".join(column.choices))
                assert not re.fullmatch(constraints["pattern"], "anything")
            elif column.choices is not None:
                assert constraints["enum"] == list(column.choices)
            if column.kind is Kind.YES_NO:
                assert (field["type"], field["trueValues"], field["falseValues"]) == (
                    "boolean",
                    ["yes"],
                    ["no"],
                )
        names = {column.name for column in columns}
        assert set(resource["schema"].get("primaryKey", [])) <= names
    kinds = {
        field["name"]: field["type"]
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
    }
    assert (kinds["price"], kinds["sessions"], kinds["verified_on"]) == ("number", "integer", "date")
    assert (kinds["consultation_fee"], kinds["title"]) == ("string", "string")


def version(text: Any) -> bytes:
    return json.dumps({**json.loads(descriptor()), "version": text}).encode()


def put(folder: Path, data: bytes, *, zipped: bool) -> Path:
    """The valid listing files with this descriptor, in a folder or a zip."""
    write(folder, files())
    (folder / DESCRIPTOR).write_bytes(data)
    if not zipped:
        return folder
    with zipfile.ZipFile(folder / "listing.zip", "w") as archive:
        for path in sorted(folder.iterdir()):
            if path.name != "listing.zip":
                archive.write(path, path.name)
    return folder / "listing.zip"


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    "data", [descriptor(), version("1.7"), version("1.0.3"), b'{"name": "other", "version": "9.0"}']
)
def test_the_same_major_version_and_another_programs_descriptor_are_read(
    tmp_path: Path, data: bytes, zipped: bool
) -> None:
    result = read(put(tmp_path, data, zipped=zipped), KNOWN)
    assert result.errors == ()
    assert result.listing.offers


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (version("2.0"), f"The files are of version 2.0 of the listing format; we read version {VERSION}."),
        (version("0.9"), f"The files are of version 0.9 of the listing format; we read version {VERSION}."),
        (version(None), f"This does not say of which version the files are; we read version {VERSION}."),
        (version("two"), f"This does not say of which version the files are; we read version {VERSION}."),
        (version(1), f"This does not say of which version the files are; we read version {VERSION}."),
        (b"{", "This describes the files and cannot be read as JSON. Mend it, or leave it out."),
        (b"[1]", "This describes the files and cannot be read as JSON. Mend it, or leave it out."),
        (b"\xff\xfe\x00", "This describes the files and cannot be read as JSON. Mend it, or leave it out."),
        (b"[" * 100_000, "This describes the files and cannot be read as JSON. Mend it, or leave it out."),
    ],
)
def test_another_version_is_refused_and_nothing_is_read(
    tmp_path: Path, data: bytes, says: str, zipped: bool
) -> None:
    result = read(put(tmp_path, data, zipped=zipped), KNOWN)
    assert [(error.file, error.message) for error in result.errors] == [(DESCRIPTOR, says)]
    assert result.listing == Listing()


def test_one_file_is_read_by_the_descriptor_beside_it(tmp_path: Path) -> None:
    put(tmp_path, version("2.0"), zipped=False)
    assert [error.code for error in read(tmp_path / "clinics.csv", KNOWN).errors] == ["version_unknown"]
    (tmp_path / DESCRIPTOR).unlink()
    assert read(tmp_path / "clinics.csv", KNOWN).errors == ()


def test_a_descriptor_alone_is_no_listing(tmp_path: Path) -> None:
    (tmp_path / DESCRIPTOR).write_bytes(descriptor())
    assert [error.code for error in read(tmp_path, KNOWN).errors] == ["no_listing_files"]


def test_what_is_written_says_its_version_and_is_written_again_to_the_byte(tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    write(tmp_path / "given", files())
    for target in ("first", "first.zip"):
        write_listing(read(tmp_path / "given", KNOWN).listing, tmp_path / target)
        write_listing(read(tmp_path / target, KNOWN).listing, tmp_path / f"again-{target}")
    first, again = tmp_path / "first", tmp_path / "again-first"
    assert (first / DESCRIPTOR).read_bytes() == descriptor()
    assert {path.name: path.read_bytes() for path in first.iterdir()} == {
        path.name: path.read_bytes() for path in again.iterdir()
    }
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "again-first.zip").read_bytes()
