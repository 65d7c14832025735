"""The Celery application: `celery -A workers.app worker` and `celery -A workers.app beat`."""

from typing import Any

from celery import Celery, Task
from celery.signals import worker_process_init
from kombu.entity import Queue

from webapp.app import create_app
from webapp.extensions import db
from webapp.queue import celery_settings
from workers import watchdog
from workers.broker import SteadyAMQP
from workers.schedule import PERIODIC, SCHEDULE

# Seconds. Each is shorter than the next, so that a row's lease outlives the task that holds it and the broker
# gives a task back only after both: soft limit < hard limit < lease (webapp.outbox) < visibility timeout.
SOFT_TIME_LIMIT = 50
HARD_TIME_LIMIT = 55

# The queue that the web process rings on (webapp/queue.py: task_default_queue).
ASKED_FOR = "default"

flask_app = create_app()


class ContextTask(Task):
    """A task that runs inside the application's context, so that its session ends with it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with flask_app.app_context():
            try:
                return self.run(*args, **kwargs)
            except MemoryError:
                # Celery ends the whole worker for one, with what its other processes hold (seen in a fault run);
                # what this task held is free again by now.
                raise RuntimeError("the task needed more memory than there is") from None


celery = Celery(
    "likeforlike",
    amqp=SteadyAMQP,
    task_cls=ContextTask,
    include=[
        "workers.accounts",
        "workers.enquiries",
        "workers.fx",
        "workers.geocoding",
        "workers.inbound",
        "workers.moderation",
        "workers.outbox",
        "workers.quotes",
        "workers.refresh",
    ],
)
celery.conf.update(
    celery_settings(flask_app.config["SETTINGS"].redis_url, wait=10),
    # What runs by itself has a queue of its own: behind a thousand mails a sweep would come too late to help.
    task_queues=[Queue(name) for name in (ASKED_FOR, PERIODIC)],
    broker_connection_max_retries=None,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_soft_time_limit=SOFT_TIME_LIMIT,
    task_time_limit=HARD_TIME_LIMIT,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=1000,
    worker_soft_shutdown_timeout=30,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    beat_schedule=SCHEDULE,
)
watchdog.init_app(celery)


@worker_process_init.connect
def _forget_inherited_connections(**_signal: object) -> None:
    """A forked worker must not share its parent's database connections."""
    with flask_app.app_context():
        db.engine.dispose(close=False)
