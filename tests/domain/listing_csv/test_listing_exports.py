"""Files as spreadsheets really export them, and files that are broken or hostile."""

import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.domain.listing_csv.listing_files import CLINIC, KNOWN, OFFER, PART, files, text_of, write
from webapp.domain.listing_csv import FILES, Limits, ReadResult, read
from webapp.domain.listing_csv.decode import read_table
from webapp.domain.listing_csv.messages import Report
from webapp.domain.money import Money

TODAY = date(2026, 3, 10)


def one_error(result: ReadResult) -> tuple[str, int | None, str]:
    (error,) = result.errors
    return error.file, error.line, error.code


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_encodings_and_delimiters_of_spreadsheets(tmp_path: Path, encoding: str, delimiter: str) -> None:
    result = read(write(tmp_path, files(), encoding, delimiter), KNOWN, TODAY)
    assert result.errors == ()
    assert result.listing.clinics[0].name_ko == "하나의원"
    assert result.listing.clinics[0].languages == ("en", "zh")
    assert result.listing.offers[0].terms.price == Money(138000, "SGD")


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_of_either_order(tmp_path: Path, mark: bytes) -> None:
    write(tmp_path, files())
    order = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    text = text_of("clinics.csv", [CLINIC], "\t")
    (tmp_path / "clinics.csv").write_bytes(mark + text.encode(order))
    assert read(tmp_path, KNOWN, TODAY).listing.clinics[0].name_ko == "하나의원"


def test_a_program_with_semicolons_writes_decimal_commas(tmp_path: Path) -> None:
    tables = files(
        clinics=[{**CLINIC, "lat": "1,3040", "lng": "103,8358"}],
        offers=[{**OFFER, "price": "1.380,50", "other_fees": ""}],
        offer_parts=[{**PART, "quantity": "2,5"}],
    )
    result = read(write(tmp_path, tables, "utf-8-sig", ";"), KNOWN, TODAY)
    assert result.errors == ()
    assert result.listing.offers[0].terms.price == Money(138050, "SGD")
    assert str(result.listing.parts[0].part.amount) == "2.5 ml"
    assert result.listing.clinics[0].lat == 1.304


def test_the_same_figures_are_refused_where_the_file_uses_commas(tmp_path: Path) -> None:
    tables = files(offers=[{**OFFER, "price": "1.380,50"}], offer_parts=[{**PART, "quantity": "2,5"}])
    result = read(write(tmp_path, tables), KNOWN, TODAY)
    assert [error.code for error in result.errors] == ["not_an_amount", "not_a_quantity"]


def test_excels_line_that_names_the_separator(tmp_path: Path) -> None:
    write(tmp_path, files())
    body = text_of("offers.csv", [{**OFFER, "tax": "?"}], ";")
    (tmp_path / "offers.csv").write_bytes(("\ufeffsep=;\r\n" + body).encode())
    assert one_error(read(tmp_path, KNOWN, TODAY)) == ("offers.csv", 3, "not_a_choice")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_lines_are_counted_where_records_begin(tmp_path: Path, end: str) -> None:
    rows = [
        {**OFFER, "refund_terms": f"no refund{end}after the first{end}session"},
        {**OFFER, "offer_ref": "o2", "refund_terms": f"a{end}b", "tax": "?"},
    ]
    write(tmp_path, files())
    text = text_of("offers.csv", rows, end=end)
    (tmp_path / "offers.csv").write_bytes((end + text + end).encode())
    assert one_error(read(tmp_path, KNOWN, TODAY)) == ("offers.csv", 6, "not_a_choice")
    (tmp_path / "offers.csv").write_bytes(text_of("offers.csv", rows[:1], end=end).encode())
    assert (
        read(tmp_path, KNOWN, TODAY).listing.offers[0].terms.refund_terms
        == "no refund\nafter the first\nsession"
    )


def test_columns_come_in_any_order_and_may_be_missing(tmp_path: Path) -> None:
    rows = [dict(reversed(CLINIC.items()))]
    header = ",".join(rows[0])
    values = ",".join(f'"{value}"' for value in rows[0].values())
    write(tmp_path, files())
    (tmp_path / "clinics.csv").write_text(f" {header.upper()} ,,\n{values},,\n\n  ,\n", encoding="utf-8")
    result = read(tmp_path, KNOWN, TODAY)
    assert result.errors == ()
    assert result.listing.clinics[0].group_ref is None


