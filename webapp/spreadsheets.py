"""Price lists as people keep them: what kind of file it is, by its content, and its first visible sheet as text.

XLSX goes through openpyxl, but only after `_inspect` saw that it is small, has no DTD and unpacks to little. CSV
goes through the reader of the listing files.
"""

import io
import logging
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from unicodedata import east_asian_width
from xml.parsers import expat

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from webapp.domain.listing_csv import (
    CHOICES,
    NUMBERS,
    PRICE_LIST,
    PRICE_LIST_LIMITS,
    SHEET,
    Limits,
    RowError,
    Sheet,
    Unreadable,
    csv_sheet,
)

log = logging.getLogger(__name__)

MAX_UNPACKED = 24 * 1024 * 1024
MAX_ENTRIES = 500
# XML elements of rows and cells, and all others, of which openpyxl builds an object each: some 20 µs.
MAX_CELL_ELEMENTS = 400_000
MAX_OTHER_ELEMENTS = 40_000
# The attributes of those others and the texts of defined names, one and together, in letters: openpyxl takes ranges
# and formats in them apart with patterns whose time grows with the square of the length, and worse.
MAX_ATTRIBUTE, MAX_ATTRIBUTES = 3_000, 400_000
MAX_NAME, MAX_NAMES = 1_000, 20_000
MAX_DEPTH = 100
# What Excel itself allows in a cell.
MAX_CELL = 32_767
MAX_COLUMNS = 200
# Together: one long text may be pointed at from every cell.
MAX_TEXT = 8_000_000
# Rows without anything in them, before the last one that has something.
MAX_EMPTY_ROWS = 20_000
# Of a column that we write, in letters.
MAX_WIDTH = 48

_CELL_ELEMENTS = {"row", "c", "v", "f"}
_PLAIN_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,15})?", re.ASCII)
# Literal text inside a number format: "…" and \x.
_LITERAL = re.compile(r'"[^"]*"|\\.')
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
# A guarded text in the XLSX would be shown with its apostrophe; only what the reader would take one off gets one.
_LOOKS_GUARDED = re.compile("'+[=+\\-@\t\r＝＋－＠]")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PICTURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"\x00\x00\x00\x18ftyphei",
    b"\x00\x00\x00\x24ftyphei",
)


class SpreadsheetRefused(Exception):
    """The file holds no rows that we can read; `error` says why, with the message for the one who sent it."""

    def __init__(self, error: RowError) -> None:
        super().__init__(str(error))
        self.error = error


def rows_of(data: bytes, filename: str = "", limits: Limits = PRICE_LIST_LIMITS) -> Sheet:
    """The rows of a price list for `read_price_list`: the first visible sheet of an XLSX, or a CSV file.

    What it is, its content says; the name stands only in what is told. Raises SpreadsheetRefused.
    """
    try:
        if len(data) > limits.file_bytes:
            raise Unreadable("file_too_large", None, most=limits.file_bytes)
        if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _workbook(data, limits)
        _refuse_other_kinds(data)
        return csv_sheet(data, SHEET, limits)
    except Unreadable as error:
        params = tuple((name, str(value)) for name, value in error.params.items())
        told = RowError(filename[:100] or PRICE_LIST, error.line, None, error.code, params)
        raise SpreadsheetRefused(told) from None


def _refuse_other_kinds(data: bytes) -> None:
    if data.startswith(_OLE):
        raise Unreadable("password" if _ENCRYPTED in data else "old_excel")
    if data.startswith(_BIFF):
        raise Unreadable("old_excel")
    if data.startswith(b"%PDF"):
        raise Unreadable("is_pdf")
    if data.startswith(_PICTURES):
        raise Unreadable("is_picture")
    # HTML, also the kind that some programs save as .xls; UTF-16 has a NUL beside every letter.
    start = data[:400].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"<"):
        raise Unreadable("web_page")


# --- XLSX to rows


def _workbook(data: bytes, limits: Limits) -> Sheet:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _inspect(package)
        return Sheet(tuple(_sheet_rows(data, limits)))
    except Unreadable:
        raise
    except Exception as error:
        # openpyxl and zipfile raise nearly anything on a file that somebody damaged, by accident or on purpose.
        log.info("a workbook could not be read: %s", type(error).__name__)
        raise Unreadable("workbook_broken") from None


def _inspect(package: zipfile.ZipFile) -> None:
    """Refuse what is no XLSX, what unpacks to too much, and every DTD, before openpyxl sees any of it.

    ECMA-376 part 2 forbids DTDs in a package, so entities never have a use here. Raises Unreadable.
    """
    entries = package.infolist()
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or "xl/workbook.bin" in names:
        others = {"mimetype", "xl/workbook.bin", "Index/Document.iwa"}
        raise Unreadable("other_workbook" if names & others else "is_zip")
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Unreadable("workbook_too_large")
    budget = _Budget()
    for name in sorted(names):
        # zipfile reads no more of an entry than the size it declares, so the sum above is no lie.
        with package.open(name) as stream:
            budget.spend(stream.read())


