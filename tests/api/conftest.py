"""The API as a client that checks every answer, and the site's own seed behind it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator
from sqlalchemy.orm import Session

from webapp.moderation.seed import SEED, seed
from webapp.treatments.services import load_reference


@pytest.fixture
def reference(session: Session) -> Session:
    """Treatments, names, sources and facts are there."""
    load_reference(SEED / "reference")
    session.commit()
    return session


@pytest.fixture
def seeded(session: Session) -> Session:
    """The sample clinics too: a picture of one day, moved to the day of the requests."""
    seed(datetime.now(UTC), sample=True)
    session.commit()
    return session


class Api:
    """The API as a careful client uses it: whatever comes back is held against the OpenAPI document."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self.document: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()

    def get(self, path: str, /, *, resource: str | None = None, expect: int = 200, **query: Any) -> Any:
        """The body of an answer. `resource` is the path in the document where `path` holds a slug."""
        answer = self._client.get(f"/api/v1{path}", query_string=query)
        body = answer.get_json()
        assert answer.status_code == expect, body
        described = self.document["paths"][f"/api/v1{resource or path}"]["get"]["responses"][str(expect)]
        assert answer.mimetype in described["content"]
        schema = described["content"][answer.mimetype]["schema"]
        OAS31Validator({**schema, "components": self.document["components"]}).validate(body)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return body


@pytest.fixture
def api(client: FlaskClient) -> Api:
    return Api(client)
