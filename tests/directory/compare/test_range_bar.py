"""The range bar: everything lies within the picture, a dot within its bar, and one clinic is no comparison."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests import factories
from tests.directory.compare.conftest import Says
from tests.reading import Page, words
from webapp.directory.compare.range_bar import Span, marks_for, picture
from webapp.domain.money import MAX_MINOR, Money

amounts = st.integers(0, MAX_MINOR).map(lambda amount: Money(amount, "SGD"))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    low, chosen, high = sorted(draw(st.tuples(amounts, amounts, amounts)), key=lambda money: money.amount)
    known = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    figures = (money if there else None for money, there in zip((low, chosen, high), known, strict=True))
    return Span("A clinic", "", *figures)


@pytest.mark.once
@given(st.lists(spans(), max_size=10))
def test_everything_lies_within_the_picture(drawn: list[Span]) -> None:
    marks = {value: f"S${value}" for value in marks_for(drawn)}
    found = picture(drawn, marks)
    known = [span for span in drawn if span.known]
    if found is None:
        assert len(known) < 2 or not any(value for span in known for value in span.known)
        return
    assert len(found.bars) == len(known)
    for bar in found.bars:
        assert 0 <= bar.start <= bar.end <= 100
        assert bar.dot is None or bar.start <= bar.dot <= bar.end
        assert 0 < bar.y < found.axis_y < found.height
    assert [bar.y for bar in found.bars] == sorted({bar.y for bar in found.bars})
    places = [mark.x for mark in found.marks]
    assert places == sorted(places)
    assert 0 <= places[0] < places[-1] <= 100
    assert 2 <= len(places) <= 7
    assert (found.marks[0].anchor, found.marks[0].words) == ("start", "S$0")
    # Where one sum is the larger, its bar ends no less far to the right.
    ends = sorted((max(span.known), bar.end) for span, bar in zip(known, found.bars, strict=True))
    assert [end for _value, end in ends] == sorted(end for _value, end in ends)


@pytest.mark.once
@pytest.mark.parametrize(
    ("most", "marks"),
    [
        (0, []),
        (1, [0, 1]),
        (100, [0, 50, 100]),
        (148_000, [0, 50_000, 100_000, 150_000]),
        (150_000, [0, 50_000, 100_000, 150_000]),
        (999_999, [0, 500_000, 1_000_000]),
    ],
)
def test_round_marks(most: int, marks: list[int]) -> None:
    assert marks_for([Span("A", "", None, Money(most, "SGD"), None)]) == marks


@pytest.mark.once
def test_one_clinic_is_not_drawn() -> None:
    one = Span("A", "", None, Money(100, "SGD"), None)
    silent = Span("B", "", None, None, None)
    assert picture([one, silent], {0: "0", 100: "100"}) is None
    assert picture([], {}) is None
    found = picture([one, silent, one], {0: "0", 100: "100"})
    assert found is not None
    assert [bar.name for bar in found.bars] == ["A", "A"]


def test_the_picture_and_the_table_say_the_same(session: Session, client: FlaskClient, says: Says) -> None:
    says("S0", "sessions", 1, 4)
    clinics = [factories.clinic(session, name=name) for name in ("Left", "Right", "Silent")]
    factories.offer(session, clinics[0], price_amount=50000)
    factories.offer(session, clinics[1], price_amount=25000)
    session.commit()
    named = "&".join(f"clinic={clinic.slug}" for clinic in clinics)
    page = Page(client, f"/compare?{named}&want=rejuran_healer:2x2ml").check()
    (svg,) = page.with_class("range")
    assert "Left" in words(svg)
    assert "Right" in words(svg)
    assert "Silent" not in words(svg)
    (table,) = page.all("details", id="range-table")
    assert words(table) == (
        "The same in figures Left S$500 to S$2,000, as chosen S$1,000 Right S$250 to S$1,000, as chosen S$500"
    )
    bars = [(line.get("x1"), line.get("x2")) for line in svg.iter() if line.get("class") == "bar"]
    dots = [circle.get("cx") for circle in svg.iter() if circle.get("class") == "dot"]
    # A quarter of the axis is 24.5 per cent of the width, from 1 on.
    assert bars == [("25.5%", "99.0%"), ("13.25%", "50.0%")]
    assert dots == ["50.0%", "25.5%"]


def test_one_total_alone_is_not_drawn(session: Session, client: FlaskClient) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic)
    session.commit()
    page = Page(client, f"/compare?clinic={clinic.slug}&want=rejuran_healer:1x2ml").check()
    assert page.with_class("range") == []
    assert "On one axis" not in page.text
