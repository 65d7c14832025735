"""The query of a comparison: rows from the address and from the form, and errors beside what was typed."""

from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from webapp.directory.compare.query import CompareQuery, read_compare, write_query
from webapp.domain.basket import Reader
from webapp.domain.money import Money
from webapp.domain.offers import Want
from webapp.domain.units import Quantity

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def request_of_a_reader(app: Flask) -> Iterator[None]:
    with app.test_request_context("/compare"):
        yield


def read(*pairs: tuple[str, str]) -> CompareQuery:
    return read_compare(MultiDict(pairs))


def again(query: CompareQuery) -> CompareQuery:
    """The question of the address that the page writes for a question."""
    pairs = [
        (name, str(one))
        for name, value in write_query(query).items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return read(*pairs)


def test_a_want_of_the_address() -> None:
    query = read(("want", "rejuran_healer:3x2cc@face"), ("want", "ha_booster_generic:1"))
    assert query.wants == (
        Want("rejuran_healer", 3, Quantity.parse("2 ml"), "face"),
        Want("ha_booster_generic", 1),
    )
    assert [(row.sessions, row.quantity, row.area) for row in query.rows] == [
        ("3", "2 ml", "face"),
        ("1", "", ""),
    ]
    assert query.errors == {}


def test_the_fields_of_the_form() -> None:
    query = read(
        *[("treatment", "rejuran_healer"), ("treatment", ""), ("treatment", "profhilo")],
        *[("sessions", "3"), ("sessions", ""), ("sessions", "")],
        *[("quantity", "2,5 ml"), ("quantity", ""), ("quantity", "1 syringe")],
        *[("area", ""), ("area", ""), ("area", "Face; Neck")],
    )
    # A number with a comma is read in no language, so it is asked again; nothing else of the row is lost.
    assert query.errors == {"quantity-0": "We cannot read “2,5 ml”. Write 2 ml, 1 vial or 100 shots."}
    assert query.rows[0].quantity == "2,5 ml"
    assert query.rows[0].want is None
    assert query.wants == (Want("profhilo", 1, Quantity.parse("1 syringe"), "face;neck"),)


def test_a_blank_row_between_two_keeps_the_intervals_with_their_treatments() -> None:
    query = read(
        *[("treatment", slug) for slug in ("rejuran_healer", "", "profhilo")],
        *[("sessions", count) for count in ("3", "", "2")],
        *[("interval_weeks", weeks) for weeks in ("3", "", "4")],
        *[("maintenance_months", months) for months in ("", "", "6")],
    )
    assert [(row.treatment, row.weeks, row.months) for row in query.rows] == [
        ("rejuran_healer", 3, None),
        ("profhilo", 4, 6),
    ]
    assert again(query).rows[1].months == 6
    assert again(query).rows[0].months is None


def test_wants_of_the_address_come_before_the_rows_of_the_form_and_numbers_follow_both() -> None:
    query = read(
        ("want", "not a want"),
        ("want", "profhilo:2"),
        ("treatment", ""),
        ("treatment", "rejuran_healer"),
        *[("interval_weeks", weeks) for weeks in ("1", "2", "3", "4")],
    )
    assert [(row.treatment, row.weeks) for row in query.rows] == [("profhilo", 2), ("rejuran_healer", 4)]
    assert query.errors == {"basket": "We cannot read “not a want” in the address."}


@pytest.mark.parametrize(
    ("field", "text", "error"),
    [
        ("sessions", "0", "Write a number of sessions from 1 to 12."),
        ("sessions", "13", "Write a number of sessions from 1 to 12."),
        ("sessions", "-1", "Write a number of sessions from 1 to 12."),
        ("sessions", "three", "Write a number of sessions from 1 to 12."),
        ("sessions", "３", "Write a number of sessions from 1 to 12."),
        ("quantity", "2 tubes", "We cannot read “2 tubes”. Write 2 ml, 1 vial or 100 shots."),
        ("quantity", "0 ml", "We cannot read “0 ml”. Write 2 ml, 1 vial or 100 shots."),
        ("area", "<face>", "We cannot read “<face>”. Choose an area."),
        ("interval_weeks", "53", "Write a whole number from 1 to 52."),
        ("interval_weeks", "2.5", "Write a whole number from 1 to 52."),
        ("maintenance_months", "37", "Write a whole number from 1 to 36."),
        ("maintenance_months", "٦", "Write a whole number from 1 to 36."),
    ],
)
def test_what_cannot_be_read_stays_in_its_field_with_an_error(field: str, text: str, error: str) -> None:
    query = read(("treatment", "profhilo"), ("treatment", "rejuran_healer"), (field, ""), (field, text))
    assert query.errors == {f"{field}-1": error}
    typed = {"interval_weeks": "weeks_text", "maintenance_months": "months_text"}.get(field, field)
    assert getattr(query.rows[1], typed) == text
    assert Want("profhilo", 1) in query.wants


def test_more_treatments_than_are_compared_are_refused_in_words() -> None:
    query = read(*[("want", "rejuran_healer:1")] * 100)
    assert len(query.rows) == 4
    assert query.errors == {"basket": "We compare at most 4 treatments at a time."}
    rows = read(*[("treatment", "profhilo")] * 100, *[("sessions", "many")] * 100)
    assert len(rows.rows) == 4
    # Errors only where there is a field to put them beside.
    assert set(rows.errors) == {"basket", *(f"sessions-{number}" for number in range(4))}


def test_what_the_reader_says_of_herself() -> None:
    said = read(("eligibility", "first_visit"), ("weekdays", "no"), ("foreign", "yes"))
    assert said.reader == Reader(first_visit=True, weekdays=False, foreign=True)
    assert read(("eligibility", "sometimes"), ("weekdays", "")).reader == Reader()
    assert again(said).reader == said.reader
    assert again(read(("eligibility", "returning"))).reader.first_visit is False


def test_the_readers_own_travel() -> None:
    said = read(
        ("home", "sg"), ("trip", "450.50"), ("night", "1,200"), ("nights", "2"), ("currency", "sgd")
    ).journeys
    assert (said.home, said.per_trip, said.per_night, said.nights) == (
        "SG",
        Money(45050, "SGD"),
        Money(120000, "SGD"),
        2,
    )
    silent = read(("home", "KR"), ("trip", " ")).journeys
    assert (silent.per_trip, silent.per_night, silent.nights) == (None, None, 0)
    assert not read(("home", "FR")).journeys.asked


@pytest.mark.parametrize(
    ("home", "currency", "amount"),
    [("SG", "SGD", 45000), ("KR", "KRW", 450), ("", "SGD", 45000)],
)
def test_travel_without_a_currency_is_in_that_of_the_market_she_lives_in(
    home: str, currency: str, amount: int
) -> None:
    """And so is the comparison: a sum never adds two currencies."""
    query = read(("home", home), ("trip", "450"))
    assert query.currency == currency
    assert query.journeys.per_trip == Money(amount, currency)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("trip", "a lot"),
        ("trip", "-5"),
        ("night", "1.005"),
        ("nights", "61"),
        ("nights", "-1"),
        ("nights", "½"),
    ],
)
def test_travel_that_cannot_be_read_is_not_said(field: str, text: str) -> None:
    query = read(("home", "SG"), ("currency", "SGD"), (field, text))
    assert list(query.errors) == [field]
    assert query.travel_text[field] == text
    assert (query.journeys.per_trip, query.journeys.per_night, query.journeys.nights) == (None, None, 0)