def test_an_unknown_column_is_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path, files(clinics=[{**CLINIC, "adress": "x", "stars": "5"}]))
    result = read(tmp_path, KNOWN, TODAY)
    assert [(error.line, error.message) for error in result.errors] == [
        (1, "There is no column “adress”. Did you mean “address”?"),
        (1, "There is no column “stars”."),
    ]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "file_empty", None),
        ("\n \n,,\n", "file_empty", None),
        ("clinic_ref,name,name\nc1,a,b\n", "column_twice", 1),
        ("clinic_ref\nc1\n", "column_required", 1),
        ("clinic_ref,name,\nc1,a,b\n", "column_nameless", 2),
        ("clinic_ref,name\nc1,a,b\n", "row_too_wide", 2),
        ('clinic_ref,name\nc1,a\nc1,"open\nc2,b\n', "quote_not_closed", 3),
        ('clinic_ref,name\nc1,"a"b\n', "quote_misplaced", 2),
        ("clinic_ref,name\nc1,a\x00b\n", "nul_byte", 2),
        ("clinic_ref,name\nc1,a\nc1,b\nc1,c\nc1,d\n", "too_many_rows", 5),
        ("clinic_ref,name\nc1," + "a" * 3000 + "\n", "record_too_long", 2),
        ('clinic_ref,name\nc1,"' + "a\n" * 3000, "record_too_long", 2),
        ("clinic_ref,name" + "," * 300 + "\n", "too_many_columns", 1),
    ],
)
def test_broken_tables_are_named_with_their_line(
    tmp_path: Path, text: str, code: str, line: int | None
) -> None:
    write(tmp_path, files())
    (tmp_path / "practitioners.csv").write_text(text, encoding="utf-8", newline="")
    result = read(tmp_path, KNOWN, TODAY, Limits(rows=3, record_chars=2000))
    assert one_error(result) == ("practitioners.csv", line, code)


def test_a_field_beyond_the_csv_modules_own_limit(tmp_path: Path) -> None:
    write(tmp_path, files())
    (tmp_path / "practitioners.csv").write_text("clinic_ref,name\nc1," + "a" * 200_000, encoding="utf-8")
    assert one_error(read(tmp_path, KNOWN, TODAY)) == ("practitioners.csv", 2, "record_too_long")


@pytest.mark.parametrize(
    "data",
    [
        "ref,name\nc1,caf\u00e9 \u00fc\n".encode("latin-1"),
        "ref,name\nc1,a\nc2,丽珠兰皮肤诊所\n".encode("gb18030"),
        b"ref,name\nc1,a\n" + b"\xff\xfe\xff",
        b"\xff\xfe" + "ref,name\n".encode("utf-16-le") + b"\x00\xd8",
    ],
)
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "clinics.csv").write_bytes(data)
    (error,) = read(tmp_path, KNOWN, TODAY).errors
    assert error.code == "bad_bytes"
    assert error.line is not None


def test_a_bad_byte_is_found_on_its_line(tmp_path: Path) -> None:
    (tmp_path / "clinics.csv").write_bytes(b"ref,name\r\nc1,a\r\nc2,\xff\xff\r\n")
    assert one_error(read(tmp_path, KNOWN, TODAY)) == ("clinics.csv", 3, "bad_bytes")


def test_what_spreadsheets_and_pastes_add_is_taken_away(tmp_path: Path) -> None:
    nfd = unicodedata.normalize("NFD", "하나의원")
    assert nfd != "하나의원"
    row = {
        **CLINIC,
        "name": "'=Clinic\u200b  One\u202e ",
        "name_ko": nfd,
        "unit": "'+09-01",
        "address": "1\u00a0Road\n",
    }
    (clinic,) = read(write(tmp_path, files(clinics=[row])), KNOWN, TODAY).listing.clinics
    assert (clinic.name, clinic.unit, clinic.address) == ("=Clinic One", "+09-01", "1 Road")
    assert clinic.name_ko == "하나의원"


# --- folders, zips and single files


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def texts() -> dict[str, bytes]:
    return {name: text_of(name, rows).encode() for name, rows in files().items()}


def test_a_zip_of_a_folder_with_other_files_in_it(tmp_path: Path) -> None:
    members = {f"export/{name}": data for name, data in texts().items()}
    members |= {
        "__MACOSX/export/clinics.csv": b"\x00\x05",
        "export/notes.txt": b"hello",
        "export/logo.png": b"\x89",
    }
    result = read(zipped(tmp_path / "listing.zip", members), KNOWN, TODAY)
    assert result.errors == ()
    assert len(result.listing.offers) == 1


