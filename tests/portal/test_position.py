"""The clinic's pin: put by hand, kept from workers, never abroad, and looked at where it is far from the address."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import fields_of
from tests.portal.browsing import text_of
from tests.portal.keepers import sign_in
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.i18n import today_in, utc_now
from webapp.moderation.models import Decision, PositionReview

PAGE = "/portal/larch/position"


@pytest.fixture
def clinic(session: Session) -> Clinic:
    """At Paragon, Orchard Road."""
    return factories.clinic(session, slug="larch", name="Larch Clinic")


@pytest.fixture
def owner(client: FlaskClient, session: Session, clinic: Clinic) -> FlaskClient:
    sign_in(client, session, clinic)
    return client


def put(browser: FlaskClient, lat: str, lng: str) -> int:
    token = fields_of(text_of(browser.get("/portal/larch/people")), "/people")["csrf_token"]
    return browser.post(PAGE, data={"csrf_token": token, "lat": lat, "lng": lng}).status_code


def again(session: Session, clinic: Clinic) -> Clinic:
    session.commit()
    session.refresh(clinic)
    return clinic


def test_the_page_shows_the_pin_and_what_the_address_means(owner: FlaskClient) -> None:
    page = Page(owner, PAGE).check()
    assert page.all("input", id="lat")[0].get("value") == "1.3039"
    assert "238859" in page.text
    assert page.all("script", id="map-data")


def test_a_pin_that_is_put_stays_put(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    assert put(owner, "1.304500", " 103.836100 ") == 303
    kept = again(session, clinic)
    assert (kept.lat, kept.lng, kept.precision, kept.position_source) == (
        1.3045,
        103.8361,
        "building",
        "clinic",
    )
    assert kept.pin_confirmed_on == today_in("SG", utc_now())
    assert "nobody but you moves it" in Page(owner, PAGE).check().text
    assert session.scalars(select(Decision.what)).all() == ["position.put"]


@pytest.mark.parametrize(
    "lat, lng",
    [
        ("37.5", "127.0"), ("0", "0"), ("91", "103.8"), ("1.3", "181"), ("", ""), ("north", "east"), ("nan", "nan"),
        ("inf", "-inf"), ("sNaN", "1e999"), ("1.3", ""),
    ],
)  # fmt: skip
def test_what_is_no_point_of_the_country_is_refused(
    owner: FlaskClient, session: Session, clinic: Clinic, lat: str, lng: str
) -> None:
    assert put(owner, lat, lng) == 422
    kept = again(session, clinic)
    assert (kept.lat, kept.pin_confirmed_on) == (1.3039, None)


def test_a_pin_far_from_the_address_is_looked_at_first(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    # Changi Airport, some 17 km from Orchard Road.
    for lat in ("1.3644", "1.3640"):
        assert put(owner, lat, "103.9915") == 303
    kept = again(session, clinic)
    assert (kept.lat, kept.pin_confirmed_on) == (1.3039, None)
    review = session.scalars(select(PositionReview)).one()
    assert (review.state, review.reason, review.candidates[0]["lat"]) == ("open", "conflict", 1.364)
    assert review.candidates[1]["matched_text"]
    assert "A person of our staff looks at where the pin belongs." in Page(owner, PAGE).check().text
    # A pin near the address settles it.
    assert put(owner, "1.3041", "103.8360") == 303
    assert again(session, clinic).lat == 1.3041
    session.refresh(review)
    assert (review.state, review.decided_by) == ("decided", "Mei Owner")


def test_without_an_address_the_country_alone_bounds_the_pin(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    clinic.address = clinic.postal_code = clinic.lat = clinic.lng = None
    session.commit()
    page = Page(owner, PAGE).check()
    assert "No address is stated yet." in page.text and "There is no pin yet" in page.text
    assert put(owner, "1.3644", "103.9915") == 303
    assert again(session, clinic).lng == 103.9915


def test_a_pin_survives_another_floor_and_not_another_postal_code(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    put(owner, "1.304500", "103.836100")
    profile = "/portal/larch/profile"
    form = fields_of(text_of(owner.get(profile)), profile)
    assert (
        owner.post(
            profile, data=form | {"unit": "#09-09", "address": "290 Orchard Road, Paragon"}
        ).status_code
        == 303
    )
    assert again(session, clinic).lat == 1.3045
    form = fields_of(text_of(owner.get(profile)), profile)
    assert owner.post(profile, data=form | {"postal_code": "238880"}).status_code == 303
    moved = again(session, clinic)
    assert moved.lat != 1.3045 and moved.pin_confirmed_on is None
