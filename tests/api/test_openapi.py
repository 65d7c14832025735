"""The description: valid OpenAPI 3.1, complete, and the rest of the site stays HTML."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.conftest import Api


def test_the_document_is_valid_openapi_3_1(api: Api) -> None:
    assert api.document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(api.document).validate()


def test_every_route_of_the_api_is_described(app: Flask, api: Api) -> None:
    routes = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("openapi.json")
    }
    assert set(api.document["paths"]) == routes
    operations = [path["get"] for path in api.document["paths"].values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def test_parameters_and_fields_are_described_with_their_limits(api: Api) -> None:
    parameters = {
        each["name"]: each for each in api.document["paths"]["/api/v1/clinics"]["get"]["parameters"]
    }
    assert parameters["limit"]["schema"]["maximum"] == 100
    assert parameters["market"]["schema"]["enum"] == ["SG", "KR"]
    assert not any(each.get("required") for each in parameters.values())
    assert all(each["description"] for each in parameters.values())
    assert "null" not in str([each["schema"] for each in parameters.values()])
    clinic = api.document["components"]["schemas"]["Clinic"]
    assert set(clinic["required"]) == set(clinic["properties"])


def test_a_list_is_the_parameter_repeated(api: Api) -> None:
    parameters = {
        each["name"]: each for each in api.document["paths"]["/api/v1/compare"]["get"]["parameters"]
    }
    want, clinic = parameters["want"], parameters["clinic"]
    assert (want["required"], want["schema"]["minItems"], want["schema"]["maxItems"]) == (True, 1, 4)
    assert (clinic.get("required", False), clinic["schema"]["maxItems"]) == (False, 200)
    for each in (want, clinic):
        assert (each["style"], each["explode"], each["schema"]["type"]) == ("form", True, "array")
    assert "SGD" in parameters["currency"]["schema"]["enum"]
    assert parameters["eligibility"]["schema"]["enum"] == ["first_visit", "returning"]
    lists = [
        each["name"]
        for path in api.document["paths"].values()
        for each in path["get"]["parameters"]
        if "explode" in each
    ]
    assert lists == ["want", "clinic"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/clinics/nothing", "/api/v1/treatments/nothing"])
def test_what_is_not_there_is_a_problem_that_any_site_may_read(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_pages_stay_html_and_closed_to_other_sites(client: FlaskClient) -> None:
    answer = client.get("/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_writing_is_refused_as_a_problem(client: FlaskClient) -> None:
    answer = client.post("/api/v1/clinics", json={})
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "Access-Control-Allow-Origin" not in answer.headers
