"""What was typed, understood: by the dictionary of names, never by likeness alone."""

import csv

import pytest
from sqlalchemy.orm import Session

from config import ROOT
from webapp.search import one_box
from webapp.treatments.services import load_reference
from webapp.unit_of_work import unit_of_work

with (ROOT / "seed/reference/names.csv").open(encoding="utf-8", newline="") as _file:
    NAMES = [(row["term"], row["kind"], row["slug"]) for row in csv.DictReader(_file)]


@pytest.fixture
def dictionary(session: Session) -> None:
    with unit_of_work():
        load_reference(ROOT / "seed" / "reference")


def test_every_name_of_the_dictionary_leads_to_its_treatment() -> None:
    """Typos to their name, and names to themselves; where a term means several, its own is among the choices."""
    for term, kind, slug in NAMES:
        found = one_box.read_treatment(term, NAMES)
        if kind == "ambiguous":
            assert slug in found.choices, term
            assert found.slug is None
        else:
            assert found.slug == slug, term


@pytest.mark.parametrize(
    ("text", "slug", "rest"),
    [
        ("rejuran near 238859", "rejuran_healer", "near 238859"),
        ("REJURAN　Eye orchard", "rejuran_eye", "orchard"),
        ("리쥬란힐러 가격", "rejuran_healer", "가격"),
        ("강남역리쥬란추천", "rejuran_healer", "강남역 추천"),
        ("丽珠兰黑盒多少钱", "rejuran_healer", "多少钱"),
        ("baby skin injection", "rejuran_healer", ""),
        ("Rejuran S price", "rejuran_s", "price"),
    ],
)
def test_a_name_inside_a_sentence(text: str, slug: str, rest: str) -> None:
    found = one_box.read_treatment(text, NAMES)
    assert (found.slug, found.rest) == (slug, rest)


@pytest.mark.parametrize(
    "text", ["婴儿针", "少女针", "水光针", "逆龄针", "연어주사", "laser", "orchard 婴儿针"]
)
def test_a_word_for_several_things_is_asked_about(text: str) -> None:
    found = one_box.read_treatment(text, NAMES)
    assert found.slug is None
    assert len(found.choices) > 1


@pytest.mark.parametrize("text", ["rejurna", "rejuran heeeler", "Rejjuran"])
def test_likeness_offers_the_whole_family_and_picks_nobody(dictionary: None, text: str) -> None:
    suggested = one_box.families_alike(text, NAMES)
    assert {"rejuran_healer", "rejuran_eye", "rejuran_s", "rejuran_hb"} <= set(suggested)


@pytest.mark.parametrize("text", ["larch", "orchard", "clinic", "x", ""])
def test_other_words_are_like_no_treatment(text: str) -> None:
    assert one_box.families_alike(text, NAMES) == ()


@pytest.mark.parametrize(
    ("what", "where", "slug", "place", "words"),
    [
        ("rejuran near 238859", "", "rejuran_healer", "238859", ""),
        ("rejuran", "Orchard", "rejuran_healer", "Orchard", ""),
        ("리쥬란 강남역", "", "rejuran_healer", "Gangnam", ""),
        ("江南附近丽珠兰", "", "rejuran_healer", "Gangnam-gu", ""),
        ("rejuran singapore", "", "rejuran_healer", "Singapore", ""),
        ("larch rejuran 2ml", "", "rejuran_healer", None, "larch"),
        ("", "novena", None, "Novena", ""),
    ],
)
def test_both_boxes(
    dictionary: None, what: str, where: str, slug: str | None, place: str | None, words: str
) -> None:
    box = one_box.parse(what, where)
    found = box.place.best.name if box.place and box.place.best else None
    assert (box.treatment.slug, found, box.words) == (slug, place, words)


def test_a_wish_for_ones_surroundings_is_no_place(dictionary: None) -> None:
    box = one_box.parse("rejuran near me")
    assert box.treatment.slug == "rejuran_healer"
    assert box.place
    assert box.place.intent == "needs_device_location"


@pytest.mark.parametrize(
    "text",
    ["\x00", "﷽" * 200, "a" * 100_000, "🏥" * 500, "' OR 1=1 --", "\u202e\u200b", "%s %d {0}", "１２３"],
)
def test_nothing_makes_it_fail(dictionary: None, text: str) -> None:
    assert one_box.parse(text, "").treatment.slug is None
    assert one_box.parse("", text).treatment.slug is None
