"""What the tests of exchange rates share: a source on loopback that may be asked, and the clock at NOW."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from tests.clients.hostile_http import Site, web_site
from tests.factories import NOW
from tests.fx.rate_files import PATH


@pytest.fixture
def site(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A real server in the bank's place; this endpoint is the one exception from the rule of public addresses."""
    with web_site() as running:
        settings = replace(
            app.config["SETTINGS"],
            fx_rates_url=running.url(PATH),
            fetch_also=(("127.0.0.1", running.port),),
        )
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        yield running


@pytest.fixture
def clock_at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield
