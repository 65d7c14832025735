"""Checks between rows and files: refs, duplicates, prices for one part, product × market, and notes."""

from datetime import date
from pathlib import Path

import pytest

from tests.domain.listing_csv.listing_files import CLINIC, KNOWN, OFFER, PART, PRACTITIONER, files, write
from webapp.domain.listing_csv import ReadResult, read
from webapp.domain.offers import PriceKind

TODAY = date(2026, 3, 10)


def codes(result: ReadResult) -> list[tuple[str, int | None, str | None, str]]:
    return [(error.file, error.line, error.column, error.code) for error in result.errors]


def notes(result: ReadResult) -> list[tuple[str, str | None, str]]:
    return [(note.file, note.column, note.code) for note in result.notes]


def test_what_is_there_twice_names_the_first_line(tmp_path: Path) -> None:
    tables = files(
        clinics=[CLINIC, CLINIC],
        practitioners=[PRACTITIONER] * 2,
        offers=[OFFER, {**OFFER, "offer_ref": "o2"}, OFFER],
    )
    result = read(write(tmp_path, tables), KNOWN, TODAY)
    assert [(e.file, e.line, e.code, e.params) for e in result.errors] == [
        ("clinics.csv", 3, "duplicate", (("first", "2"),)),
        ("practitioners.csv", 3, "duplicate", (("first", "2"),)),
        ("offers.csv", 4, "duplicate", (("first", "2"),)),
    ]


def test_refs_of_two_clinics_do_not_meet(tmp_path: Path) -> None:
    tables = files(
        clinics=[CLINIC, {**CLINIC, "ref": "c2"}],
        offers=[OFFER, {**OFFER, "clinic_ref": "c2"}],
        offer_parts=[PART, {**PART, "clinic_ref": "c2"}],
    )
    assert read(write(tmp_path, tables), KNOWN, TODAY).ok


@pytest.mark.parametrize("basis", ["per_session", "per_unit"])
def test_a_price_per_session_or_unit_is_for_one_part_only(tmp_path: Path, basis: str) -> None:
    tables = files(
        offers=[{**OFFER, "price_basis": basis}], offer_parts=[PART, {**PART, "treatment": "other"}]
    )
    assert codes(read(write(tmp_path, tables), KNOWN, TODAY)) == [
        ("offers.csv", 2, "price_basis", "one_part_only")
    ]
    tables = files(offers=[{**OFFER, "price_basis": basis}])
    assert read(write(tmp_path, tables), KNOWN, TODAY).ok


def test_dates_run_forward(tmp_path: Path) -> None:
    offer = {**OFFER, "price_kind": "event", "valid_from": "2026-03-31", "valid_until": "2026-03-01"}
    result = read(write(tmp_path, files(offers=[offer])), KNOWN, TODAY)
    assert codes(result) == [("offers.csv", 2, "valid_until", "dates_reversed")]


def test_an_event_price_that_no_page_will_show_is_noted(tmp_path: Path) -> None:
    event = {**OFFER, "price_kind": "event"}
    result = read(write(tmp_path, files(offers=[event])), KNOWN, TODAY)
    assert notes(result) == [("offers.csv", "valid_until", "event_never_shown")]
    korean = {**CLINIC, "country": "KR", "postal_code": "6035", "lat": "37.52", "lng": "127.03"}
    whole = {
        **event,
        "currency": "KRW",
        "price": "189000",
        "regular_price": "250000",
        "valid_from": "2026-03-01",
        "valid_until": "2026-03-31",
        "event_target": "all",
        "event_scope": "2 cc",
        "other_fees": "",
    }
    tables = files(clinics=[korean], offers=[whole, {**whole, "offer_ref": "o2", "event_scope": ""}])
    result = read(write(tmp_path, tables), KNOWN, TODAY)
    assert notes(result) == [
        ("clinics.csv", "postal_code", "postal_code_padded"),
        ("offers.csv", "event_scope", "event_never_shown"),
    ]
    assert result.listing.clinics[0].postal_code == "06035"


def test_a_lost_leading_zero_of_a_postal_code_is_given_back(tmp_path: Path) -> None:
    result = read(write(tmp_path, files(clinics=[{**CLINIC, "postal_code": "79903"}])), KNOWN, TODAY)
    assert result.listing.clinics[0].postal_code == "079903"
    assert [note.message for note in result.notes] == ["Read as 079903: spreadsheets lose leading zeros."]


def test_swapped_coordinates_are_explained(tmp_path: Path) -> None:
    swapped = {**CLINIC, "lat": CLINIC["lng"], "lng": CLINIC["lat"]}
    result = read(write(tmp_path, files(clinics=[swapped])), KNOWN, TODAY)
    assert codes(result) == [("clinics.csv", 2, "lat", "coordinates_swapped")]


def test_an_unclaimed_clinic_may_have_no_address(tmp_path: Path) -> None:
    bare = {"ref": "c1", "name": "n", "country": "KR", "authority": "unclaimed", "source": "S1"}
    result = read(write(tmp_path, {"clinics.csv": [bare]}), KNOWN, TODAY)
    (row,) = result.listing.clinics
    assert (row.address, row.lat, row.accepts_enquiries, row.sample, row.gst_registered) == (
        None,
        None,
        False,
        False,
        None,
    )


