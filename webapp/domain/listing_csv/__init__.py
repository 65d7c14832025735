"""The listing files (clinics, practitioners, offers, offer_parts) as typed rows, or every error by file and
line.

`read` takes a folder, a zip, one file, or fewer files than four; it never raises on what they hold.
"""

from webapp.domain.listing_csv.columns import FILES, Column
from webapp.domain.listing_csv.hours import (
    InvalidHours,
    OpeningSpan,
    Weekday,
    format_hours,
    parse_hours,
)
from webapp.domain.listing_csv.known import Known, KnownOffer, KnownTreatment
from webapp.domain.listing_csv.messages import MESSAGES, RowError
from webapp.domain.listing_csv.reader import Listing, ReadResult, read
from webapp.domain.listing_csv.rows import ClinicRow, OfferRow, PartRow, PractitionerRow
from webapp.domain.listing_csv.sources import Limits

__all__ = [
    "FILES",
    "MESSAGES",
    "ClinicRow",
    "Column",
    "InvalidHours",
    "Known",
    "KnownOffer",
    "KnownTreatment",
    "Limits",
    "Listing",
    "OfferRow",
    "OpeningSpan",
    "PartRow",
    "PractitionerRow",
    "ReadResult",
    "RowError",
    "Weekday",
    "format_hours",
    "parse_hours",
    "read",
]
