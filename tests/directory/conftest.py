"""The seed as a development copy serves it, on the day that the factories write about."""

from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy.orm import Session

from tests.factories import NOW
from webapp.moderation.seed import seed
from webapp.unit_of_work import unit_of_work


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def seeded(session: Session) -> Session:
    with unit_of_work():
        seed(NOW, sample=True)
    return session
