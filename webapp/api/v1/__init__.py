"""Version 1 of the read-only JSON API, described by OpenAPI 3.1."""

from flask import Blueprint, Flask, Response, request

from webapp.api.v1 import clinics, compare, openapi, places, treatments

ROOT = "/api/v1"

blueprint = Blueprint("api_v1", __name__, url_prefix=ROOT)
for resource in (places, clinics, treatments, compare, openapi):
    blueprint.register_blueprint(resource.blueprint)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.after_request(_open_to_every_site)


def _open_to_every_site(response: Response) -> Response:
    """Any page may read it: public data, no cookie, no key. Errors too, so that a script can show them."""
    if request.path.startswith(f"{ROOT}/") and request.method in {"GET", "HEAD"}:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