def test_a_currency_without_a_rate_is_named() -> None:
    query = read(("currency", "xyz"))
    assert query.currency is None
    assert query.errors == {"currency": "We have no rate for “XYZ”."}
    assert read(("currency", "twd")).currency == "TWD"


def test_places_and_clinics() -> None:
    query = read(
        ("near", " Orchard\x00"),
        ("also", "Gangnam"),
        *[("clinic", f"clinic-{number}") for number in range(7)],
        ("clinic", "no clinic"),
    )
    assert (query.near, query.also) == ("Orchard", "Gangnam")
    assert query.clinics == tuple(f"clinic-{number}" for number in range(5))
    assert query.too_many
    assert read(("clinic", "a"), ("clinic", "a")).clinics == ("a",)


def test_the_versions_of_a_kept_link() -> None:
    assert read(("seen", "12.3_15.1")).seen == ((12, 3), (15, 1))
    assert read(("seen", "12.3_x_15_99999999999.1_-1.2_1.١_7.2")).seen == ((12, 3), (7, 2))
    assert len(read(("seen", "_".join(f"{number}.1" for number in range(500)))).seen) == 40


ASKED: list[list[tuple[str, str]]] = [
    [],
    [("want", "rejuran_healer:3x2ml@face;neck"), ("want", "profhilo:1x1syringe"), ("clinic", "a-b")],
    [
        ("treatment", "rejuran_healer"),
        ("treatment", "profhilo"),
        ("sessions", "12"),
        ("quantity", "2.50 cc"),
        ("interval_weeks", ""),
        ("interval_weeks", "4"),
        ("maintenance_months", "6"),
        ("near", "Orchard"),
        ("also", "강남"),
        ("sort", "price"),
        ("foreign", "no"),
    ],
    [("want", "sculptra:2x1vial"), ("home", "KR"), ("trip", "450000"), ("night", "90,000"), ("nights", "3")],
]


@pytest.mark.parametrize("pairs", ASKED, ids=range(len(ASKED)))
def test_what_is_written_reads_the_same(pairs: list[tuple[str, str]]) -> None:
    query = read(*pairs)
    once, twice = again(query), again(again(query))
    assert (once.wants, once.clinics, once.near, once.also) == (
        query.wants,
        query.clinics,
        query.near,
        query.also,
    )
    assert (once.currency, once.reader, once.by_price, once.journeys) == (
        query.currency,
        query.reader,
        query.by_price,
        query.journeys,
    )
    assert [(row.weeks, row.months) for row in once.rows] == [(row.weeks, row.months) for row in query.rows]
    assert twice == once
    assert urlencode(write_query(twice), doseq=True) == urlencode(write_query(once), doseq=True)


def test_a_change_takes_its_place_and_none_takes_a_field_away() -> None:
    query = read(("want", "profhilo:2"), ("near", "Orchard"), ("clinic", "a"), ("sort", "price"))
    changed = write_query(query, near="Bugis", clinic=None, sort=None)
    assert changed == {"want": ["profhilo:2"], "near": "Bugis"}


def test_amounts_of_any_length_are_refused_without_being_computed() -> None:
    query = read(("treatment", "profhilo"), ("quantity", "9" * 20_000 + " ml"), ("trip", "9" * 20_000))
    assert set(query.errors) == {"quantity-0", "trip"}
    assert len(query.rows[0].quantity) <= 60
    assert query.rows[0].want is None
    assert Quantity.parse("2 ml").value == Decimal(2)


def test_a_number_of_nights_beyond_any_stay_is_refused_and_is_not_none() -> None:
    for text in ("61", "999", "1000", "12345"):
        assert "nights" in read(("home", "SG"), ("nights", text)).errors
    assert read(("home", "SG"), ("nights", "60")).journeys.nights == 60
