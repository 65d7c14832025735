"""Whatever stands in a query string, the answer is JSON and never a 500."""

import hypothesis
import pytest
from flask.testing import FlaskClient
from hypothesis import strategies as st
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
    "compare": (
        "want", "clinic", "near", "also", "radius_m", "currency", "eligibility", "weekdays", "foreign", "sort",
        "limit", "lang",
    ),
}  # fmt: skip

# What stands beside the text, or every answer would be that something else is missing.
USABLE = {"compare": "&want=rejuran_healer:1&clinic=larch-linden-skin-clinic"}


@pytest.mark.parametrize("path", PARAMETERS)
def test_no_text_breaks_a_resource(client: FlaskClient, seeded: Session, path: str) -> None:
    for text in NASTY:
        send(client, path, text)


def send(client: FlaskClient, path: str, text: str) -> None:
    """The text in each parameter, twice, and in all of them together."""
    more = USABLE.get(path, "")
    for name in PARAMETERS[path]:
        answer = client.get(f"/api/v1/{path}?{name}={text}&{name}={text}{more}")
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


SLUGS = st.sampled_from(("rejuran_healer", "rejuran_hb", "ha_booster_generic", "juvelook_skin", "subcision"))
AMOUNTS = st.sampled_from(("", "x2ml", "x1vial", "x100shot", "x2.5cc"))
AREAS = st.sampled_from(("", "@face", "@face;neck", "@neck;face;face", "@얼굴"))
BAD_ENDS = st.sampled_from(("x0ml", "x9999999ml", "x1.2.3ml", "x.ml", "x2", "@;", "@@", "@face@neck"))
WANTS = st.builds("{}:{}{}{}".format, SLUGS, st.integers(1, 12), AMOUNTS, AREAS)
NEARLY = (
    st.builds("{}:{}{}".format, SLUGS, st.integers(0, 14), BAD_ENDS)
    | st.text(max_size=60)
    | st.just("nothing:1")
)
CLINICS = st.sampled_from(("larch-linden-skin-clinic", "chameoksae-clinic", "halley-medical-aesthetics"))
USUAL = st.fixed_dictionaries(
    {
        "want": st.lists(WANTS, min_size=1, max_size=3),
        "near": st.sampled_from(("Orchard", "강남역", "238859")),
    },
    optional={
        "clinic": st.lists(CLINICS, max_size=4),
        "also": st.sampled_from(("Gangnam", "Orchard")),
        "currency": st.sampled_from(("SGD", "krw", "USD", "KWD")),
        "eligibility": st.sampled_from(("first_visit", "returning")),
        "weekdays": st.sampled_from(("yes", "no")),
        "foreign": st.sampled_from(("yes", "no")),
        "radius_m": st.integers(1, 50_000).map(str),
        "sort": st.sampled_from(("price", "")),
        "limit": st.sampled_from(("1", "200")),
    },
)
# One thing of a usual query that is nearly right, or nothing of the kind.
SLIPS = st.sampled_from(("clinic", "near", "also", "currency", "eligibility", "radius_m", "limit"))


@pytest.mark.usefixtures("seeded")
def test_any_basket_is_answered_or_refused(client: FlaskClient) -> None:
    seen: dict[int, int] = {200: 0, 400: 0}

    @hypothesis.settings(derandomize=True, max_examples=150, database=None, deadline=None)
    @hypothesis.given(USUAL, st.none() | NEARLY, st.none() | st.tuples(SLIPS, st.text(max_size=40)))
    def ask(query: dict[str, str | list[str]], nearly: str | None, slip: tuple[str, str] | None) -> None:
        changed: dict[str, str | list[str]] = {}
        if nearly is not None:
            changed["want"] = [*query["want"], nearly]
        if slip is not None:
            changed[slip[0]] = slip[1]
        answer = client.get("/api/v1/compare", query_string=query | changed)
        assert answer.status_code in seen, query
        seen[answer.status_code] += 1
        for result in answer.get_json().get("results", ()):
            assert (result["total"] is not None) == result["complete"] == (not result["reasons"])
            sums = [line["amount"]["amount"].replace(".", "") for line in result["lines"]]
            if result["complete"]:
                assert sum(map(int, sums)) == int(result["total"]["amount"].replace(".", ""))

    ask()
    assert min(seen.values()) > 20
