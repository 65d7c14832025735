"""Ends a worker that lives and takes nothing, so that whoever watches over processes starts a new one.

When the broker dies just as a worker acknowledges a task, kombu 5.7 logs "Couldn't ack" and forgets the
connection it was listening on: the worker then waits for ever on nothing, while tasks pile up behind a
healthy broker (seen in one of five kills at that moment). A supervisor sees a live process, so the worker has
to notice by itself.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

from celery import Celery
from celery.signals import task_received, worker_ready
from celery.worker import state
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

# Seconds between looks, and how many looks in a row may find tasks waiting while this worker is idle and has
# received none. Looks are counted, not seconds: a process that was frozen must not take its sleep for
# deafness.
LOOK_EVERY = 2.0
LOOKS = 4
# sysexits.h: EX_TEMPFAIL, start me again.
EXIT_STATUS = 75


class Watchdog:
    """Counts the looks at which something waited for this worker and it heard nothing."""

    def __init__(self, waiting: Callable[[], int], busy: Callable[[], bool]) -> None:
        """`waiting` says how many tasks wait at the broker, `busy` whether this worker has one in hand."""
        self._waiting = waiting
        self._busy = busy
        self._received = threading.Event()
        self._deaf_looks = 0

    def received(self, **_signal: object) -> None:
        """A task arrived."""
        self._received.set()

    def look(self) -> bool:
        """Look once; True when the worker is deaf."""
        heard = self._received.is_set()
        self._received.clear()
        if heard or self._busy() or self._waiting() == 0:
            self._deaf_looks = 0
        else:
            self._deaf_looks += 1
        return self._deaf_looks >= LOOKS


def init_app(celery: Celery) -> None:
    """Watch over every worker of this Celery application, from the moment it is ready."""

    def begin(**_signal: object) -> None:
        watchdog = Watchdog(lambda: _tasks_waiting(celery), _has_a_task)
        # Not weakly: nobody else holds the method.
        task_received.connect(watchdog.received, weak=False)
        threading.Thread(target=_watch, args=(watchdog,), name="watchdog", daemon=True).start()

    worker_ready.connect(begin, weak=False)


def _watch(watchdog: Watchdog) -> None:
    while True:
        time.sleep(LOOK_EVERY)
        if watchdog.look():
            log.critical("tasks are waiting and this worker hears nothing: it ends, to be started again")
            # Nothing is in hand, and an orderly shutdown would wait for the loop that is deaf.
            os._exit(EXIT_STATUS)


def _has_a_task() -> bool:
    return bool(state.reserved_requests or state.active_requests)


def _tasks_waiting(celery: Celery) -> int:
    """How many tasks wait in the queues that workers listen to; 0 while the broker cannot be asked."""
    with celery.connection_for_read() as connection:
        try:
            client = connection.default_channel.client
            return sum(client.llen(queue.name) for queue in celery.conf.task_queues)
        except (*connection.connection_errors, OperationalError):
            return 0
