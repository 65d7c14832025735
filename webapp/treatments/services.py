"""Writes of the treatments room: take over the reviewed files of seed/reference."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from webapp.extensions import db
from webapp.treatments.models import Fact, Source, Treatment, TreatmentName


def load_reference(folder: Path) -> None:
    """Make treatments, names, sources and facts equal to the files in `folder`; twice changes nothing.

    The files were reviewed, so what they no longer say is deleted; treatments are kept, since offers refer to
    them. Raises OSError, KeyError or ValueError for files that are not the reviewed ones.
    """
    _load_treatments(folder / "treatments.csv")
    treatments = {row.slug: row for row in db.session.scalars(select(Treatment))}
    _load_names(folder / "names.csv", treatments)
    sources = _load_sources(folder / "sources.json")
    _load_facts(folder / "facts.json", treatments, sources)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _load_treatments(path: Path) -> None:
    known = {row.slug: row for row in db.session.scalars(select(Treatment))}
    for values in _rows(path):
        row = known.get(values["slug"]) or Treatment()
        for name, text in values.items():
            match name:
                case "usual_quantity":
                    row.usual_quantity = Decimal(text) if text else None
                case "usual_unit":
                    row.usual_unit = text or None
                case "injectable":
                    row.injectable = text == "yes"
                case _:
                    setattr(row, name, text)
        db.session.add(row)
    db.session.flush()


def _load_names(path: Path, treatments: dict[str, Treatment]) -> None:
    known = {
        (row.treatment_id, row.language, row.term): row for row in db.session.scalars(select(TreatmentName))
    }
    for values in _rows(path):
        key = (treatments[values["slug"]].id, values["lang"], values["term"])
        row = known.pop(key, None) or TreatmentName(treatment_id=key[0], language=key[1], term=key[2])
        row.kind = values["kind"]
        db.session.add(row)
    for row in known.values():
        db.session.delete(row)
    db.session.flush()


def _load_sources(path: Path) -> dict[str, Source]:
    known = {row.key: row for row in db.session.scalars(select(Source))}
    for values in json.loads(path.read_text(encoding="utf-8"))["sources"]:
        row = known.setdefault(values["key"], Source(key=values["key"]))
        for language in ("en", "zh", "ko"):
            suffix = "" if language == "en" else f"_{language}"
            setattr(row, f"title_{language}", values[f"title{suffix}"])
            setattr(row, f"note_{language}", values[f"note{suffix}"])
        row.publisher = values["publisher"]
        row.kind = values["kind"]
        row.place = values["place"]
        row.language = values["language"]
        row.published_on = date.fromisoformat(values["published_on"]) if values["published_on"] else None
        row.url = values["url"]
        db.session.add(row)
    db.session.flush()
    return known


def _load_facts(path: Path, treatments: dict[str, Treatment], sources: dict[str, Source]) -> None:
    known = {row.key: row for row in db.session.scalars(select(Fact))}
    document: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    everything = document["facts"] + document["outside_facts"] + document["no_source_says"]
    for position, values in enumerate(everything):
        row = known.pop(values["id"], None) or Fact(key=values["id"])
        row.treatment_id = treatments[values["treatment"]].id
        row.topic = values["topic"]
        row.status = values["status"]
        row.statement_en = values["statement"]["en"]
        row.statement_zh = values["statement"]["zh"]
        row.statement_ko = values["statement"]["ko"]
        row.normalised = values["normalised"]
        row.conflict = values["conflict"]
        row.note = values["note"]
        row.position = position
        row.sources = [sources[key] for key in values["sources"]]
        db.session.add(row)
    for row in known.values():
        db.session.delete(row)
    db.session.flush()
