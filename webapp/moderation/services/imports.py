"""Take listing files over, all or nothing, matched by ref. An import is an editor's accepted decision: only what a
clinic said itself since, or staff for it, is not overwritten but proposed.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from webapp import events
from webapp.clinics.models import Clinic, Practitioner
from webapp.domain.listing_csv import ClinicRow, Listing, OfferRow, PractitionerRow
from webapp.domain.offers import Part
from webapp.domain.same_clinic import marks
from webapp.enquiries.services import deliveries as enquiries
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.moderation.actors import OPERATOR
from webapp.moderation.models import AuthorityRecord
from webapp.moderation.services import do_not_list, facts, placing, proposals
from webapp.moderation.services.offer_rows import treatment_ids, write_parts, write_terms
from webapp.moderation.services.proposals import CHANGE_CLINIC, CHANGE_OFFER, CHANGE_PRACTITIONER, Change
from webapp.offers.models import Offer
from webapp.offers.queries import terms_of
from webapp.offers.services import record_versions
from webapp.offers.terms_json import terms_as_json

_AUTHORITY_COLUMNS = ("authority", "authority_by", "authority_on")
_COLUMNS_OF_ROW = (
    "name", "name_zh", "name_ko", "country", "address", "unit", "postal_code", "hours", "phone", "website",
    "languages", "enquiry_email", "enquiry_email_confirmed_on", "group_ref", "licence_no", "gst_registered",
    "foreign_patient_reg_no", "feed_url", "accepts_enquiries", "enquiries_per_day", "sample", "source",
    "verified_on", *_AUTHORITY_COLUMNS,
)  # fmt: skip
_PERSON_COLUMNS = ("name_local", "registration_no", "register_url", "checked_on", "languages")


@dataclass(slots=True)
class ImportCount:
    """How many clinics and offers an import added and changed, and how many changes it only proposed. `kept_out`
    are the refs of rows that were left out because the clinic asked never to be listed."""

    clinics_added: int = 0
    clinics_changed: int = 0
    offers_added: int = 0
    offers_changed: int = 0
    proposed: int = 0
    kept_out: list[str] = field(default_factory=list)


def import_listing(listing: Listing, now: datetime, *, only_missing: bool = False) -> ImportCount:
    """Take the rows of checked listing files over, in the caller's transaction.

    Clinics and offers are matched by their refs; what the files do not name stays as it is. A clinic on the
    do-not-list is never brought back by a file, whatever ref it has there. With `only_missing`, known refs are
    left alone (the seed).
    """
    run = _Import(listing, now)
    frozen = {ref for ref, row in run.clinics.items() if only_missing or row.authority == "do_not_list"}
    run.count.kept_out = run.kept_out(listing.clinics)
    frozen.update(run.count.kept_out)
    for clinic_row in listing.clinics:
        if clinic_row.ref not in frozen:
            run.take_clinic(clinic_row)
    db.session.flush()
    run.take_practitioners(row for row in listing.practitioners if row.clinic_ref not in frozen)
    run.take_offers([row for row in listing.offers if row.clinic_ref not in frozen])
    run.take_parts({key: parts for key, parts in listing.parts_of_known.items() if key[0] not in frozen})
    db.session.flush()
    record_versions(run.written, now)
    run.propose()
    run.remember_who_wants_out()
    for clinic_id in sorted({clinic.id for clinic in run.touched.values()}):
        events.clinic_changed.send(Clinic, clinic_id=clinic_id)
    return run.count


class _Import:
    """One import under way: what is there, what was touched and written, what is to be proposed."""

    def __init__(self, listing: Listing, now: datetime) -> None:
        self.now = now
        self.count = ImportCount()
        self.clinics = {row.ref: row for row in db.session.scalars(select(Clinic))}
        self.touched: dict[str, Clinic] = {}
        self.written: list[Offer] = []
        self._changes: list[tuple[Clinic, str, date, Change]] = []
        self._treatments = treatment_ids()
        self._keeps_parts = listing.keeps_parts
        # Clinics whose authority somebody gave or took here: a file does not speak for them any more.
        self._decided_here = set(
            db.session.scalars(select(AuthorityRecord.clinic_id).where(AuthorityRecord.way != "import"))
        )
        refs = {row.clinic_ref for row in listing.offers} | {ref for ref, _offer in listing.parts_of_known}
        ids = {clinic.id for ref, clinic in self.clinics.items() if ref in refs}
        self._offers = {
            (offer.clinic_id, offer.ref): offer
            for offer in db.session.scalars(select(Offer).where(Offer.clinic_id.in_(ids)))
        }

    def kept_out(self, rows: Iterable[ClinicRow]) -> list[str]:
        """The refs of clinics that asked never to be listed. One that joined since spoke for itself."""
        register = do_not_list.register()
        return [
            row.ref
            for row in rows
            if (row.ref not in self.clinics or self.clinics[row.ref].authority != "authorised")
            and register.find(
                marks(
                    row.country.value,
                    (row.name, row.name_zh, row.name_ko),
                    ref=row.ref,
                    postal_code=row.postal_code,
                    unit=row.unit,
                    website=row.website,
                    phone=row.phone,
                )
            )
        ]

    def remember_who_wants_out(self) -> None:
        """A file that says "do_not_list" says it for good; one that says "withdrawn" ends the open enquiries."""
        for clinic in self.touched.values():
            if clinic.authority == "do_not_list":
                do_not_list.add(clinic, "said so in a listing file", OPERATOR, self.now, way="import")
            elif clinic.authority == "withdrawn":
                enquiries.clinic_left(clinic.id, self.now)

    def take_clinic(self, row: ClinicRow) -> None:
        known = self.clinics.get(row.ref)
        clinic = known or Clinic(
            ref=row.ref, slug=_free_slug(row, self.clinics), created_at=self.now, auto_accept_prices=False
        )
        self.clinics[row.ref] = self.touched[row.ref] = clinic
        wanted = _values(row)
        kept = facts.own_words(clinic) if known else frozenset()
        if known is not None and clinic.id in self._decided_here:
            kept |= set(_AUTHORITY_COLUMNS)
        different = {name for name, value in wanted.items() if getattr(clinic, name) != value}
        moved = known is None or bool({"address", "postal_code"} & different - kept)
        for name in different - kept:
            setattr(clinic, name, wanted[name])
        placed = _place(clinic, row, moved=moved)
        if known is None:
            self.count.clinics_added += 1
        elif different - kept or placed:
            self.count.clinics_changed += 1
            facts.forget(clinic, different - kept)
        if known is None or different - kept or placed:
            clinic.updated_at = self.now
        for fact in sorted({facts.FIELD_OF[name] for name in different & kept if name in facts.FIELD_OF}):
            after = {name: _plain(wanted[name]) for name in facts.FIELDS[fact] if name in wanted}
            self._propose(clinic, row.source, row.verified_on, Change(CHANGE_CLINIC, "", fact, after))
        db.session.add(clinic)

    def take_practitioners(self, rows: Iterable[PractitionerRow]) -> None:
        """The files' practitioners replace those of the clinics they name, but for the clinic's own entries."""
        named: dict[str, dict[str, PractitionerRow]] = {}
        for row in rows:
            named.setdefault(row.clinic_ref, {})[row.name] = row
        for ref, wanted in named.items():
            clinic = self.touched[ref] = self.clinics[ref]
            there = {person.name: person for person in clinic.practitioners}
            own = {name: person for name, person in there.items() if person.origin in facts.OWN_WORDS}
            for name, row in wanted.items():
                values = {column: getattr(row, column) for column in _PERSON_COLUMNS}
                values["languages"] = ";".join(row.languages) or None
                if name not in own:
                    _put(there.setdefault(name, Practitioner(name=name)), values)
                elif any(getattr(own[name], column) != value for column, value in values.items()):
                    after = {"name": name} | {column: _plain(value) for column, value in values.items()}
                    change = Change(CHANGE_PRACTITIONER, name, "", after)
                    self._propose(clinic, clinic.source, clinic.verified_on, change)
            clinic.practitioners = [there[name] for name in there if name in wanted or name in own]

    def take_offers(self, rows: Iterable[OfferRow]) -> None:
        for row in rows:
            clinic = self.touched[row.clinic_ref] = self.clinics[row.clinic_ref]
            found = self._offers.get((clinic.id, row.offer_ref))
            if found is not None and row.key in self._keeps_parts:
                # There was no offer_parts.csv: an absent file says nothing.
                row = replace(row, terms=replace(row.terms, parts=terms_of(found).parts))
            if found is not None and found.origin in facts.OWN_WORDS:
                self._propose_terms(clinic, found, row)
                continue
            offer = found or Offer(clinic_id=clinic.id, ref=row.offer_ref, created_at=self.now)
            self._offers[clinic.id, row.offer_ref] = offer
            was_retired, offer.retired_on = offer.retired_on is not None, None
            if write_terms(offer, row.terms, self._treatments) or was_retired:
                self.written.append(offer)
                offer.origin = None
                offer.updated_at = self.now
                self.count.offers_changed += found is not None
            self.count.offers_added += found is None
            db.session.add(offer)

    def take_parts(self, parts_of_known: Mapping[tuple[str, str], tuple[Part, ...]]) -> None:
        """Parts that come without their offer's row."""
        for (clinic_ref, offer_ref), parts in parts_of_known.items():
            clinic = self.touched[clinic_ref] = self.clinics[clinic_ref]
            offer = self._offers[clinic.id, offer_ref]
            if offer.origin in facts.OWN_WORDS:
                terms = replace(terms_of(offer), parts=parts)
                self._propose_terms(clinic, offer, OfferRow(0, clinic_ref, offer_ref, terms))
            elif write_parts(offer, parts, self._treatments):
                self.written.append(offer)
                offer.updated_at = self.now
                self.count.offers_changed += 1

    def propose(self) -> None:
        for clinic, source, seen_on, change in self._changes:
            made = proposals.propose(
                clinic, [change], origin="import", source=source, seen_on=seen_on, now=self.now
            )
            self.count.proposed += len(made)

    def _propose_terms(self, clinic: Clinic, offer: Offer, row: OfferRow) -> None:
        after = proposals.offer_after(terms_as_json(row.terms))
        if after == proposals.offer_after(terms_as_json(terms_of(offer))) and offer.retired_on is None:
            return
        change = Change(CHANGE_OFFER, offer.ref, "", after)
        self._propose(clinic, row.terms.source, row.terms.verified_on, change)

    def _propose(self, clinic: Clinic, source: str, seen_on: date | None, change: Change) -> None:
        self._changes.append((clinic, source, seen_on or today_in(clinic.country, self.now), change))


