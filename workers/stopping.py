"""Tells the processes of a worker that it was asked to end, so that none begins anything more.

Celery tells its main process only: the children finish the task in hand, however long that goes on. One byte of
memory that they share with it from their fork on says so; it takes no lock that a killed process could keep.
"""

import mmap

from celery.signals import worker_shutting_down

_asked = mmap.mmap(-1, 1)


def is_asked_for() -> bool:
    """Whether this worker is about to end."""
    return _asked[0] == 1


@worker_shutting_down.connect
def _ask(**_signal: object) -> None:
    _asked[0] = 1
