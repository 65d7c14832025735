"""Listing files for tests: a whole, valid set as dictionaries, written the way spreadsheets export them."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from webapp.domain.listing_csv import FILES, Known, KnownTreatment

KNOWN = Known(
    clinics={"known-sg": "SG"},
    treatments={
        "rejuran_healer": KnownTreatment("brand_name_public=off", "on", True),
        "ha_booster_generic": KnownTreatment("generic name ok", "on", True),
        "nctf_135ha": KnownTreatment("do not list (mesotherapy is SMC List B)", "on", True),
        "exosome": KnownTreatment(
            "topical only; do not list as injection", "topical only; do not list as injection", False
        ),
        "hifu_korean": KnownTreatment("verify", "verify", False),
    },
)

CLINIC = {
    "ref": "c1",
    "name": "Clinic One",
    "name_ko": "하나의원",
    "country": "SG",
    "address": "290 Orchard Road",
    "unit": "#09-01",
    "postal_code": "238859",
    "lat": "1.3040",
    "lng": "103.8358",
    "hours": "Mo-Fr 10:00-19:00; Sa 10:00-16:00",
    "website": "https://one.example/en",
    "enquiry_email": "desk@one.example",
    "enquiry_email_confirmed_on": "2026-01-05",
    "languages": "en;zh",
    "gst_registered": "yes",
    "authority": "authorised",
    "authority_by": "the manager",
    "authority_on": "2026-01-04",
    "accepts_enquiries": "yes",
    "asks_for": "area; Dates;area",
    "enquiries_per_day": "20",
    "sample": "yes",
    "source": "invented",
    "verified_on": "2026-03-01",
}
PRACTITIONER = {"clinic_ref": "c1", "name": "Dr One", "registration_no": "M00000A", "languages": "en"}
OFFER = {
    "clinic_ref": "c1",
    "offer_ref": "o1",
    "title": "Rejuran Healer 2 ml",
    "price": "1,380.00",
    "currency": "SGD",
    "tax": "exclusive",
    "tax_rate": "9",
    "price_kind": "regular",
    "consultation_fee": "50",
    "consultation_waived": "yes",
    "other_fees": "medicine:20;needle:30.50",
    "numbing": "included",
    "injector": "doctor",
    "source": "invented",
    "verified_on": "2026-03-01",
}
PART = {
    "clinic_ref": "c1",
    "offer_ref": "o1",
    "treatment": "rejuran_healer",
    "quantity": "2",
    "unit": "cc",
    "sessions": "3",
    "interval_weeks": "4",
    "areas": "face;neck",
    "words": "Healer",
}

Rows = list[dict[str, str]]


def files(**rows: Rows) -> dict[str, Rows]:
    """A valid set; a keyword (clinics=, practitioners=, offers=, offer_parts=) replaces that file's rows."""
    valid: dict[str, Rows] = {
        "clinics.csv": [CLINIC],
        "practitioners.csv": [PRACTITIONER],
        "offers.csv": [OFFER],
        "offer_parts.csv": [PART],
    }
    return {name: rows.get(name.removesuffix(".csv"), own) for name, own in valid.items()}


def text_of(name: str, rows: Rows, delimiter: str = ",", end: str = "\r\n") -> str:
    """The CSV text of one file, all columns of the contract first, then any other that a row has."""
    columns = list(dict.fromkeys([*(c.name for c in FILES[name]), *(key for row in rows for key in row)]))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write(folder: Path, tables: Mapping[str, Rows], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    for name, rows in tables.items():
        (folder / name).write_bytes(text_of(name, rows, delimiter).encode(encoding))
    return folder
