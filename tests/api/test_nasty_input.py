"""Whatever stands in a query string, the answer is JSON and never a 500."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

NASTY = [
    "%00", "%F0%9F%98%80", "%EF%BF%BE", "%ED%A0%80", "'%22;--", "%3Cscript%3E", "../../etc/passwd", "%25s%25n",
    "a" * 9000, "-1", "1e309", "NaN", "%D9%A1%D9%A2", "0x10", "null", "[]", "%E2%80%AE", "999999999999999999999999",
    "ㄱ" * 100, "1,1,1,1", "9" * 5000,
]  # fmt: skip
PARAMETERS = {
    "places": ("q", "country", "lang"),
    "places/suggest": ("q", "lang"),
    "clinics": (
        "q", "near", "lat", "lng", "radius_m", "treatment", "market", "bbox", "sort", "limit", "cursor", "lang",
    ),
    "treatments": ("lang",),
}  # fmt: skip


@pytest.mark.parametrize("path", PARAMETERS)
def test_no_text_breaks_a_resource(client: FlaskClient, seeded: Session, path: str) -> None:
    for text in NASTY:
        send(client, path, text)


def send(client: FlaskClient, path: str, text: str) -> None:
    """The text in each parameter, twice, and in all of them together."""
    for name in PARAMETERS[path]:
        answer = client.get(f"/api/v1/{path}?{name}={text}&{name}={text}")
        assert answer.status_code in {200, 400}, (name, text)
        assert answer.mimetype == (
            "application/json" if answer.status_code == 200 else "application/problem+json"
        )
    every = "&".join(f"{name}={text}" for name in PARAMETERS[path])
    assert client.get(f"/api/v1/{path}?{every}").status_code in {200, 400}


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("path", ["clinics", "treatments"])
def test_no_slug_breaks_a_resource(client: FlaskClient, path: str, text: str) -> None:
    answer = client.get(f"/api/v1/{path}/{text}")
    assert answer.status_code in {400, 404}
    assert answer.mimetype == "application/problem+json"
