"""The four files as they are written: read again, nothing is different, and no cell is a formula."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.domain.listing_csv.listing_files import KNOWN, files
from tests.domain.listing_csv.listing_files import write as write_rows
from tests.domain.listing_csv.rows_of_any_kind import listings, texts, without_lines
from webapp.domain.listing_csv import (
    DESCRIPTOR,
    FILES,
    Listing,
    NotWritten,
    clean,
    csv_bytes,
    csv_files,
    descriptor,
    guard,
    read,
    write,
)
from webapp.domain.money import Money
from webapp.domain.offers import Fee

pytestmark = pytest.mark.once


def all_files(listing: Listing) -> dict[str, bytes]:
    return {**csv_files(listing), DESCRIPTOR: descriptor()}


STARTS = "=+-@\t\r＝＋－＠"


@given(listing=listings())
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=60,
)
def test_what_was_written_is_read_again(tmp_path: Path, listing: Listing) -> None:
    write(listing, tmp_path / "listing.zip")
    again = read(tmp_path / "listing.zip", KNOWN)
    assert again.errors == ()
    assert without_lines(again.listing) == without_lines(listing)
    assert csv_files(again.listing) == csv_files(listing)


@given(listing=listings())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=30)
def test_no_cell_begins_as_a_formula_does(listing: Listing) -> None:
    for data in csv_files(listing).values():
        for row in csv.reader(io.StringIO(data.decode(), newline="")):
            assert not any(cell.startswith(tuple(STARTS)) for cell in row)


@given(text=st.text() | texts(lines=True))
@example("'=1+1")
@example("''=1+1")
@example("'O'Neil")
@example("e\u200b\u0301")
def test_a_guarded_text_comes_back(text: str) -> None:
    for lines in (True, False):
        kept = clean(text, lines)
        assert clean(guard(kept), lines) == kept


@pytest.mark.parametrize("start", STARTS)
def test_every_start_of_a_formula_is_guarded(start: str) -> None:
    assert guard(f"{start}cmd") == f"'{start}cmd"
    assert guard(f"a{start}") == f"a{start}"


def test_columns_stand_in_the_contracts_order_also_in_files_without_rows() -> None:
    written = csv_files(Listing())
    assert list(written) == list(FILES)
    for name, data in written.items():
        assert data.decode() == ",".join(column.name for column in FILES[name]) + "\r\n"


def test_no_other_fees_and_unknown_ones_stay_apart(tmp_path: Path) -> None:
    (offer,) = read(write_rows(tmp_path, files()), KNOWN).listing.offers
    for fees, cell in (
        (None, ""),
        ((), "none"),
        ((Fee("a;b\\c: d", Money(2050, "SGD")), Fee("=x", Money(0, "SGD"))), "a\\;b\\\\c: d:20.50;=x:0.00"),
    ):
        row = replace(offer, terms=replace(offer.terms, other_fees=fees))
        data = csv_files(Listing(offers=(row,)))["offers.csv"]
        (written,) = csv.DictReader(io.StringIO(data.decode(), newline=""))
        assert written["other_fees"] == cell
        (tmp_path / "offers.csv").write_bytes(data)
        assert read(tmp_path, KNOWN).listing.offers[0].terms.other_fees == fees


def test_excel_is_told_that_it_is_utf_8() -> None:
    assert csv_bytes([["价格"]], byte_order_mark=True) == "\ufeff价格\r\n".encode()


# --- folders and zips


@pytest.fixture
def listing(tmp_path: Path) -> Listing:
    source = tmp_path / "source"
    source.mkdir()
    return read(write_rows(source, files()), KNOWN).listing


def test_a_folder_is_made_and_holds_the_four_files(tmp_path: Path, listing: Listing) -> None:
    target = tmp_path / "a" / "export"
    write(listing, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == all_files(listing)


def test_only_files_of_our_names_are_replaced(tmp_path: Path, listing: Listing) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "Clinics.CSV").write_text("old")
    write(listing, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "Clinics.CSV").read_bytes() == csv_files(listing)["clinics.csv"]
    assert read(tmp_path, KNOWN).listing == listing
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "Clinics.CSV",
        "datapackage.json",
        "notes.txt",
        "offer_parts.csv",
        "offers.csv",
        "practitioners.csv",
    ]


def test_equal_listings_are_equal_zips(tmp_path: Path, listing: Listing) -> None:
    write(listing, tmp_path / "a.zip")
    write(listing, tmp_path / "b.ZIP")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.ZIP").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == all_files(listing)


def test_a_file_in_the_way_is_refused_in_words(tmp_path: Path, listing: Listing) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NotWritten, match="File exists"):
        write(listing, tmp_path / "file")
    with pytest.raises(NotWritten, match="No such file"):
        write(listing, tmp_path / "nowhere" / "a.zip")
    (tmp_path / "export" / "offers.csv").mkdir(parents=True)
    with pytest.raises(NotWritten, match=r"offers\.csv is a folder"):
        write(listing, tmp_path / "export")
    assert [path.name for path in (tmp_path / "export").iterdir()] == ["offers.csv"]


def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "export"
    write(listing, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    synced: list[int] = []

    def no_space_at_the_third(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space_at_the_third)
    with pytest.raises(NotWritten, match="No space left"):
        write(replace(listing, clinics=(), offers=()), target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