def _values(row: ClinicRow) -> dict[str, Any]:
    """The row as the columns of a clinic."""
    return {name: getattr(row, name) for name in _COLUMNS_OF_ROW} | {
        "country": row.country.value,
        "authority": row.authority.value,
        "languages": ";".join(row.languages) or None,
        "asks_for": ";".join(row.asks_for) or None,
    }


def _place(clinic: Clinic, row: ClinicRow, *, moved: bool) -> bool:
    """Where it stands: as given, else where its postal code lies. A pin that the clinic put stays. True if moved."""
    before = (clinic.lat, clinic.lng, clinic.position_source)
    if clinic.pin_confirmed_on is not None:
        return False
    if row.lat is not None and row.lng is not None:
        if before != (row.lat, row.lng, "import"):
            placing.place_exactly(clinic, row.lat, row.lng, "import")
    elif moved or clinic.position_source == "import":
        placing.place_by_postal_code(clinic)
    return before != (clinic.lat, clinic.lng, clinic.position_source)


def _free_slug(row: ClinicRow, clinics: Mapping[str, Clinic]) -> str:
    """An address for the clinic's page from its name, made once and then kept whatever it is called later."""
    plain = unicodedata.normalize("NFKD", row.name).encode("ascii", "ignore").decode().casefold()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100] or row.country.value.casefold() + "-clinic"
    taken = {clinic.slug for clinic in clinics.values()}
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)


def _put(person: Practitioner, values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        setattr(person, column, value)
    # From now on it has the listing's own source.
    person.origin = person.source = person.seen_on = person.confirmed_by = person.confirmed_on = None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
