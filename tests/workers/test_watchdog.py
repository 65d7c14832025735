"""When a worker counts as deaf. That a deaf one is ended and mail goes on is shown in
tests/faults/test_broker_away.py.
"""

from types import ModuleType

import pytest

from workers.watchdog import LOOK_EVERY, LOOKS, Watchdog, _tasks_waiting

pytestmark = pytest.mark.once


class Broker:
    """What a look finds: tasks that wait, and whether the worker has one in hand."""

    def __init__(self) -> None:
        self.waiting = 0
        self.busy = False
        self.watchdog = Watchdog(lambda: self.waiting, lambda: self.busy)

    def looks(self, number: int = LOOKS) -> list[bool]:
        return [self.watchdog.look() for _look in range(number)]


def test_tasks_that_wait_for_an_idle_worker_which_hears_nothing_mean_it_is_deaf() -> None:
    broker = Broker()
    broker.waiting = 1
    assert broker.looks() == [False] * (LOOKS - 1) + [True]


def test_a_quiet_broker_or_a_busy_worker_is_no_sign_of_deafness() -> None:
    broker = Broker()
    assert not any(broker.looks(50))
    broker.waiting, broker.busy = 1000, True
    assert not any(broker.looks(50))


def test_one_task_received_or_one_empty_queue_ends_the_count() -> None:
    broker = Broker()
    broker.waiting = 1
    assert not any(broker.looks(LOOKS - 1))
    broker.watchdog.received(sender=None)
    assert not any(broker.looks(LOOKS))
    broker.waiting = 0
    assert not any(broker.looks(1))
    broker.waiting = 1
    assert not any(broker.looks(LOOKS - 1))


def test_a_deaf_worker_is_found_well_before_mail_is_late() -> None:
    assert LOOKS * LOOK_EVERY <= 10


def test_a_broker_that_cannot_be_asked_is_no_sign_of_deafness(
    workers: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers.celery.conf, "broker_url", "redis+socket:///nowhere/valkey.sock")
    assert _tasks_waiting(workers.celery) == 0
