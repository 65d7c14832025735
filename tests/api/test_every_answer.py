"""The whole OpenAPI document against the running site: no answer that it does not describe, and none that is a 5xx.

Schemathesis makes the requests from the document itself, so a new operation is asked without a line here.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextvars import Context
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator
from schemathesis.checks import CheckFunction, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.clinics.models import Clinic
from webapp.treatments.models import Treatment

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SEED = 20261121
EXAMPLES = 40
WORDS = [
    "rejuran",
    "Rejuran near Orchard",
    "婴儿针",
    "강남역",
    "238859",
    "City Hall",
    "near me",
    "Tokyo",
    "clinic",
]
# What a document cannot say of /clinics: lat goes with lng, a treatment exists, a box has its south below its north,
# a cursor is one that we gave. Such a request is well formed and answered 400, which is described.
# The same holds for /compare: its treatments exist, its amounts and places are some, clinics or a place are named.
MORE_THAN_A_SCHEMA_SAYS = frozenset({"GET /api/v1/clinics", "GET /api/v1/compare"})


def apart(app: Flask) -> "WSGIApplication":
    """The site as a server runs it: each request in a context of its own, not in the test's with its session."""

    def run(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return Context().run(app, environ, start_response)

    return run


def words(entries: Iterable[str]) -> dict[str, Any]:
    return {"values": list(entries)}


@pytest.fixture
def described(app: Flask, seeded: Session) -> BaseSchema:
    """The document as the site serves it, with the sample clinics behind it; the same requests on every run.

    Half of the slugs and texts are real ones, or nearly every request would end at "there is no such clinic".
    """
    slugs = [*seeded.scalars(select(Clinic.slug).order_by(Clinic.id))]
    treatments = [*seeded.scalars(select(Treatment.slug).order_by(Treatment.id))]
    known = {"query.q": "words", "query.near": "words", "query.treatment": "treatments", "path.slug": "slugs"}
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "generation": {"deterministic": True, "max-examples": EXAMPLES, "database": "none"},
            "dictionaries": {
                "words": words(WORDS),
                "treatments": words(treatments),
                "slugs": words([*slugs, *treatments]),
            },
            "parameters": {
                name: {"dictionary": entries, "probability": 0.5} for name, entries in known.items()
            },
        }
    )
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", apart(app), config=config)


def test_no_request_gets_an_answer_that_is_not_described(described: BaseSchema) -> None:
    """Every check of Schemathesis, over requests that keep to the document and requests that break it."""
    load_all_checks()
    answers: dict[str, set[int]] = defaultdict(set)

    def ask(case: schemathesis.Case[Any]) -> None:
        name = case.operation.label
        left_out: list[CheckFunction] = [positive_data_acceptance] if name in MORE_THAN_A_SCHEMA_SAYS else []
        answers[name].add(case.call_and_validate(excluded_checks=left_out).status_code)

    # Its fixture for pytest writes to an attribute that pytest 9.2 no longer has; these are the tests behind it.
    for found in get_all_tests(schema=described, test_func=ask, settings=None, given_kwargs=None):
        assert isinstance(found, Ok), "the document itself is broken"
        _operation, run = found.ok()
        run()
    named = {f"GET {path}" for path in described.raw_schema["paths"]}
    assert set(answers) == named
    for name in named:
        # Requests were answered, refused, and turned away for their method: none of the checks ran on nothing.
        expected = {200, 400, 405} | ({404} if "{" in name else set())
        assert answers[name] == expected, name


POINTS: dict[str, Any] = {
    "type": "object",
    "required": ["type", "features"],
    "additionalProperties": False,
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "additionalProperties": False,
                "properties": {
                    "type": {"const": "Feature"},
                    "geometry": {
                        "type": "object",
                        "required": ["type", "coordinates"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"const": "Point"},
                            # RFC 7946: longitude first. Both markets lie east of Greenwich and north of the equator.
                            "coordinates": {
                                "type": "array",
                                "prefixItems": [
                                    {"type": "number", "minimum": 103, "maximum": 132},
                                    {"type": "number", "minimum": 1, "maximum": 39},
                                ],
                                "minItems": 2,
                                "maxItems": 2,
                            },
                        },
                    },
                    "properties": {
                        "type": "object",
                        "required": ["slug", "name", "market", "precision", "sample", "url", "near"],
                        "additionalProperties": False,
                        "properties": {
                            # Whose group it is in, where two places are searched; null without a place.
                            "near": {"type": ["string", "null"]},
                            "slug": {"type": "string", "minLength": 1},
                            "name": {"type": "string", "minLength": 1},
                            "market": {"enum": ["SG", "KR"]},
                            "precision": {"enum": ["building", "interpolated", "postcode", "street", "area"]},
                            "sample": {"type": "boolean"},
                            "url": {"type": "string", "pattern": "^/clinics/[a-z0-9-]+$"},
                        },
                    },
                },
            },
        },
    },
}


def one_of(*known: str) -> st.SearchStrategy[str]:
    """Values that mean something, and any text at all."""
    return st.sampled_from(known) | st.text(max_size=40) | st.integers().map(str) | st.floats().map(str)


QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "q": one_of(*WORDS),
        "near": one_of(*WORDS),
        "lat": one_of("1.3039", "37.5", "90"),
        "lng": one_of("103.8358", "127.03", "-180"),
        "radius_m": one_of("1500", "50000", "0"),
        "treatment": one_of("rejuran_healer", "profhilo"),
        "market": one_of("SG", "KR", "sg"),
        "bbox": one_of("103.6,1.2,104,1.5", "126.9,37.4,127.1,37.6", "104,1.5,103.6,1.2"),
        "sort": one_of("distance", "name", "price"),
        "cursor": one_of("W10=", ""),
        "lang": one_of("ko", "en"),
    },
)


@pytest.mark.usefixtures("seeded")
def test_any_query_gets_points(client: FlaskClient) -> None:
    """/clinics.geojson is no operation of the document: it takes the query of the page /clinics, whatever it is."""
    held = OAS31Validator(POINTS)
    sizes: set[int] = set()

    @hypothesis.settings(derandomize=True, max_examples=150, database=None, deadline=None)
    @hypothesis.given(QUERIES)
    def ask(query: dict[str, str]) -> None:
        answer = client.get("/clinics.geojson", query_string=query)
        assert (answer.status_code, answer.mimetype) == (200, "application/geo+json")
        held.validate(answer.get_json())
        sizes.add(len(answer.get_json()["features"]))

    ask()
    # Some asked for nothing that is there, some for a few, some for a page of them.
    assert 0 in sizes
    assert max(sizes) > 10
