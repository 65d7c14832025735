"""The doorbell: whatever the broker does, a ring raises nothing and holds nobody up."""

import signal
import time

import pytest
import redis

from tests.services.broker import Broker
from webapp import queue
from webapp.queue import SEND_DELIVERY, Doorbell


def waited(doorbell: Doorbell) -> float:
    started = time.monotonic()
    doorbell.ring(SEND_DELIVERY, 1)
    return time.monotonic() - started


def test_a_ring_is_heard(broker: Broker) -> None:
    Doorbell(broker.url).ring(SEND_DELIVERY, 1)
    with redis.Redis.from_url(broker.client_url) as client:
        assert client.llen("lfl:default") == 1


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_frozen_or_dead_broker_costs_little_once_and_then_nothing(
    broker: Broker, number: signal.Signals
) -> None:
    doorbell = Doorbell(broker.url)
    broker.send(number)
    try:
        assert waited(doorbell) < 1
        assert waited(doorbell) < 0.05
    finally:
        if number is signal.SIGSTOP:
            broker.send(signal.SIGCONT)


def test_it_is_tried_again_after_a_while(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_LEFT_ALONE", 0.0)
    doorbell = Doorbell(broker.url)
    broker.kill()
    doorbell.ring(SEND_DELIVERY, 1)
    broker.start()
    doorbell.ring(SEND_DELIVERY, 2)
    with redis.Redis.from_url(broker.client_url) as client:
        assert client.llen("lfl:default") == 1


def test_without_a_broker_a_ring_is_nothing() -> None:
    assert waited(Doorbell("")) < 0.05
