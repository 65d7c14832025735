"""Price lists as people keep them: XLSX cell by cell, exports as their bytes come, and files that are none."""

import io
import time
import zipfile
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from tests import workbooks
from tests.domain.listing_csv.listing_files import KNOWN
from tests.domain.listing_csv.rows_of_any_kind import terms, texts
from tests.workbooks import shared, sheet, text, workbook
from webapp import spreadsheets
from webapp.domain.listing_csv import (
    PRICE_LIST_LIMITS,
    Known,
    KnownOffer,
    Limits,
    OfferRow,
    ReadResult,
    Sheet,
    price_list_template,
    read_price_list,
    write_price_list,
)
from webapp.domain.money import Money
from webapp.domain.offers import OfferTerms, Part
from webapp.spreadsheets import SpreadsheetRefused, rows_of, write_xlsx

# openpyxl says with warnings what it leaves aside: styles, extensions, dates beyond the calendar.
pytestmark = [pytest.mark.once, pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")]

NAMES = {"리쥬란 힐러": "rejuran_healer", "丽珠兰": "rejuran_healer"}


def rows(data: bytes) -> list[tuple[int, list[str]]]:
    return [(number, list(cells)) for number, cells in rows_of(data, "list.xlsx").rows]


def cells(*row: str) -> list[str]:
    """One row's cells, read out of a workbook."""
    ((_, found),) = rows(workbook(sheet("".join(row))))
    return found


def refused(data: bytes, limits: Limits = PRICE_LIST_LIMITS) -> str:
    with pytest.raises(SpreadsheetRefused) as told:
        rows_of(data, "my prices.xls", limits)
    error = told.value.error
    assert error.file == "my prices.xls"
    assert "{" not in error.message
    return error.code


def read(sheet: Sheet | bytes, country: str = "SG", known: Known = KNOWN) -> ReadResult:
    return read_price_list(
        sheet,
        clinic_ref="c1",
        country=country,
        known=known,
        on=date(2026, 3, 10),
        source="upload",
        names=NAMES,
    )


# --- cells of a workbook


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("<c><v>380</v></c>", "380"),
        ("<c><v>380.0</v></c>", "380"),
        ("<c><v>0.30000000000000004</v></c>", "0.3"),
        ("<c><v>1.1000000000000001</v></c>", "1.1"),
        ("<c><v>1380.5</v></c>", "1380.5"),
        ("<c><v>2.5E5</v></c>", "250000"),
        ("<c><v>1E-3</v></c>", "0.001"),
        ("<c><v>-0.0</v></c>", "0"),
        ("<c><v>1E999</v></c>", "#NUM!"),
        ('<c s="3"><v>872</v></c>', "872"),
        ('<c s="2"><v>0.09</v></c>', "9%"),
        ('<c s="2"><v>7.0000000000000007E-2</v></c>', "7%"),
        ('<c s="2"><v>8.2500000000000004E-2</v></c>', "8.25%"),
        ('<c s="5"><v>9</v></c>', "9"),
        ('<c s="1"><v>46112</v></c>', "2026-03-31"),
        ('<c s="1"><v>46112.75</v></c>', "2026-03-31 18:00:00"),
        ('<c t="d"><v>2026-03-31</v></c>', "2026-03-31"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="b"><v>0</v></c>', "FALSE"),
        ('<c t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c t="str"><f>A1&amp;"x"</f><v>ax</v></c>', "ax"),
        ("<c><f>A1*2</f><v>760</v></c>", "760"),
        (text("048581"), "048581"),
        (text("=1+1"), "=1+1"),
        (text(" 리쥬란\n힐러 "), " 리쥬란\n힐러 "),
        ('<c t="s"><v>1</v></c>', "丽珠兰"),
    ],
)
def test_a_cell_is_what_a_person_would_type(cell: str, found: str) -> None:
    data = workbook(sheet(cell), strings=shared("unused", "丽珠兰"))
    assert rows(data) == [(1, [found])]


def test_a_formula_that_was_never_computed_is_empty() -> None:
    assert cells("<c><f>A1*2</f></c>", text("after")) == ["", "after"]


