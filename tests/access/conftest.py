"""The world of two clinics, and forms that need no token: what is tested here is who may, and what then happens."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.access.world import World, build


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


@pytest.fixture(autouse=True)
def no_token_needed(app: Flask) -> Iterator[None]:
    """A missing CSRF token is not to refuse first."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    yield
    app.config["WTF_CSRF_CHECK_DEFAULT"] = True
