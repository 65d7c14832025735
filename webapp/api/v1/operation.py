"""One operation of the API: its parameters checked, its answer written as JSON, and what OpenAPI says of it.

Not spectree: it describes errors as application/json too, leaves views untyped, and brings documentation pages that
load scripts from other hosts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from flask import Response, request
from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError

from webapp.api.v1.parameters import Parameters
from webapp.errors import problem
from webapp.i18n import current_language, in_language

ATTRIBUTE = "__operation__"

AnyParameters = TypeVar("AnyParameters", bound=Parameters)
Path = ParamSpec("Path")


@dataclass(frozen=True, slots=True)
class Operation:
    """What the OpenAPI document needs. `not_found` is set where the path names something."""

    summary: str
    parameters: type[Parameters]
    answer: type[BaseModel]
    not_found: str | None


class UnusableParameter(Exception):
    """A parameter is well formed and cannot be used all the same. `name` is the parameter.

    `choices` are texts to ask again with, where it is not clear what was meant.
    """

    def __init__(self, name: str, reason: str, choices: Sequence[str] = ()) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason
        self.choices = choices


def operation(
    summary: str, parameters: type[AnyParameters], answer: type[BaseModel], *, not_found: str | None = None
) -> Callable[[Callable[Concatenate[AnyParameters, Path], BaseModel]], Callable[Path, Response]]:
    """Make a view of a function from checked parameters (and the names in its path) to an answer.

    What cannot be used is a 400 that names each parameter (application/problem+json).
    """

    def make(
        function: Callable[Concatenate[AnyParameters, Path], BaseModel],
    ) -> Callable[Path, Response]:
        @wraps(function)
        def view(*path: Path.args, **named: Path.kwargs) -> Response:
            try:
                asked = parameters.from_query(request.args)
            except ValidationError as error:
                return _refused(
                    [
                        UnusableParameter(str(found["loc"][0]), found["msg"].removeprefix("Value error, "))
                        for found in error.errors()
                    ]
                )
            try:
                with in_language(asked.lang or current_language()):
                    body = function(asked, *path, **named)
            except UnusableParameter as error:
                return _refused([error])
            return Response(body.model_dump_json(), mimetype="application/json")

        setattr(view, ATTRIBUTE, Operation(summary, parameters, answer, not_found))
        return view

    return make


def _refused(found: list[UnusableParameter]) -> Response:
    return problem(
        400,
        _("Some parameters cannot be used"),
        "; ".join(str(each) for each in found),
        invalid_params=[
            {"name": each.name, "reason": each.reason}
            | ({"choices": list(each.choices)} if each.choices else {})
            for each in found
        ],
    )
