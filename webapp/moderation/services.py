"""Writes of the moderation room: take listing files over, all or nothing, matched by ref."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp import events
from webapp.clinics.models import Clinic, Practitioner
from webapp.domain.geo import Point
from webapp.domain.listing_csv import ClinicRow, Listing, OfferRow, PractitionerRow
from webapp.domain.offers import Consultation, OfferTerms, Part
from webapp.extensions import db
from webapp.geocoding import queries as geocoding
from webapp.offers.models import Offer, OfferPart
from webapp.treatments.models import Treatment

_COLUMNS_OF_ROW = (
    "name", "name_zh", "name_ko", "country", "address", "unit", "postal_code", "hours", "phone", "website",
    "enquiry_email", "enquiry_email_confirmed_on", "group_ref", "licence_no", "gst_registered",
    "foreign_patient_reg_no", "feed_url", "authority", "authority_by", "authority_on", "accepts_enquiries", "sample",
    "source", "verified_on",
)  # fmt: skip

_TERMS_TAKEN_OVER = (
    "title", "currency", "price_basis", "tax", "tax_rate", "price_kind", "valid_from", "valid_until", "event_target",
    "event_scope", "eligibility", "weekday_only", "once_per_patient", "consultation", "consultation_waived", "numbing",
    "injector", "same_price_for_foreigners", "parts_complete", "expires_after_days", "refund_terms", "source",
    "verified_on",
)  # fmt: skip


_OFFER_COLUMNS = tuple(attribute.key for attribute in Offer.__mapper__.column_attrs)


@dataclass(slots=True)
class ImportCount:
    """How many clinics and offers an import added and how many it changed."""

    clinics_added: int = 0
    clinics_changed: int = 0
    offers_added: int = 0
    offers_changed: int = 0


def import_listing(listing: Listing, now: datetime, *, only_missing: bool = False) -> ImportCount:
    """Take the rows of checked listing files over, in the caller's transaction.

    Clinics and offers are matched by their refs; what the files do not name stays as it is. A clinic on the
    do-not-list is never brought back by a file. With `only_missing`, known refs are left alone (the seed).
    """
    count = ImportCount()
    clinics = {row.ref: row for row in db.session.scalars(select(Clinic))}
    frozen = {ref for ref, row in clinics.items() if only_missing or row.authority == "do_not_list"}
    for clinic_row in listing.clinics:
        if clinic_row.ref in frozen:
            continue
        known = clinics.get(clinic_row.ref)
        clinic = known or Clinic(ref=clinic_row.ref, slug=_free_slug(clinic_row, clinics), created_at=now)
        clinics[clinic_row.ref] = clinic
        if _take_clinic(clinic, clinic_row):
            clinic.updated_at = now
            count.clinics_changed += known is not None
        count.clinics_added += known is None
        db.session.add(clinic)
    db.session.flush()
    _take_practitioners([row for row in listing.practitioners if row.clinic_ref not in frozen], clinics)
    offers = [row for row in listing.offers if row.clinic_ref not in frozen]
    parts = {key: parts for key, parts in listing.parts_of_known.items() if key[0] not in frozen}
    changed = _take_offers(offers, parts, clinics, now, count)
    db.session.flush()
    for clinic_id in sorted(
        changed | {clinics[row.ref].id for row in listing.clinics if row.ref not in frozen}
    ):
        events.clinic_changed.send(Clinic, clinic_id=clinic_id)
    return count


def _take_clinic(clinic: Clinic, row: ClinicRow) -> bool:
    """Copy a row into its clinic; true when anything became different."""
    before = {name: getattr(clinic, name) for name in (*_COLUMNS_OF_ROW, "languages", "lat", "lng")}
    for name in _COLUMNS_OF_ROW:
        setattr(clinic, name, getattr(row, name))
    clinic.country = row.country.value
    clinic.authority = row.authority.value
    clinic.languages = ";".join(row.languages) or None
    _place(clinic, row)
    return any(getattr(clinic, name) != value for name, value in before.items())


def _place(clinic: Clinic, row: ClinicRow) -> None:
    """Where it stands: as given, else where its postal code lies; nothing is asked over the network here."""
    if row.lat is not None and row.lng is not None:
        clinic.lat, clinic.lng = row.lat, row.lng
        clinic.precision, clinic.position_source = "building", "import"
    else:
        found = geocoding.postal_point(row.country.value, row.postal_code) if row.postal_code else None
        clinic.lat, clinic.lng = (found.lat, found.lng) if found else (None, None)
        clinic.precision, clinic.position_source = (found.precision, found.source) if found else (None, None)
    here = Point(clinic.lat, clinic.lng) if clinic.lat is not None and clinic.lng is not None else None
    names = geocoding.locality(here) if here else None
    clinic.area_en, clinic.area_zh, clinic.area_ko = names or (None, None, None)


def _free_slug(row: ClinicRow, clinics: Mapping[str, Clinic]) -> str:
    """An address for the clinic's page from its name, made once and then kept whatever it is called later."""
    plain = unicodedata.normalize("NFKD", row.name).encode("ascii", "ignore").decode().casefold()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100] or row.country.value.casefold() + "-clinic"
    taken = {clinic.slug for clinic in clinics.values()}
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)