def test_rows_keep_their_numbers_and_blank_ones_are_left_out() -> None:
    data = workbook(
        sheet(
            text("a"),
            '<row r="2"/>',
            '<row r="5"><c r="C5"><v>1</v></c><c r="D5" t="str"><v> </v></c></row>',
            dimension="A1:B2",
        )
    )
    assert rows(data) == [(1, ["a"]), (5, ["", "", "1"])]


def test_merged_cells_stand_in_their_first_cell() -> None:
    merged = '<mergeCells count="1"><mergeCell ref="A1:A2"/></mergeCells>'
    data = workbook(sheet(workbooks.texts("a", "b"), '<row r="2"><c r="B2"><v>2</v></c></row>', after=merged))
    assert rows(data) == [(1, ["a", "b"]), (2, ["", "2"])]


def test_the_first_visible_sheet_is_read() -> None:
    found = [sheet(text(name)) for name in "abc"]
    assert rows(workbook(*found, states=("hidden", "veryHidden", "visible"))) == [(1, ["c"])]
    assert refused(workbook(*found, states=("hidden",) * 3)) == "no_visible_sheet"


def test_macros_are_left_alone() -> None:
    found = sheet(text("a"))
    data = workbook(found, more={"xl/vbaProject.bin": b"\xd0\xcf macros"})
    assert rows(data) == [(1, ["a"])]
    types = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        kinds = package.read("[Content_Types].xml").decode()
    old = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert rows(workbook(found, more={"[Content_Types].xml": kinds.replace(old, types)})) == [(1, ["a"])]


def test_a_date_outside_the_calendar_is_a_failed_cell() -> None:
    assert cells('<c s="1"><v>1E12</v></c>') == ["#VALUE!"]


# --- what is no workbook and no CSV


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old_excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\x09\x04\x06\x00\x00\x00", "old_excel"),
        (b"%PDF-1.7\n", "is_pdf"),
        (b"\x89PNG\r\n\x1a\n", "is_picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "is_picture"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web_page"),
        (b"\xef\xbb\xbf \r\n<table><tr><td>title</td></tr></table>", "web_page"),
        ("\ufeff<html>".encode("utf-16-le"), "web_page"),
        (b'<?xml version="1.0"?><Workbook/>', "web_page"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "other_workbook"),
        (zipped(**{"[Content_Types].xml": "", "xl/workbook.bin": ""}), "other_workbook"),
        (zipped(**{"offers.csv": "title"}), "is_zip"),
        (b"PK\x05\x06" + b"\x00" * 18, "is_zip"),
        (b"PK\x03\x04 and no more", "workbook_broken"),
        (b"", "file_empty"),
        (b"a,b\nc\x00d", "nul_byte"),
        ("价格,标题\n380,水光针疗程\n".encode("gb18030"), "bad_bytes"),
    ],
)
def test_what_it_is_is_said_by_its_content(data: bytes, code: str) -> None:
    if code == "file_empty":
        # A CSV without a header is read, and said to have none by the price list.
        assert [error.code for error in read(rows_of(data, "a.csv")).errors] == [code]
    else:
        assert refused(data) == code


def test_a_file_without_a_name_is_a_price_list() -> None:
    with pytest.raises(SpreadsheetRefused, match="price list: This is a PDF"):
        rows_of(b"%PDF")


