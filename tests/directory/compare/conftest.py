"""An operator's settings for one test, exchange rates, and what documents say of a course."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from tests import factories
from webapp.fx.models import ExchangeRate
from webapp.treatments.models import Fact, Source

Switch = Callable[..., None]
Says = Callable[..., None]


@pytest.fixture
def switch(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Switch:
    """`switch(cross_clinic_prices_sg="authorised")`: an operator's settings for this test."""

    def set_to(**changes: Any) -> None:
        monkeypatch.setitem(app.config, "SETTINGS", replace(settings, **changes))

    return set_to


def rate(session: Session, won_for_a_dollar: str) -> None:
    """So many won are one Singapore dollar, as of the day of the tests; no other rate is known."""
    session.add(
        ExchangeRate(
            base="SGD",
            quote="KRW",
            rate=Decimal(won_for_a_dollar),
            as_of=factories.NOW.date(),
            source="an example",
        )
    )


@pytest.fixture
def says(session: Session) -> Says:
    """`says("S0", "sessions", 1, 4)`: a document and its figure about a treatment."""
    numbers = count()

    def write(
        source: str, topic: str, low: int, high: int, slug: str = "rejuran_healer", status: str = "stated"
    ) -> None:
        document = session.query(Source).filter_by(key=source).one_or_none() or Source(
            key=source, title_en=f"Document {source}", title_zh="", title_ko="", publisher="", kind="guide",
            language="en", note_en="", note_zh="", note_ko="",
        )  # fmt: skip
        number = next(numbers)
        fact = Fact(
            key=f"{slug}.{topic}.{number}",
            treatment_id=factories.treatment(session, slug).id,
            topic=topic,
            status=status,
            statement_en="It says so.",
            statement_zh="",
            statement_ko="",
            normalised={"min": low, "max": high},
            note="",
            position=number,
        )
        fact.sources.append(document)
        session.add(fact)
        session.flush()

    return write
