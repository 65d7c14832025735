"""The outbox's tasks, each with connections of its own to the real database and a real mail server."""

import importlib
import threading
import time
from collections import Counter
from email import message_from_bytes
from random import Random
from types import ModuleType

import pytest
from celery.signals import worker_shutting_down
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.bells import Bells
from tests.clients.smtp_servers import ChosenAnswers
from tests.outbox.conftest import move, post, row
from webapp.clients.mailer import TOTAL_SECONDS
from webapp.extensions import db
from webapp.outbox import queries, services
from webapp.queue import SEND_DELIVERY
from webapp.unit_of_work import WAITS, unit_of_work
from workers import stopping


@pytest.fixture
def tasks(workers: ModuleType) -> ModuleType:
    return importlib.import_module("workers.outbox")


def test_a_task_sends_the_mail_of_its_row_once(
    tasks: ModuleType, worker_app: Flask, answers: ChosenAnswers
) -> None:
    with worker_app.app_context():
        delivery_id = post()
        message_id = row(delivery_id).message_id
    tasks.send(delivery_id)
    tasks.send(delivery_id)
    tasks.send(delivery_id + 1)
    assert [message_from_bytes(mail)["Message-ID"] for mail in answers.taken] == [f"<{message_id}>"]
    with worker_app.app_context():
        assert row(delivery_id).state == "sent"


def test_a_task_goes_on_to_what_else_is_due(
    tasks: ModuleType, worker_app: Flask, answers: ChosenAnswers
) -> None:
    with worker_app.app_context():
        ids = [post(f"k:{number}") for number in range(5)]
        later = post("k:later", not_before_seconds=600.0)
    tasks.send(ids[3])
    assert len(answers.taken) == 5
    assert answers.connections == 1
    # Its own row has gone already: a bell that is late still helps with the rest.
    with worker_app.app_context():
        post("k:new")
    tasks.send(ids[0])
    assert len(answers.taken) == 6
    with worker_app.app_context():
        assert row(later).state == "pending"