# --- bombs

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp037"])
@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "[Content_Types].xml"]
)
def test_a_dtd_is_refused_in_every_part_and_encoding(part: str, encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    head = declared.encode("ascii" if encoding == "cp037" else encoding)
    body = f"{BOMB}<sst>&b;</sst>".encode(encoding.replace("utf-16", "utf-16-le"))
    assert refused(workbook(sheet(text("a")), more={part: head + body})) == "workbook_broken"


def test_the_dtd_itself_is_what_is_refused() -> None:
    found = sheet(text("a"))
    assert rows(workbook(found)) == [(1, ["a"])]
    assert refused(workbook(found, more={"xl/worksheets/sheet1.xml": "<!DOCTYPE worksheet>" + found})) == (
        "workbook_broken"
    )


def test_a_package_that_unpacks_to_too_much_is_not_unpacked() -> None:
    data = workbook(sheet(text("a")), more={"xl/media/a.bin": b"\x00" * (spreadsheets.MAX_UNPACKED + 1)})
    assert len(data) < 100_000
    assert refused(data) == "workbook_too_large"
    many = {f"xl/media/{number}.png": b"" for number in range(spreadsheets.MAX_ENTRIES)}
    assert refused(workbook(sheet(text("a")), more=many)) == "workbook_too_large"


def test_an_entry_that_lies_about_its_size_is_refused() -> None:
    long = sheet(*[text("a" * 1000)] * 500)
    data = workbook(long)
    true_size = len(long).to_bytes(4, "little")
    assert data.count(true_size) == 2
    assert refused(data.replace(true_size, (100).to_bytes(4, "little"))) == "workbook_broken"


@pytest.mark.parametrize(
    "content",
    [
        sheet(*["<c/>" * 200] * 2_100),
        sheet(text("a"), after="<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 41_000 + "</mergeCells>"),
        sheet(
            text("a"),
            after=f'<dataValidations><dataValidation sqref="{"A1:B2 " * 200_000}"/></dataValidations>',
        ),
        sheet("<a>" * 200 + "</a>" * 200),
        sheet('<row r="1048576"><c><v>1</v></c></row>'),
        sheet('<row r="99999999999999"><c><v>1</v></c></row>'),
        sheet(*['<c t="s"><v>0</v></c>' * 100] * 10),
    ],
    ids=[
        "cells",
        "other elements",
        "attributes",
        "depth",
        "the last row",
        "a row beyond",
        "one text from many cells",
    ],
)
def test_more_than_a_price_list_can_be_is_refused_soon(content: str) -> None:
    started = time.perf_counter()
    assert refused(workbook(content, strings=shared("a" * 32_000))) == "workbook_too_large"
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("name", ["Print_Titles", "Print_Area"])
@pytest.mark.parametrize("text", ["$A:$A," * 150_000, "'" * 900_000])
def test_ranges_that_patterns_choke_on_are_refused_soon(name: str, text: str) -> None:
    with zipfile.ZipFile(io.BytesIO(VALID)) as package:
        book = package.read("xl/workbook.xml").decode()
    names = (
        f'<definedNames><definedName name="_xlnm.{name}" localSheetId="0">{text}</definedName></definedNames>'
    )
    data = workbook(sheet(""), more={"xl/workbook.xml": book.replace("</sheets>", "</sheets>" + names)})
    started = time.perf_counter()
    assert refused(data) == "workbook_too_large"
    assert time.perf_counter() - started < 5


def test_cells_far_to_the_right_cost_nothing() -> None:
    found = rows(
        workbook(sheet(*[f'<c r="A{n}"><v>1</v></c><c r="XFD{n}"><v>2</v></c>' for n in range(1, 2000)]))
    )
    assert found[0] == (1, ["1"])
    assert len(found) == 1999


def test_bounds_of_rows_cells_and_bytes() -> None:
    data = workbook(sheet(*[text("a")] * 5))
    assert len(rows_of(data, limits=Limits(rows=4)).rows) == 5
    assert refused(data, Limits(rows=3)) == "too_many_rows"
    assert refused(data, Limits(file_bytes=100)) == "file_too_large"
    assert refused(workbook(sheet(text("a" * 32_768)))) == "cell_too_long"


def read_or_refused(data: bytes) -> None:
    try:
        found: object = rows_of(data).rows
    except SpreadsheetRefused as error:
        found = error.error.message
    assert found is not None


VALID = workbook(sheet(text("title"), '<c s="1"><v>46112</v></c><c t="s"><v>0</v></c>'), strings=shared("a"))


@given(
    changes=st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.none() | st.integers(0, len(VALID)),
)
@example(changes=[(0, VALID[0])], cut=200)
@settings(deadline=None)
def test_a_damaged_workbook_does_no_more_than_be_refused(
    changes: list[tuple[int, int]], cut: int | None
) -> None:
    data = bytearray(VALID)
    for place, value in changes:
        data[place] = value
    read_or_refused(bytes(data[:cut]))


@given(content=st.text(alphabet="<>/cvrowst= \"'0123456789-.EA", max_size=60))
@settings(deadline=None)
def test_no_sheet_does_more_than_be_refused(content: str) -> None:
    read_or_refused(workbook(sheet(content)))


# --- exports as they come

GOOGLE_SHEETS = (
    "Ref,Title,Price,Currency,Tax,Price kind,Weekdays only,Valid until,Treatment,Quantity,Unit,Areas,Refund\r\n"
    'h1,"Healer, 2 ml","S$1,380.00",SGD,inclusive,regular,TRUE,,丽珠兰,2,cc,face,"No refund,\nafter ""one"""\r\n'
    ",,,,,,,,HA_booster_generic,1,ml,neck,\r\n"
    "h2,Event,$380.00,SGD,unknown,event,FALSE,2026-03-31,other,,,,\r\n"
    ",,,,,,,,,,,,\r\n"
).encode()
EXCEL_SEMICOLONS = (
    "\ufefftitle;price;currency;tax;tax_rate;price_kind;consultation_fee;treatment;quantity;unit\r\n"
    "Healer;1.380,50;SGD;exclusive;9%;regular;54,50;rejuran_healer;2,5;ml\r\n"
).encode()
EXCEL_UNICODE_TEXT = (
    "名称\t价格\t货币\t税\t价格类型\t治疗\t数量\t单位\r\n"
    '"婴儿针 ""A"""\t1,380.00\tSGD\tinclusive\tregular\t丽珠兰\t2\tml\r\n'
).encode("utf-16")
EXCEL_KOREAN = (
    "상품명,가격,통화,세금,가격 종류,시작일,종료일,시술,용량,단위\r\n"
    '리쥬란 힐러 2cc,"250,000원",KRW,inclusive,regular,2026-03-01,2026. 3. 31,리쥬란 힐러,2,cc\r\n'
).encode("cp949")
EXCEL_WITH_SEPARATOR_LINE = (
    b"sep=;\r\ntitle;price;currency;tax;price_kind;treatment\r\nHealer;380,00;SGD;unknown;regular;other\r\n"
)
MAC_LINES = b"title,price,currency,tax,price_kind,treatment\rHealer,380,SGD,unknown,regular,other\r"


def offers(found: ReadResult) -> list[OfferTerms]:
    assert [str(error) for error in found.errors] == []
    return [row.terms for row in found.listing.offers]


def test_google_sheets_csv() -> None:
    first, event = offers(read(rows_of(GOOGLE_SHEETS, "Prices - Sheet1.csv")))
    assert first.price == Money(138000, "SGD")
    assert first.refund_terms == 'No refund,\nafter "one"'
    assert (first.weekday_only, event.weekday_only) == (True, False)
    assert [part.treatment for part in first.parts] == ["rejuran_healer", "ha_booster_generic"]
    assert event.valid_until == date(2026, 3, 31)


def test_excel_csv_with_semicolons_and_decimal_commas() -> None:
    (terms,) = offers(read(rows_of(EXCEL_SEMICOLONS, "list.csv")))
    assert (terms.price, terms.consultation_fee) == (Money(138050, "SGD"), Money(5450, "SGD"))
    assert str(terms.tax_rate) == "9"
    assert str(terms.parts[0].amount) == "2.5 ml"


def test_excel_unicode_text_is_utf_16_with_tabs() -> None:
    assert EXCEL_UNICODE_TEXT.startswith(b"\xff\xfe")
    (terms,) = offers(read(rows_of(EXCEL_UNICODE_TEXT, "list.txt")))
    assert (terms.title, terms.price) == ('婴儿针 "A"', Money(138000, "SGD"))


def test_korean_excel_csv_is_cp949() -> None:
    (terms,) = offers(read(rows_of(EXCEL_KOREAN, "가격표.csv"), "KR"))
    assert (terms.title, terms.price) == ("리쥬란 힐러 2cc", Money(250000, "KRW"))
    assert (terms.valid_until, terms.parts[0].treatment) == (date(2026, 3, 31), "rejuran_healer")


@pytest.mark.parametrize("data", [EXCEL_WITH_SEPARATOR_LINE, MAC_LINES], ids=["sep=;", "old Mac lines"])
def test_other_ways_to_write_a_line(data: bytes) -> None:
    (terms,) = offers(read(rows_of(data, "list.csv")))
    assert terms.price == Money(38000, "SGD")


@pytest.mark.parametrize(
    "data", [GOOGLE_SHEETS, EXCEL_SEMICOLONS, EXCEL_UNICODE_TEXT, EXCEL_KOREAN, EXCEL_WITH_SEPARATOR_LINE]
)
def test_bytes_may_go_to_the_price_list_as_they_are(data: bytes) -> None:
    assert offers(read(data)) == offers(read(rows_of(data, "list.csv")))


def test_an_error_names_the_row_of_the_sheet() -> None:
    header = workbooks.texts("Title", "Price", "Currency", "Tax", "Price kind", "Treatment")
    bad = workbooks.texts("Healer", "cheap", "SGD", "unknown", "regular", "other")
    failed = (
        workbooks.texts("Eye")
        + '<c t="e"><v>#REF!</v></c>'
        + workbooks.texts("SGD", "unknown", "regular", "other")
    )
    data = workbook(sheet("", header, '<row r="3"/>', bad, failed))
    found = read(rows_of(data, "list.xlsx"))
    assert [(error.line, error.column, error.code) for error in found.errors] == [
        (4, "price", "not_an_amount"),
        (5, "price", "formula_failed"),
    ]


# --- workbooks that we write


def listed(count: int) -> list[OfferRow]:
    one = OfferTerms(
        "=Healer",
        "SGD",
        Money(87200, "SGD"),
        (Part("rejuran_healer", areas=("face",)), Part(None)),
        source="upload",
    )
    return [OfferRow(0, "c1", f"o{number}", one) for number in range(count)]


def test_texts_are_texts_and_prices_are_numbers() -> None:
    table = write_price_list(listed(1))
    found = load_workbook(io.BytesIO(write_xlsx(table, title="Prices: A/B?"))).worksheets[0]
    row = {name: found.cell(2, number) for number, name in enumerate(table[0], start=1)}
    assert (row["title"].value, row["title"].data_type, row["title"].number_format) == ("=Healer", "s", "@")
    assert (row["price"].value, row["price"].data_type, row["price"].number_format) == (872, "n", "0.00")
    assert (row["sessions"].value, row["sessions"].number_format) == (1, "0")
    assert found.freeze_panes == "A2"
    assert found["A1"].font.b
    assert found.title == "Prices  A B"
    assert found.column_dimensions["A"].number_format == "@"


def test_columns_with_a_list_of_words_offer_it() -> None:
    found = load_workbook(io.BytesIO(write_xlsx(price_list_template(language="ko")))).worksheets[0]
    offered = {
        str(choice.sqref).split("2:")[0]: choice.formula1 for choice in found.data_validations.dataValidation
    }
    column = {cell.value: get_column_letter(number) for number, cell in enumerate(found[1], start=1)}
    assert offered[column["단위"]] == '"ml,syringe,vial,shot,session"'
    assert offered[column["세금"]] == '"inclusive,exclusive,unknown"'


def test_further_sheets_are_texts_and_are_not_read() -> None:
    data = write_xlsx(write_price_list(listed(1)), more={"How to": [["Column", "Means"], ["=x", "1"]]})
    second = load_workbook(io.BytesIO(data)).worksheets[1]
    assert [(cell.value, cell.data_type) for cell in second[2]] == [("=x", "s"), ("1", "s")]
    assert len(offers(read(rows_of(data)))) == 1


@st.composite
def price_lists(draw: st.DrawFn) -> list[OfferRow]:
    refs = draw(st.lists(texts(), unique=True, max_size=3))
    return [OfferRow(0, "c1", ref, draw(terms())) for ref in refs]


@given(found=price_lists())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
def test_what_is_written_is_read_again(found: list[OfferRow]) -> None:
    known = Known(
        offers={row.key: KnownOffer(row.terms.price_basis, len(row.terms.parts)) for row in found},
        treatments=KNOWN.treatments,
    )
    data = write_xlsx(write_price_list(found, language="zh", with_source=True, empty_rows=3))
    assert offers(read(rows_of(data), known=known)) == [row.terms for row in found]


def test_forty_rows_are_read_at_once() -> None:
    data = write_xlsx(write_price_list(listed(40)))
    started = time.perf_counter()
    assert len(offers(read(rows_of(data, "list.xlsx")))) == 40
    assert time.perf_counter() - started < 1
