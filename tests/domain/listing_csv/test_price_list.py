"""One clinic's prices on one sheet: what a row means, what is refused and where, and the way there and back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.domain.listing_csv.listing_files import KNOWN
from tests.domain.listing_csv.rows_of_any_kind import terms, texts
from webapp.domain.listing_csv import (
    SHEET,
    Known,
    KnownOffer,
    Limits,
    OfferRow,
    ReadResult,
    csv_bytes,
    exact_names,
    price_list_template,
    read_price_list,
    with_kept_parts,
    write_price_list,
)
from webapp.domain.listing_csv.headings import CHOICES, HEADINGS, LANGUAGES, NUMBERS
from webapp.domain.listing_csv.price_list import ref_of_title
from webapp.domain.money import Money
from webapp.domain.offers import Injector, Numbing, OfferTerms, Part, PriceBasis, PriceKind, Tax
from webapp.domain.units import Unit

pytestmark = pytest.mark.once

TODAY = date(2026, 3, 10)
KNOWN_OFFERS = replace(
    KNOWN,
    offers={
        ("c1", "healer"): KnownOffer(PriceBasis.TOTAL, 1),
        ("c1", "trio"): KnownOffer(PriceBasis.TOTAL, 2),
        ("other", "new"): KnownOffer(PriceBasis.TOTAL, 1),
    },
)
HEADER = ["offer_ref", "title", "price", "currency", "tax", "price_kind"]
PART_HEADER = ["treatment", "quantity", "unit", "areas"]
HEALER = ["healer", "Healer 2 ml", "872.00", "SGD", "inclusive", "regular"]
PART = ["rejuran_healer", "2", "cc", "face"]
NO_OFFER = [""] * len(HEADER)


def result(
    rows: list[list[str]] | bytes,
    *,
    known: Known = KNOWN_OFFERS,
    names: dict[str, str] | None = None,
    titles: dict[str, str] | None = None,
    country: str = "SG",
    limits: Limits | None = None,
) -> ReadResult:
    more = {} if limits is None else {"limits": limits}
    return read_price_list(
        rows,
        clinic_ref="c1",
        country=country,
        known=known,
        on=TODAY,
        source="price list of 10 March",
        names=names,
        titles=titles,
        **more,
    )


def offers(read: ReadResult) -> dict[str, OfferTerms]:
    assert [str(error) for error in read.errors] == []
    return {row.offer_ref: row.terms for row in read.listing.offers}


def errors(read: ReadResult) -> list[tuple[int | None, str | None, str]]:
    assert not read.listing.offers
    assert {error.file for error in read.errors} == {"price list"}
    return [(error.line, error.column, error.code) for error in read.errors]


# --- what a row means


def test_a_row_is_an_offer_with_its_part() -> None:
    (terms,) = offers(result([[*HEADER, *PART_HEADER], [*HEALER, *PART]])).values()
    assert terms == OfferTerms(
        title="Healer 2 ml",
        currency="SGD",
        price=Money(87200, "SGD"),
        parts=(Part("rejuran_healer", Decimal(2), Unit.ML, areas=("face",)),),
        tax=Tax.INCLUSIVE,
        source="price list of 10 March",
    )


@pytest.mark.parametrize(
    "further",
    [
        ["trio", "", "", "", "", ""],
        NO_OFFER,
        ["trio", "Trio", "1200", "SGD", "unknown", "regular"],
        ["", "Trio", "", "", "", ""],
    ],
    ids=["its ref again", "nothing of the offer", "the whole offer again", "its title again"],
)
def test_a_row_with_only_part_columns_is_one_more_part(further: list[str]) -> None:
    trio = ["trio", "Trio", "1200", "SGD", "unknown", "regular"]
    rows = [
        [*HEADER, *PART_HEADER],
        [*trio, *PART],
        [*further, "ha_booster_generic", "1", "ml", "neck"],
        [*further, "other", "", "", ""],
        [*HEALER, *PART],
    ]
    read = offers(result(rows))
    assert [part.treatment for part in read["trio"].parts] == ["rejuran_healer", "ha_booster_generic", None]
    assert len(read["healer"].parts) == 1


def test_the_same_ref_with_another_price_is_a_second_row_of_it() -> None:
    rows = [[*HEADER, *PART_HEADER], [*HEALER, *PART], [*HEALER[:2], "900", *HEALER[3:], *PART]]
    assert errors(result(rows)) == [(3, "offer_ref", "duplicate")]


def test_a_sheet_without_part_columns_keeps_the_parts_of_known_offers() -> None:
    read = result([HEADER, HEALER, ["trio", "Trio", "1200", "SGD", "unknown", "regular"]])
    assert offers(read)["trio"].price == Money(120000, "SGD")
    assert read.listing.keeps_parts == {("c1", "healer"), ("c1", "trio")}
    assert read.listing.files == {"offers.csv"}
    parts = (Part("rejuran_healer"), Part(None))
    healer, trio = with_kept_parts(read.listing, {"trio": parts})
    assert (healer.terms.parts, trio.terms.parts) == ((), parts)


def test_a_known_offer_without_parts_keeps_them_beside_others_that_have_some() -> None:
    trio = ["trio", "Trio", "1200", "SGD", "unknown", "regular", "", "", "", ""]
    read = result([[*HEADER, *PART_HEADER], [*HEALER, *PART], trio])
    assert len(offers(read)["healer"].parts) == 1
    assert read.listing.keeps_parts == {("c1", "trio")}
    assert read.listing.files == {"offers.csv", "offer_parts.csv"}


@pytest.mark.parametrize("columns", [[], PART_HEADER])
def test_a_new_offer_needs_its_parts(columns: list[str]) -> None:
    # Another clinic's offer of that ref is none of ours.
    rows = [[*HEADER, *columns], ["new", *HEALER[1:], *[""] * len(columns)]]
    assert errors(result(rows)) == [(2, "treatment", "parts_needed")]


def test_a_price_per_session_is_for_the_one_part_that_is_kept() -> None:
    rows = [[*HEADER, "price_basis"], ["trio", *HEALER[1:], "per_session"]]
    assert errors(result(rows)) == [(2, "price_basis", "one_part_only")]


# --- refs from titles


def test_a_row_without_a_ref_gets_one_from_its_title() -> None:
    rows = [[*HEADER[1:], *PART_HEADER], [*HEALER[1:], *PART]]
    (ref,) = offers(result(rows))
    assert ref.startswith("healer-2-ml-")
    assert list(offers(result([*rows, ["Other", *HEALER[2:], *PART]]))) == [ref, ref_of_title("Other")]
    assert ref_of_title("리쥬란 힐러 2cc").startswith("리쥬란-힐러-2cc-")


@given(title=texts(300))
def test_a_ref_from_a_title_is_stable_and_fits(title: str) -> None:
    ref = ref_of_title(title)
    assert ref == ref_of_title(title.upper().lower()) or title.casefold() != title.upper().lower().casefold()
    assert len(ref) <= 128
    assert ref.strip() == ref


def test_titles_that_differ_in_more_than_case_and_width_have_refs_of_their_own() -> None:
    assert ref_of_title("Healer 2ml") == ref_of_title("ＨＥＡＬＥＲ  2ML")
    assert ref_of_title("Healer 2ml") != ref_of_title("Healer 2 ml")
    assert ref_of_title("a" * 300) != ref_of_title("a" * 299)


def test_two_new_offers_of_one_title_are_refused() -> None:
    rows = [[*HEADER, *PART_HEADER], ["", *HEALER[1:], *PART], ["", "HEALER 2 ml", "900", *HEALER[3:], *PART]]
    assert errors(result(rows)) == [(3, "title", "title_twice")]


def test_a_row_without_a_ref_is_the_known_offer_of_its_title() -> None:
    rows = [[*HEADER[1:]], HEALER[1:]]
    assert list(offers(result(rows, titles={"healer": "healer 2 ML", "trio": "Trio"}))) == ["healer"]
    two = {"healer": "Healer 2 ml", "trio": "Healer 2 ml"}
    assert errors(result(rows, titles=two)) == [
        (2, "offer_ref", "title_ambiguous"),
        (2, "treatment", "parts_needed"),
    ]


def test_a_row_without_a_title_says_so_once() -> None:
    rows = [[*HEADER, *PART_HEADER], ["", "", *HEALER[2:], *PART]]
    assert errors(result(rows)) == [(2, "title", "required")]


# --- headings and names


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_of_a_language_are_read(language: str) -> None:
    heads = [HEADINGS[name][language][0] for name in (*HEADER, *PART_HEADER)]
    assert list(offers(result([heads, [*HEALER, *PART]]))) == ["healer"]


def test_the_words_of_the_chinese_pages_are_read() -> None:
    heads = ["名称", "项目", "用量", "单位", "总价", "货币", "税", "价格类型", "诊金", "麻醉膏", "由谁注射"]
    row = [
        "Healer 2 ml",
        "rejuran_healer",
        "2",
        "ml",
        "872",
        "SGD",
        "inclusive",
        "regular",
        "54.50",
        "extra",
        "nurse",
    ]
    (terms,) = offers(result([heads, row])).values()
    assert (terms.parts, terms.price) == ((Part("rejuran_healer", Decimal(2), Unit.ML),), Money(87200, "SGD"))
    assert terms.consultation_fee == Money(5450, "SGD")
    assert (terms.numbing, terms.injector) == (Numbing.EXTRA, Injector.NURSE)


def test_every_column_has_headings_and_no_heading_two_columns() -> None:
    columns = set(SHEET.names)
    assert set(HEADINGS) == columns
    assert columns >= NUMBERS | set(CHOICES)
    said: dict[str, str] = {}
    for column, languages in HEADINGS.items():
        for heading in (column, *(word for words in languages.values() for word in words)):
            assert SHEET.column(heading) == column
            assert SHEET.column(f" {heading.upper()} ") == column
            assert said.setdefault(heading, column) == column


def test_an_unknown_column_is_refused_by_name() -> None:
    rows = [[*HEADER, "Rating", "Treatmnt"], [*HEALER, "5", ""]]
    read = result(rows)
    assert [error.message for error in read.errors] == [
        "There is no column “rating”.",
        "There is no column “treatmnt”. Did you mean “treatment”?",
    ]


def test_two_headings_of_one_column_are_refused() -> None:
    assert errors(result([[*HEADER, "价格"], [*HEALER, "1"]])) == [(1, "price", "column_twice")]


@pytest.mark.parametrize(
    ("cell", "slug"),
    [
        ("rejuran_healer", "rejuran_healer"),
        ("Rejuran-Healer", "rejuran_healer"),
        ("丽珠兰", "rejuran_healer"),
        ("ＲＥＪＵＲＡＮ", "rejuran_healer"),
        ("Other", None),
    ],
)
def test_a_treatment_is_named_by_slug_or_exact_name(cell: str, slug: str | None) -> None:
    names = {"丽珠兰": "rejuran_healer", "Rejuran": "rejuran_healer"}
    rows = [[*HEADER, *PART_HEADER], [*HEALER, cell, "", "", ""]]
    assert offers(result(rows, names=names))["healer"].parts[0].treatment == slug


def test_a_name_that_means_two_treatments_is_none() -> None:
    names = exact_names([("Baby needle", "a"), ("baby-needle", "b"), ("Rejuran", "a"), ("rejuran", "a")])
    assert names == {"rejuran": "a"}
    rows = [[*HEADER, "treatment"], [*HEALER, "Rejuran Heeler"]]
    read = result(rows)
    assert errors(read) == [(2, "treatment", "treatment_unknown_near")]


def test_what_a_market_forbids_is_refused_with_its_rule() -> None:
    rows = [[*HEADER, "treatment"], [*HEALER, "nctf_135ha"]]
    (error,) = result(rows).errors
    assert (error.code, error.column) == ("product_refused", "treatment")
    assert error.rule is not None
    won = [[*HEADER, "treatment"], ["healer", "NCTF", "250000", "KRW", "inclusive", "regular", "nctf_135ha"]]
    assert offers(result(won, country="KR"))["healer"].price == Money(250000, "KRW")


# --- values


@pytest.mark.parametrize(
    ("cell", "currency", "amount"),
    [
        ("S$1,380.00", "SGD", 138000),
        ("$ 380", "SGD", 38000),
        ("SGD 380", "SGD", 38000),
        ("380 SGD", "sgd", 38000),
        ("₩250,000", "KRW", 250000),
        ("￦250,000", "KRW", 250000),
        ("250,000원", "KRW", 250000),
    ],
)
def test_amounts_as_a_sheet_shows_them(cell: str, currency: str, amount: int) -> None:
    rows = [[*HEADER, *PART_HEADER], [*HEALER[:2], cell, currency, *HEALER[4:], *PART]]
    assert offers(result(rows))["healer"].price == Money(amount, currency.upper())


@pytest.mark.parametrize(
    ("cell", "currency"),
    [("₩380", "SGD"), ("US$380", "SGD"), ("S$380", "KRW"), ("25만원", "KRW"), ("$", "SGD")],
)
def test_a_sign_of_another_currency_is_no_amount(cell: str, currency: str) -> None:
    rows = [HEADER, [*HEALER[:2], cell, currency, *HEALER[4:]]]
    assert errors(result(rows)) == [(2, "price", "not_an_amount")]


@pytest.mark.parametrize("failed", ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "#value!"])
def test_a_formula_that_failed_is_no_text(failed: str) -> None:
    rows = [
        [*HEADER, "words", "treatment"],
        [*HEALER, failed, "other"],
        ["trio", failed, *HEALER[2:], "", ""],
    ]
    assert errors(result(rows)) == [(2, "words", "formula_failed"), (3, "title", "formula_failed")]


def test_boxes_that_are_ticked() -> None:
    rows = [[*HEADER, "weekday_only", "parts_complete"], [*HEALER, "TRUE", "FALSE"]]
    healer = offers(result(rows))["healer"]
    assert (healer.weekday_only, healer.parts_complete) == (True, False)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-31",
        "2026/3/31",
        "2026. 3. 31",
        "2026. 3. 31.",
        "2026年3月31日",
        "2026년 3월 31일",
        "２０２６年３月３１日",
    ],
)
def test_dates_as_the_three_countries_write_them(cell: str) -> None:
    rows = [[*HEADER, "valid_until"], [*HEALER, cell]]
    assert offers(result(rows))["healer"].valid_until == date(2026, 3, 31)


@pytest.mark.parametrize("cell", ["3/4/2026", "2026-3/4", "2026年13月1日", "2026年3月", "46112"])
def test_dates_that_may_be_two_are_refused(cell: str) -> None:
    assert errors(result([[*HEADER, "valid_until"], [*HEALER, cell]])) == [(2, "valid_until", "not_a_date")]


def test_source_and_date_of_the_sheet_itself() -> None:
    rows = [
        [*HEADER, "source", "verified_on"],
        [*HEALER, "", "2026-03-01"],
        ["trio", *HEALER[1:], "leaflet", ""],
    ]
    read = offers(result(rows))
    assert (read["healer"].source, read["healer"].verified_on) == ("price list of 10 March", date(2026, 3, 1))
    assert (read["trio"].source, read["trio"].verified_on) == ("leaflet", None)
    late = [[*HEADER, "verified_on"], [*HEALER, "2026-03-13"]]
    assert errors(result(late)) == [(2, "verified_on", "date_in_future")]


def test_errors_are_told_by_row_and_column_as_for_any_file() -> None:
    rows = [
        [*HEADER, *PART_HEADER],
        [],
        ["healer", "", "cheap", "SGD", "perhaps", "regular", "rejuran_healer", "2", "", ""],
        ["trio", *HEALER[1:], "", "2", "ml", ""],
        ["", "", "-1", "XXX", "", "", "other", "", "", ""],
    ]
    assert errors(result(rows)) == [
        (3, "title", "required"),
        (3, "price", "not_an_amount"),
        (3, "tax", "not_a_choice"),
        (3, "unit", "unit_needed"),
        (4, "treatment", "required"),
        (5, "title", "required"),
        (5, "tax", "required"),
        (5, "price_kind", "required"),
        (5, "currency", "currency_unknown"),
    ]


# --- bounds


def test_bounds_are_those_of_the_limits() -> None:
    many = [HEADER, *([f"o{number}", *HEALER[1:]] for number in range(4))]
    assert (5, None, "too_many_rows") in errors(result(many, limits=Limits(rows=3)))
    assert errors(result(csv_bytes(many), limits=Limits(rows=3))) == [(5, None, "too_many_rows")]
    assert errors(result(b"x" * 101, limits=Limits(file_bytes=100))) == [(None, None, "file_too_large")]
    assert errors(result([HEADER, [*HEALER, "more"]])) == [(2, None, "row_too_wide")]
    assert errors(result([["x"] * 201])) == [(1, None, "too_many_columns")]
    assert errors(result([])) == [(None, None, "file_empty")]


@given(rows=st.lists(st.lists(texts() | st.text(max_size=8), max_size=40), max_size=5))
@settings(deadline=None)
def test_no_cells_do_more_than_be_refused(rows: list[list[str]]) -> None:
    header = [*HEADER, *PART_HEADER, "offer_ref" if len(rows) == 4 else "other_fees", "words"]
    read = result([header, *rows])
    assert all(error.message for error in (*read.errors, *read.notes))


# --- there and back


@st.composite
def price_lists(draw: st.DrawFn) -> list[OfferRow]:
    refs = draw(st.lists(texts(), unique=True, max_size=4))
    return [OfferRow(0, "c1", ref, draw(terms())) for ref in refs]


@given(listed=price_lists(), language=st.sampled_from([None, *LANGUAGES]))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
def test_what_is_written_is_read_again(listed: list[OfferRow], language: str | None) -> None:
    known = Known(
        offers={row.key: KnownOffer(row.terms.price_basis, len(row.terms.parts)) for row in listed},
        treatments=KNOWN.treatments,
    )
    rows = write_price_list(listed, language=language, with_source=True, empty_rows=2)
    read = result(csv_bytes(rows, byte_order_mark=True), known=known)
    assert offers(read) == {row.offer_ref: row.terms for row in listed}
    assert read.listing.keeps_parts == {row.key for row in listed if not row.terms.parts}


def test_a_download_leaves_source_and_date_to_the_upload() -> None:
    (row,) = result([[*HEADER, *PART_HEADER, "verified_on"], [*HEALER, *PART, "2026-01-01"]]).listing.offers
    rows = write_price_list([row])
    assert not {"source", "verified_on", "clinic_ref"} & set(rows[0])
    again = offers(result(rows))["healer"]
    assert again == replace(row.terms, verified_on=None)


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_the_template_is_empty_and_can_be_handed_in(language: str | None) -> None:
    rows = price_list_template(language=language, empty_rows=3)
    assert len(rows) == 4
    assert not any(cell for row in rows[1:] for cell in row)
    assert offers(result(rows)) == {}


def test_on_request_and_events_survive() -> None:
    rows = [
        [*HEADER, "regular_price", "valid_from", "valid_until", "treatment"],
        ["healer", "Healer", "", "KRW", "unknown", "on_request", "", "", "", "other"],
        [
            "trio",
            "Trio",
            "309000",
            "KRW",
            "exclusive",
            "event",
            "489000",
            "2026. 3. 1.",
            "2026/03/31",
            "other",
        ],
    ]
    read = result(rows, country="KR")
    assert offers(read)["healer"].price_kind is PriceKind.ON_REQUEST
    assert offers(read)["trio"].valid_until == date(2026, 3, 31)
    assert [note.code for note in read.notes] == ["event_never_shown"]
    assert offers(result(write_price_list(read.listing.offers), country="KR")) == offers(read)
