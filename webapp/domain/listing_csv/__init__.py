"""The listing files (clinics, practitioners, offers, offer_parts) as typed rows, or every error by file and
line.

`read` takes a folder, a zip, one file, or fewer files than four; it never raises on what they hold. `write` is
its way back. `read_price_list` and `write_price_list` do the same for one clinic's prices on one sheet.
"""

from webapp.domain.listing_csv.columns import FILES, Column
from webapp.domain.listing_csv.decode import Sheet, Unreadable, csv_sheet
from webapp.domain.listing_csv.descriptor import DESCRIPTOR, VERSION, descriptor
from webapp.domain.listing_csv.headings import CHOICES, NUMBERS, SHEET
from webapp.domain.listing_csv.hours import (
    InvalidHours,
    OpeningSpan,
    Weekday,
    format_hours,
    parse_hours,
)
from webapp.domain.listing_csv.known import Known, KnownOffer, KnownTreatment
from webapp.domain.listing_csv.messages import MESSAGES, RowError
from webapp.domain.listing_csv.price_list import (
    PRICE_LIST,
    PRICE_LIST_LIMITS,
    exact_names,
    price_list_template,
    read_price_list,
    with_kept_parts,
    write_price_list,
)
from webapp.domain.listing_csv.reader import Listing, ReadResult, read
from webapp.domain.listing_csv.rows import ClinicRow, OfferRow, PartRow, PractitionerRow
from webapp.domain.listing_csv.sources import Limits
from webapp.domain.listing_csv.targets import NotWritten, write
from webapp.domain.listing_csv.text import clean, guard
from webapp.domain.listing_csv.writer import csv_bytes, csv_files

__all__ = [
    "CHOICES",
    "DESCRIPTOR",
    "FILES",
    "MESSAGES",
    "NUMBERS",
    "PRICE_LIST",
    "PRICE_LIST_LIMITS",
    "SHEET",
    "VERSION",
    "ClinicRow",
    "Column",
    "InvalidHours",
    "Known",
    "KnownOffer",
    "KnownTreatment",
    "Limits",
    "Listing",
    "NotWritten",
    "OfferRow",
    "OpeningSpan",
    "PartRow",
    "PractitionerRow",
    "ReadResult",
    "RowError",
    "Sheet",
    "Unreadable",
    "Weekday",
    "clean",
    "csv_bytes",
    "csv_files",
    "csv_sheet",
    "descriptor",
    "exact_names",
    "format_hours",
    "guard",
    "parse_hours",
    "price_list_template",
    "read",
    "read_price_list",
    "with_kept_parts",
    "write",
    "write_price_list",
]
