"""The four kinds of rows, typed, and the checks that need no other row."""

from dataclasses import dataclass
from datetime import date

from webapp.domain.asks_for import AsksFor
from webapp.domain.listing_csv import shapes
from webapp.domain.listing_csv.cells import Cells
from webapp.domain.listing_csv.known import OfferKey
from webapp.domain.market import Authority, Country
from webapp.domain.money import Money
from webapp.domain.offers import Consultation, OfferTerms, Part, PriceKind

# The word of offer_parts.csv for a treatment that is none of ours.
OTHER = "other"


@dataclass(frozen=True, slots=True)
class ClinicRow:
    """One row of clinics.csv. `hours` is in our one way of writing, `phone` in E.164; None is "not
    stated".
    """

    line: int
    ref: str
    name: str
    name_zh: str | None
    name_ko: str | None
    country: Country
    address: str | None
    unit: str | None
    postal_code: str | None
    lat: float | None
    lng: float | None
    hours: str | None
    phone: str | None
    website: str | None
    enquiry_email: str | None
    enquiry_email_confirmed_on: date | None
    languages: tuple[str, ...]
    group_ref: str | None
    licence_no: str | None
    gst_registered: bool | None
    foreign_patient_reg_no: str | None
    feed_url: str | None
    authority: Authority
    authority_by: str | None
    authority_on: date | None
    accepts_enquiries: bool
    asks_for: tuple[AsksFor, ...]
    enquiries_per_day: int | None
    sample: bool
    source: str
    verified_on: date | None


@dataclass(frozen=True, slots=True)
class PractitionerRow:
    """One row of practitioners.csv."""

    line: int
    clinic_ref: str
    name: str
    name_local: str | None
    registration_no: str | None
    register_url: str | None
    checked_on: date | None
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One row of offers.csv; `terms.parts` are those of offer_parts.csv, in its order."""

    line: int
    clinic_ref: str
    offer_ref: str
    terms: OfferTerms

    @property
    def key(self) -> OfferKey:
        return self.clinic_ref, self.offer_ref


@dataclass(frozen=True, slots=True)
class PartRow:
    """One row of offer_parts.csv; `part.treatment` None is the file's `other`."""

    line: int
    clinic_ref: str
    offer_ref: str
    part: Part

    @property
    def key(self) -> OfferKey:
        return self.clinic_ref, self.offer_ref


def clinic_row(cells: Cells) -> ClinicRow | None:
    """Read a row of clinics.csv; None when it has an error, which is then reported."""
    values = cells.read()
    _check_position(cells, values["lat"], values["lng"], values["country"])
    # A row with a bad or missing word is never used, only checked further.
    stand_ins = {"country": Country.SG, "authority": Authority.UNCLAIMED}
    # Nobody is asked who did not say that they want to be.
    not_stated = {"accepts_enquiries": False, "sample": False}
    stated = {name: value for name, value in values.items() if value is not None}
    row = ClinicRow(line=cells.line, **{**values, **stand_ins, **not_stated, **stated})
    if row.authority is Authority.AUTHORISED:
        if row.address is None:
            cells.error("address", "address_needed")
        if row.authority_by is None or row.authority_on is None:
            cells.note("authority_by", "authority_open")
    if row.sample:
        _check_sample(cells, row)
    return None if cells.failed else row


def _check_position(cells: Cells, lat: float | None, lng: float | None, country: Country | None) -> None:
    if bool(cells.raw("lat")) != bool(cells.raw("lng")):
        cells.error("lat", "lat_lng_together")
    elif lat is not None and lng is not None and country and not shapes.inside(lat, lng, country):
        swapped = shapes.inside(lng, lat, country)
        cells.error("lat", "coordinates_swapped" if swapped else "outside_country", country=country)


def _check_sample(cells: Cells, row: ClinicRow) -> None:
    """Sample clinics are invented: nothing of them may reach somebody real (rule SAMPLE-CONTACT)."""
    if row.phone is not None:
        cells.error("phone", "sample_phone", "SAMPLE-CONTACT")
    hosts = {
        "website": shapes.web_host(row.website) if row.website else None,
        "feed_url": shapes.web_host(row.feed_url) if row.feed_url else None,
        "enquiry_email": row.enquiry_email.rpartition("@")[2] if row.enquiry_email else None,
    }
    for column, host in hosts.items():
        if host is not None and not shapes.is_reserved(host):
            cells.error(column, "sample_address", "SAMPLE-CONTACT")


def practitioner_row(cells: Cells) -> PractitionerRow | None:
    """Read a row of practitioners.csv; None when it has an error, which is then reported."""
    values = cells.read()
    return None if cells.failed else PractitionerRow(line=cells.line, **values)


def offer_row(cells: Cells) -> OfferRow | None:
    """Read a row of offers.csv, without its parts; None when it has an error, which is then reported."""
    values = cells.read()
    kind = values["price_kind"]
    if kind is not None and kind is not PriceKind.ON_REQUEST and not cells.raw("price"):
        cells.error("price", "price_needed")
    if kind is PriceKind.ON_REQUEST and cells.raw("price"):
        cells.error("price", "price_not_on_request")
    valid_from, valid_until = values["valid_from"], values["valid_until"]
    if valid_from is not None and valid_until is not None and valid_until < valid_from:
        cells.error("valid_until", "dates_reversed")
    # The terms refuse contradictions themselves, so they are built only from what was read without an error.
    if cells.failed:
        return None
    clinic_ref, offer_ref, price = (values.pop(name) for name in ("clinic_ref", "offer_ref", "price"))
    # What is not stated is as OfferTerms has it where nobody says.
    stated = {name: value for name, value in values.items() if value is not None}
    fee = stated.get("consultation_fee")
    if isinstance(fee, Money):
        stated["consultation"] = Consultation.FEE
    elif fee is not None:
        stated["consultation"] = stated.pop("consultation_fee")
    return OfferRow(cells.line, clinic_ref, offer_ref, OfferTerms(price=price, parts=(), **stated))


def part_row(cells: Cells) -> PartRow | None:
    """Read a row of offer_parts.csv; None when it has an error, which is then reported."""
    values = cells.read()
    if cells.raw("quantity") and not cells.raw("unit"):
        cells.error("unit", "unit_needed")
    if cells.failed:
        return None
    clinic_ref, offer_ref, treatment = (values.pop(name) for name in ("clinic_ref", "offer_ref", "treatment"))
    stated = {name: value for name, value in values.items() if value is not None}
    part = Part(treatment=None if treatment.casefold() == OTHER else treatment, **stated)
    return PartRow(cells.line, clinic_ref, offer_ref, part)
