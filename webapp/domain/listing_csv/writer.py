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
from webapp.domain.offers import Consultation, Fee, OfferTerms, Part
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
    return {
        "ref": row.ref,
        "name": row.name,
        "name_zh": row.name_zh or "",
        "name_ko": row.name_ko or "",
        "country": row.country.value,
        "address": row.address or "",
        "unit": row.unit or "",
        "postal_code": row.postal_code or "",
        "lat": _degrees(row.lat),
        "lng": _degrees(row.lng),
        "hours": row.hours or "",
        "phone": row.phone or "",
        "website": row.website or "",
        "enquiry_email": row.enquiry_email or "",
        "enquiry_email_confirmed_on": _day(row.enquiry_email_confirmed_on),
        "languages": ";".join(row.languages),
        "group_ref": row.group_ref or "",
        "licence_no": row.licence_no or "",
        "gst_registered": _yes_no(row.gst_registered),
        "foreign_patient_reg_no": row.foreign_patient_reg_no or "",
        "feed_url": row.feed_url or "",
        "authority": row.authority.value,
        "authority_by": row.authority_by or "",
        "authority_on": _day(row.authority_on),
        "accepts_enquiries": _yes_no(row.accepts_enquiries),
        "sample": _yes_no(row.sample),
        "source": row.source,
        "verified_on": _day(row.verified_on),
    }


def practitioner_cells(row: PractitionerRow) -> Cells:
    """A row of practitioners.csv by column name."""
    return {
        "clinic_ref": row.clinic_ref,
        "name": row.name,
        "name_local": row.name_local or "",
        "registration_no": row.registration_no or "",
        "register_url": row.register_url or "",
        "checked_on": _day(row.checked_on),
        "languages": ";".join(row.languages),
    }


def offer_cells(row: OfferRow) -> Cells:
    """A row of offers.csv by column name; the parts are other rows."""
    return {"clinic_ref": row.clinic_ref, "offer_ref": row.offer_ref, **_terms_cells(row.terms)}


def _terms_cells(terms: OfferTerms) -> Cells:
    return {
        "title": terms.title,
        "price": _major(terms.price),
        "currency": terms.currency,
        "price_basis": terms.price_basis.value,
        "tax": terms.tax.value,
        "tax_rate": _number(terms.tax_rate),
        "price_kind": terms.price_kind.value,
        "regular_price": _major(terms.regular_price),
        "valid_from": _day(terms.valid_from),
        "valid_until": _day(terms.valid_until),
        "event_target": terms.event_target or "",
        "event_scope": terms.event_scope or "",
        "eligibility": terms.eligibility.value,
        "weekday_only": _yes_no(terms.weekday_only),
        "once_per_patient": _yes_no(terms.once_per_patient),
        "consultation_fee": (
            Consultation.INCLUDED.value
            if terms.consultation is Consultation.INCLUDED
            else _major(terms.consultation_fee)
        ),
        "consultation_waived": _yes_no(terms.consultation_waived),
        "other_fees": _fees(terms.other_fees),
        "numbing": terms.numbing.value if terms.numbing else "",
        "injector": terms.injector.value if terms.injector else "",
        "same_price_for_foreigners": _yes_no(terms.same_price_for_foreigners),
        "parts_complete": _yes_no(terms.parts_complete),
        "expires_after_days": _whole(terms.expires_after_days),
        "refund_terms": terms.refund_terms or "",
        "source": terms.source,
        "verified_on": _day(terms.verified_on),
    }


def part_cells(row: PartRow) -> Cells:
    """A row of offer_parts.csv by column name."""
    return {"clinic_ref": row.clinic_ref, "offer_ref": row.offer_ref, **content_cells(row.part)}


def content_cells(part: Part) -> Cells:
    """What a part says of itself, by column name."""
    return {
        "treatment": part.treatment or OTHER,
        "quantity": _number(part.quantity),
        "unit": part.unit.value if part.unit else "",
        "sessions": str(part.sessions),
        "interval_weeks": _whole(part.interval_weeks),
        "areas": ";".join(part.areas),
        "words": part.words or "",
    }


def _fees(fees: tuple[Fee, ...] | None) -> str:
    if fees is None:
        return ""
    return ";".join(f"{_escaped(fee.name)}:{fee.amount.major()}" for fee in fees) or NO_FEES


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace(";", "\\;")


def _major(amount: Money | None) -> str:
    return amount.major() if amount is not None else ""


def _number(value: Decimal | None) -> str:
    return number_text(value) if value is not None else ""


def _whole(value: int | None) -> str:
    return str(value) if value is not None else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _degrees(value: float | None) -> str:
    # repr is the shortest text that reads as the same number; no point of the two countries needs an exponent.
    return repr(value) if value is not None else ""