def test_a_clinic_that_joined_without_saying_who_agreed_is_noted(tmp_path: Path) -> None:
    result = read(write(tmp_path, files(clinics=[{**CLINIC, "authority_by": ""}])), KNOWN, TODAY)
    assert notes(result) == [("clinics.csv", "authority_by", "authority_open")]


@pytest.mark.parametrize(
    ("phone", "stored"),
    [("+65 6235-1234", "+6562351234"), ("6235 1234", "+6562351234"), ("+82 (0)2 543 1234", "+8225431234")],
)
def test_phones_are_kept_in_one_way(tmp_path: Path, phone: str, stored: str) -> None:
    real = {
        **CLINIC,
        "sample": "no",
        "phone": phone,
        "website": "https://one.sg",
        "enquiry_email": "a@one.sg",
    }
    result = read(write(tmp_path, files(clinics=[real])), KNOWN, TODAY)
    assert [row.phone for row in result.listing.clinics] == [stored]


# --- product × market


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ({"treatment": "nctf_135ha"}, "PRODUCT-DO-NOT-LIST"),
        ({"treatment": "exosome", "unit": "syringe"}, "PRODUCT-TOPICAL-ONLY"),
        ({"treatment": "exosome", "words": "exosome injection"}, "PRODUCT-TOPICAL-ONLY"),
    ],
)
def test_what_a_market_forbids_is_refused_with_the_rule(
    tmp_path: Path, part: dict[str, str], rule: str
) -> None:
    result = read(write(tmp_path, files(offer_parts=[{**PART, "words": "", **part}])), KNOWN, TODAY)
    assert codes(result) == [("offer_parts.csv", 2, "treatment", "product_refused")]
    assert result.errors[0].rule == rule
    assert rule in str(result.errors[0])


def test_a_title_that_says_injection_counts_for_a_single_part_only(tmp_path: Path) -> None:
    exosome = {**PART, "treatment": "exosome", "words": ""}
    named = [{**OFFER, "title": "Exosome injection"}]
    result = read(write(tmp_path, files(offers=named, offer_parts=[exosome])), KNOWN, TODAY)
    assert [error.rule for error in result.errors] == ["PRODUCT-TOPICAL-ONLY"]
    assert read(write(tmp_path, files(offers=named, offer_parts=[PART, exosome])), KNOWN, TODAY).ok
    assert read(write(tmp_path, files(offer_parts=[exosome])), KNOWN, TODAY).ok


def test_a_product_refused_in_one_market_is_listed_in_the_other(tmp_path: Path) -> None:
    korean = {**CLINIC, "country": "KR", "postal_code": "06035", "lat": "37.52", "lng": "127.03"}
    offer = {**OFFER, "currency": "KRW", "price": "120000", "other_fees": ""}
    tables = files(clinics=[korean], offers=[offer], offer_parts=[{**PART, "treatment": "nctf_135ha"}])
    assert read(write(tmp_path, tables), KNOWN, TODAY).ok


def test_a_product_to_verify_is_flagged_once_per_market(tmp_path: Path) -> None:
    verify = {**PART, "treatment": "hifu_korean", "unit": "shot", "quantity": "300"}
    result = read(write(tmp_path, files(offer_parts=[verify, verify])), KNOWN, TODAY)
    assert result.ok
    assert [(note.code, note.rule) for note in result.notes] == [("product_flagged", "PRODUCT-VERIFY")]


def test_a_currency_that_is_unusual_in_the_market_is_noted(tmp_path: Path) -> None:
    result = read(write(tmp_path, files(offers=[{**OFFER, "currency": "USD"}])), KNOWN, TODAY)
    assert notes(result) == [("offers.csv", "currency", "currency_unusual")]


def test_errors_are_counted_after_the_two_hundredth(tmp_path: Path) -> None:
    offers = [{**OFFER, "offer_ref": f"o{number}", "price": "x"} for number in range(250)]
    result = read(write(tmp_path, files(offers=offers)), KNOWN, TODAY)
    assert (len(result.errors), result.more_errors) == (200, 50)
    assert result.errors[-1].line == 201


def test_without_a_day_no_date_is_in_the_future(tmp_path: Path) -> None:
    assert read(write(tmp_path, files(clinics=[{**CLINIC, "verified_on": "2999-01-01"}])), KNOWN).ok


def test_kinds_of_prices(tmp_path: Path) -> None:
    event = {**OFFER, "price_kind": "Event", "valid_from": "2026.3.1", "valid_until": "2026/03/31"}
    (row,) = read(write(tmp_path, files(offers=[event])), KNOWN, TODAY).listing.offers
    assert row.terms.price_kind is PriceKind.EVENT
    assert (row.terms.valid_from, row.terms.valid_until) == (date(2026, 3, 1), date(2026, 3, 31))
