"""Who is compared: by name in the order of naming, around one place or two, and places that are asked back."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.reading import Page, words
from webapp.directory.compare.chosen import Chosen, by_name, by_place, read_place
from webapp.geocoding.gazetteer import Place

# One thousandth of a degree of latitude is 111 m.
STEP = 0.001
LAT, LNG = 1.3036, 103.8318


def place(steps: float, radius_m: int = 1_500) -> Place:
    return Place(
        key=f"place-{steps}", name="A place", name_local="", within="", kind="area", country="SG",
        lat=LAT + steps * STEP, lng=LNG, radius_m=radius_m, precision="area", confidence=1.0, source="",
        matched_text="",
    )  # fmt: skip


def offering(session: Session, steps: float, slug: str = "rejuran_healer", **more: object) -> str:
    clinic = factories.clinic(session, **({"lat": LAT + steps * STEP, "lng": LNG} | more))
    factories.offer(session, clinic, parts=[{"treatment_id": factories.treatment(session, slug).id}])
    return clinic.slug


def slugs(found: list[Chosen]) -> list[str]:
    return [one.clinic.slug for one in found]


def test_by_name_in_the_order_of_naming(session: Session) -> None:
    one, two = factories.clinic(session), factories.clinic(session)
    gone = factories.clinic(session, authority="withdrawn")
    found = by_name([two.slug, "no-such-clinic", gone.slug, one.slug])
    assert slugs(found) == [two.slug, one.slug]
    assert [row.distance_m for row in found] == [None, None]


def test_around_a_place_nearest_first_and_only_who_offers_it(session: Session) -> None:
    far, near = offering(session, 8), offering(session, 1)
    offering(session, 2, "profhilo")
    offering(session, 20)
    found = by_place([place(0)], ["rejuran_healer"], 30)
    assert slugs(found) == [near, far]
    assert found[0].distance_m == pytest.approx(111.2, rel=0.01)
    both = by_place([place(0)], ["rejuran_healer", "profhilo"], 30)
    assert len(both) == 3


def test_the_radius_of_the_place_unless_the_reader_says_one(session: Session) -> None:
    far, near = offering(session, 20), offering(session, 1)
    assert slugs(by_place([place(0)], ["rejuran_healer"], 30)) == [near]
    assert slugs(by_place([place(0, radius_m=3_000)], ["rejuran_healer"], 30)) == [near, far]
    assert slugs(by_place([place(0)], ["rejuran_healer"], 30, radius_m=2_500)) == [near, far]


def test_a_clinic_in_both_radii_stands_once_with_the_nearer_place(session: Session) -> None:
    """The places are 2 km apart, and each reaches 1.5 km."""
    first, second, seoul = (
        offering(session, 8),
        offering(session, 10),
        offering(session, 0, country="KR", lat=37.498, lng=127.028, gst_registered=None),
    )
    found = by_place([place(0), place(18)], ["rejuran_healer"], 30)
    assert slugs(found) == [first, second]
    assert [round(row.distance_m or 0, -1) for row in found] == [890, 890]
    assert seoul not in slugs(found)


def test_the_second_place_has_its_share_however_many_stand_around_the_first(session: Session) -> None:
    for number in range(6):
        offering(session, number)
    there = [offering(session, 100 + number) for number in range(3)]
    found = slugs(by_place([place(0), place(100)], ["rejuran_healer"], 4))
    assert len(found) == 4
    assert found[2:] == there[:2]
    assert len(by_place([place(0), place(100)], ["rejuran_healer"], 30)) == 9
    assert len(by_place([place(0)], ["rejuran_healer"], 4)) == 4


def test_more_clinics_than_a_page_of_the_search_holds(session: Session) -> None:
    for number in range(115):
        offering(session, number / 50)
    found = by_place([place(0)], ["rejuran_healer"], 110)
    assert len(found) == 110
    distances = [row.distance_m or 0 for row in found]
    assert distances == sorted(distances)


@pytest.mark.parametrize(
    ("text", "found", "asked"),
    [
        ("", False, False),
        ("Orchard", True, False),
        ("강남역", True, False),
        ("238859", True, False),
        ("City Hall", False, True),
        ("Tokyo", False, False),
        ("near me", False, False),
        ("atlantis", False, False),
    ],
)
@pytest.mark.once
def test_what_is_not_certain_is_asked_and_never_picked(
    app: Flask, text: str, found: bool, asked: bool
) -> None:
    with app.test_request_context("/compare"):
        near = read_place(text)
    assert (near.place is not None) == found
    assert bool(near.maybe) == asked or found
    assert near.unread == (bool(text) and not found)


def test_the_page_asks_which_place_and_keeps_what_was_typed(session: Session, client: FlaskClient) -> None:
    offering(session, 0)
    session.commit()
    page = Page(client, "/compare?near=City+Hall&also=atlantis&want=rejuran_healer:3").check()
    assert "Which “City Hall”?" in page.text
    assert "We do not know the place “atlantis”." in page.text
    assert page.all("input", id="near")[0].get("value") == "City Hall"
    assert page.all("input", id="also")[0].get("value") == "atlantis"
    assert page.all("article") == []


@pytest.mark.parametrize("prefix", ["", "/zh", "/ko"])
def test_a_place_that_is_offered_is_not_asked_again(
    session: Session, client: FlaskClient, prefix: str
) -> None:
    offering(session, 0)
    session.commit()
    page = Page(client, f"{prefix}/compare?near=City+Hall&also=atlantis&want=rejuran_healer:3").check()
    asked = page.all("p", id="near-error")[0]
    links = [link.get("href") or "" for link in asked.iter() if link.get("href")]
    assert len(links) == 2
    for link in links:
        assert Page(client, link).check().all("p", id="near-error") == []
        assert "want=rejuran_healer:3" in link
        assert "also=atlantis" in link


def test_the_page_by_one_place_and_by_two(seeded: Session, client: FlaskClient) -> None:
    one = Page(client, "/compare?near=Orchard&want=rejuran_healer:3x2ml").check()
    names = [words(element) for element in one.all("h3")]
    assert "Ninefern Medical Aesthetics sample" in names
    assert not any("Mulkkachi" in name for name in names)
    two = Page(client, "/compare?near=Orchard&also=Gangnam&want=rejuran_healer:3x2ml").check()
    both = [words(element) for element in two.all("h3") if "sample" in words(element)]
    assert len(both) == len(set(both)) > 10
    assert any("Mulkkachi" in name for name in both)
    # More than ten answers stand as a list, from which up to five go side by side.
    assert two.all("button", type="submit")
    boxes = [box.get("value") or "" for box in two.all("input", name="clinic", type="checkbox")]
    assert len(boxes) >= len(both)
    side_by_side = Page(client, f"/compare?want=rejuran_healer:3x2ml&clinic={boxes[0]}&clinic={boxes[-1]}")
    assert len(side_by_side.check().all("article", class_="card")) == 2
