"""From the bytes of one exported file to records with the line where each begins.

Spreadsheets write UTF-8 with a mark, UTF-16, Korean CP949; commas, semicolons or tabs; quoted line breaks.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from webapp.domain.listing_csv.columns import FILES, Layout
from webapp.domain.listing_csv.messages import Report
from webapp.domain.listing_csv.sources import Limits

DELIMITERS = (",", ";", "\t")
MAX_COLUMNS = 200

_HANGUL = re.compile("[가-힣ㄱ-ㆎ]")
_HAN = re.compile("[\u4e00-\u9fff\uf900-\ufaff]")
# Excel's own first line that names the separator.
_SEPARATOR_LINE = re.compile(r"\ufeff?sep=(?P<delimiter>[,;\t])\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """One data row: the line where it begins, and its values by column name; absent ones are empty."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """One file. `columns` are those of its header, `decimal_comma`: its numbers may be written 380,00, as
    programs write that use semicolons.
    """

    file: str
    columns: frozenset[str]
    records: tuple[Record, ...]
    decimal_comma: bool


# A row of a sheet: the line where it begins (in a workbook its number), and its cells.
SheetRow = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table before anything is known of its columns: its rows that are not blank, the header among them."""

    rows: tuple[SheetRow, ...]
    decimal_comma: bool = False