def test_a_folder_ignores_other_files_and_takes_names_in_any_case(tmp_path: Path) -> None:
    write(tmp_path, files())
    (tmp_path / "clinics.csv").rename(tmp_path / "Clinics.CSV")
    (tmp_path / "readme.md").write_text("hello")
    (tmp_path / "more").mkdir()
    assert read(tmp_path, KNOWN, TODAY).ok


def test_one_file_alone(tmp_path: Path) -> None:
    write(tmp_path, files(offers=[{**OFFER, "tax": "?"}]))
    assert read(tmp_path / "clinics.csv", KNOWN, TODAY).listing.files == {"clinics.csv"}


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda folder: folder / "nothing", "path_missing"),
        (lambda folder: folder, "no_listing_files"),
        (lambda folder: zipped(folder / "a.zip", {"notes.txt": b"x"}), "no_listing_files"),
        (lambda folder: zipped(folder / "a.zip", {"a/offers.csv": b"x", "b/offers.csv": b"y"}), "zip_twice"),
        (lambda folder: zipped(folder / "a.zip", {f"{n}.txt": b"" for n in range(60)}), "zip_too_many"),
        (lambda folder: zipped(folder / "a.zip", {"n" * 6000 + ".txt": b""}), "zip_too_many"),
        (lambda folder: zipped(folder / "a.zip", {"offers.csv": b"0" * 300_000}), "file_too_large"),
    ],
)
def test_what_is_not_a_set_of_listing_files(tmp_path: Path, make: object, code: str) -> None:
    assert callable(make)
    limits = Limits(file_bytes=100_000, zip_entries=10 if code == "zip_too_many" else 1000)
    assert read(make(tmp_path), KNOWN, TODAY, limits).errors[0].code == code


def test_a_zip_larger_than_its_bound_is_not_opened(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", texts())
    assert read(path, KNOWN, TODAY, Limits(zip_bytes=100)).errors[0].code == "file_too_large"
    assert read(tmp_path / "a.zip", KNOWN, TODAY, Limits(zip_bytes=100)).errors[0].file == "a.zip"


def test_a_bomb_that_lies_about_its_size_is_stopped(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"offers.csv": b"0" * 3_000_000})
    data = path.read_bytes()
    true_size = (3_000_000).to_bytes(4, "little")
    assert data.count(true_size) == 2
    path.write_bytes(data.replace(true_size, (10).to_bytes(4, "little")))
    assert read(path, KNOWN, TODAY, Limits(file_bytes=1_000_000)).errors[0].code in {
        "zip_broken",
        "file_too_large",
    }


@pytest.mark.parametrize("cut", [0, 10, 100, -1, -30])
def test_a_damaged_zip_is_refused(tmp_path: Path, cut: int) -> None:
    path = zipped(tmp_path / "a.zip", texts())
    path.write_bytes(path.read_bytes()[:cut])
    assert read(path, KNOWN, TODAY).errors[0].code == "zip_broken"


def test_a_zip_with_a_password_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", texts())
    data = bytearray(path.read_bytes())
    # Bit 0 of the flags says "encrypted": in each local header at byte 6, in each directory entry at byte 8.
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    path.write_bytes(bytes(data))
    assert read(path, KNOWN, TODAY).errors[0].code == "zip_broken"


@given(data=st.binary(max_size=400), name=st.sampled_from(sorted(FILES)))
def test_no_bytes_do_more_than_be_refused(data: bytes, name: str) -> None:
    report = Report()
    table = read_table(name, data, Limits(), report)
    assert table is not None or report.errors


@given(
    cells=st.lists(st.text(max_size=12), min_size=4, max_size=28),
    name=st.sampled_from(sorted(FILES)),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_no_values_do_more_than_be_refused(
    tmp_path: Path, cells: list[str], name: str, delimiter: str
) -> None:
    row = dict(zip((column.name for column in FILES[name]), cells, strict=False))
    data = text_of(name, [row], delimiter).encode("utf-8", "surrogatepass")
    (tmp_path / name).write_bytes(data)
    result = read(tmp_path, KNOWN, TODAY)
    for error in (*result.errors, *result.notes):
        assert error.message
        assert "{" not in error.message or "{" in "".join(cells)
    (tmp_path / name).unlink()


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_zip_does_more_than_be_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    assert not read(path, KNOWN, TODAY).ok
