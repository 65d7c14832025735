"""/api/v1/openapi.json: the API described by OpenAPI 3.1, made from its routes and their models."""

import re
from collections.abc import Iterator
from typing import Any, Literal

from flask import Blueprint, Response, current_app, jsonify
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from webapp.access import Audience, open_to
from webapp.api.v1.operation import ATTRIBUTE, Operation
from webapp.api.v1.schemas import Problem
from webapp.settings import current_settings

VERSION = "1.0.0"
_ROOT = "/api/v1"
_SCHEMAS = "#/components/schemas/{model}"
_PATH_NAME = re.compile(r"<(?:\w+:)?(\w+)>")
_HEADERS = {
    "Access-Control-Allow-Origin": {
        "description": "Any page may read it.",
        "required": True,
        "schema": {"const": "*"},
    }
}

blueprint = Blueprint("openapi", __name__)


@blueprint.get("/openapi.json")
@open_to(Audience.ANYONE)
def document() -> Response:
    return jsonify(describe(list(_operations()), current_settings().base_url))


def _operations() -> Iterator[tuple[str, str, Operation]]:
    """(path, endpoint, operation) of every route that is one, in the order of the paths."""
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        found: Operation | None = getattr(current_app.view_functions[rule.endpoint], ATTRIBUTE, None)
        if found is not None and rule.rule.startswith(_ROOT):
            yield rule.rule, rule.endpoint, found


def describe(operations: list[tuple[str, str, Operation]], base_url: str) -> dict[str, Any]:
    """The document. `operations` are (path as Flask writes it, endpoint, operation)."""
    asked = {found.parameters.__name__: found.parameters for _path, _endpoint, found in operations}
    answers: dict[str, type[BaseModel]] = {
        found.answer.__name__: found.answer for _path, _endpoint, found in operations
    }
    answers["Problem"] = Problem
    models: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        *((asked[name], "validation") for name in sorted(asked)),
        *((answers[name], "serialization") for name in sorted(answers)),
    ]
    by_model, definitions = models_json_schema(models, ref_template=_SCHEMAS)
    schemas: dict[str, Any] = definitions["$defs"]
    parameters = {name: schemas.pop(name) for name in asked}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Like for Like",
            "version": VERSION,
            "description": "Skin-booster clinics in Singapore and Gangnam with their published prices. Read-only, "
            "no key. Names and words come in the language of lang, or of the prefix /zh or /ko.",
        },
        "servers": [{"url": base_url}],
        "paths": {
            _PATH_NAME.sub(r"{\1}", path): {
                "get": _get(path, endpoint, found, parameters[found.parameters.__name__])
                | {"responses": _responses(found, by_model[(found.answer, "serialization")])}
            }
            for path, endpoint, found in operations
        },
        "components": {"schemas": schemas},
    }


def _get(path: str, endpoint: str, found: Operation, parameters: dict[str, Any]) -> dict[str, Any]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PATH_NAME.findall(path)
    ]
    return {
        "operationId": endpoint.removeprefix("api_v1.").replace(".", "_"),
        "summary": found.summary,
        "parameters": in_path
        + [
            _query(name, dict(schema), required=name in parameters.get("required", ()))
            for name, schema in parameters["properties"].items()
        ],
    }


def _query(name: str, schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    """A query parameter. It is absent, never null, so the null of its model is left out; empty counts as absent.

    A list is the parameter repeated: want=…&want=….
    """
    described: dict[str, Any] = {
        "name": name,
        "in": "query",
        "description": schema.pop("description", ""),
    }
    described |= {"required": True} if required else {"allowEmptyValue": True}
    if schema.get("type") == "array":
        described |= {"style": "form", "explode": True}
    schema.pop("title", None)
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        schema |= kinds[0]
    if schema.get("default", "") in (None, "", []):
        schema.pop("default", None)
    return described | {"schema": schema}


def _responses(found: Operation, answer: dict[str, Any]) -> dict[str, Any]:
    refusals = {"400": "A parameter cannot be used; invalid_params names it."}
    if found.not_found:
        refusals["404"] = f"There is no such {found.not_found}, or it may not be shown."
    refusals["503"] = "The database is away."
    problem = {"application/problem+json": {"schema": {"$ref": _SCHEMAS.format(model="Problem")}}}
    return {
        "200": {
            "description": "Found.",
            "headers": _HEADERS,
            "content": {"application/json": {"schema": answer}},
        },
        **{
            code: {"description": words, "headers": _HEADERS, "content": problem}
            for code, words in refusals.items()
        },
    }
