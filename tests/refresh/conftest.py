"""What the refresh room's tests share: a clinic's site on loopback that the fetcher may reach, and heard bells."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.bells import Bells
from tests.clients.hostile_http import Site, web_site


@pytest.fixture
def site(app: Flask, session: Session, bells: Bells, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A real site; this endpoint, and no other, is the one exception from the rule of public addresses."""
    with web_site() as running:
        settings = replace(app.config["SETTINGS"], fetch_also=(("127.0.0.1", running.port),))
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        yield running
