"""No query string, however wrong, gives an error page."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories

NASTY = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "'; DROP TABLE clinic; --",
    "<script>alert(1)</script>",
    "%",
    "_" * 300,
    "%s%n{0}{{7*7}}",
    "../../etc/passwd",
    "﷽" * 50,
    "🏥👩‍⚕️",
    "\u202eclinic",
    "ß" * 500,
    "nan",
    "inf",
    "-inf",
    "1e309",
    "-1",
    "0",
    "9" * 400,
    "0x10",
    "１２３",
    "1,2,3,4",
    "200,100,nan,1",
    "[]",
    "null",
    "true",
    "𠜎𠜱",
    "강ㄴ",
    "x" * 20_000,
]
FIELDS = {
    "/clinics": (
        "q",
        "near",
        "lat",
        "lng",
        "radius_m",
        "treatment",
        "market",
        "bbox",
        "sort",
        "cursor",
        "also",
        "also_lat",
        "also_lng",
        "also_radius_m",
        "also_cursor",
        "clinic",
    ),
    "/clinics.geojson": ("q", "near", "also", "radius_m", "treatment", "bbox"),
    "/compare": ("clinic", "treatment", "sessions", "quantity", "want", "chosen"),
    "/": ("q", "clinic"),
}


@pytest.fixture
def one_clinic(session: Session) -> str:
    clinic = factories.clinic(session)
    factories.offer(session, clinic)
    session.commit()
    return clinic.slug


@pytest.mark.parametrize("path", FIELDS)
def test_any_text_in_any_field(one_clinic: str, client: FlaskClient, path: str) -> None:
    for field in FIELDS[path]:
        for text in NASTY:
            answer = client.get(f"{path}?clinic={one_clinic}&{field}={quote(text)}")
            assert answer.status_code == 200, (field, text[:40])


def test_bytes_that_are_no_text(one_clinic: str, client: FlaskClient) -> None:
    for path, fields in FIELDS.items():
        for field in fields:
            assert client.get(f"{path}?{field}=%ff%fe%ed%a0%80").status_code == 200
    assert client.get("/compare?" + "clinic=a&" * 3000).status_code == 200


def test_a_point_with_nasty_company(one_clinic: str, client: FlaskClient) -> None:
    for text in NASTY:
        query = f"lat=1.3&lng=103.83&near={quote(text)}&radius_m={quote(text)}&sort={quote(text)}"
        assert client.get(f"/clinics?{query}").status_code == 200, text[:40]


def test_two_places_with_nasty_company(one_clinic: str, client: FlaskClient) -> None:
    for text in NASTY:
        typed = quote(text)
        for query in (
            f"near=Orchard&also={typed}",
            f"near={typed}&also=Gangnam",
            f"near={typed}&also={typed}",
            f"near=Orchard&also=Gangnam&cursor={typed}&also_cursor={typed}&also_radius_m={typed}&bbox={typed}",
            f"q={typed}&near=Orchard&also=Gangnam&sort={typed}&market={typed}",
        ):
            for path in ("/clinics", "/clinics.geojson"):
                assert client.get(f"{path}?{query}").status_code == 200, query[:80]


def test_typed_markup_stays_text(one_clinic: str, client: FlaskClient) -> None:
    page = client.get(
        "/clinics?q=%3Cscript%3Ealert(1)%3C/script%3E&near=%3Cimg%20src=x%3E&also=%3Cimg%20src=y%3E"
    ).get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<img src" not in page


@pytest.mark.parametrize("slug", ["no-such-clinic", "%00", "a%00b", "..%2f..", "x" * 5000, "%ff", "A_B"])
def test_a_clinic_that_is_not_there(one_clinic: str, client: FlaskClient, slug: str) -> None:
    assert client.get(f"/clinics/{slug}").status_code == 404


@pytest.mark.parametrize("cookie", ["", ".", "a.b.c.d.e.f.g", "\x01", "%00", "x" * 4000, "é"])
def test_a_cookie_that_is_not_ours(one_clinic: str, client: FlaskClient, cookie: str) -> None:
    client.set_cookie("compare", cookie)
    for path in ("/", "/clinics", "/compare", f"/clinics/{one_clinic}"):
        assert client.get(path).status_code == 200