def _take_practitioners(rows: list[PractitionerRow], clinics: Mapping[str, Clinic]) -> None:
    """The files' practitioners replace those of the clinics they name."""
    named: dict[str, dict[str, PractitionerRow]] = {}
    for row in rows:
        named.setdefault(row.clinic_ref, {})[row.name] = row
    for ref, wanted in named.items():
        clinic = clinics[ref]
        there = {person.name: person for person in clinic.practitioners}
        clinic.practitioners = [
            _take_practitioner(there.get(name) or Practitioner(name=name), row)
            for name, row in wanted.items()
        ]


def _take_practitioner(person: Practitioner, row: PractitionerRow) -> Practitioner:
    person.name_local = row.name_local
    person.registration_no = row.registration_no
    person.register_url = row.register_url
    person.checked_on = row.checked_on
    person.languages = ";".join(row.languages) or None
    return person


def _take_offers(
    rows: list[OfferRow],
    parts_of_known: Mapping[tuple[str, str], tuple[Part, ...]],
    clinics: Mapping[str, Clinic],
    now: datetime,
    count: ImportCount,
) -> set[int]:
    """Returns the ids of the clinics whose offers were touched."""
    treatments = dict(db.session.execute(select(Treatment.slug, Treatment.id)).all())
    refs = {row.clinic_ref for row in rows} | {clinic_ref for clinic_ref, _offer in parts_of_known}
    ids = {clinics[ref].id for ref in refs}
    known = {
        (offer.clinic_id, offer.ref): offer
        for offer in db.session.scalars(select(Offer).where(Offer.clinic_id.in_(ids)))
    }
    for row in rows:
        clinic = clinics[row.clinic_ref]
        found = known.get((clinic.id, row.offer_ref))
        offer = found or Offer(clinic_id=clinic.id, ref=row.offer_ref, created_at=now)
        if _take_terms(offer, row.terms, treatments):
            offer.updated_at = now
            count.offers_changed += found is not None
        count.offers_added += found is None
        db.session.add(offer)
    for (clinic_ref, offer_ref), parts in parts_of_known.items():
        offer = known[clinics[clinic_ref].id, offer_ref]
        if _take_parts(offer, parts, treatments):
            offer.updated_at = now
            count.offers_changed += 1
    return ids


def _take_terms(offer: Offer, terms: OfferTerms, treatments: Mapping[str, int]) -> bool:
    before = {name: getattr(offer, name) for name in _OFFER_COLUMNS}
    for name in _TERMS_TAKEN_OVER:
        setattr(offer, name, getattr(terms, name))
    offer.price_amount = terms.price.amount if terms.price else None
    offer.regular_price_amount = terms.regular_price.amount if terms.regular_price else None
    offer.consultation_fee_amount = (
        terms.consultation_fee.amount
        if terms.consultation is Consultation.FEE and terms.consultation_fee
        else None
    )
    offer.other_fees = (
        None if terms.other_fees is None else [[fee.name, fee.amount.amount] for fee in terms.other_fees]
    )
    parts_changed = _take_parts(offer, terms.parts, treatments)
    return parts_changed or any(getattr(offer, name) != value for name, value in before.items())


def _take_parts(offer: Offer, parts: tuple[Part, ...], treatments: Mapping[str, int]) -> bool:
    """Replace an offer's parts where they differ; true when they did."""
    wanted = [_part_values(position, part, treatments) for position, part in enumerate(parts)]
    there = [{name: getattr(row, name) for name in wanted[0]} for row in offer.parts] if wanted else []
    if wanted == there and len(offer.parts) == len(wanted):
        return False
    offer.parts.clear()
    db.session.flush()
    offer.parts.extend(OfferPart(**values) for values in wanted)
    return True


def _part_values(position: int, part: Part, treatments: Mapping[str, int]) -> dict[str, object]:
    return {
        "position": position,
        "treatment_id": treatments[part.treatment] if part.treatment else None,
        "quantity": part.quantity,
        "unit": part.unit.value if part.unit else None,
        "sessions": part.sessions,
        "interval_weeks": part.interval_weeks,
        "areas": ";".join(part.areas) or None,
        "words": part.words,
    }
