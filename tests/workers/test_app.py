"""The workers' settings hold together: limits in their order, every name a task, every queue listened to."""

from types import ModuleType

import pytest

from webapp import queue
from webapp.clients.mailer import TOTAL_SECONDS
from webapp.outbox.services import LEASE
from workers.schedule import SCHEDULE

pytestmark = pytest.mark.once


def test_each_limit_is_shorter_than_the_next(workers: ModuleType) -> None:
    conf = workers.celery.conf
    visibility = conf.broker_transport_options["visibility_timeout"]
    assert TOTAL_SECONDS < conf.task_soft_time_limit < conf.task_time_limit < LEASE < visibility


def test_every_name_on_the_doorbell_is_a_task(workers: ModuleType) -> None:
    names = {value for name, value in vars(queue).items() if name.isupper() and not name.startswith("_")}
    assert names == {name for name in workers.celery.tasks if not name.startswith("celery.")}


def test_what_runs_by_itself_is_a_task_on_a_queue_that_is_listened_to(workers: ModuleType) -> None:
    listened = {entry.name for entry in workers.celery.conf.task_queues}
    assert queue.celery_settings("", wait=1)["task_default_queue"] in listened
    for entry in SCHEDULE.values():
        assert entry["task"] in workers.celery.tasks
        assert entry["options"]["queue"] in listened
        # One turn at a time waits in the queue; but two machines' clocks may differ by less than a minute.
        assert entry["options"]["expires"] == max(entry["schedule"], 60)


def test_a_lost_worker_gives_its_task_back_and_nothing_is_kept_of_results(workers: ModuleType) -> None:
    conf = workers.celery.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result
    assert conf.result_backend is None
    assert conf.accept_content == ["json"]
