"""What is wrong with a row of an uploaded price list, in the reader's language; no page spells a code itself."""

from flask_babel import lazy_gettext as _l

from webapp.domain.listing_csv import RowError
from webapp.domain.listing_csv.headings import HEADINGS, heading
from webapp.i18n import current_language
from webapp.offers.labels import product_rule_words

# The reader's own sentences, by code: those that a price list can be told.
_SENTENCES = {
    "file_too_large": _l("The file is larger than %(most)s bytes."),
    "old_excel": _l("This is an Excel file of before 2007. Save it as .xlsx or CSV."),
    "password": _l("This file has a password. Save it without one."),
    "is_pdf": _l("This is a PDF. Save the price list as .xlsx or CSV."),
    "is_picture": _l("This is a picture. Save the price list as .xlsx or CSV."),
    "is_zip": _l("This is a zip file. Hand in the .xlsx or CSV file that is in it."),
    "other_workbook": _l(
        "This is a workbook that we do not read (.ods, .xlsb, .numbers). Save it as .xlsx or CSV."
    ),
    "web_page": _l("This is a web page and no price list. Is the link the one for the CSV, open to anyone?"),
    "workbook_broken": _l(
        "The workbook is damaged or uses something we do not read. Save it again, or as CSV."
    ),
    "workbook_too_large": _l(
        "The workbook holds too much. Keep only the price list in it, or save that as CSV."
    ),
    "no_visible_sheet": _l("The workbook has no visible sheet."),
    "cell_too_long": _l("The cell in column %(number)s is longer than %(most)s characters."),
    "bad_bytes": _l("The text is neither UTF-8, UTF-16 with its mark nor Korean CP949. Save it as UTF-8."),
    "nul_byte": _l("There is a NUL character here. Save the file as UTF-8."),
    "file_empty": _l("The file has no header row."),
    "too_many_rows": _l("The file has more than %(most)s rows."),
    "record_too_long": _l("This record is longer than %(most)s characters; is a closing quote missing?"),
    "quote_not_closed": _l("A quote that opens here is never closed."),
    "quote_misplaced": _l("A quote stands in the middle of a field; double it or quote the whole field."),
    "too_many_columns": _l("The header has more than %(most)s columns."),
    "column_unknown": _l("There is no column “%(name)s”."),
    "column_unknown_near": _l("There is no column “%(name)s”. Did you mean “%(near)s”?"),
    "column_twice": _l("The column “%(name)s” is there twice."),
    "column_nameless": _l("Column %(number)s has values but no name."),
    "column_required": _l("The column “%(name)s” is missing, and every row needs it."),
    "row_too_wide": _l("The row has %(found)s fields, the header has %(wanted)s."),
    "required": _l("This must not be empty."),
    "too_long": _l("This is longer than %(most)s characters."),
    "formula_failed": _l("The formula in this cell shows %(value)s instead of a value."),
    "not_a_choice": _l("“%(value)s” is not one of: %(choices)s."),
    "not_a_date": _l("“%(value)s” is not a date like 2026-03-31."),
    "date_in_future": _l("%(value)s has not come yet."),
    "not_whole": _l("“%(value)s” is not a whole number from %(least)s to %(most)s."),
    "not_a_number": _l("“%(value)s” is not a number."),
    "not_an_amount": _l("“%(value)s” is not an amount in %(currency)s, such as %(example)s."),
    "amount_negative": _l("An amount cannot be negative."),
    "amount_decimals": _l("“%(value)s” has more decimals than %(currency)s has."),
    "amount_too_large": _l("“%(value)s” is too large to be a price."),
    "amount_zero": _l("A price is above zero."),
    "currency_unknown": _l("“%(value)s” is not a currency code that we know, such as SGD or KRW."),
    "not_a_quantity": _l("“%(value)s” is not a number above zero with at most three decimals."),
    "not_a_unit": _l("“%(value)s” is not one of: %(choices)s (cc is read as ml)."),
    "not_a_rate": _l("“%(value)s” is not a rate in per cent, such as 9 for 9 %%."),
    "not_fees": _l("“%(value)s” is not a list of fees such as medicine:20;needle:30."),
    "price_needed": _l("A price is empty only when price_kind is on_request."),
    "price_not_on_request": _l("A price on request is empty."),
    "dates_reversed": _l("valid_until is before valid_from."),
    "unit_needed": _l("A quantity needs its unit."),
    "one_part_only": _l("A price %(basis)s is for one part only; this offer has %(parts)s."),
    "duplicate": _l("This is already on line %(first)s."),
    "offer_unknown": _l("The clinic “%(clinic)s” has no offer “%(offer)s”."),
    "title_twice": _l("Line %(first)s has the same title; give each of the two its own offer_ref."),
    "title_ambiguous": _l("Several of your offers have this title; say with offer_ref which one is meant."),
    "parts_needed": _l("A new offer says what it holds: its treatment, best with quantity and unit."),
    "treatment_unknown": _l("There is no treatment “%(slug)s”; write its slug, or other."),
    "treatment_unknown_near": _l("There is no treatment “%(slug)s”. Did you mean “%(near)s”?"),
    "product_refused": _l("“%(slug)s” cannot be listed in %(country)s: %(says)s"),
    "product_flagged": _l("“%(slug)s” in %(country)s is marked for staff: %(says)s"),
    "event_never_shown": _l("The event price has no %(missing)s, so no page shows it."),
    "currency_unusual": _l("A price in %(currency)s is unusual in %(country)s."),
}


def row_error_words(error: RowError) -> str:
    """The sentence for an error or a note, with the id of the rule where one refuses the row."""
    params = dict(error.params)
    if "says" in params and error.rule:
        params["says"] = product_rule_words(error.rule, params["says"])
    sentence = _SENTENCES.get(error.code)
    words = str(sentence) % params if sentence is not None else error.message
    return f"{words} [{error.rule}]" if error.rule else words


def column_words(column: str | None) -> str:
    """What a column is called; "" where the whole row is meant."""
    if column is None:
        return ""
    return heading(column, current_language()) if column in HEADINGS else column
