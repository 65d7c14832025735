"""The page of a plan, as somebody without JavaScript gets it."""

from urllib.parse import quote
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.directory.test_nasty_queries import NASTY
from tests.reading import Page, words
from tests.statements import sent_to
from webapp.extensions import db

HEALER = "/plan?treatment=rejuran_healer"
DATED = f"{HEALER}&start=2026-12-01"


def table(page: Page, number: int = 0) -> list[list[str]]:
    """The rows of a table, cell by cell; the head first."""
    return [
        [words(cell) for cell in row if cell.tag[-2:] in ("th", "td")]
        for row in rows_of(page.all("table")[number])
    ]


def rows_of(element: Element) -> list[Element]:
    return [row for row in element.iter() if row.tag.endswith("}tr")]


def value(page: Page, element_id: str) -> str:
    [field] = [one for one in page.all("input") if one.get("id") == element_id]
    return field.get("value") or ""


def test_nothing_chosen_yet(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/plan").check()
    assert page.heading == "Plan a course"
    assert page.all("table") == []
    assert "No source says" not in page.text
    assert 'name="robots"' not in page.source


def test_without_a_first_day_there_are_weeks(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, HEALER).check()
    assert table(page) == [
        ["Session", "When"],
        ["Session 1", "week 0"],
        ["Session 2 perhaps", "week 2 to 4"],
        ["Session 3 perhaps", "week 4 to 8"],
        ["Session 4 perhaps", "week 6 to 12"],
        ["To keep it up, 1", "6 to 12 months after the last session"],
    ]
    assert "Give the day of the first session" in page.text
    assert page.all("svg") == []
    assert page.links("Calendar file (.ics)") == []
    # A page that says only what the sources say is no plan of anybody's.
    assert 'name="robots"' not in page.source


def test_where_sources_differ_a_session_has_its_earliest_and_its_latest_day(
    seeded: Session, client: FlaskClient
) -> None:
    page = Page(client, DATED).check()
    shown = [row[:2] for row in table(page)[1:]]
    assert [[cell.replace("\u2009", " ") for cell in row] for row in shown] == [
        ["Session 1", "1 December 2026"],
        ["Session 2 perhaps", "15–29 Dec 2026"],
        ["Session 3 perhaps", "29 Dec 2026 – 26 Jan 2027"],
        ["Session 4 perhaps", "12 Jan – 23 Feb 2027"],
        ["To keep it up, 1", "1 Jun 2027 – 23 Feb 2028"],
    ]
    assert "The sources differ" in words(page.row("Sessions"))
    assert "noindex" in page.source


def test_her_own_numbers_make_each_a_day_and_stand_beside_the_sources(
    seeded: Session, client: FlaskClient
) -> None:
    page = Page(client, f"{DATED}&sessions=3&interval_weeks=4&maintenance_months=6").check()
    head, *shown = table(page)
    assert [row[:2] for row in shown] == [
        ["Session 1", "1 December 2026"],
        ["Session 2", "29 December 2026"],
        ["Session 3", "26 January 2027"],
        ["To keep it up, 1", "26 July 2027"],
    ]
    assert head[2:] == [
        "Stay away: sauna, hard exercise, heavy drinking, warm water on the faceSource 4",
        "Redness and swellingSource 2",
        "BumpsSource 1Source 2Source 4",
        "BruisesSource 4",
    ]
    assert [cell.replace("\u2009", " ") for cell in shown[2][2:]] == [
        "28 Jan",
        "27–28 Jan",
        "27–28 Jan",
        "31 Jan – 2 Feb",
    ]
    weeks = words(page.row("Time between sessions"))
    assert weeks.startswith("4 weeks yours")
    assert "3 to 4 weeks apart" in weeks
    assert "2 to 4 weeks" in weeks
    assert value(page, "interval_weeks-0") == "4"


def test_what_no_source_says_is_said_and_never_filled_in(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/plan?treatment=profhilo&start=2026-12-01").check()
    assert [row[:2] for row in table(page)[1:]] == [["Session 1", "1 December 2026"]]
    for row in ("Sessions", "Time between sessions", "Coming again to keep it up"):
        assert "not stated" in words(page.row(row))
    assert "No source says how many sessions it takes." in page.text
    assert "No source says how far apart the sessions are" in page.text
    assert "No source says whether or when to come again" in page.text
    assert words(page.row("Redness and swelling, Bumps, Bruises")) == "No source says."
    assert page.all("svg") == []


def test_sessions_without_an_interval_have_no_days(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/plan?treatment=profhilo&sessions=3&maintenance_months=6&start=2026-12-01").check()
    assert len(table(page)) == 2
    page = Page(client, "/plan?treatment=profhilo&sessions=3&interval_weeks=4&start=2026-12-01").check()
    assert [row[1] for row in table(page)[1:]] == ["1 December 2026", "29 December 2026", "26 January 2027"]


def test_the_days_after_a_session(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, DATED).check()
    assert words(page.row("Sun")) == "No source says."
    away = words(page.row("Sauna, hard exercise, heavy drinking, warm water on the face"))
    assert away.startswith("2 days For 2 days: no washing")
    make_up = words(page.row("Make-up"))
    assert make_up.startswith("how long: not stated The sources differ")
    assert "Bruises can be covered with cosmetics." in make_up
    assert [
        words(page.row(name)).partition(" days")[0] for name in ("Redness and swelling", "Bumps", "Bruises")
    ] == [
        "1 to 2",
        "1 to 2",
        "5 to 7",
    ]


def test_every_mark_leads_to_its_source(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, f"{DATED}&treatment=ha_booster_generic").check()
    ids = {element.get("id") for element in page.root.iter() if element.get("id")}
    marks = {(mark.get("href") or "").removeprefix("#") for mark in page.with_class("source-mark")}
    assert marks == {"source-1", "source-2", "source-3", "source-4"}
    assert marks <= ids


def test_the_picture_has_a_name_and_says_what_the_table_says(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, DATED).check()
    [svg] = [element for element in page.root.iter() if element.tag.endswith("}svg")]
    assert svg.get("role") == "img"
    texts = {element.get("id"): words(element) for element in svg if element.get("id")}
    name, text = (texts[one] for one in (svg.get("aria-labelledby") or "").split())
    assert name == "Timeline of Rejuran Healer"
    for row in table(page)[1:]:
        assert f"{row[0].removesuffix(' perhaps')}: {row[1]}." in text


def test_several_treatments_stand_in_one_plan(seeded: Session, client: FlaskClient) -> None:
    page = Page(
        client, "/plan?want=rejuran_healer:3x2ml&want=ha_booster_generic:1&interval_weeks=4&start=2026-12-01"
    ).check()
    assert [words(one) for one in page.all("h2")][:2] == ["Rejuran Healer", "HA skin booster"]
    assert "Ask the doctor whether you may have them together" in page.text
    [compare] = page.links("Compare prices")
    assert (
        compare
        == "/compare?want=rejuran_healer:3x2ml&want=ha_booster_generic:1&interval_weeks=4&interval_weeks="
    )


def test_journeys_have_days_and_no_price(seeded: Session, client: FlaskClient) -> None:
    address = f"{DATED}&sessions=2&interval_weeks=4&maintenance_months=6&place=KR&nights=2"
    page = Page(client, address).check()
    assert [words(one) for one in page.all("h2") if one.get("id") == "journeys"] == [
        "Journeys to Gangnam, Seoul"
    ]
    assert table(page, 1)[1:] == [
        ["Journey 1", "Rejuran Healer: Session 1", "1 December 2026", "3 December 2026", "2 nights"],
        ["Journey 2", "Rejuran Healer: Session 2", "29 December 2026", "31 December 2026", "2 nights"],
        ["Journey 3", "Rejuran Healer: To keep it up, 1", "29 June 2027", "1 July 2027", "2 nights"],
    ]
    page = Page(client, f"{address}&way=stay").check()
    assert table(page, 1)[1] == [
        "Journey 1",
        "Rejuran Healer: Session 1; Rejuran Healer: Session 2",
        "1 December 2026",
        "31 December 2026",
        "30 nights",
    ]
    assert "S$" not in page.text
    assert "₩" not in page.text


def test_journeys_without_a_first_day_still_have_their_nights(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, f"{HEALER}&place=KR&way=stay&nights=1").check()
    assert [row[-1] for row in table(page, 1)[1:]] == ["1 to 85 nights", "1 night"]
    page = Page(client, "/plan?treatment=profhilo&place=KR").check()
    assert "Their journeys are not here." in page.text


def test_one_plan_has_one_address_that_gives_it_again(seeded: Session, client: FlaskClient) -> None:
    page = Page(
        client,
        f"{HEALER}&treatment=&sessions=2&sessions=&quantity=&interval_weeks=4&start=2026-12-01&years=1",
    )
    [address] = [link.get("href") or "" for link in page.with_class("address")]
    assert address == (
        "http://127.0.0.1:8000/plan?treatment=rejuran_healer&sessions=2&interval_weeks=4&start=2026-12-01"
    )
    assert table(Page(client, address.removeprefix("http://127.0.0.1:8000"))) == table(page)
    [file] = page.links("Calendar file (.ics)")
    assert client.get(file).content_type == "text/calendar; charset=utf-8"


def test_what_cannot_be_read_is_named_beside_its_field_and_kept(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, f"{HEALER}&sessions=99&start=2026-13-45&nights=x&place=KR").check()
    [summary] = page.with_class("error-summary")
    assert "Sessions: Write a whole number from 1 to 12." in words(summary)
    assert "First session on: We cannot read “2026-13-45” as a date." in words(summary)
    for field, kept in (("sessions-0", "99"), ("start", "2026-13-45"), ("nights", "x")):
        assert value(page, field) == kept
        [box] = [one for one in page.all("input") if one.get("id") == field]
        assert box.get("aria-describedby") == f"{field}-error"
        assert box.get("type") != "date"
    # The rest is answered all the same.
    assert table(page)[1] == ["Session 1", "week 0"]


def test_links_of_the_summary_lead_to_their_fields(seeded: Session, client: FlaskClient) -> None:
    page = Page(
        client,
        "/plan?treatment=botox&want=%3F&sessions=0&interval_weeks=&interval_weeks=0&maintenance_months=&"
        "maintenance_months=0&start=x&years=9&place=Mars&nights=-1",
    ).check()
    ids = {element.get("id") for element in page.root.iter() if element.get("id")}
    [summary] = page.with_class("error-summary")
    links = [(one.get("href") or "").removeprefix("#") for one in summary.iter() if one.get("href")]
    assert len(links) == 9
    assert set(links) <= ids


@pytest.mark.parametrize("prefix", ["/zh", "/ko"])
def test_days_are_written_as_the_reader_writes_them(
    seeded: Session, client: FlaskClient, prefix: str
) -> None:
    page = Page(client, f"{prefix}{DATED}&interval_weeks=4").check()
    day, other = {"/zh": ("2026年12月1日", "2026年12月29日"), "/ko": ("2026년 12월 1일", "2026년 12월 29일")}[
        prefix
    ]
    assert [row[1] for row in table(page)[1:3]] == [day, other]


def test_the_treatments_page_leads_here(seeded: Session, client: FlaskClient) -> None:
    assert Page(client, "/treatments/rejuran_healer").links("Plan a course") == [HEALER]


@pytest.mark.parametrize("path", ["/plan", "/plan.ics"])
def test_no_query_however_wrong_gives_an_error_page(seeded: Session, client: FlaskClient, path: str) -> None:
    fields = (
        "treatment", "want", "sessions", "interval_weeks", "maintenance_months", "quantity", "start", "years",
        "place", "way", "nights",
    )  # fmt: skip
    good = "treatment=rejuran_healer&start=2026-12-01&place=KR"
    for field in fields:
        for text in NASTY:
            for query in (f"{field}={quote(text)}&{good}", f"{good}&{field}={quote(text)}"):
                assert client.get(f"{path}?{query}").status_code in (200, 302), (field, text[:40])
        assert client.get(f"{path}?{field}=%ff%fe%ed%a0%80&{good}").status_code in (200, 302)
    for name in ("endpoint", "_external", "_scheme", "_anchor", "_method", "values", "self"):
        answer = client.get(f"/plan.ics?{name}=javascript&treatment=rejuran_healer")
        assert answer.headers["Location"] == f"/plan?{name}=javascript&treatment=rejuran_healer"
    assert client.get(f"{path}?" + "treatment=profhilo&" * 3000).status_code in (200, 302)


def test_typed_markup_stays_text(seeded: Session, client: FlaskClient) -> None:
    for field in ("treatment", "start", "sessions", "place", "nights", "years", "want"):
        page = client.get(f"/plan?{field}=%3Cimg%20src=x%3E&treatment=profhilo").get_data(as_text=True)
        assert "<img src" not in page


@pytest.mark.parametrize("treatments", [1, 4])
def test_the_number_of_statements_does_not_grow(
    seeded: Session, client: FlaskClient, treatments: int
) -> None:
    slugs = ("rejuran_healer", "profhilo", "ha_booster_generic", "juvelook_skin")[:treatments]
    query = "&".join(f"treatment={slug}" for slug in slugs)
    with sent_to(db.engine) as sent:
        assert client.get(f"/plan?{query}&start=2026-12-01").status_code == 200
    statements = [text for text in sent if text.lstrip().upper().startswith("SELECT")]
    # The treatments, their facts, the facts' sources, the sources.
    assert 0 < len(statements) <= 4
