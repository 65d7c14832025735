"""Where a clinic's facts come from: recorded whenever one is written, and asked before one is overwritten.

Precedence (field rules, market policies 7): what the clinic said itself, then its feed and page, then an
operator's import and the seed.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from webapp.clinics.models import Clinic, ClinicFact
from webapp.extensions import db
from webapp.moderation.queries import PUBLIC_FIELDS, Source, fact_rows

# A fact of a clinic and its columns. The first six are public, the others say how the clinic is reached and
# registered.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "name_zh", "name_ko"),
    "address": ("address", "unit", "postal_code"),
    "hours": ("hours",),
    "phone": ("phone",),
    "website": ("website",),
    "languages": ("languages",),
    "registration": ("licence_no", "gst_registered", "foreign_patient_reg_no"),
    "enquiries": (
        "enquiry_email", "enquiry_email_confirmed_on", "accepts_enquiries", "paused_until", "asks_for",
        "enquiries_per_day",
    ),
    "feed": ("feed_url", "auto_accept_prices"),
}  # fmt: skip
FIELD_OF = {column: field for field, columns in FIELDS.items() for column in columns}
# Written by people who answer for it: never overwritten by a file or a feed without being asked.
OWN_WORDS = frozenset({"clinic", "staff"})


def record(clinic: Clinic, columns: Iterable[str], source: Source) -> None:
    """Write down the source of the facts that these columns belong to, in the caller's transaction."""
    rows = fact_rows(clinic.id)
    for field in {FIELD_OF[column] for column in columns if column in FIELD_OF}:
        row = rows.get(field) or ClinicFact(clinic_id=clinic.id, field=field)
        row.origin, row.source, row.seen_on = source.origin, source.source, source.seen_on
        row.confirmed_by, row.confirmed_on = source.confirmed_by, source.confirmed_on
        db.session.add(row)


def forget(clinic: Clinic, columns: Iterable[str]) -> None:
    """These columns were taken over from the listing's own source: their facts have no other one any more."""
    rows = fact_rows(clinic.id)
    for field in {FIELD_OF[column] for column in columns if column in FIELD_OF} & rows.keys():
        db.session.delete(rows[field])


def confirm(clinic: Clinic, by_name: str, on: date) -> int:
    """Every public fact that the clinic states is right today; says how many."""
    rows = fact_rows(clinic.id)
    stated = [field for field in PUBLIC_FIELDS if any(getattr(clinic, name) for name in FIELDS[field])]
    for field in stated:
        row = rows.get(field) or ClinicFact(
            clinic_id=clinic.id, field=field, origin="import", source=clinic.source, seen_on=on
        )
        row.confirmed_by, row.confirmed_on = by_name, on
        db.session.add(row)
    return len(stated)


def own_words(clinic: Clinic) -> frozenset[str]:
    """The columns that the clinic itself, or staff for it, wrote last."""
    kept = [field for field, row in fact_rows(clinic.id).items() if row.origin in OWN_WORDS]
    return frozenset(column for field in kept for column in FIELDS[field])
