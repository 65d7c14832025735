"""The four kinds of rows, typed, and the checks that need no other row."""

from dataclasses import dataclass
from datetime import date

from webapp.domain.listing_csv import shapes
from webapp.domain.listing_csv.cells import Cells
from webapp.domain.listing_csv.known import OfferKey
from webapp.domain.market import Authority, Country
from webapp.domain.money import Money
from webapp.domain.offers import (
    Consultation,
    Eligibility,
    Injector,
    Numbing,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    Tax,
)

# The word of offer_parts.csv for a treatment that is none of ours.
OTHER = "other"

MAX_SESSIONS = 100
MAX_INTERVAL_WEEKS = 104
MAX_EXPIRY_DAYS = 3660


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
    country = cells.choice("country", Country)
    authority = cells.choice("authority", Authority)
    sample = cells.yes_no("sample") or False
    lat, lng = _position(cells, country)
    row = ClinicRow(
        line=cells.line,
        ref=cells.raw("ref"),
        name=cells.raw("name"),
        name_zh=cells.text("name_zh"),
        name_ko=cells.text("name_ko"),
        country=country or Country.SG,
        address=cells.text("address"),
        unit=cells.text("unit"),
        postal_code=cells.postal_code("postal_code", country) if country else None,
        lat=lat,
        lng=lng,
        hours=cells.hours("hours"),
        phone=cells.phone("phone", country) if country else None,
        website=cells.web_address("website"),
        enquiry_email=cells.email("enquiry_email"),
        enquiry_email_confirmed_on=cells.day("enquiry_email_confirmed_on", past=True),
        languages=cells.languages("languages"),
        group_ref=cells.text("group_ref"),
        licence_no=cells.text("licence_no"),
        gst_registered=cells.yes_no("gst_registered"),
        foreign_patient_reg_no=cells.text("foreign_patient_reg_no"),
        feed_url=cells.web_address("feed_url"),
        authority=authority or Authority.UNCLAIMED,
        authority_by=cells.text("authority_by"),
        authority_on=cells.day("authority_on", past=True),
        # Nobody is asked who did not say that they want to be.
        accepts_enquiries=cells.yes_no("accepts_enquiries") or False,
        sample=sample,
        source=cells.raw("source"),
        verified_on=cells.day("verified_on", past=True),
    )
    if row.authority is Authority.AUTHORISED:
        if row.address is None:
            cells.error("address", "address_needed")
        if row.authority_by is None or row.authority_on is None:
            cells.note("authority_by", "authority_open")
    if sample:
        _check_sample(cells, row)
    return None if cells.failed else row


def _position(cells: Cells, country: Country | None) -> tuple[float | None, float | None]:
    # A swapped pair has a lat above 90; it is read so that it can be explained.
    lat, lng = cells.coordinate("lat", 180), cells.coordinate("lng", 180)
    if bool(cells.raw("lat")) != bool(cells.raw("lng")):
        cells.error("lat", "lat_lng_together")
    elif lat is not None and lng is not None and country and not shapes.inside(lat, lng, country):
        swapped = shapes.inside(lng, lat, country)
        cells.error("lat", "coordinates_swapped" if swapped else "outside_country", country=country)
    return lat, lng


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
    row = PractitionerRow(
        line=cells.line,
        clinic_ref=cells.raw("clinic_ref"),
        name=cells.raw("name"),
        name_local=cells.text("name_local"),
        registration_no=cells.text("registration_no"),
        register_url=cells.web_address("register_url"),
        checked_on=cells.day("checked_on", past=True),
        languages=cells.languages("languages"),
    )
    return None if cells.failed else row


