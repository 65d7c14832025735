"""Providers are spared: one slot after another whoever asks, a breaker that opens and closes, a quota a day."""

import threading
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import NOW
from tests.services.broker import Broker
from webapp.clients.geocoders import Hit
from webapp.geocoding import answers, pace
from webapp.geocoding.models import ProviderAnswer


@pytest.fixture
def with_redis(app: Flask, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Broker:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], redis_url=broker.url))
    return broker


def test_slots_of_the_database_come_one_after_another(session: Session) -> None:
    assert pace.take_slot("nominatim", 1.0, 2.5, NOW) == (True, 0.0)
    assert pace.take_slot("nominatim", 1.0, 2.5, NOW) == (True, 1.0)
    assert pace.take_slot("nominatim", 1.0, 2.5, NOW) == (True, 2.0)
    assert pace.take_slot("nominatim", 1.0, 2.5, NOW) == (False, 3.0)
    assert pace.take_slot("nominatim", 1.0, 2.5, NOW) == (False, 3.0), "what was not taken is still free"
    assert pace.take_slot("onemap", 1.0, 2.5, NOW) == (True, 0.0), "each provider has its own"
    assert pace.take_slot("nominatim", 1.0, 2.5, NOW + timedelta(seconds=10)) == (True, 0.0)


def test_slots_of_redis_are_given_out_once_to_many_workers(app: Flask, with_redis: Broker) -> None:
    taken: list[float] = []

    def work() -> None:
        with app.app_context():
            for _ in range(5):
                got, wait = pace.take_slot("nominatim", 0.5, 60, NOW)
                assert got
                taken.append(wait)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.sort()
    # Each of the twenty has a slot of its own: the last is nineteen intervals after the first, less the time
    # that the test itself took.
    assert len(taken) == 20
    assert taken[-1] > 18 * 0.5 - 2
    gaps = [later - earlier for earlier, later in pairwise(taken)]
    assert sum(gap > 0.3 for gap in gaps) >= 15


def test_a_slot_too_far_off_is_not_taken(app: Flask, with_redis: Broker) -> None:
    with app.app_context():
        assert pace.take_slot("nominatim", 30, 1, NOW) == (True, 0.0)
        for _ in range(3):
            got, wait = pace.take_slot("nominatim", 30, 1, NOW)
            assert not got
            assert 25 < wait <= 30


def test_without_redis_the_database_gives_the_slot(app: Flask, session: Session, with_redis: Broker) -> None:
    with_redis.kill()
    assert pace.take_slot("nominatim", 1.0, 2.5, NOW) == (True, 0.0)
    assert pace.take_slot("nominatim", 1.0, 2.5, NOW) == (True, 1.0)


def test_the_breaker_opens_after_three_failures_and_longer_each_time(session: Session) -> None:
    assert pace.failed("onemap", "timeout", NOW) == 0
    assert pace.failed("onemap", "timeout", NOW) == 0
    assert pace.open_for("onemap", NOW) == 0
    assert pace.failed("onemap", "timeout", NOW) == 60
    assert pace.open_for("onemap", NOW) == 60
    assert pace.open_for("juso", NOW) == 0
    later = NOW + timedelta(seconds=61)
    assert pace.open_for("onemap", later) == 0
    assert pace.failed("onemap", "timeout", later) == 120
    assert max(pace.failed("onemap", "timeout", later) for _ in range(20)) == 3_600
    pace.answered("onemap")
    assert pace.open_for("onemap", later) == 0
    assert pace.failed("onemap", "timeout", later) == 0, "it begins anew"


def test_a_retry_after_closes_at_once_and_is_believed_for_a_day_at_most(session: Session) -> None:
    assert pace.failed("onemap", "rate_limited", NOW, 30) == 30
    assert pace.failed("onemap", "rate_limited", NOW, 10**9) == 86_400


def test_the_quota_is_of_one_provider_and_one_day(session: Session) -> None:
    assert [pace.spend("juso", 2, NOW) for _ in range(3)] == [True, True, False]
    assert pace.spend("onemap", 2, NOW)
    assert pace.spend("juso", 2, NOW + timedelta(days=1))


def test_answers_are_kept_by_the_folded_text_and_empty_ones_for_a_week(session: Session) -> None:
    hit = Hit(1.3, 103.8, "building", "290 ORCHARD ROAD", "238859")
    answers.keep("onemap", "290  Orchard Road", hit, NOW)
    answers.keep("onemap", "Nowhere", None, NOW)
    assert answers.kept("onemap", "290 ORCHARD ROAD", NOW) == (True, hit)
    assert answers.kept("nominatim", "290 Orchard Road", NOW) == (False, None)
    assert answers.kept("onemap", "nowhere", NOW + timedelta(days=6)) == (True, None)
    assert answers.kept("onemap", "nowhere", NOW + timedelta(days=8)) == (False, None)
    assert answers.kept("onemap", "290 Orchard Road", NOW + timedelta(days=8)) == (True, hit)
    answers.forget_expired(NOW + timedelta(days=8))
    assert session.query(ProviderAnswer).count() == 1
    answers.keep("onemap", "290 Orchard Road", None, NOW)
    assert answers.kept("onemap", "290 Orchard Road", NOW) == (True, None), "the newer answer replaces it"
