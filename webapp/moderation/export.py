"""What is stored, as the listing files' rows: the way back of an import, and a clinic's own price list."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.clinics.models import Clinic, Practitioner
from webapp.domain.asks_for import AsksFor
from webapp.domain.listing_csv import (
    FILES,
    ClinicRow,
    Listing,
    OfferRow,
    PartRow,
    PractitionerRow,
    exact_names,
)
from webapp.domain.market import Authority, Country
from webapp.domain.text import fold
from webapp.extensions import db
from webapp.offers import queries as offers
from webapp.treatments import queries as treatments

# Kinds of names that mean one thing exactly; misspellings are for a search box, which can ask back.
_EXACT_KINDS = {"name", "nickname", "generic"}
# Far below what a database takes as parameters of one statement.
_AT_ONCE = 500


def listing() -> Listing:
    """Every clinic with its practitioners and the offers on its price list, in the order in which they came.

    Retired offers are left out. A row's line is where it will stand in its file.
    """
    clinics = db.session.scalars(
        select(Clinic).order_by(Clinic.id).options(selectinload(Clinic.practitioners))
    ).all()
    people = [(clinic, person) for clinic in clinics for person in clinic.practitioners]
    sold: list[OfferRow] = []
    for start in range(0, len(clinics), _AT_ONCE):
        sold += _offer_rows(clinics[start : start + _AT_ONCE], first_line=len(sold) + 2)
    parts = [(row, part) for row in sold for part in row.terms.parts]
    return Listing(
        files=frozenset(FILES),
        clinics=tuple(_clinic_row(clinic, line) for line, clinic in enumerate(clinics, start=2)),
        practitioners=tuple(
            _practitioner_row(clinic, person, line) for line, (clinic, person) in enumerate(people, start=2)
        ),
        offers=tuple(sold),
        parts=tuple(
            PartRow(line, row.clinic_ref, row.offer_ref, part)
            for line, (row, part) in enumerate(parts, start=2)
        ),
    )


def price_list(clinic: Clinic) -> list[OfferRow]:
    """The offers on a clinic's price list, in its order: what `write_price_list` makes a sheet of."""
    return _offer_rows([clinic])


def treatment_names() -> Mapping[str, str]:
    """What a price list may call a treatment → its slug: names in every language, none that may mean two."""
    terms = treatments.names()
    ambiguous = {fold(term) for term, kind, _slug in terms if kind == "ambiguous"}
    pairs = [
        (term, slug) for term, kind, slug in terms if kind in _EXACT_KINDS and fold(term) not in ambiguous
    ]
    for row in treatments.everything():
        own = (row.name_en, row.name_zh_hans, row.name_zh_hant, row.name_ko)
        pairs += [(name, row.slug) for name in own if name and fold(name) not in ambiguous]
    return exact_names(pairs)


def _offer_rows(clinics: Sequence[Clinic], first_line: int = 2) -> list[OfferRow]:
    published = offers.for_clinics([clinic.id for clinic in clinics])
    found = [(clinic.ref, offer) for clinic in clinics for offer in published.get(clinic.id, ())]
    return [
        OfferRow(line, ref, offer.ref, offer.terms)
        for line, (ref, offer) in enumerate(found, start=first_line)
    ]


def _clinic_row(clinic: Clinic, line: int) -> ClinicRow:
    # A point of the file counts as exact: only one that was given as such, by an import or as the clinic's own
    # pin, is written. What we derived from the address is derived again.
    exact = clinic.position_source == "import" or clinic.pin_confirmed_on is not None
    return ClinicRow(
        line=line,
        ref=clinic.ref,
        name=clinic.name,
        name_zh=clinic.name_zh,
        name_ko=clinic.name_ko,
        country=Country(clinic.country),
        address=clinic.address,
        unit=clinic.unit,
        postal_code=clinic.postal_code,
        lat=clinic.lat if exact else None,
        lng=clinic.lng if exact else None,
        hours=clinic.hours,
        phone=clinic.phone,
        website=clinic.website,
        enquiry_email=clinic.enquiry_email,
        enquiry_email_confirmed_on=clinic.enquiry_email_confirmed_on,
        languages=_words(clinic.languages),
        group_ref=clinic.group_ref,
        licence_no=clinic.licence_no,
        gst_registered=clinic.gst_registered,
        foreign_patient_reg_no=clinic.foreign_patient_reg_no,
        feed_url=clinic.feed_url,
        authority=Authority(clinic.authority),
        authority_by=clinic.authority_by,
        authority_on=clinic.authority_on,
        accepts_enquiries=clinic.accepts_enquiries,
        # A word that we do not know any more asks for nothing.
        asks_for=tuple(word for word in AsksFor if word in _words(clinic.asks_for)),
        enquiries_per_day=clinic.enquiries_per_day,
        sample=clinic.sample,
        source=clinic.source,
        verified_on=clinic.verified_on,
    )


def _practitioner_row(clinic: Clinic, person: Practitioner, line: int) -> PractitionerRow:
    return PractitionerRow(
        line=line,
        clinic_ref=clinic.ref,
        name=person.name,
        name_local=person.name_local,
        registration_no=person.registration_no,
        register_url=person.register_url,
        checked_on=person.checked_on,
        languages=_words(person.languages),
    )


def _words(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split(";")) if joined else ()