def test_a_worker_that_was_asked_to_end_finishes_its_mail_and_begins_no_other(
    tasks: ModuleType, worker_app: Flask, answers: ChosenAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with worker_app.app_context():
        ids = [post(f"k:{number}") for number in range(3)]
    monkeypatch.setattr(stopping, "_asked", bytearray(1))
    worker_shutting_down.send(sender=None, sig="TERM", how="Warm", exitcode=0)
    assert stopping.is_asked_for()
    tasks.send(ids[0])
    with worker_app.app_context():
        assert queries.counts_by_state() == {"sent": 1, "pending": 2}


def test_a_task_ends_in_time_for_its_limit(tasks: ModuleType, workers: ModuleType) -> None:
    """The last mail may take its whole time, writing its end all the patience there is, and taking it either the wait
    for a writer's turn on SQLite or, with the mail before it, as much patience again."""
    longest = max(WAITS, tasks.GOES_ON_FOR + tasks.PATIENCE) + TOTAL_SECONDS + tasks.PATIENCE
    assert longest < workers.SOFT_TIME_LIMIT
    assert TOTAL_SECONDS + 2 * tasks.PATIENCE < services.LEASE


def test_patience_is_a_time_however_long_each_try_takes(
    tasks: ModuleType, worker_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite each try waits for the one writer's turn: with ten seconds for each a task outlived its lease."""
    monkeypatch.setattr(tasks, "PATIENCE", 0.6)
    waits: list[float] = []

    def away(seconds: float) -> None:
        waits.append(seconds)
        time.sleep(min(seconds, 0.25))
        raise OperationalError("", {}, Exception())

    began = time.monotonic()
    with pytest.raises(OperationalError):
        tasks._patiently(away)
    assert time.monotonic() - began < 3
    assert len(waits) >= 2
    assert max(waits) <= 0.6
    assert waits == sorted(waits, reverse=True)


@pytest.mark.once  # other databases have many writers
def test_a_writer_waits_for_its_turn_as_long_as_it_was_told(worker_app: Flask) -> None:
    with worker_app.app_context():
        engine = db.engine

    def wait(seconds: float) -> float:
        began = time.monotonic()
        with worker_app.app_context(), pytest.raises(OperationalError), unit_of_work(waits=seconds):
            pass
        return time.monotonic() - began

    with engine.connect() as other:
        other.exec_driver_sql("ROLLBACK")
        other.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            assert wait(0.1) < 3
            assert wait(0.5) >= 0.4
        finally:
            other.exec_driver_sql("ROLLBACK")
            other.exec_driver_sql("BEGIN")


def test_mails_to_one_address_are_never_in_two_workers_hands(
    tasks: ModuleType, worker_app: Flask, answers: ChosenAnswers
) -> None:
    with worker_app.app_context():
        ids = [post(f"k:{number}", "desk@clinic.example") for number in range(8)]
    in_hand: list[int] = []
    failures: list[str] = []

    def look(letter: services.Letter) -> services.Outcome:
        in_hand.append(letter.delivery_id)
        if len(in_hand) > 1:
            failures.append(f"{in_hand} at once")
        time.sleep(0.01)
        in_hand.remove(letter.delivery_id)
        return services.Accepted(250)

    gate = threading.Barrier(4)

    def race() -> None:
        with worker_app.app_context():
            gate.wait()
            for delivery_id in ids:
                with unit_of_work():
                    letter = services.claim(delivery_id)
                if letter is not None:
                    outcome = look(letter)
                    with unit_of_work():
                        services.settle(letter, outcome, Random(1))

    threads = [threading.Thread(target=race) for _racer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    tasks.send(ids[0])
    with worker_app.app_context():
        assert queries.counts_by_state() == {"sent": len(ids)}


def test_what_is_long_over_is_forgotten(tasks: ModuleType, worker_app: Flask, answers: ChosenAnswers) -> None:
    with worker_app.app_context():
        delivery_id = post()
    tasks.send(delivery_id)
    tasks.forget()
    with worker_app.app_context():
        move(delivery_id, ended_at=-366 * 86400)
    tasks.forget()
    with worker_app.app_context():
        assert queries.counts_by_state() == {}


def test_a_refusal_is_written_down_and_tried_again_when_it_is_due(
    tasks: ModuleType, worker_app: Flask, answers: ChosenAnswers
) -> None:
    with worker_app.app_context():
        delivery_id = post()
    answers.data = "451 later"
    tasks.send(delivery_id)
    answers.data = "250 OK"
    tasks.send(delivery_id)
    assert answers.taken == []
    with worker_app.app_context():
        assert row(delivery_id).state == "deferred"
        move(delivery_id, next_at=-1)
    tasks.send(delivery_id)
    assert len(answers.taken) == 1


def test_many_workers_race_for_each_mail_and_one_sends_it(
    tasks: ModuleType, worker_app: Flask, answers: ChosenAnswers
) -> None:
    with worker_app.app_context():
        ids = [post(f"k:{number}") for number in range(12)]
    racers = 4
    gate = threading.Barrier(racers)
    failures: list[Exception] = []

    def race() -> None:
        gate.wait()
        for delivery_id in ids:
            try:
                tasks.send(delivery_id)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=race) for _racer in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    sent = Counter(message_from_bytes(mail)["Message-ID"] for mail in answers.taken)
    assert len(sent) == len(ids)
    assert set(sent.values()) == {1}
    with worker_app.app_context():
        assert queries.counts_by_state() == {"sent": len(ids)}
        assert {row(delivery_id).attempts for delivery_id in ids} == {1}


def test_a_lost_lease_is_raced_for_and_taken_by_one(worker_app: Flask) -> None:
    with worker_app.app_context():
        delivery_id = post()
        with unit_of_work():
            assert services.claim(delivery_id)
        move(delivery_id, lease_until=-1)
    gate = threading.Barrier(4)
    owners: list[str] = []

    def race() -> None:
        with worker_app.app_context():
            gate.wait()
            with unit_of_work():
                letter = services.claim(delivery_id)
            if letter:
                owners.append(letter.owner)

    threads = [threading.Thread(target=race) for _racer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(owners) == 1


def test_two_requests_that_post_one_key_at_once_make_one_row(worker_app: Flask) -> None:
    gate = threading.Barrier(4)
    ids: list[int] = []

    def race() -> None:
        with worker_app.app_context():
            gate.wait()
            ids.append(post("k:same"))

    threads = [threading.Thread(target=race) for _racer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1


def test_the_end_of_a_mail_is_written_although_the_database_was_away_for_a_moment(
    tasks: ModuleType, worker_app: Flask, answers: ChosenAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with worker_app.app_context():
        delivery_id = post()
    settle, failures = services.settle, [OperationalError("", {}, Exception()) for _time in range(2)]

    def away_for_a_moment(*arguments: object) -> bool:
        if failures:
            raise failures.pop()
        return settle(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "settle", away_for_a_moment)
    tasks.send(delivery_id)
    assert failures == []
    with worker_app.app_context():
        assert row(delivery_id).state == "sent"


def test_the_sweep_rings_for_what_no_bell_announced(
    tasks: ModuleType, worker_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with worker_app.app_context():
        delivery_id = post()
    heard = Bells()
    monkeypatch.setitem(worker_app.extensions, "doorbell", heard)
    tasks.sweep()
    tasks.sweep()
    assert heard.rung == [(SEND_DELIVERY, delivery_id)]


def test_a_task_leaves_no_connection_checked_out(
    tasks: ModuleType, worker_app: Flask, answers: ChosenAnswers
) -> None:
    with worker_app.app_context():
        delivery_id = post()
    tasks.send(delivery_id)
    tasks.sweep()
    with worker_app.app_context():
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a QueuePool's
