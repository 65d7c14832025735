"""The benchmark of pages: what it asks is answered, and its anchor shows what the page shows."""

import pytest
from flask import Flask

from bench.anchors import content_of
from bench.measuring import Case, Refused, ask
from bench.pages import HELLO, PREPARED, cases, table
from bench.site import throw_away_site

pytestmark = pytest.mark.once


def test_every_address_answers_and_the_prepared_page_holds_the_real_ones_texts() -> None:
    with throw_away_site(3) as app:
        asked = {case.name: case for case in cases(app, 3)}
        bodies = {
            case.name: ask(case.app, address)[0].decode()
            for case in asked.values()
            for address in case.addresses[:1]
        }
        with pytest.raises(Refused, match="/nowhere: 404"):
            ask(app, "/nowhere")
    real = content_of(bodies["/compare, 5 clinics, 2 treatments"])
    prepared = content_of(bodies[PREPARED])
    assert len(real.columns) == len(prepared.columns) == 5
    assert prepared.boxes == real.boxes
    assert [
        [" ".join(row) for row in column if row] for column in prepared.columns
    ] == [[" ".join(row) for row in column if row] for column in real.columns]  # fmt: skip
    assert "Total" in bodies[PREPARED]


def test_texts_are_sorted_into_boxes_columns_and_the_rest() -> None:
    content = content_of(
        "<h1>Compare</h1><select><option>a<option>b</select>"
        "<article><h3>One</h3><table><tr><th>Healer</th><td>S$ 500</td></tr></table></article><p>After</p>"
    )
    assert content.boxes == [["a", "b"]]
    assert content.columns == [[["One"], ["Healer", "S$ 500"]]]
    assert content.around == [["Compare"], ["After"]]


def test_ratios_are_of_medians_and_one_in_a_hundred_may_be_slower_than_p99() -> None:
    app = Flask(__name__)
    hello = Case(HELLO, app, [], 1, taken=[1_000_000] * 100)
    prepared = Case(PREPARED, app, [], 1, taken=[2_000_000] * 100)
    page = Case("page", app, [], 1, goal_ms=30, taken=[90_000_000, *[20_000_000] * 98, 25_000_000])
    assert table([hello, prepared, page])[2] == {
        "case": "page",
        "requests": 100,
        "p50_ms": 20.0,
        "p99_ms": 25.0,
        "goal_p99_ms": 30,
        "times_hello": 20.0,
        "times_prepared_page": 10.0,
    }
