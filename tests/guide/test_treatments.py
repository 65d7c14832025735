"""Treatment pages: the answer first, each row with its sources, contradictions side by side, valid in each language."""

from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from tests.reading import Page, words
from webapp.treatments.models import Treatment

REJURAN = "/treatments/rejuran_healer"
PREFIXES = ("", "/zh", "/ko")


def cards(node: Element) -> list[list[str]]:
    """The texts of each group of statements that stand side by side."""
    return [
        [words(item) for item in group]
        for group in node.iter("{http://www.w3.org/1999/xhtml}ul")
        if "side-by-side" in group.get("class", "").split()
    ]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_page_is_valid_with_one_title_and_no_id_twice(
    client: FlaskClient, reference: Session, prefix: str
) -> None:
    slugs = list(reference.scalars(select(Treatment.slug)))
    assert len(slugs) > 30
    for address in ["/treatments", *(f"/treatments/{slug}" for slug in slugs)]:
        page = Page(client, prefix + address).check()
        marks = {link.get("href", "")[1:] for link in page.all("a", class_="source-mark")}
        assert marks <= {element.get("id") for element in page.root.iter()}, address


def test_the_list_names_every_treatment_in_the_readers_language_and_locally(
    client: FlaskClient, reference: Session
) -> None:
    page = Page(client, "/zh/treatments")
    links = {link.get("href"): words(link) for link in page.all("a")}
    assert links["/zh/treatments/rejuran_healer"] == "丽珠兰（黑盒）"
    assert "리쥬란 힐러" in [words(name) for name in page.all("span", lang="ko")]
    assert len(page.all("h2")) == 3


def test_the_answer_comes_first_in_eight_rows(client: FlaskClient, reference: Session) -> None:
    page = Page(client, REJURAN)
    first = page.all("dl", class_="facts")[0]
    labels = [words(term) for term in first.iter("{http://www.w3.org/1999/xhtml}dt")]
    assert labels == [
        "What it is", "How many sessions", "Time between sessions", "Discomfort", "Afterwards",
        "What it cannot do", "Who should ask first", "What no source says",
    ]  # fmt: skip
    headings = [words(heading) for heading in page.all("h2")]
    assert headings[0] == "The answer first"
    assert headings[-2:] == ["Three treatments compared: one clinic’s view", "Sources"]


def test_each_sourced_row_opens_its_sources(client: FlaskClient, reference: Session) -> None:
    page = Page(client, REJURAN)
    opened = page.row("How many sessions").find(".//{http://www.w3.org/1999/xhtml}details")
    assert opened is not None
    assert "Hugo Plastic Surgery's article" in words(opened)
    assert "beauty magazine" in words(opened)
    assert "date not known" in words(opened)
    unsaid = page.row("What no source says")
    assert unsaid.find(".//{http://www.w3.org/1999/xhtml}details") is None
    assert "None of the documents gives a price." in words(unsaid)


def test_what_sources_contradict_stands_side_by_side_and_is_not_averaged(
    client: FlaskClient, reference: Session
) -> None:
    page = Page(client, REJURAN)
    (sessions,) = cards(page.row("How many sessions"))
    assert [text.split(".")[0] for text in sessions] == [
        "You would have 1 to 4 sessions",
        "You would have 3 to 4 sessions",
    ]
    (interval,) = cards(page.row("Time between sessions"))
    assert len(interval) == 3
    lifting = next(group for group in cards(page.row("What it cannot do")) if "does not lift" in group[0])
    assert lifting[1].startswith("Named as a use: lifting.")
    (active,) = cards(page.row("What it is"))
    assert [("PN" in text, "Its active is PDRN" in text) for text in active[:2]] == [
        (True, False),
        (False, True),
    ]


def test_downtime_is_three_figures(client: FlaskClient, reference: Session) -> None:
    afterwards = Page(client, REJURAN).row("Afterwards")
    labels = [
        words(node)
        for node in afterwards.iter("{http://www.w3.org/1999/xhtml}p")
        if node.get("class") == "label"
    ]
    assert labels == ["Redness and swelling", "Bumps", "Bruises"]
    assert "5 to 7 days" in words(afterwards)


def test_a_refuted_claim_stands_only_in_its_box_with_the_reason(
    client: FlaskClient, reference: Session
) -> None:
    page = Page(client, REJURAN)
    (box,) = page.all("section", aria_labelledby="claims")
    assert "“FDA-approved”" in words(box)
    assert "Not true of the US FDA" in words(box)
    assert page.text.count("“FDA-approved”") == 1
    assert len([mark for mark in box.iter() if mark.get("class") == "source-mark"]) == 5


def test_the_missing_list_and_the_one_view_say_what_they_are(client: FlaskClient, reference: Session) -> None:
    page = Page(client, REJURAN)
    (notice,) = page.all("p", class_="notice")
    assert "announces five clinics" in words(notice)
    (table,) = page.all("table")
    assert [words(cell) for cell in table.iter("{http://www.w3.org/1999/xhtml}th")][-3:] == [
        "Rejuran Healer", "HA skin boosters", "PRP",
    ]  # fmt: skip
    assert "opinion of one clinic" in page.text


def test_sources_are_listed_with_publisher_date_and_whose_view(
    client: FlaskClient, reference: Session
) -> None:
    page = Page(client, REJURAN)
    (section,) = page.all("section", aria_labelledby="sources")
    text = words(section)
    assert "Halley Medical Aesthetics, Singapore · interview · 10 September 2020" in text
    assert "It is the magazine's view, not a doctor's" in text
    assert len(page.all("li")) > 0
    assert [item.get("id") for item in section.iter("{http://www.w3.org/1999/xhtml}li")] == [
        f"source-{number}" for number in range(1, 9)
    ]


def test_a_treatment_that_no_document_describes_says_so(client: FlaskClient, reference: Session) -> None:
    page = Page(client, "/treatments/profhilo")
    assert "Our documents do not describe this treatment" in words(page.all("p", class_="notice")[0])
    assert "The answer first" not in page.text
    assert not page.all("section", aria_labelledby="sources")


def test_it_leads_to_clinics_and_to_the_comparison(client: FlaskClient, reference: Session) -> None:
    links = {link.get("href") for link in Page(client, "/ko" + REJURAN).all("a")}
    assert {"/ko/clinics?treatment=rejuran_healer", "/ko/compare?treatment=rejuran_healer"} <= links


@pytest.mark.parametrize("slug", ["nothing", "%00", "..%2Fx", "a" * 3000, "%F0%9F%98%80"])
def test_an_unknown_treatment_is_a_page_that_says_so(client: FlaskClient, slug: str) -> None:
    answer = client.get(f"/treatments/{slug}")
    assert answer.status_code in {400, 404}
    assert answer.mimetype == "text/html"


def test_with_brand_names_off_no_page_of_the_guide_shows_one(
    app: Flask, settings: Settings, client: FlaskClient, reference: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, brand_names_sg=False))
    page = Page(client, REJURAN)
    assert words(page.all("h1")[0]) == "PN skin booster, product 1"
    assert "rejuran" not in words(page.root).casefold()
    assert not page.all("table")
    listed = Page(client, "/treatments")
    assert "rejuran" not in words(listed.root).casefold()
    names = [words(link) for link in listed.all("a") if "/treatments/" in link.get("href", "")]
    assert len(names) == len(set(names)) > 30
    # What is nobody's brand keeps its name.
    assert "Platelet-rich plasma (PRP)" in listed.text