class Unreadable(Exception):
    """The rest of the file cannot be read; code and line say why."""

    def __init__(self, code: str, line: int | None = None, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.params = params


def read_table(file: str, data: bytes, limits: Limits, report: Report) -> Table | None:
    """Read one of FILES. Reports what is wrong; None when no row of it can be used."""
    layout = Layout(FILES[file])
    try:
        rows, decimal_comma = _csv(data, layout, limits)
        return _table(file, rows, decimal_comma, layout, limits, report)
    except Unreadable as error:
        report.error(file, error.line, None, error.code, **error.params)
        return None


def csv_sheet(data: bytes, layout: Layout, limits: Limits) -> Sheet:
    """The rows of a CSV file whose header is most likely one of `layout`. Raises Unreadable."""
    rows, decimal_comma = _csv(data, layout, limits)
    found: list[SheetRow] = []
    for row in rows:
        # One more for the header.
        if len(found) > limits.rows:
            raise Unreadable("too_many_rows", row[0], most=limits.rows)
        found.append(row)
    return Sheet(tuple(found), decimal_comma)


def sheet_table(file: str, sheet: Sheet, layout: Layout, limits: Limits, report: Report) -> Table | None:
    """The records of a sheet. Reports what is wrong; None when no row of it can be used."""
    try:
        return _table(file, iter(sheet.rows), sheet.decimal_comma, layout, limits, report)
    except Unreadable as error:
        report.error(file, error.line, None, error.code, **error.params)
        return None


def _csv(data: bytes, layout: Layout, limits: Limits) -> tuple[Iterator[SheetRow], bool]:
    delimiter, first_line, body = _delimiter(layout, _text(data))
    return _records(body, delimiter, first_line, limits), delimiter == ";"


def _table(
    file: str, rows: Iterator[SheetRow], decimal_comma: bool, layout: Layout, limits: Limits, report: Report
) -> Table | None:
    line, names = next(rows, (1, ()))
    if not any(name.strip() for name in names):
        raise Unreadable("file_empty")
    header = _header(file, line, names, layout, report)
    if header is None:
        return None
    records = tuple(_rows(file, header, rows, limits, report))
    return Table(file, frozenset(filter(None, header)), records, decimal_comma)


def _text(data: bytes) -> str:
    """Decode: a byte order mark decides; else UTF-8, else CP949 when the result is mostly Korean."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Unreadable("bad_bytes", _line_at(data[: error.start].decode("utf-16", "ignore"))) from None
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            text = _korean(data, error.start)
    if "\x00" in text:
        raise Unreadable("nul_byte", _line_at(text[: text.index("\x00")]))
    return text


def _korean(data: bytes, bad: int) -> str:
    """CP949 (it holds EUC-KR). Chinese encodings decode as CP949 too, to nonsense of Hangul and Han mixed.

    About half of common simplified Chinese comes out as Han; a Korean list has a hanja name now and then.
    """
    line = data[:bad].count(b"\n") + 1
    try:
        text = data.decode("cp949")
    except UnicodeDecodeError:
        raise Unreadable("bad_bytes", line) from None
    sample = text[:200_000]
    if 4 * len(_HAN.findall(sample)) > len(_HANGUL.findall(sample)):
        raise Unreadable("bad_bytes", line)
    return text


def _line_at(before: str) -> int:
    """The line on which the text after `before` stands, counted as the csv reader counts."""
    return len(re.findall(r"\r\n|\r|\n", before)) + 1


def _delimiter(layout: Layout, text: str) -> tuple[str, int, str]:
    """The delimiter, the number of the first line of the table, and the table's text.

    The one whose header names most of our columns; a comma when none does.
    """
    named = _SEPARATOR_LINE.match(text)
    if named:
        return named["delimiter"].lower(), 2, text[named.end() :]
    known = set(layout.names)
    first = next((line for line in text[:20_000].splitlines() if line.strip()), "")

    def fits(delimiter: str) -> int:
        return sum(layout.column(cell.strip('"')) in known for cell in first.split(delimiter))

    return max(DELIMITERS, key=fits), 1, text


class _Lines:
    """The lines of a text for the csv reader, with a bound on what one record may take."""

    def __init__(self, text: str, most: int) -> None:
        self._lines = io.StringIO(text, newline="")
        self._most = most
        self._taken = 0

    def start_record(self) -> None:
        self._taken = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._taken += len(line)
        if self._taken > self._most:
            raise Unreadable("record_too_long", None, most=self._most)
        return line


def _records(text: str, delimiter: str, first_line: int, limits: Limits) -> Iterator[SheetRow]:
    """Records that are not blank, with the line where each begins. Raises Unreadable."""
    lines = _Lines(text, limits.record_chars)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + first_line
        lines.start_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except Unreadable as error:
            raise Unreadable(error.code, line, **error.params) from None
        except csv.Error as error:
            raise Unreadable(*_csv_fault(str(error), line), **_csv_params(str(error))) from None
        if any(cell.strip() for cell in cells):
            yield line, cells


def _csv_fault(words: str, line: int) -> tuple[str, int]:
    if "end of data" in words:
        return "quote_not_closed", line
    if "field limit" in words:
        return "record_too_long", line
    return "quote_misplaced", line


def _csv_params(words: str) -> dict[str, object]:
    return {"most": csv.field_size_limit()} if "field limit" in words else {}


def _header(file: str, line: int, cells: Sequence[str], layout: Layout, report: Report) -> list[str] | None:
    """Column names by position, "" for one without a name; None when the header cannot be used."""
    known = layout.names
    names = [layout.column(cell) for cell in cells]
    usable = True
    if len(names) > MAX_COLUMNS:
        report.error(file, line, None, "too_many_columns", most=MAX_COLUMNS)
        return None
    for name in dict.fromkeys(names):
        if not name:
            continue
        if name not in known:
            near = get_close_matches(name[:80], [*known, *layout.aliases], 1)
            code = "column_unknown_near" if near else "column_unknown"
            report.error(file, line, None, code, name=name, **({"near": near[0]} if near else {}))
            usable = False
        elif names.count(name) > 1:
            report.error(file, line, name, "column_twice", name=name)
            usable = False
    for column in layout.columns:
        if column.required and column.name not in names:
            report.error(file, line, column.name, "column_required", name=column.name)
            usable = False
    return names if usable else None


def _rows(
    file: str, header: list[str], records: Iterator[SheetRow], limits: Limits, report: Report
) -> Iterator[Record]:
    for count, (line, cells) in enumerate(records, start=1):
        if count > limits.rows:
            raise Unreadable("too_many_rows", line, most=limits.rows)
        if any(cell.strip() for cell in cells[len(header) :]):
            report.error(file, line, None, "row_too_wide", found=len(cells), wanted=len(header))
            continue
        # A short row ends early: spreadsheets leave out empty cells at the end.
        values = dict(zip(header, cells, strict=False))
        if values.pop("", "").strip():
            report.error(file, line, None, "column_nameless", number=header.index("") + 1)
            continue
        yield Record(line, values)
