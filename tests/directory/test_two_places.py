"""Results around two places: each box understood by itself, two groups, and what is asked beside which box."""

import json
from urllib.parse import quote
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.reading import Page, words
from tests.statements import sent_to

BOTH = "/clinics?near=Orchard&also=Gangnam+Station&treatment=rejuran_healer"
# One thousandth of a degree of latitude is 111 m.
STEP = 0.001
# The points of the two stations in the gazetteer, to about 100 m.
ORCHARD, SOMERSET = (1.304, 103.832), (1.3, 103.839)


def groups(page: Page) -> list[Element]:
    return page.with_class("place-group")


def names_in(group: Element) -> list[str]:
    return [words(card.find(".//{*}h3")) for card in group.iter() if card.get("data-clinic")]


def heading(group: Element) -> str:
    return words(group.find("./{*}h2"))


def typed(page: Page, box: str) -> str | None:
    return page.all("input", id=box)[0].get("value")


def drawn(page: Page) -> dict[str, list[dict[str, list[object]]]]:
    found: dict[str, list[dict[str, list[object]]]] = json.loads(
        "".join(page.all("script", id="map-data")[0].itertext())
    )
    return found


def test_two_groups_are_what_each_place_gives_alone(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, BOTH).check()
    alone = [
        Page(client, f"/clinics?near={place}&treatment=rejuran_healer").check()
        for place in ("Orchard", "Gangnam+Station")
    ]
    assert page.heading == "Clinics near Orchard and near Gangnam Station"
    assert [heading(group) for group in groups(page)] == [one.heading for one in alone]
    assert [names_in(group) for group in groups(page)] == [one.cards for one in alone]
    assert all(one.cards for one in alone)
    distances = [words(line) for line in page.with_class("where")]
    assert distances == [words(line) for one in alone for line in one.with_class("where")]
    for group in groups(page):
        assert page.links(heading(group)) == [f"#{group.get('id')}"]


