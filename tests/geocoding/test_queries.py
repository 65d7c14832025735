"""The running application's gazetteer."""

from collections.abc import Iterator

import pytest
from flask import Flask

from webapp.domain.geo import Point
from webapp.geocoding import queries
from webapp.geocoding.gazetteer import Gazetteer


@pytest.fixture
def context(gazetteer: Gazetteer) -> Iterator[None]:
    """An application that keeps its gazetteer where this run built it."""
    app = Flask(__name__)
    app.config["GAZETTEER_PATH"] = str(gazetteer.path)
    with app.app_context():
        yield


@pytest.mark.usefixtures("context")
def test_every_question_reaches_the_gazetteer() -> None:
    best = queries.find_places("新沙站", None, "zh").best
    assert best is not None
    assert best.name == "新沙"
    search, rest = queries.longest_place("rejuran near novena")
    assert search.best is not None
    assert rest == "rejuran"
    assert queries.suggest_places("강ㄴ", "ko")[0].name == "강남구"
    postal = queries.postal_point("SG", "307506")
    assert postal is not None
    assert postal.within == "Sinaran Drive"


@pytest.mark.usefixtures("context")
def test_the_locality_of_a_point_in_three_languages() -> None:
    assert queries.locality(Point(1.3205, 103.8440)) == ("Novena", "诺维娜", "노베나")
    assert queries.locality(Point(0, 0)) is None


@pytest.mark.usefixtures("context")
def test_a_line_of_the_find_command() -> None:
    answer = queries.found_as_json("rejuran near gangnam station", None)
    assert (answer["precision"], answer["source"], answer["needs_review"]) == ("building", "gazetteer", False)
    assert answer["lat"] == pytest.approx(37.4972, abs=0.001)
    assert len(queries.found_as_json("City Hall", None)["choices"]) == 2
    nothing = queries.found_as_json("xyzzy", None)
    assert nothing["lat"] is None
    assert nothing["precision"] == "none"
