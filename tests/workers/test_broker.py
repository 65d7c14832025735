"""A broker that is away is looked for until it is back, and never long after."""

from types import ModuleType

import pytest
from kombu.exceptions import OperationalError

from tests.services.server import HOST, free_port

pytestmark = pytest.mark.once


def test_the_wait_does_not_grow_with_the_time_that_it_is_away(workers: ModuleType) -> None:
    waits: list[float] = []
    with (
        workers.celery.connection_for_read(f"redis://{HOST}:{free_port()}/0") as connection,
        pytest.raises(OperationalError),
    ):
        connection.ensure_connection(lambda _error, wait: waits.append(wait), 6, interval_start=0.01)
    assert waits == [0.01] * 6


def test_it_is_looked_for_until_it_is_back(workers: ModuleType) -> None:
    assert workers.celery.conf.broker_connection_max_retries is None
    assert workers.celery.conf.broker_connection_retry_on_startup
