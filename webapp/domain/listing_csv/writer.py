"""From typed rows back to the four listing files: what `read` reads from them is what was written.

Columns stand in the contract's order, rows in the order given, so that equal listings are equal bytes.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from webapp.domain.listing_csv.columns import CLINICS, FILES, OFFER_PARTS, OFFERS, PRACTITIONERS
from webapp.domain.listing_csv.reader import Listing
from webapp.domain.listing_csv.rows import OTHER, ClinicRow, OfferRow, PartRow, PractitionerRow
from webapp.domain.listing_csv.text import guard
from webapp.domain.money import Money
from webapp.domain.offers import Fee, Part
from webapp.domain.units import number_text

# The word for "there are no other fees"; an empty cell is "not stated".
NO_FEES = "none"

Cells = Mapping[str, str]


def csv_files(listing: Listing) -> dict[str, bytes]:
    """The four files by their names, also where one has no rows: an absent file would say nothing."""
    rows: dict[str, Iterable[Cells]] = {
        CLINICS: map(clinic_cells, listing.clinics),
        PRACTITIONERS: map(practitioner_cells, listing.practitioners),
        OFFERS: map(offer_cells, listing.offers),
        OFFER_PARTS: map(part_cells, listing.parts),
    }
    files: dict[str, bytes] = {}
    for file, columns in FILES.items():
        names = [column.name for column in columns]
        table = [names, *([cells[name] for name in names] for cells in rows[file])]
        files[file] = csv_bytes(table)
    return files


def csv_bytes(rows: Iterable[Sequence[str]], *, byte_order_mark: bool = False) -> bytes:
    """Rows of cells as CSV (RFC 4180) in UTF-8; no cell is one that a spreadsheet would run as a formula.

    Without a byte order mark Excel takes the file for one in its own country's encoding.
    """
    out = io.StringIO(newline="")
    # \r\n at the end of lines also makes the writer quote a lone \r or \n inside a cell.
    csv.writer(out, lineterminator="\r\n").writerows([guard(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig" if byte_order_mark else "utf-8")


def clinic_cells(row: ClinicRow) -> Cells:
    """A row of clinics.csv by column name."""
    return {column.name: cell_text(getattr(row, column.name)) for column in FILES[CLINICS]}


def practitioner_cells(row: PractitionerRow) -> Cells:
    """A row of practitioners.csv by column name."""
    return {column.name: cell_text(getattr(row, column.name)) for column in FILES[PRACTITIONERS]}


def offer_cells(row: OfferRow) -> Cells:
    """A row of offers.csv by column name; the parts are other rows."""
    terms = row.terms
    # These are not in the terms, or not as one field.
    own = {
        "clinic_ref": row.clinic_ref,
        "offer_ref": row.offer_ref,
        "consultation_fee": terms.consultation if terms.consultation_fee is None else terms.consultation_fee,
        "other_fees": NO_FEES if terms.other_fees == () else terms.other_fees,
    }
    return {
        column.name: cell_text(own[column.name] if column.name in own else getattr(terms, column.name))
        for column in FILES[OFFERS]
    }


def part_cells(row: PartRow) -> Cells:
    """A row of offer_parts.csv by column name."""
    return {"clinic_ref": row.clinic_ref, "offer_ref": row.offer_ref, **content_cells(row.part)}


def content_cells(part: Part) -> Cells:
    """What a part says of itself, by column name."""
    cells = {name: cell_text(getattr(part, name)) for name in _CONTENT}
    return {**cells, "treatment": part.treatment or OTHER}


_CONTENT = tuple(
    column.name for column in FILES[OFFER_PARTS] if column.name not in {"clinic_ref", "offer_ref"}
)


def cell_text(value: object) -> str:
    """A value of a row as its cell; None is an empty one."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Money():
            return value.major()
        case Decimal():
            return number_text(value)
        case float():
            # The shortest text that reads as the same number; no point of the two countries needs an exponent.
            return repr(value)
        case date():
            return value.isoformat()
        case Fee():
            return f"{_escaped(value.name)}:{value.amount.major()}"
        case tuple():
            return ";".join(map(cell_text, value))
        case _:
            return str(value)


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace(";", "\\;")
