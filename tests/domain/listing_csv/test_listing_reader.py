"""The listing files as a whole: what is read, what is refused, and that the message names file, line
and column.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.domain.listing_csv.listing_files import CLINIC, KNOWN, OFFER, PART, files, write
from webapp.domain.asks_for import AsksFor
from webapp.domain.listing_csv import (
    ClinicRow,
    Known,
    KnownOffer,
    Listing,
    PractitionerRow,
    ReadResult,
    read,
)
from webapp.domain.market import Authority, Country
from webapp.domain.money import Money
from webapp.domain.offers import (
    Consultation,
    Eligibility,
    Fee,
    Injector,
    Numbing,
    OfferTerms,
    Part,
    PriceBasis,
    Tax,
)
from webapp.domain.units import Unit

TODAY = date(2026, 3, 10)


def codes(result: ReadResult) -> list[tuple[str, int | None, str | None, str]]:
    return [(error.file, error.line, error.column, error.code) for error in result.errors]


def test_a_valid_set_is_read_into_typed_rows(tmp_path: Path) -> None:
    result = read(write(tmp_path, files()), KNOWN, TODAY)
    assert result.errors == ()
    assert result.notes == ()
    assert result.listing.files == {"clinics.csv", "practitioners.csv", "offers.csv", "offer_parts.csv"}
    assert result.listing.clinics == (
        ClinicRow(
            line=2,
            ref="c1",
            name="Clinic One",
            name_zh=None,
            name_ko="하나의원",
            country=Country.SG,
            address="290 Orchard Road",
            unit="#09-01",
            postal_code="238859",
            lat=1.304,
            lng=103.8358,
            hours="Mo-Fr 10:00-19:00; Sa 10:00-16:00",
            phone=None,
            website="https://one.example/en",
            enquiry_email="desk@one.example",
            enquiry_email_confirmed_on=date(2026, 1, 5),
            languages=("en", "zh"),
            group_ref=None,
            licence_no=None,
            gst_registered=True,
            foreign_patient_reg_no=None,
            feed_url=None,
            authority=Authority.AUTHORISED,
            authority_by="the manager",
            authority_on=date(2026, 1, 4),
            accepts_enquiries=True,
            asks_for=(AsksFor.DATES, AsksFor.AREA),
            enquiries_per_day=20,
            sample=True,
            source="invented",
            verified_on=date(2026, 3, 1),
        ),
    )
    assert result.listing.practitioners == (
        PractitionerRow(2, "c1", "Dr One", None, "M00000A", None, None, ("en",)),
    )
    part = Part("rejuran_healer", Decimal(2), Unit.ML, 3, ("face", "neck"), 4, "Healer")
    (offer,) = result.listing.offers
    assert offer.key == ("c1", "o1")
    assert offer.terms == OfferTerms(
        title="Rejuran Healer 2 ml",
        currency="SGD",
        price=Money(138000, "SGD"),
        parts=(part,),
        tax=Tax.EXCLUSIVE,
        tax_rate=Decimal(9),
        consultation=Consultation.FEE,
        consultation_fee=Money(5000, "SGD"),
        consultation_waived=True,
        other_fees=(Fee("medicine", Money(2000, "SGD")), Fee("needle", Money(3050, "SGD"))),
        numbing=Numbing.INCLUDED,
        injector=Injector.DOCTOR,
        source="invented",
        verified_on=date(2026, 3, 1),
    )
    assert [row.part for row in result.listing.parts] == [part]


def test_what_is_empty_is_unknown_and_not_zero(tmp_path: Path) -> None:
    bare = {"clinic_ref": "c1", "offer_ref": "o1", "title": "x", "currency": "SGD", "tax": "unknown"}
    offer = {**bare, "price_kind": "on_request", "source": "s"}
    result = read(write(tmp_path, files(offers=[offer])), KNOWN, TODAY)
    terms = result.listing.offers[0].terms
    assert (terms.price, terms.consultation, terms.consultation_fee, terms.other_fees) == (
        None,
        None,
        None,
        None,
    )
    assert (terms.weekday_only, terms.once_per_patient, terms.numbing, terms.injector) == (
        None,
        None,
        None,
        None,
    )
    assert (terms.price_basis, terms.eligibility, terms.parts_complete) == (
        PriceBasis.TOTAL,
        Eligibility.ANY,
        True,
    )
    assert (terms.tax_rate, terms.verified_on) == (None, None)


def test_the_word_other_matches_no_treatment_and_none_means_no_fee(tmp_path: Path) -> None:
    tables = files(
        offers=[{**OFFER, "other_fees": "none", "consultation_fee": "included", "parts_complete": "no"}],
        offer_parts=[{"clinic_ref": "c1", "offer_ref": "o1", "treatment": "other", "words": "house blend"}],
    )
    terms = read(write(tmp_path, tables), KNOWN, TODAY).listing.offers[0].terms
    assert terms.parts == (Part(None, words="house blend"),)
    assert (terms.other_fees, terms.consultation, terms.parts_complete) == ((), Consultation.INCLUDED, False)


def test_parts_keep_their_order_and_find_their_offer(tmp_path: Path) -> None:
    tables = files(
        offers=[OFFER, {**OFFER, "offer_ref": "o2", "title": "Trio"}],
        offer_parts=[
            {**PART, "offer_ref": "o2", "treatment": "ha_booster_generic"},
            PART,
            {**PART, "offer_ref": "o2", "sessions": ""},
            {**PART, "offer_ref": "o2", "treatment": "other"},
        ],
    )
    single, trio = read(write(tmp_path, tables), KNOWN, TODAY).listing.offers
    assert [part.treatment for part in single.terms.parts] == ["rejuran_healer"]
    assert [part.treatment for part in trio.terms.parts] == ["ha_booster_generic", "rejuran_healer", None]
    assert [part.sessions for part in trio.terms.parts] == [3, 1, 3]
    assert trio.terms.is_combo


def test_fewer_files_than_four_refer_to_what_is_known(tmp_path: Path) -> None:
    offers = [{**OFFER, "clinic_ref": "known-sg"}]
    result = read(write(tmp_path, {"offers.csv": offers}), KNOWN, TODAY)
    assert result.ok
    assert result.listing.files == {"offers.csv"}
    assert codes(read(tmp_path, Known(treatments=KNOWN.treatments), TODAY)) == [
        ("offers.csv", 2, "clinic_ref", "clinic_unknown")
    ]


def test_parts_alone_replace_those_of_an_offer_that_exists(tmp_path: Path) -> None:
    parts = [{**PART, "clinic_ref": "known-sg"}, {**PART, "clinic_ref": "known-sg", "treatment": "other"}]
    write(tmp_path, {"offer_parts.csv": parts})
    assert [error.code for error in read(tmp_path, KNOWN, TODAY).errors] == ["offer_unknown", "offer_unknown"]
    known = replace(KNOWN, offers={("known-sg", "o1"): KnownOffer(PriceBasis.TOTAL, 1)})
    found = read(tmp_path, known, TODAY).listing.parts_of_known
    assert [part.treatment for part in found["known-sg", "o1"]] == ["rejuran_healer", None]
    per_unit = replace(KNOWN, offers={("known-sg", "o1"): KnownOffer(PriceBasis.PER_UNIT, 1)})
    assert codes(read(tmp_path, per_unit, TODAY)) == [("offer_parts.csv", 3, None, "one_part_only")]


def test_a_price_per_session_does_not_fit_a_known_offer_of_two_parts(tmp_path: Path) -> None:
    offers = [{**OFFER, "clinic_ref": "known-sg", "price_basis": "per_session"}]
    write(tmp_path, {"offers.csv": offers})
    known = replace(KNOWN, offers={("known-sg", "o1"): KnownOffer(PriceBasis.TOTAL, 2)})
    assert codes(read(tmp_path, known, TODAY)) == [("offers.csv", 2, "price_basis", "one_part_only")]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("ref", "", "required"),
        ("ref", "x" * 129, "too_long"),
        ("name", " \u200b ", "required"),
        ("country", "MY", "not_a_choice"),
        ("country", "", "required"),
        ("authority", "joined", "not_a_choice"),
        ("source", "", "required"),
        ("address", "", "address_needed"),
        ("postal_code", "1234", "not_a_postal_code"),
        ("postal_code", "23885a", "not_a_postal_code"),
        ("lat", "", "lat_lng_together"),
        ("lat", "north", "not_a_coordinate"),
        ("lat", "37.5", "outside_country"),
        ("lng", "181", "not_a_coordinate"),
        ("hours", "10-7 daily", "not_hours"),
        ("website", "javascript:alert(1)", "not_a_web_address"),
        ("website", "https://user@one.example", "not_a_web_address"),
        ("feed_url", "ftp://one.example/x", "not_a_web_address"),
        ("enquiry_email", "desk at one", "not_an_email"),
        ("enquiry_email_confirmed_on", "05/01/2026", "not_a_date"),
        ("enquiry_email_confirmed_on", "2026-02-30", "not_a_date"),
        ("verified_on", "2026-03-12", "date_in_future"),
        ("languages", "english", "not_languages"),
        ("gst_registered", "maybe", "not_a_choice"),
        ("sample", "1", "not_a_choice"),
        ("phone", "+65 6235 1234", "sample_phone"),
        ("enquiry_email", "desk@real.sg", "sample_address"),
        ("website", "https://real.sg", "sample_address"),
    ],
)
def test_a_clinic_value_that_is_wrong_is_named(tmp_path: Path, column: str, value: str, code: str) -> None:
    result = read(write(tmp_path, files(clinics=[{**CLINIC, column: value}])), KNOWN, TODAY)
    assert ("clinics.csv", 2, code) in [(error.file, error.line, error.code) for error in result.errors]
    if code not in {"lat_lng_together", "outside_country"}:
        assert result.errors[0].column == column
    assert result.listing == Listing()
    if code.startswith("sample_"):
        assert result.errors[0].rule == "SAMPLE-CONTACT"


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("title", "", "required"),
        ("price", "", "price_needed"),
        ("price", "0", "amount_zero"),
        ("price", "-1", "amount_negative"),
        ("price", "380.005", "amount_decimals"),
        ("price", "about 380", "not_an_amount"),
        ("price", "9" * 30, "amount_too_large"),
        ("price", "380,00", "not_an_amount"),
        ("currency", "XXX", "currency_unknown"),
        ("price_basis", "per month", "not_a_choice"),
        ("tax", "", "required"),
        ("tax", "incl", "not_a_choice"),
        ("tax_rate", "0.09", "not_a_rate"),
        ("tax_rate", "nine", "not_a_rate"),
        ("price_kind", "promo", "not_a_choice"),
        ("regular_price", "free", "not_an_amount"),
        ("eligibility", "everyone", "not_a_choice"),
        ("consultation_fee", "yes", "not_an_amount"),
        ("other_fees", "medicine", "not_fees"),
        ("other_fees", "medicine:20;:30", "not_fees"),
        ("other_fees", "medicine:twenty", "not_an_amount"),
        ("numbing", "cream", "not_a_choice"),
        ("injector", "robot", "not_a_choice"),
        ("expires_after_days", "0", "not_whole"),
        ("expires_after_days", "1 year", "not_whole"),
    ],
)
def test_an_offer_value_that_is_wrong_is_named(tmp_path: Path, column: str, value: str, code: str) -> None:
    result = read(write(tmp_path, files(offers=[{**OFFER, column: value}])), KNOWN, TODAY)
    assert codes(result) == [("offers.csv", 2, column, code)]


@pytest.mark.parametrize(
    ("column", "value", "where", "code"),
    [
        ("treatment", "", "treatment", "required"),
        ("treatment", "rejuran_heeler", "treatment", "treatment_unknown_near"),
        ("treatment", "zzz", "treatment", "treatment_unknown"),
        ("quantity", "two", "quantity", "not_a_quantity"),
        ("quantity", "-2", "quantity", "not_a_quantity"),
        ("unit", "tube", "unit", "not_a_unit"),
        ("unit", "", "unit", "unit_needed"),
        ("sessions", "0", "sessions", "not_whole"),
        ("sessions", "101", "sessions", "not_whole"),
        ("interval_weeks", "2-4", "interval_weeks", "not_whole"),
        ("offer_ref", "o9", "offer_ref", "offer_unknown"),
        ("clinic_ref", "c9", "clinic_ref", "clinic_unknown"),
    ],
)
def test_a_part_value_that_is_wrong_is_named(
    tmp_path: Path, column: str, value: str, where: str, code: str
) -> None:
    result = read(write(tmp_path, files(offer_parts=[{**PART, column: value}])), KNOWN, TODAY)
    assert codes(result) == [("offer_parts.csv", 2, where, code)]


def test_a_price_on_request_is_empty(tmp_path: Path) -> None:
    result = read(write(tmp_path, files(offers=[{**OFFER, "price_kind": "on_request"}])), KNOWN, TODAY)
    assert codes(result) == [("offers.csv", 2, "price", "price_not_on_request")]


def test_a_message_is_a_sentence_with_the_allowed_words(tmp_path: Path) -> None:
    result = read(write(tmp_path, files(offers=[{**OFFER, "tax": "incl"}])), KNOWN, TODAY)
    assert str(result.errors[0]) == (
        "offers.csv, line 2, tax: “incl” is not one of: inclusive, exclusive, unknown."
    )
    near = read(write(tmp_path, files(offer_parts=[{**PART, "treatment": "rejuran_heeler"}])), KNOWN, TODAY)
    assert near.errors[0].message == "There is no treatment “rejuran_heeler”. Did you mean “rejuran_healer”?"
    assert near.errors[0].params == (("slug", "rejuran_heeler"), ("near", "rejuran_healer"))


def test_every_error_is_collected_and_one_slip_is_told_once(tmp_path: Path) -> None:
    tables = files(
        clinics=[{**CLINIC, "country": "XX", "hours": "?"}],
        offers=[{**OFFER, "price": "x", "tax": "y"}],
    )
    assert codes(read(write(tmp_path, tables), KNOWN, TODAY)) == [
        ("clinics.csv", 2, "country", "not_a_choice"),
        ("clinics.csv", 2, "hours", "not_hours"),
        ("offers.csv", 2, "price", "not_an_amount"),
        ("offers.csv", 2, "tax", "not_a_choice"),
    ]