def offer_row(cells: Cells) -> OfferRow | None:
    """Read a row of offers.csv, without its parts; None when it has an error, which is then reported."""
    currency = cells.currency("currency")
    kind = cells.choice("price_kind", PriceKind)
    price = cells.money("price", currency, above_zero=True)
    if kind is not None and kind is not PriceKind.ON_REQUEST and not cells.raw("price"):
        cells.error("price", "price_needed")
    if kind is PriceKind.ON_REQUEST and cells.raw("price"):
        cells.error("price", "price_not_on_request")
    valid_from, valid_until = cells.day("valid_from"), cells.day("valid_until")
    if valid_from is not None and valid_until is not None and valid_until < valid_from:
        cells.error("valid_until", "dates_reversed")
    consultation, consultation_fee = _consultation(cells, currency)
    tax = cells.choice("tax", Tax)
    price_basis = cells.choice("price_basis", PriceBasis)
    tax_rate = cells.rate("tax_rate")
    regular_price = cells.money("regular_price", currency, above_zero=True)
    eligibility = cells.choice("eligibility", Eligibility)
    weekday_only = cells.yes_no("weekday_only")
    once_per_patient = cells.yes_no("once_per_patient")
    consultation_waived = cells.yes_no("consultation_waived")
    other_fees = cells.fees("other_fees", currency)
    numbing = cells.choice("numbing", Numbing)
    injector = cells.choice("injector", Injector)
    same_price_for_foreigners = cells.yes_no("same_price_for_foreigners")
    parts_complete = cells.yes_no("parts_complete")
    expires_after_days = cells.whole("expires_after_days", 1, MAX_EXPIRY_DAYS)
    verified_on = cells.day("verified_on", past=True)
    # The terms refuse contradictions themselves, so they are built only from what was read without an error.
    if cells.failed or currency is None or kind is None or tax is None:
        return None
    terms = OfferTerms(
        title=cells.raw("title"),
        currency=currency,
        price=price,
        parts=(),
        tax=tax,
        price_kind=kind,
        price_basis=price_basis or PriceBasis.TOTAL,
        tax_rate=tax_rate,
        regular_price=regular_price,
        valid_from=valid_from,
        valid_until=valid_until,
        event_target=cells.text("event_target"),
        event_scope=cells.text("event_scope"),
        eligibility=eligibility or Eligibility.ANY,
        weekday_only=weekday_only,
        once_per_patient=once_per_patient,
        consultation=consultation,
        consultation_fee=consultation_fee,
        consultation_waived=consultation_waived,
        other_fees=other_fees,
        numbing=numbing,
        injector=injector,
        same_price_for_foreigners=same_price_for_foreigners,
        parts_complete=parts_complete is not False,
        expires_after_days=expires_after_days,
        refund_terms=cells.text("refund_terms"),
        source=cells.raw("source"),
        verified_on=verified_on,
    )
    return OfferRow(cells.line, cells.raw("clinic_ref"), cells.raw("offer_ref"), terms)


def _consultation(cells: Cells, currency: str | None) -> tuple[Consultation | None, Money | None]:
    """`included`, or the amount of a fee; empty is "not stated"."""
    if cells.raw("consultation_fee").casefold() == Consultation.INCLUDED:
        return Consultation.INCLUDED, None
    fee = cells.money("consultation_fee", currency)
    return (Consultation.FEE, fee) if fee is not None else (None, None)


def part_row(cells: Cells) -> PartRow | None:
    """Read a row of offer_parts.csv; None when it has an error, which is then reported."""
    quantity, unit = cells.quantity("quantity"), cells.unit("unit")
    if cells.raw("quantity") and not cells.raw("unit"):
        cells.error("unit", "unit_needed")
    sessions = cells.whole("sessions", 1, MAX_SESSIONS)
    interval_weeks = cells.whole("interval_weeks", 1, MAX_INTERVAL_WEEKS)
    if cells.failed:
        return None
    treatment = cells.raw("treatment")
    part = Part(
        treatment=None if treatment.casefold() == OTHER else treatment,
        quantity=quantity,
        unit=unit,
        sessions=sessions or 1,
        areas=cells.words("areas"),
        interval_weeks=interval_weeks,
        words=cells.text("words"),
    )
    return PartRow(cells.line, cells.raw("clinic_ref"), cells.raw("offer_ref"), part)
