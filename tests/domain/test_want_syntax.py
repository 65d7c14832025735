"""A wanted treatment in an address: what is read, what is refused, and that writing gives back what was read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.offers import MAX_SESSIONS, Want
from webapp.domain.units import MAX_VALUE, Quantity, Unit
from webapp.domain.want_syntax import UnreadWant, read_area, read_want, write_want

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("rejuran_healer:3", Want("rejuran_healer", 3)),
        ("rejuran_healer:3x2ml", Want("rejuran_healer", 3, Quantity.parse("2 ml"))),
        ("rejuran_healer:3x2cc@face", Want("rejuran_healer", 3, Quantity.parse("2 ml"), "face")),
        ("hifu_korean:1x300shots", Want("hifu_korean", 1, Quantity.parse("300 shots"))),
        ("sculptra:12x0.5vial@neck;face", Want("sculptra", 12, Quantity.parse("0.5 vial"), "face;neck")),
        ("profhilo:1@decolletage", Want("profhilo", 1, None, "decolletage")),
    ],
)
def test_read(text: str, want: Want) -> None:
    assert read_want(text) == want
    assert read_want(write_want(want)) == want


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rejuran_healer",
        "rejuran_healer:",
        "rejuran_healer:0",
        f"rejuran_healer:{MAX_SESSIONS + 1}",
        "rejuran_healer:-1",
        "rejuran_healer:3x",
        "rejuran_healer:3x2",
        "rejuran_healer:3x2tube",
        "rejuran_healer:3x0ml",
        "rejuran_healer:3x1.2.3ml",
        "rejuran_healer:3x2ml@",
        "rejuran_healer:3x2ml@;;",
        "rejuran_healer:3x2ml@face;",
        "rejuran_healer:3x2ml@face@neck",
        "Rejuran Healer:3",
        "rejuran_healer:3\n",
        "a" * 65 + ":1",
        "rejuran_healer:" + "9" * 5000,
        "rejuran_healer:3x" + "9" * 5000 + "ml",
        "\x00",
        "rejuran_healer:1@" + "x" * 300,
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(UnreadWant):
        read_want(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for candidate in (text, f"rejuran_healer:{text}", f"rejuran_healer:1x{text}", f"rejuran_healer:1@{text}"):
        try:
            want = read_want(candidate)
        except UnreadWant:
            continue
        assert read_want(write_want(want)) == want


@given(
    st.from_regex(r"[a-z0-9_]{1,64}", fullmatch=True),
    st.integers(1, MAX_SESSIONS),
    st.one_of(
        st.none(),
        st.builds(Quantity, st.decimals("0.001", MAX_VALUE - 1, places=3), st.sampled_from(Unit)),
    ),
    st.sampled_from([None, "face", "face;neck", "under_eyes"]),
)
def test_written_and_read(slug: str, sessions: int, quantity: Quantity | None, area: str | None) -> None:
    want = Want(slug, sessions, quantity, area)
    assert read_want(write_want(want)) == want


def test_areas_in_any_order_are_one_want() -> None:
    assert read_area(" Neck,Face ") == read_area("face;neck") == "face;neck"
    assert read_area("under eyes") == "under_eyes"
    assert read_area("") is None
    assert read_area("face;;neck") is None
    assert read_area("<b>") is None
