"""Numbers as people type them, and what is no number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.telephone import NoNumber, read_number, shown_number

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "regions", "stored", "shown"),
    [
        ("+82 10-1234-5678", ["SG"], "+821012345678", "+82 10-1234-5678"),
        ("010 1234 5678", ["KR", "SG"], "+821012345678", "+82 10-1234-5678"),
        ("9123 4567", ["SG"], "+6591234567", "+65 9123 4567"),
        # A Korean page read by somebody with a number of Singapore.
        ("9123 4567", ["KR", "SG"], "+6591234567", "+65 9123 4567"),
        ("+86 138 0013 8000", ["SG"], "+8613800138000", "+86 138 0013 8000"),
        ("(+65) 9123-4567", ["KR"], "+6591234567", "+65 9123 4567"),
        # As a Chinese or Korean keyboard writes it.
        ("+65 91234567", ["SG"], "+6591234567", "+65 9123 4567"),
    ],
)
def test_read(text: str, regions: list[str], stored: str, shown: str) -> None:
    assert read_number(text, regions) == stored
    assert shown_number(stored) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "call me",
        "12",
        "9123 456",
        "+65 9123 45678",
        "91234567 ext. 9",
        "+999 123456",
        "9" * 5000,
        "mei_2026",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(NoNumber):
        read_number(text, ["SG", "KR"])


@given(st.text(alphabet="0123456789+-() ext.#*;=", max_size=60))
def test_any_text_is_read_or_refused_and_what_is_read_reads_itself(text: str) -> None:
    try:
        stored = read_number(text, ["SG", "KR"])
    except NoNumber:
        return
    assert read_number(stored, ["KR"]) == stored
    assert read_number(shown_number(stored), ["SG"]) == stored


@pytest.mark.parametrize("stored", ["9123 4567, after six", "mei_2026", "", "WhatsApp only"])
def test_what_was_stored_before_numbers_were_read_is_shown_as_it_was_typed(stored: str) -> None:
    assert shown_number(stored) == stored
