"""flask places geocode and import, on the database."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.geocoding.models import ImportedPoint

LIST = (
    "gu,road,number,lot,postcode,building,lat,lon\n"
    "강남구,테헤란로,152,역삼동 737,06236,한빛빌딩,37.5000,127.0365\n"
    "강남구,봉은사로,524,,06164,두빛빌딩,37.5125,127.0588\n"
)


@pytest.fixture
def listed(tmp_path: Path, session: Session) -> Path:
    path = tmp_path / "buildings.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def run(app: Flask, *arguments: str, lines: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=["places", *arguments], input=lines)


def geocode(app: Flask, *texts: str) -> list[dict[str, Any]]:
    asked = "".join(json.dumps({"text": text, "country": None}) + "\n" for text in texts)
    answer = run(app, "geocode", lines=asked)
    assert answer.exit_code == 0, answer.output
    return [json.loads(line) for line in answer.output.splitlines()]


def count(session: Session) -> int:
    session.commit()
    return session.scalar(select(func.count()).select_from(ImportedPoint)) or 0


def test_lines_come_back_in_order_with_the_columns_of_the_contract(app: Flask, session: Session) -> None:
    first, nothing, conflict = geocode(
        app, "290 Orchard Road S238859", "Please call", "290 Orchard Road S520503"
    )
    assert list(first) == [
        "text", "lat", "lng", "precision", "confidence", "radius_m", "needs_review", "source", "choices",
    ]  # fmt: skip
    assert first["text"] == "290 Orchard Road S238859"
    assert first["lat"] == pytest.approx(1.3037, abs=0.002)
    assert (first["precision"], first["source"], first["needs_review"]) == ("building", "gazetteer", False)
    assert (nothing["lat"], nothing["lng"], nothing["precision"]) == (None, None, "none")
    assert nothing["needs_review"]
    assert conflict["needs_review"]
    assert set(conflict["choices"][0]) == {"name", "kind", "lat", "lng"}


@pytest.mark.parametrize("line", ["not json", "[]", '{"country": "SG"}', '{"text": "a", "country": "MY"}'])
def test_a_line_that_cannot_be_read_is_named(app: Flask, session: Session, line: str) -> None:
    answer = run(app, "geocode", lines='{"text": "S238859"}\n' + line + "\n")
    assert answer.exit_code == 1
    assert "line 2" in answer.output


def test_a_loaded_list_is_found_and_loading_it_again_changes_nothing(
    app: Flask, session: Session, listed: Path
) -> None:
    assert geocode(app, "역삼동 한빛빌딩")[0]["precision"] == "area"
    first = run(app, "import", str(listed))
    assert first.exit_code == 0, first.output
    assert "2 points added, 0 were there already" in first.output
    assert "0 points added, 2 were there already" in run(app, "import", str(listed)).output
    assert count(session) == 2
    building, lot, road = geocode(app, "역삼동 한빛빌딩", "역삼동 737", "테헤란로 152")
    for answer in (building, lot, road):
        assert (answer["lat"], answer["source"], answer["precision"]) == (37.5, "imported", "building")
    assert geocode(app, "S238859")[0]["source"] == "gazetteer", "what is shipped stays what it is"


def test_one_bad_row_and_nothing_is_loaded(app: Flask, session: Session, listed: Path) -> None:
    listed.write_text(LIST + "강남구,선릉로,1,,06300,셋빛빌딩,somewhere,127.05\n", encoding="utf-8")
    answer = run(app, "import", str(listed))
    assert answer.exit_code == 1
    assert "line 4" in answer.output
    assert "Nothing was changed" in answer.output
    assert count(session) == 0


def test_rows_that_are_left_out_are_told(app: Flask, session: Session, listed: Path) -> None:
    listed.write_text(LIST.replace("37.5125", "35.1796"), encoding="utf-8")
    answer = run(app, "import", str(listed))
    assert answer.exit_code == 0
    assert "1 rows left out: outside the area covered" in answer.output
    assert count(session) == 1


def test_a_file_that_is_not_there(app: Flask, tmp_path: Path) -> None:
    assert run(app, "import", str(tmp_path / "none.csv")).exit_code == 2