@pytest.mark.parametrize(
    ("near", "also"),
    [
        ("江南", "near Novena MRT"),
        ("238859", "강남역"),
        ("강남역", "238859"),
        ("オーチャード", "Gangnam Station"),
        ("노베나", "江南站"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/zh", "/ko"])
def test_both_boxes_understand_every_language(
    seeded: Session, client: FlaskClient, prefix: str, near: str, also: str
) -> None:
    page = Page(client, f"{prefix}/clinics?near={quote(near)}&also={quote(also)}").check()
    assert len(groups(page)) == 2, page.heading
    assert (typed(page, "near"), typed(page, "also")) == (near, also)


def test_the_first_place_may_stand_in_the_first_box(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics?q=rejuran+near+238859&also=Gangnam").check()
    assert page.heading == "Clinics near 238859 and near Gangnam-gu"
    assert (typed(page, "q"), typed(page, "near"), typed(page, "also")) == (
        "Rejuran Healer",
        "238859",
        "Gangnam",
    )


def test_a_second_place_alone_is_the_place(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics?also=Orchard").check()
    assert page.heading == Page(client, "/clinics?near=Orchard").heading
    assert page.cards == Page(client, "/clinics?near=Orchard").cards
    assert (typed(page, "near"), typed(page, "also")) == ("", "Orchard")
    assert [select.get("name") for select in page.all("select")] == ["also_radius_m", "sort"]


def test_the_same_place_twice_stands_once_and_says_so(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics?near=Orchard&also=orchard").check()
    assert groups(page) == []
    assert page.cards == Page(client, "/clinics?near=Orchard").cards
    assert "Both boxes name the same place, so it stands here once." in page.text
    assert (typed(page, "near"), typed(page, "also")) == ("Orchard", "orchard")


def test_a_clinic_in_both_circles_stands_under_the_nearer_and_it_is_said(
    session: Session, client: FlaskClient
) -> None:
    orchard = factories.clinic(session, lat=ORCHARD[0] + STEP, lng=ORCHARD[1], name="By Orchard")
    somerset = factories.clinic(session, lat=SOMERSET[0] - STEP, lng=SOMERSET[1], name="By Somerset")
    for clinic in (orchard, somerset):
        factories.offer(session, clinic)
    session.commit()
    page = Page(client, "/clinics?near=Orchard&also=Somerset&radius_m=1500&also_radius_m=1500").check()
    first, second = groups(page)
    assert (names_in(first), names_in(second)) == (["By Orchard"], ["By Somerset"])
    assert "1 more clinic within this distance is nearer to Somerset and stands there." in words(first)
    assert "1 more clinic within this distance is nearer to Orchard and stands there." in words(second)
    # Both are near: one frame shows both.
    assert len(drawn(page)["fits"]) == 1
    assert page.all("button", aria_pressed="true") == []


def test_where_the_other_place_has_every_clinic_no_group_claims_to_be_empty(
    session: Session, client: FlaskClient
) -> None:
    factories.clinic(session, lat=SOMERSET[0], lng=SOMERSET[1])
    session.commit()
    page = Page(client, "/clinics?near=Orchard&also=Somerset&radius_m=3000&also_radius_m=3000").check()
    first = groups(page)[0]
    assert heading(first) == "Each clinic within 3 km of Orchard is nearer to Somerset"
    assert "No clinic of the directory" not in words(first)


def test_each_group_widens_by_itself(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics?near=Changi+Airport&also=Gangnam&treatment=rejuran_healer").check()
    first, second = groups(page)
    assert heading(first).startswith("No clinic within 1 km of Changi Airport")
    assert len(names_in(first)) == 3
    assert "The nearest 3 are shown" in words(first)
    assert "The nearest" not in words(second)


def test_a_group_without_any_clinic_says_so_beside_one_that_has_some(
    session: Session, client: FlaskClient
) -> None:
    factories.treatment(session)
    name = factories.clinic(session, lat=ORCHARD[0], lng=ORCHARD[1]).name
    session.commit()
    first, second = groups(Page(client, "/clinics?near=Orchard&also=Gangnam").check())
    assert names_in(first) == [name]
    assert "No clinic of the directory answers this search." in words(second)
    none = Page(client, "/clinics?near=Orchard&also=Gangnam&treatment=rejuran_healer").check()
    assert none.links("Show all clinics")
    assert none.cards == []


def test_price_order_works_across_markets_since_each_group_is_in_one_currency(
    seeded: Session, client: FlaskClient
) -> None:
    page = Page(client, BOTH + "&sort=price").check()
    assert "two currencies have no order" not in page.text
    assert "by price of one session" in page.text
    singapore, seoul = (words(group) for group in groups(page))
    assert "One session with everything stated: S$" in singapore
    assert "One session with everything stated: ₩" in seoul


def test_the_market_is_no_question_where_two_places_are_named(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, BOTH + "&market=SG").check()
    assert [names_in(group) for group in groups(page)] == [
        names_in(group) for group in groups(Page(client, BOTH))
    ]
    assert [select.get("name") for select in page.all("select")] == ["radius_m", "also_radius_m", "sort"]
    # Nor does it decide which of two places of a name is meant.
    asked = Page(client, "/clinics?near=Gangnam&also=City+Hall&market=SG").check()
    assert asked.heading == "Which place do you mean?"


@pytest.mark.parametrize(
    ("near", "also", "box", "says", "clear"),
    [
        ("Orchard", "City Hall", "also", "Which place do you mean?", "Orchard"),
        ("City Hall", "Gangnam", "near", "Which place do you mean?", "Gangnam-gu"),
        ("Novena", "Tokyo", "also", "That is outside the two areas we cover", "Novena"),
        ("xyzzy", "Gangnam", "near", "We do not know this place", "Gangnam-gu"),
        ("Novena", "near me", "also", "Where are you?", "Novena"),
    ],
)
def test_what_is_asked_stands_next_to_its_box(
    seeded: Session, client: FlaskClient, near: str, also: str, box: str, says: str, clear: str
) -> None:
    page = Page(client, f"/clinics?q=rejuran&near={quote(near)}&also={quote(also)}").check()
    assert page.heading == says
    assert (typed(page, "near"), typed(page, "also")) == (near, also)
    (error,) = page.all("p", class_="error")
    assert words(error).startswith(says)
    assert error.get("id") == page.all("input", id=box)[0].get("aria-describedby")
    # A choice settles this place and leaves the other as it was typed.
    address = next(
        link.get("href") or "" for link in page.with_class("choices")[0].iter() if link.get("href")
    )
    after = Page(client, address).check()
    assert len(groups(after)) == 2
    assert typed(after, "also" if box == "near" else "near") == (also if box == "near" else near)
    alone = Page(client, page.links(f"Or go on with {clear} alone")[0]).check()
    assert alone.heading.endswith(f"of {clear}")
    assert typed(alone, box) == ""


def test_two_questions_at_once_each_with_its_own_choices(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics?near=City+Hall&also=Tokyo").check()
    assert page.heading == "Where are the two places?"
    assert [words(error) for error in page.all("p", class_="error")] == [
        "Which place do you mean? Choose below",
        "That is outside the two areas we cover Choose below",
    ]
    assert "Tokyo is not covered." in page.text
    first = Page(client, page.links("City Hall Station")[0]).check()
    assert first.heading == "That is outside the two areas we cover"
    second = Page(client, first.links("Orchard")[0]).check()
    assert second.heading == "Clinics near City Hall Station and near Orchard"


def test_a_place_named_in_the_first_box_can_be_left_out(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics?q=rejuran+city+hall&also=Gangnam").check()
    assert page.heading == "Which place do you mean?"
    alone = Page(client, page.links("Or go on with Gangnam-gu alone")[0]).check()
    assert alone.heading.endswith("of Gangnam-gu")
    assert "Rejuran Healer" in alone.title


def test_each_group_turns_its_own_pages(session: Session, client: FlaskClient) -> None:
    for number in range(12):
        for country, (lat, lng) in (("SG", ORCHARD), ("KR", (37.498, 127.028))):
            factories.clinic(
                session, country=country, name=f"{country} {number:02}", lat=lat + number * STEP / 10, lng=lng
            )
    session.commit()
    page = Page(client, "/clinics?near=Orchard&also=Gangnam+Station&radius_m=3000&also_radius_m=3000").check()
    assert [len(names_in(group)) for group in groups(page)] == [10, 10]
    assert page.links("The next clinics near Orchard")[0].endswith("#clinics-near")
    later = Page(client, page.links("The next clinics near Gangnam Station")[0]).check()
    first, second = groups(later)
    assert names_in(first) == names_in(groups(page)[0])
    assert len(names_in(second)) == 2
    assert not set(names_in(second)) & set(names_in(groups(page)[1]))
    # The other group keeps the page that it is on.
    last = Page(client, later.links("The next clinics near Orchard")[0]).check()
    assert [len(names_in(group)) for group in groups(last)] == [2, 2]
    assert [heading(group) for group in groups(last)] == [heading(group) for group in groups(page)]


def test_the_map_has_a_frame_for_each_market_and_every_card(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, BOTH).check()
    data = drawn(page)
    listed = [element.get("data-clinic") for element in page.with_class("clinic")]
    pins = [slug for fit in data["fits"] for slug in fit["slugs"]]
    assert len(data["fits"]) == 2
    assert [slug for slug in listed if slug in pins] == pins
    assert [words(button) for button in page.all("button") if button.get("aria-pressed")] == [
        "Orchard",
        "Gangnam Station",
    ]
    points = client.get(BOTH.replace("/clinics", "/clinics.geojson")).get_json()["features"]
    assert [row["properties"]["slug"] for row in points] == pins
    assert {row["properties"]["near"] for row in points} == {"Orchard", "Gangnam Station"}
    assert {row["properties"]["market"]: row["properties"]["near"] for row in points} == {
        "SG": "Orchard",
        "KR": "Gangnam Station",
    }


def test_the_tray_holds_clinics_of_both_groups_and_keeps_the_treatment(
    seeded: Session, client: FlaskClient
) -> None:
    page = Page(client, BOTH).check()
    slugs = [
        next(card.get("data-clinic") or "" for card in group.iter() if card.get("data-clinic"))
        for group in groups(page)
    ]
    boxes = [box for box in page.all("input", type="checkbox", form="tray") if box.get("value") in slugs]
    assert len(boxes) == 2
    tray = page.all("form", id="tray")[0]
    assert [field.get("value") for field in tray.iter() if field.get("name") == "treatment"] == [
        "rejuran_healer"
    ]
    again = Page(client, BOTH + "".join(f"&clinic={slug}" for slug in slugs)).check()
    ticked = [
        box.get("value") or ""
        for box in again.all("input", type="checkbox")
        if box.get("checked") is not None
    ]
    assert sorted(ticked) == sorted(slugs)


def test_the_second_place_is_one_line_until_it_is_wanted(seeded: Session, client: FlaskClient) -> None:
    for path in ("/", "/clinics?near=Orchard"):
        details = Page(client, path).check().all("details", class_="second")
        assert [words(one.find("./{*}summary")) for one in details] == ["Compare with a second place"]
    page = Page(client, BOTH).check()
    assert page.all("details", class_="second") == []
    assert page.all("input", id="also")


def test_two_places_lead_on_to_whole_courses_around_them(seeded: Session, client: FlaskClient) -> None:
    (address,) = Page(client, BOTH).links("What a whole course costs at these clinics")
    assert address == "/compare?near=Orchard&also=Gangnam+Station&treatment=rejuran_healer"
    assert Page(client, address).check().status == 200


def test_the_page_keeps_its_weight_and_its_statements(session: Session, client: FlaskClient) -> None:
    for number in range(25):
        for country, (lat, lng) in (("SG", ORCHARD), ("KR", (37.498, 127.028))):
            clinic = factories.clinic(session, country=country, lat=lat + number * STEP / 10, lng=lng)
            for offers in range(3):
                factories.offer(
                    session, clinic, title=f"Offer {offers}", currency="SGD" if country == "SG" else "KRW"
                )
    session.commit()
    engine = session.connection().engine

    def ask(path: str) -> tuple[int, Page]:
        with sent_to(engine) as seen:
            page = Page(client, path).check()
        return sum(text.startswith("SELECT") for text in seen), page

    nowhere, _page = ask("/clinics")
    one, _page = ask("/clinics?near=Orchard&radius_m=3000&treatment=rejuran_healer")
    two, page = ask(BOTH + "&radius_m=3000&also_radius_m=3000")
    assert len(page.cards) == 20
    # Two are about treatments; a search is five, and the second place repeats no others.
    assert one <= nowhere <= 7
    assert two <= one + 5
    drawn_on = len("".join(page.all("script", id="map-data")[0].itertext()).encode())
    assert len(page.source.encode()) - drawn_on < 60_000
