"""An operator's settings for one test."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from config import Settings

Switch = Callable[..., None]


@pytest.fixture
def switch(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Switch:
    """`switch(cross_clinic_prices_sg="authorised")`: an operator's settings for this test."""

    def set_to(**changes: Any) -> None:
        monkeypatch.setitem(app.config, "SETTINGS", replace(settings, **changes))

    return set_to
