"""What can be wrong with a listing file: a code with its parameters, and one plain English sentence for each.

The sentence is made from the code, so a page can say the same in another language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# After this many a report counts instead of listing: nobody reads the two hundred and first.
MAX_REPORTED = 200

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        # The path and the zip
        "path_missing": "There is nothing at this path.",
        "path_unreadable": "This cannot be opened: {why}.",
        "no_listing_files": "None of the listing files is here: {names}.",
        "descriptor_broken": "This describes the files and cannot be read as JSON. Mend it, or leave it out.",
        "version_missing": "This does not say of which version the files are; we read version {ours}.",
        "version_unknown": "The files are of version {theirs} of the listing format; we read version {ours}.",
        "zip_broken": "The zip file is damaged or uses something we do not read: {why}.",
        "zip_too_many": "The zip file holds more than {most} entries.",
        "zip_twice": "The zip file holds this file twice, in different folders.",
        "file_too_large": "The file is larger than {most} bytes.",
        # What was uploaded or fetched in place of a table
        "old_excel": "This is an Excel file of before 2007. Save it as .xlsx or CSV.",
        "password": "This file has a password. Save it without one.",
        "is_pdf": "This is a PDF. Save the price list as .xlsx or CSV.",
        "is_picture": "This is a picture. Save the price list as .xlsx or CSV.",
        "is_zip": "This is a zip file. Hand in the .xlsx or CSV file that is in it.",
        "other_workbook": "This is a workbook that we do not read (.ods, .xlsb, .numbers). Save it as .xlsx or CSV.",
        "web_page": "This is a web page and no price list. Is the link the one for the CSV, open to anyone?",
        "workbook_broken": "The workbook is damaged or uses something we do not read. Save it again, or as CSV.",
        "workbook_too_large": "The workbook holds too much. Keep only the price list in it, or save that as CSV.",
        "no_visible_sheet": "The workbook has no visible sheet.",
        "cell_too_long": "The cell in column {number} is longer than {most} characters.",
        # The file
        "bad_bytes": "The text is neither UTF-8, UTF-16 with its mark nor Korean CP949. Save it as UTF-8.",
        "nul_byte": "There is a NUL character here. Save the file as UTF-8.",
        "file_empty": "The file has no header row.",
        "too_many_rows": "The file has more than {most} rows.",
        "record_too_long": "This record is longer than {most} characters; is a closing quote missing?",
        "quote_not_closed": "A quote that opens here is never closed.",
        "quote_misplaced": "A quote stands in the middle of a field; double it or quote the whole field.",
        "too_many_columns": "The header has more than {most} columns.",
        "column_unknown": "There is no column “{name}”.",
        "column_unknown_near": "There is no column “{name}”. Did you mean “{near}”?",
        "column_twice": "The column “{name}” is there twice.",
        "column_nameless": "Column {number} has values but no name.",
        "column_required": "The column “{name}” is missing, and every row needs it.",
        "row_too_wide": "The row has {found} fields, the header has {wanted}.",
        # One value
        "required": "This must not be empty.",
        "too_long": "This is longer than {most} characters.",
        "formula_failed": "The formula in this cell shows {value} instead of a value.",
        "not_a_choice": "“{value}” is not one of: {choices}.",
        "not_a_date": "“{value}” is not a date like 2026-03-31.",
        "date_in_future": "{value} has not come yet.",
        "not_whole": "“{value}” is not a whole number from {least} to {most}.",
        "not_a_number": "“{value}” is not a number.",
        "not_an_amount": "“{value}” is not an amount in {currency}, such as {example}.",
        "amount_negative": "An amount cannot be negative.",
        "amount_decimals": "“{value}” has more decimals than {currency} has.",
        "amount_too_large": "“{value}” is too large to be a price.",
        "amount_zero": "A price is above zero.",
        "currency_unknown": "“{value}” is not a currency code that we know, such as SGD or KRW.",
        "not_a_quantity": "“{value}” is not a number above zero with at most three decimals.",
        "not_a_unit": "“{value}” is not one of: {choices} (cc is read as ml).",
        "not_a_rate": "“{value}” is not a rate in per cent, such as 9 for 9 %.",
        "not_fees": "“{value}” is not a list of fees such as medicine:20;needle:30.",
        "not_hours": "“{value}” are not opening hours such as Mo-Fr 10:00-19:00; Sa 10:00-16:00.",
        "not_an_email": "“{value}” is not an e-mail address.",
        "not_a_phone": "“{value}” is not a telephone number such as +65 6235 1234.",
        "not_a_web_address": "“{value}” is not a web address that begins with https:// or http://.",
        "not_languages": "“{value}” is not a list of language codes such as en;zh.",
        "not_a_postal_code": "“{value}” is not a postal code of {country} ({digits} digits).",
        "not_a_coordinate": "“{value}” is not a coordinate in degrees.",
        "outside_country": "This point is not in {country}.",
        "coordinates_swapped": "This point is not in {country}; are lat and lng swapped?",
        # Values of one row that do not fit together
        "lat_lng_together": "lat and lng are given together or not at all.",
        "address_needed": "A clinic that has joined has an address.",
        "price_needed": "A price is empty only when price_kind is on_request.",
        "price_not_on_request": "A price on request is empty.",
        "dates_reversed": "valid_until is before valid_from.",
        "unit_needed": "A quantity needs its unit.",
        "one_part_only": "A price {basis} is for one part only; this offer has {parts}.",
        "sample_phone": "A sample clinic has no telephone number: somebody real might own it.",
        "sample_address": "A sample clinic uses addresses that end in .example only.",
        # Rows that do not fit together
        "duplicate": "This is already on line {first}.",
        "clinic_unknown": "No clinic has the ref “{ref}”.",
        "offer_unknown": "The clinic “{clinic}” has no offer “{offer}”.",
        "title_twice": "Line {first} has the same title; give each of the two its own offer_ref.",
        "title_ambiguous": "Several of your offers have this title; say with offer_ref which one is meant.",
        "parts_needed": "A new offer says what it holds: its treatment, best with quantity and unit.",
        "treatment_unknown": "There is no treatment “{slug}”; write its slug, or other.",
        "treatment_unknown_near": "There is no treatment “{slug}”. Did you mean “{near}”?",
        "product_refused": "“{slug}” cannot be listed in {country}: {says}",
        # Notes: the row is accepted
        "product_flagged": "“{slug}” in {country} is marked for staff: {says}",
        "postal_code_padded": "Read as {value}: spreadsheets lose leading zeros.",
        "event_never_shown": "The event price has no {missing}, so no page shows it.",
        "currency_unusual": "A price in {currency} is unusual in {country}.",
        "authority_open": "The clinic has joined, but it is not said who agreed and when.",
    }
)


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong (or, as a note, worth a look) and where.

    `line` is the line where the record begins, 1 for the header, None for the whole file. `column` is None
    where the whole row is meant. `rule` is the id of the rule that refuses it, where there is one.
    """

    file: str
    line: int | None
    column: str | None
    code: str
    params: tuple[tuple[str, str], ...] = ()
    rule: str | None = None

    @property
    def message(self) -> str:
        """The sentence in English, without the place."""
        return MESSAGES[self.code].format(**dict(self.params))

    def __str__(self) -> str:
        place = [self.file]
        if self.line is not None:
            place.append(f"line {self.line}")
        if self.column is not None:
            place.append(self.column)
        rule = f" [{self.rule}]" if self.rule else ""
        return f"{', '.join(place)}: {self.message}{rule}"


@dataclass(slots=True)
class Report:
    """Collects errors and notes while files are read; keeps the first MAX_REPORTED of each and counts
    the rest.
    """

    errors: list[RowError] = field(default_factory=list)
    notes: list[RowError] = field(default_factory=list)
    more_errors: int = 0
    more_notes: int = 0

    @property
    def full(self) -> bool:
        """Further errors are only counted, so nothing costly is worth computing for them."""
        return len(self.errors) >= MAX_REPORTED

    def error(
        self,
        file: str,
        line: int | None,
        column: str | None,
        code: str,
        rule: str | None = None,
        /,
        **params: object,
    ) -> None:
        if len(self.errors) < MAX_REPORTED:
            self.errors.append(RowError(file, line, column, code, _texts(params), rule))
        else:
            self.more_errors += 1

    def note(
        self,
        file: str,
        line: int | None,
        column: str | None,
        code: str,
        rule: str | None = None,
        /,
        **params: object,
    ) -> None:
        if len(self.notes) < MAX_REPORTED:
            self.notes.append(RowError(file, line, column, code, _texts(params), rule))
        else:
            self.more_notes += 1


def _texts(params: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Parameters as short texts: a value of a megabyte would make a message of a megabyte."""
    return tuple((name, _short(str(value))) for name, value in params.items())


def _short(text: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in text[:201])
    return plain if len(text) <= 200 else plain[:199] + "…"