class _Budget:
    """Counts the XML elements of a package's parts with the same parser that will build objects of them."""

    def __init__(self) -> None:
        self._cells = 0
        self._others = 0
        self._attributes = 0
        self._names = 0
        self._name: int | None = None
        self._depth = 0

    def spend(self, part: bytes) -> None:
        """Raises Unreadable. A part that is not XML counts nothing: a picture, or what openpyxl will refuse."""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._depth, self._name = 0, None
        try:
            parser.Parse(part, True)
        except expat.ExpatError:
            return

    def _doctype(self, *_declaration: object) -> None:
        raise Unreadable("workbook_broken")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        local = name.rpartition(":")[2]
        self._name = 0 if local == "definedName" else None
        if local in _CELL_ELEMENTS:
            self._cells += 1
        else:
            lengths = [len(value) for value in attributes.values()]
            self._others += 1
            self._attributes += sum(lengths)
            _bound(max(lengths, default=0), MAX_ATTRIBUTE)
        _bound(self._cells, MAX_CELL_ELEMENTS)
        _bound(self._others, MAX_OTHER_ELEMENTS)
        _bound(self._attributes, MAX_ATTRIBUTES)
        _bound(self._depth, MAX_DEPTH)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        self._name = None

    def _characters(self, text: str) -> None:
        if self._name is not None:
            self._name += len(text)
            self._names += len(text)
            _bound(self._name, MAX_NAME)
            _bound(self._names, MAX_NAMES)


def _bound(count: int, most: int) -> None:
    if count > most:
        raise Unreadable("workbook_too_large")


def _sheet_rows(data: bytes, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first visible sheet that are not blank, with their numbers. Raises Unreadable and more."""
    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        sheet = next((sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"), None)
        if sheet is None:
            raise Unreadable("no_visible_sheet")
        # What the file says of its size may be wrong, and rows below would be left out.
        sheet.reset_dimensions()
        found = characters = 0
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), start=1):
            cells = [_text(cell) for cell in row]
            while cells and not cells[-1].strip():
                cells.pop()
            if number - found > MAX_EMPTY_ROWS:
                raise Unreadable("workbook_too_large")
            if not cells:
                continue
            found += 1
            # One more for the header.
            if found > limits.rows + 1:
                raise Unreadable("too_many_rows", number, most=limits.rows)
            characters += sum(map(len, cells))
            for column, text in enumerate(cells, start=1):
                if len(text) > MAX_CELL:
                    raise Unreadable("cell_too_long", number, number=column, most=MAX_CELL)
            if characters > MAX_TEXT:
                raise Unreadable("workbook_too_large")
            yield number, cells
    finally:
        workbook.close()


def _text(cell: Cell | MergedCell) -> str:
    """A cell as a person would type it: a date as 2026-03-31, a number without what binary fractions add."""
    value = cell.value
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number(value, "%" in _LITERAL.sub("", cell.number_format))
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
        case date() | time() | timedelta():
            return str(value)
        case _:
            return str(value)


def _number(value: float, percent: bool) -> str:
    # Excel itself keeps and shows 15 digits: 0.1 + 0.2 is stored as 0.30000000000000004 and means 0.3.
    exact = Decimal(format(value, ".15g"))
    if not exact.is_finite():
        return "#NUM!"
    if percent:
        return f"{_plain(exact * 100)}%"
    return _plain(exact)


def _plain(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")


# --- rows to XLSX


def write_xlsx(
    rows: Sequence[Sequence[str]],
    *,
    title: str = "Prices",
    more: Mapping[str, Sequence[Sequence[str]]] | None = None,
) -> bytes:
    """A price list (`write_price_list`, header first) as a workbook; `more` are further sheets of plain texts.

    Prices and quantities are numbers, everything else is text, so that nothing runs as a formula and no leading
    zero is lost. Columns with a list of words offer it in each cell.
    """
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    _fill(workbook.create_sheet(_sheet_name(title)), rows, [SHEET.column(name) for name in rows[0]])
    for name, texts in (more or {}).items():
        _fill(workbook.create_sheet(_sheet_name(name)), texts, [])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _fill(sheet: Worksheet, rows: Sequence[Sequence[str]], columns: Sequence[str]) -> None:
    numeric = {number for number, name in enumerate(columns, start=1) if name in NUMBERS}
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            if text:
                _write(sheet.cell(number, column), text, number > 1 and column in numeric)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "A2"
    for column in range(1, sheet.max_column + 1):
        longest = max((_width(row[column - 1]) for row in rows if len(row) >= column), default=0)
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width = min(max(longest + 2, 10), MAX_WIDTH)
        if column not in numeric:
            # Also for the cells that are filled in later: 048581 keeps its zero, and 3/4 does not become a date.
            dimension.number_format = "@"
    for column, name in enumerate(columns, start=1):
        if name in CHOICES:
            choice = DataValidation("list", formula1=f'"{",".join(CHOICES[name])}"', allow_blank=True)
            choice.add(f"{get_column_letter(column)}2:{get_column_letter(column)}{len(rows) + 500}")
            sheet.add_data_validation(choice)


def _write(cell: Cell | MergedCell, text: str, as_number: bool) -> None:
    if as_number and _PLAIN_NUMBER.fullmatch(text):
        cell.value = float(text) if "." in text else int(text)
        cell.number_format = f"0.{'0' * len(text.partition('.')[2])}" if "." in text else "0"
        return
    cell.value = f"'{text}" if _LOOKS_GUARDED.match(text) else text
    # openpyxl takes a text that begins with = for a formula.
    cell.data_type = "s"
    cell.number_format = "@"


def _sheet_name(title: str) -> str:
    return _NOT_IN_A_SHEET_NAME.sub(" ", title)[:31].strip("' ") or "Prices"


def _width(text: str) -> int:
    """How wide the longest line of a text is shown, in Latin letters."""
    lines = text[:MAX_WIDTH].splitlines()
    return max(
        (sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line) for line in lines), default=0
    )
